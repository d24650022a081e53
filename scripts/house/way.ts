/**
 * ARCHITECTURE.md names the files through which an event goes, in order. A reader can follow them only if each is
 * reached from one before it, so each has to be imported by an earlier one.
 *
 * At one place there is no import to follow: the Worker calls the portal's object by RPC. There the entry imports
 * the object's class, and the earlier file only its type.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { holdsLogic, isNode, parseFile, readText, type Rule, type SyntaxNode } from './source.ts'

const PAGE = 'ARCHITECTURE.md'
const HEADING = '## The way of an event'
const ENTRY = 'src/index.ts'
const FIRST = 'src/http/bitrix24.ts'
const LAST = 'src/destinations/send.ts'
const MOST = 18

/** The way of an event has few files, and each leads to the next ones. */
export const way: Rule = {
  name: 'way',
  check(root) {
    const files = readWay(readText(root, PAGE))
    const summary = `an event goes through ${files.length} files`
    const gone = files.filter((file) => !existsSync(join(root, file)))
    if (gone.length > 0) return { problems: gone.map((file) => `${file} does not exist`), summary }
    const problems: string[] = []
    if (files.length > MOST) problems.push(`${files.length} files are more than ${MOST}`)
    if (files[0] !== FIRST) problems.push(`The way begins with ${files[0]}, not with ${FIRST}`)
    if (files.at(-1) !== LAST) problems.push(`The way ends with ${files.at(-1)}, not with ${LAST}`)
    const imports = new Map([ENTRY, ...files].map((file) => [file, importsOf(root, file)]))
    const isCalled = (file: string): boolean => imports.get(ENTRY)?.get(file) === 'value'
    for (const [index, file] of files.entries()) {
      const kinds = files.slice(0, index).map((earlier) => imports.get(earlier)?.get(file))
      const isTypeEnough = isCalled(file) || !holdsLogic(root, file)
      const isReached = kinds.includes('value') || (isTypeEnough && kinds.includes('type'))
      if (index > 0 && !isReached) problems.push(`${file} is imported by no file before it`)
    }
    return { problems, summary }
  },
}

/** Every file that the numbered list names, with `src/` before it. */
function readWay(page: string): readonly string[] {
  const [, section = ''] = page.split(`\n${HEADING}\n`)
  const [part = ''] = section.split('\n## ')
  const items = part.match(/^\d+\. .*(?:\n {2,}.*)*/gm) ?? []
  const named = items.flatMap((item) => [...item.matchAll(/`([\w./-]+\.ts)`/g)])
  const files = named.map(([, file = '']) => (file.startsWith('src/') ? file : `src/${file}`))
  return [...new Set(files)]
}

type Imports = ReadonlyMap<string, 'value' | 'type'>

/** The project's own files that a file imports, or passes on. */
function importsOf(root: string, file: string): Imports {
  const imports = new Map<string, 'value' | 'type'>()
  for (const statement of parseFile(root, file)) {
    const { source } = statement
    if (!isNode(source) || !String(source['value']).startsWith('.')) continue
    const target = join(dirname(file), String(source['value']))
    if (isOfValues(statement)) imports.set(target, 'value')
    else if (!imports.has(target)) imports.set(target, 'type')
  }
  return imports
}

/** Whether a statement imports at least one value. */
function isOfValues({ importKind, exportKind, specifiers }: SyntaxNode): boolean {
  if (importKind === 'type' || exportKind === 'type') return false
  if (!Array.isArray(specifiers) || specifiers.length === 0) return true
  return specifiers.some((one: SyntaxNode) => one['importKind'] !== 'type')
}
