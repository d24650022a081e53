/** The things that the rules of the house read: files of a project, and the syntax of one file. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAst } from 'vitest/node'

/** A rule of the house. */
export interface Rule {
  readonly name: string
  /** Looks at the project in a folder. */
  check(root: string): Verdict
}

/** The answer of a rule. */
export interface Verdict {
  /** One sentence for each thing that is against the rule. */
  readonly problems: readonly string[]
  /** The files or names that were looked at, in one line. */
  readonly summary: string
}

/** A node of a syntax tree, as far as all nodes are alike. */
export interface SyntaxNode {
  readonly type: string
  readonly [member: string]: unknown
}

/**
 * All files below a folder whose names end so, as paths from `root` with `/`; none when there is no folder. By default
 * they are the files of TypeScript, pages (`.tsx`) among them.
 */
export function listFiles(
  root: string,
  folder: string,
  ending: string | null = null,
): readonly string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .filter((file) => (ending === null ? /\.tsx?$/.test(file) : file.endsWith(ending)))
    .toSorted()
}

/** The text of a file of the project. */
export function readText(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8').replaceAll('\r\n', '\n')
}

/** The statements of a TypeScript file. */
export function parseFile(root: string, file: string): readonly SyntaxNode[] {
  // Sound: every node of a syntax tree is an object with a type.
  return parseAst(readText(root, file), { lang: file.endsWith('x') ? 'tsx' : 'ts' })
    .body as unknown as readonly SyntaxNode[]
}

/** Every node in a piece of a syntax tree. */
export function* nodesOf(tree: unknown): Generator<SyntaxNode> {
  if (Array.isArray(tree)) {
    for (const part of tree) yield* nodesOf(part)
    return
  }
  if (!isNode(tree)) return
  yield tree
  for (const member of Object.values(tree)) yield* nodesOf(member)
}

/** Whether a value is a node of a syntax tree. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value
}

/** Whether a file has a function with a body. One without holds only types, constants or texts. */
export function holdsLogic(root: string, file: string): boolean {
  const functions = ['ArrowFunctionExpression', 'FunctionDeclaration', 'FunctionExpression']
  for (const node of nodesOf(parseFile(root, file))) {
    if (functions.includes(node.type) && isNode(node['body'])) return true
  }
  return false
}
