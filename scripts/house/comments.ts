/**
 * A line of a comment in the product has at most 120 characters, as a line of prose in a page. A piece that cannot be
 * broken, such as an address, may be longer. Files that a script writes are free of this.
 */
import { MAX_LINE } from './long-lines.ts'
import { listFiles, readText, type Rule } from './source.ts'

const FOLDERS = ['src', 'cli']

/** Files that `npm run generate` writes. */
const WRITTEN = ['src/http/admin/openapi/document.ts', 'src/dashboard/frame/script.ts']

/** A line that is nothing but a comment, with what the comment says. */
const COMMENT = /^\s*(?:\/\*\*|\*|\/\/) (.*)$/u

/** No line of a comment is longer than a reader can follow. */
export const comments: Rule = {
  name: 'comments',
  check(root) {
    const all = FOLDERS.flatMap((folder) => listFiles(root, folder))
    const files = all.filter((file) => !WRITTEN.includes(file))
    const problems = files.flatMap((file) =>
      readText(root, file)
        .split('\n')
        .flatMap((line, index) => (isTooLong(line) ? [index + 1] : []))
        .map((line) => `${file} has a comment of more than ${MAX_LINE} characters in line ${line}`),
    )
    return { problems, summary: `${files.length} files` }
  },
}

function isTooLong(line: string): boolean {
  const [, text = ''] = COMMENT.exec(line) ?? []
  return line.length > MAX_LINE && text.trim().includes(' ')
}
