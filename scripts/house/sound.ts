/**
 * Every type assertion (`value as Type`) of the sources says why it holds, since the compiler does not check it. The
 * comment that ends in the line above says `Sound:` and the reason.
 */
import {
  isNode,
  listFiles,
  nodesOf,
  parseFile,
  readText,
  type Rule,
  type SyntaxNode,
} from './source.ts'

/** Every type assertion of the sources has its reason directly above it. */
export const sound: Rule = {
  name: 'sound',
  check(root) {
    const sources = listFiles(root, 'src')
    const found = sources.flatMap((file) => assertionsIn(root, file))
    return {
      problems: found
        .filter(({ isSound }) => !isSound)
        .map(
          ({ file, line }) =>
            `${file}:${line} asserts a type without a comment above it that says Sound:`,
        ),
      summary: `${found.length} lines of ${sources.length} files assert a type`,
    }
  },
}

/** A line in which an assertion begins. */
interface AssertingLine {
  readonly file: string
  readonly line: number
  readonly isSound: boolean
}

function assertionsIn(root: string, file: string): readonly AssertingLine[] {
  const text = readText(root, file)
  const lines = text.split('\n')
  const nodes = [...nodesOf(parseFile(root, file))].filter(isAssertion)
  const numbers = new Set(nodes.map(({ start }) => text.slice(0, Number(start)).split('\n').length))
  return [...numbers].map((line) => ({
    file,
    line,
    isSound: commentAbove(lines, line).includes('Sound: '),
  }))
}

function isAssertion({ type, typeAnnotation }: SyntaxNode): boolean {
  if (type === 'TSTypeAssertion') return true
  return type === 'TSAsExpression' && !isConst(typeAnnotation)
}

function isConst(type: unknown): boolean {
  return isNode(type) && isNode(type['typeName']) && type['typeName']['name'] === 'const'
}

/** The comment that ends above a line, which is counted from 1; empty where something else stands there. */
function commentAbove(lines: readonly string[], line: number): string {
  const above = lines.slice(0, line - 1)
  const begin = above.findLastIndex((one) => !/^\s*(?:\/\/|\/\*|\*)/.test(one)) + 1
  return above.slice(begin).join('\n')
}
