/**
 * ARCHITECTURE.md names the files through which an event goes, in order. A reader can follow them only if each is
 * reached from one before it, so each has to be imported by an earlier one.
 *
 * A file that builds a part (`const pump = new Pump(…)`) uses it for nothing. There the import counts only when
 * another of the earlier files calls that part (`pump.kick()`), so that the reader meets the call and not just the
 * construction.
 *
 * At one place there is no import to follow: the Worker calls the portal's object by RPC. There the entry imports
 * the object's class, and the earlier file only its type.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import {
  holdsLogic,
  isNode,
  nodesOf,
  parseFile,
  readText,
  type Rule,
  type SyntaxNode,
} from './source.ts'

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
    const isCalled = (file: string): boolean => imports.get(ENTRY)?.get(file)?.kind === 'value'
    for (const [index, file] of files.entries()) {
      const earlier = files.slice(0, index)
      const links = earlier.flatMap((one) => imports.get(one)?.get(file) ?? [])
      const isTypeEnough = isCalled(file) || !holdsLogic(root, file)
      const isReached = links.some(({ kind }) => kind === 'value' || isTypeEnough)
      if (index > 0 && !isReached) problems.push(`${file} is imported by no file before it`)
      const built = links.flatMap(({ parts }) => parts)
      const isOnlyBuilt =
        built.length > 0 && links.every(({ kind, parts }) => kind === 'type' || parts.length > 0)
      const isUsed = built.some((part) => earlier.some((one) => callsPart(root, one, part)))
      if (isOnlyBuilt && !isUsed)
        problems.push(`${file} is built before, and called by no file before it`)
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

/** How a file reaches another one. */
interface Link {
  readonly kind: 'value' | 'type'
  /** The names of the constants that it builds from classes of that file. */
  readonly parts: readonly string[]
}

/** The project's own files that a file imports, or passes on. */
function importsOf(root: string, file: string): ReadonlyMap<string, Link> {
  const links = new Map<string, Link>()
  const statements = parseFile(root, file)
  const built = builtParts(statements)
  for (const statement of statements) {
    const { source } = statement
    if (!isNode(source) || !String(source['value']).startsWith('.')) continue
    const target = join(dirname(file), String(source['value']))
    const parts = importedNames(statement).flatMap((name) => built.get(name) ?? [])
    if (isOfValues(statement)) links.set(target, { kind: 'value', parts })
    else if (!links.has(target)) links.set(target, { kind: 'type', parts: [] })
  }
  return links
}

/** The constants that are built as `const pump = new Pump(…)`, by the name of the class. */
function builtParts(statements: readonly SyntaxNode[]): ReadonlyMap<string, string> {
  const built = new Map<string, string>()
  for (const { type, id, init } of nodesOf(statements)) {
    if (type !== 'VariableDeclarator' || !isNode(id) || !isNode(init)) continue
    if (init.type !== 'NewExpression' || !isNode(init['callee'])) continue
    built.set(String(init['callee']['name']), String(id['name']))
  }
  return built
}

function importedNames({ specifiers }: SyntaxNode): readonly string[] {
  if (!Array.isArray(specifiers)) return []
  return specifiers.map(({ local }: SyntaxNode) => (isNode(local) ? String(local['name']) : ''))
}

/** Whether a file calls a method of a part, as in `pump.kick()` or `this.#parts.pump.kick()`. */
function callsPart(root: string, file: string, part: string): boolean {
  for (const { type, callee } of nodesOf(parseFile(root, file))) {
    if (type !== 'CallExpression' || !isNode(callee) || !isNode(callee['object'])) continue
    const { object } = callee
    const name = isNode(object['property']) ? object['property']['name'] : object['name']
    if (name === part) return true
  }
  return false
}

/** Whether a statement imports at least one value. */
function isOfValues({ importKind, exportKind, specifiers }: SyntaxNode): boolean {
  if (importKind === 'type' || exportKind === 'type') return false
  if (!Array.isArray(specifiers) || specifiers.length === 0) return true
  return specifiers.some((one: SyntaxNode) => one['importKind'] !== 'type')
}
