/**
 * Pages name files and folders ("shown by `test/built/kill.test.ts`") and scripts ("`npm run keys` makes
 * one"). Each of them has to exist: a file as seen from the root, from `src/`, from `test/` or from the
 * page's own folder, a name without a folder anywhere in `src/`, and a script in package.json. A file that git
 * ignores is one that the reader writes. A name may hold `*` and `{a,b}`. A decision record describes the day on which it
 * was written: a file that it names may be gone, and docs/decisions/README.md then says where it stands today.
 *
 * A line of prose has at most 120 characters. Some pages are free of this: the glossary and CHANGELOG, where an entry is
 * a line; records, which are never edited; and pages that a script writes.
 */
import { existsSync, globSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { findLongLines, MAX_LINE } from './long-lines.ts'
import { listFiles, readText, type Rule } from './source.ts'

const PAGES = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'AGENTS.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'test/README.md',
  'test/simulation/README.md',
]

/** A name in backticks with one of the endings of this project's files; `-store.ts` is only an ending. */
const FILE = /`((?:[\w.*{},-]+\/)*[\w.*{},][\w.*{},-]*\.(?:ts|mjs|md|toml|json|yml))`/g

/** A folder of the project in backticks. */
const FOLDER = /`((?:bench|docs|playground|scripts|src|test)(?:\/[\w*{},-]+)+)\/?`/g

/** The list of the records. It writes former names without backticks. */
const RECORDS = 'docs/decisions/README.md'

const RECORD = /\/decisions\/\d/

/** The pages whose lines may be of any length. */
const LONG_LINES = ['CHANGELOG.md', 'docs/glossary.md', 'docs/events.md', 'docs/receivers.md']

const SCRIPT = /(?:`|^|&& )npm run (?:-s |--silent )?([\w:-]+)/gm

/** Every file and every script that a page names exists. */
export const pages: Rule = {
  name: 'pages',
  check(root) {
    const files = listFiles(root, 'docs', '.md')
    const docs = files.filter((file) => !RECORD.test(file))
    const all = [...PAGES.filter((page) => existsSync(join(root, page))), ...docs]
    const problems = all.flatMap((page) => {
      const text = readText(root, page)
      const named = [...namesIn(text, FILE), ...namesIn(text, FOLDER)]
      const missing = named.filter((name) => !isThere(root, { page, name }))
      const scripts = namesIn(text, SCRIPT).filter((name) => !readScripts(root).includes(name))
      const long = LONG_LINES.includes(page) ? [] : findLongLines(text)
      return [
        ...long.map((line) => `${page} has more than ${MAX_LINE} characters in line ${line}`),
        ...missing.map((name) => `${page} names ${name}, which does not exist`),
        ...scripts.map((name) => `${page} names npm run ${name}, which does not exist`),
      ]
    })
    const records = files.filter((file) => RECORD.test(file))
    return {
      problems: [...problems, ...records.flatMap((record) => forgottenIn(root, record))],
      summary: `${all.length} pages name files and scripts`,
    }
  },
}

/** The files that a record names, that are gone, and that the list of the records leaves out. */
function forgottenIn(root: string, record: string): readonly string[] {
  const list = existsSync(join(root, RECORDS)) ? readText(root, RECORDS) : ''
  return namesIn(readText(root, record), FILE)
    .filter((name) => !isThere(root, { page: record, name }) && !list.includes(name))
    .map(
      (name) => `${record} names ${name}, which is gone, and ${RECORDS} does not say where it is`,
    )
}

function namesIn(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))]
}

function isThere(root: string, named: { readonly page: string; readonly name: string }): boolean {
  if (isIgnored(root, named.name)) return true
  const folders = ['.', 'src', 'test', dirname(named.page)]
  if (!named.name.includes('/')) folders.push('src/**')
  return folders.some((folder) => globSync(join(folder, named.name), { cwd: root }).length > 0)
}

/** Whether a line of .gitignore names the file, or the folder in which it stands. */
function isIgnored(root: string, name: string): boolean {
  if (!existsSync(join(root, '.gitignore'))) return false
  const lines = readText(root, '.gitignore').split('\n')
  return lines.some((line) => line === name || (line.endsWith('/') && name.startsWith(line)))
}

function readScripts(root: string): readonly string[] {
  // Sound: npm refuses a package.json of another form.
  const { scripts } = JSON.parse(readText(root, 'package.json')) as {
    readonly scripts: Readonly<Record<string, string>>
  }
  return Object.keys(scripts)
}
