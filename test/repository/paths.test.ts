/** Every file that a document names exists, so that no promise points to a test that was moved away. */
import { describe, expect, it } from 'vitest'

const DOCUMENTS = import.meta.glob<string>(['../../*.md', '../../docs/*.md', '../README.md'], {
  query: '?raw',
  import: 'default',
  eager: true,
})

const FILES = Object.keys(
  import.meta.glob([
    '../../{src,test,playground,scripts,docs}/**/*',
    '../../*',
    '!**/node_modules/**',
  ]),
).map((path) =>
  path
    .replace('../../', '')
    .replace(/^\.\.\//u, 'test/')
    .replace(/^\.\//u, 'test/repository/'),
)

/** Paths in backticks, as far as they name a file or a folder of the repository. */
function namedPaths(text: string): readonly string[] {
  const quoted = [...text.matchAll(/`((?:src|test|playground|scripts|docs)\/[\w./*{},-]+)`/gu)]
  return [...new Set(quoted.map(([, path = '']) => path))]
}

function exists(path: string): boolean {
  const isFolder = !/\.\w+$/u.test(path)
  const pattern = path
    .replace(/\/$/u, '')
    .replaceAll(/[.+]/gu, String.raw`\$&`)
    .replaceAll('**/', '(?:.+/)?')
    .replaceAll(/\*(?!\))/gu, '[^/]*')
    .replaceAll(/\{(?<list>[^}]*)\}/gu, (_all, list: string) => `(?:${list.replaceAll(',', '|')})`)
  const expression = new RegExp(`^${pattern}${isFolder ? '/' : '$'}`, 'u')
  return FILES.some((file) => expression.test(file))
}

describe.each(Object.entries(DOCUMENTS))('%s', (_document, text) => {
  it('names only files that exist', () => {
    // The page of the tests names its files from its own folder on.
    const missing = namedPaths(text).filter((path) => !exists(path) && !exists(`test/${path}`))
    expect(missing).toEqual([])
  })
})

it('The documents name tests at all', () => {
  expect(Object.values(DOCUMENTS).flatMap(namedPaths).length).toBeGreaterThan(20)
})
