import { expect, test } from 'vitest'
import { mirror } from '../../../scripts/house/mirror.ts'
import { aProject } from '../../support/builders/scratch-project.ts'

const LOGIC = 'export function double(n: number): number {\n  return 2 * n\n}\n'

function problemsOf(files: Readonly<Record<string, string>>): readonly string[] {
  return mirror.check(aProject(files)).problems
}

test('a file with logic needs its test', () => {
  expect(problemsOf({ 'src/core/double.ts': LOGIC })).toEqual([
    'src/core/double.ts holds logic and has no test/core/double.test.ts',
  ])
  expect(problemsOf({ 'src/core/double.ts': LOGIC, 'test/core/double.test.ts': '' })).toEqual([])
})

test('a test of one aspect is not enough', () => {
  const files = { 'src/core/double.ts': LOGIC, 'test/core/double.speed.test.ts': '' }
  expect(problemsOf(files)).toHaveLength(1)
})

test.each([
  ['a function', 'export function f(): number {\n  return 1\n}\n'],
  ['an arrow function', 'export const f = () => 1\n'],
  ['a method', 'export class C {\n  f(): number {\n    return 1\n  }\n}\n'],
  ['a function in a value', 'export const all = { f: (n: number) => n }\n'],
])('%s is logic', (_, text) => {
  expect(problemsOf({ 'src/a.ts': text })).toHaveLength(1)
})

test.each([
  ['types', 'export interface A {\n  f(n: number): void\n}\nexport type B = () => number\n'],
  ['constants', 'export const A = 1\nexport const B = { c: [2] } as const\n'],
  ['texts', "export const TEXTS = { hello: 'function f() { return () => 1 }' }\n"],
])('%s are no logic', (_, text) => {
  expect(problemsOf({ 'src/a.ts': text })).toEqual([])
})

test('a test whose source file is gone is named', () => {
  const files = { 'test/core/gone.test.ts': '', 'test/core/gone.speed.test.ts': '' }
  expect(problemsOf(files)).toEqual([
    'test/core/gone.speed.test.ts names no source file',
    'test/core/gone.test.ts names no source file',
  ])
})

test('tests of the playground and of scripts stand beside their files, tests of the whole anywhere', () => {
  const files = {
    'playground/page.ts': LOGIC,
    'scripts/keys.mjs': '',
    'test/playground/page.test.ts': '',
    'test/scripts/keys.test.ts': '',
    'test/e2e/main-job.test.ts': '',
  }
  expect(problemsOf(files)).toEqual([])
  expect(problemsOf({ 'test/playground/gone.test.ts': '' })).toHaveLength(1)
})

test('a page needs a test as well, which is no page itself', () => {
  const page = 'export function Page() {\n  return <p>text</p>\n}\n'
  expect(problemsOf({ 'src/dashboard/page.tsx': page })).toEqual([
    'src/dashboard/page.tsx holds logic and has no test/dashboard/page.test.ts',
  ])
  expect(problemsOf({ 'src/dashboard/page.tsx': page, 'test/dashboard/page.test.ts': '' })).toEqual(
    [],
  )
})
