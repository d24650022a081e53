/**
 * SQL stands only in files that are named for it, so that the reader of a table finds everybody who touches
 * its rows: `…-store.ts`, `…-rows.ts`, `migrations.ts`, `database.ts`.
 */
import { listFiles, nodesOf, parseFile, isNode, type Rule, type SyntaxNode } from './source.ts'

const PLACES = /(?:-store|-rows|\/migrations|\/database)\.ts$/

const STATEMENT =
  /^\s*(?:SELECT\s|INSERT\s+(?:OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|REPLACE\s+INTO\s|CREATE\s+(?:UNIQUE\s+)?(?:TABLE|INDEX)\s|ALTER\s+TABLE\s|DROP\s+(?:TABLE|INDEX)\s|WITH\s+\w+\s+AS\s|PRAGMA\s)/

/** No text that is an SQL statement stands elsewhere. */
export const sql: Rule = {
  name: 'sql',
  check(root) {
    const files = listFiles(root, 'src')
    const others = files.filter((file) => !PLACES.test(file))
    const problems = others.flatMap((file) => {
      const found = [...nodesOf(parseFile(root, file))].map(textOf)
      const statement = found.find((text) => STATEMENT.test(text))
      const short = statement?.trim().replaceAll(/\s+/g, ' ').slice(0, 50)
      return short === undefined ? [] : [`${file} holds SQL: ${short}`]
    })
    return { problems, summary: `${files.length - others.length} files may hold SQL` }
  },
}

/** A text in the source; of a template the part before its first value. */
function textOf(node: SyntaxNode): string {
  if (node.type === 'Literal') return typeof node['value'] === 'string' ? node['value'] : ''
  const quasis = node.type === 'TemplateLiteral' ? node['quasis'] : null
  const first: unknown = Array.isArray(quasis) ? quasis[0] : null
  return isNode(first) ? String(Object(first['value']).cooked) : ''
}
