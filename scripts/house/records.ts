/**
 * docs/decisions/README.md is the list of the decision records: each record has one row there, in the order of the
 * numbers. A number that is missing was given to no record, or to one that is not written down yet.
 *
 * A record is never edited. So a record that says that it takes the place of an older one ("Supersedes the exception of
 * 0021") has to stand in a second table, which tells the reader of the older record what is so today.
 */
import { basename } from 'node:path/posix'
import { listFiles, readText, type Rule } from './source.ts'

const FOLDER = 'docs/decisions'
const LIST = `${FOLDER}/README.md`
const CHANGES = '## What a later record has changed'

/** The words by which a record says that it changes an older one, up to the end of the sentence. */
const CHANGE =
  /(?:supersedes?|changes a part of|takes the place of what|in the place of|are gone|had put)[^.]*/gi

/** Each record stands in the list, and each change of an older record in the table of changes. */
export const records: Rule = {
  name: 'records',
  check(root) {
    const files = listFiles(root, FOLDER, '.md').filter((file) => /^\d{4}-/.test(basename(file)))
    if (files.length === 0) return { problems: [], summary: 'no records' }
    const list = readText(root, LIST)
    const [head = '', after = ''] = list.split(`\n${CHANGES}\n`)
    const rows = [...head.matchAll(/^\| \[(\d{4})\]\(([^)]+)\) \|/gm)]
    const listed = rows.map(([, , name = '']) => name)
    const changes = changesIn(after)
    const told = files.flatMap((file) =>
      changedBy(readText(root, file), basename(file).slice(0, 4)).map((older) => ({ file, older })),
    )
    return {
      problems: [
        ...notOnce(
          files.map((file) => basename(file)),
          listed,
        ),
        ...rows.flatMap(([, number = '', name = '']) =>
          name.startsWith(number) ? [] : [`${LIST} gives ${name} the number ${number}`],
        ),
        ...listed.flatMap((name, index) =>
          name > (listed[index - 1] ?? '')
            ? []
            : [`${name} stands behind a higher number in ${LIST}`],
        ),
        ...told.flatMap(({ file, older }) => {
          const younger = basename(file).slice(0, 4)
          const isTold = changes.some(
            (row) => row.older.includes(older) && row.today.includes(younger),
          )
          return isTold
            ? []
            : [`${file} changes ${older}, and "${CHANGES.slice(3)}" does not say so`]
        }),
      ],
      summary: `${files.length} records, ${told.length} changes of older ones`,
    }
  },
}

/** The records that are not listed exactly once, and the rows without a record. */
function notOnce(names: readonly string[], listed: readonly string[]): readonly string[] {
  const count = (name: string): number => listed.filter((one) => one === name).length
  return [
    ...names
      .filter((name) => count(name) !== 1)
      .map((name) => `${name} stands ${count(name)} times in ${LIST}`),
    ...listed
      .filter((name) => !names.includes(name))
      .map((name) => `${LIST} lists ${name}, which does not exist`),
  ]
}

/** The rows of the table of changes: the older records, and the sentence that names the younger ones. */
function changesIn(section: string): readonly { readonly older: string; readonly today: string }[] {
  const [table = ''] = section.split('\n## ')
  return [...table.matchAll(/^\| ([\d, ]+) \| .* \| (.*) \|$/gm)].map(
    ([, older = '', today = '']) => ({ older, today }),
  )
}

/** The numbers of the older records that a record says it changes. */
function changedBy(text: string, own: string): readonly string[] {
  const plain = text.replaceAll(/\]\([^)]*\)/g, ']').replaceAll(/\s+/g, ' ')
  const found = [...plain.matchAll(CHANGE)].flatMap(([words]) => words.match(/\b\d{4}\b/g) ?? [])
  return [...new Set(found)].filter((number) => number < own)
}
