/**
 * ARCHITECTURE.md names the files through which an event goes, in order. A reader can follow them only if each is
 * reached from one before it, so each has to be imported by an earlier one.
 *
 * A file that only builds a part (`const pump = new Pump(…)`, or `this.#groups = new CommitGroups(…)` inside of another
 * part) does not use it. There the import counts only when one of the earlier files calls that part (`pump.kick()`,
 * `this.#groups.add()`), so that the reader meets the call and not just the construction.
 *
 * Below the list a table names the files that do a part of a step. Each has to be reached in the same way, from the
 * file of its step or from one before it.
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
    const { steps, uses } = readWay(readText(root, PAGE))
    const files = steps.flat()
    const summary = `an event goes through ${files.length} files, which use ${uses.length} more`
    const named = [...files, ...uses.map(({ file }) => file)]
    const gone = named.filter((file) => !existsSync(join(root, file)))
    if (gone.length > 0) return { problems: gone.map((file) => `${file} does not exist`), summary }
    const problems: string[] = []
    if (files.length > MOST) problems.push(`${files.length} files are more than ${MOST}`)
    if (files[0] !== FIRST) problems.push(`The way begins with ${files[0]}, not with ${FIRST}`)
    if (files.at(-1) !== LAST) problems.push(`The way ends with ${files.at(-1)}, not with ${LAST}`)
    const imports = new Map([ENTRY, ...files].map((file) => [file, importsOf(root, file)]))
    const project = { root, imports }
    for (const [index, file] of files.entries()) {
      const earlier = files.slice(0, index)
      if (index > 0) problems.push(...unreached(project, { file, earlier }))
    }
    for (const { step, file } of uses) {
      const earlier = steps.slice(0, step).flat()
      problems.push(...unreached(project, { file, earlier }))
    }
    return { problems, summary }
  },
}

interface Project {
  readonly root: string
  /** The imports of each file of the way, and of the entry. */
  readonly imports: ReadonlyMap<string, ReadonlyMap<string, Link>>
}

/** The problem of a file to which no earlier one leads; nothing for a file that is reached. */
function unreached(
  { root, imports }: Project,
  { file, earlier }: { readonly file: string; readonly earlier: readonly string[] },
): readonly string[] {
  const links = earlier.flatMap((one) => imports.get(one)?.get(file) ?? [])
  const isCalled = imports.get(ENTRY)?.get(file)?.kind === 'value'
  const isTypeEnough = isCalled || !holdsLogic(root, file)
  const isReached = links.some(({ kind }) => kind === 'value' || isTypeEnough)
  if (!isReached) return [`${file} is imported by no file before it`]
  const built = links.flatMap(({ parts }) => parts)
  const isOnlyBuilt =
    built.length > 0 && links.every(({ kind, parts }) => kind === 'type' || parts.length > 0)
  const isUsed = built.some((part) => earlier.some((one) => callsPart(root, one, part)))
  return isOnlyBuilt && !isUsed ? [`${file} is built before, and called by no file before it`] : []
}

/** The way as the page tells it. */
interface Way {
  /** The files of each step, with `src/` before them. */
  readonly steps: readonly (readonly string[])[]
  /** The files of the table below the steps. */
  readonly uses: readonly { readonly step: number; readonly file: string }[]
}

function readWay(page: string): Way {
  const [, section = ''] = page.split(`\n${HEADING}\n`)
  const [part = ''] = section.split('\n## ')
  const items = part.match(/^\d+\. .*(?:\n {2,}.*)*/gm) ?? []
  const rows = [...part.matchAll(/^\| (\d+) \| ([^|]*) \|/gm)]
  const seen = new Set<string>()
  const steps = items.map((item) =>
    filesIn(item).filter((file) => !seen.has(file) && seen.add(file)),
  )
  const uses = rows.flatMap(([, step, cell = '']) =>
    filesIn(cell).map((file) => ({ step: Number(step), file })),
  )
  return { steps, uses }
}

/** Every file that a text names. */
function filesIn(text: string): readonly string[] {
  const named = [...text.matchAll(/`([\w./-]+\.ts)`/g)].map(([, file = '']) => file)
  return named.map((file) => (file.startsWith('src/') ? file : `src/${file}`))
}

/** How a file reaches another one. */
interface Link {
  readonly kind: 'value' | 'type'
  /** The names of the constants and members that it builds from classes of that file. */
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

/**
 * The parts that a file builds, by the name of the class: constants (`const pump = new Pump(…)`) and members of a class
 * (`#reads = new Reads(…)`, or `this.#reads = new Reads(…)` in its constructor).
 */
function builtParts(statements: readonly SyntaxNode[]): ReadonlyMap<string, string> {
  const built = new Map<string, string>()
  for (const node of nodesOf(statements)) {
    const [target, value] = BUILDINGS[node.type]?.(node) ?? []
    if (!isNode(target) || !isNode(value)) continue
    if (value.type !== 'NewExpression' || !isNode(value['callee'])) continue
    const { property } = target
    const name = isNode(property) ? property['name'] : target['name']
    built.set(String(value['callee']['name']), String(name))
  }
  return built
}

/** The target and the value of each kind of statement that can build a part. */
const BUILDINGS: Readonly<Record<string, (node: SyntaxNode) => readonly [unknown, unknown]>> = {
  VariableDeclarator: ({ id, init }) => [id, init],
  PropertyDefinition: ({ key, value }) => [key, value],
  AssignmentExpression: ({ left, right }) => [left, right],
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
