import { expect, test } from 'vitest'
import { pages } from '../../../scripts/house/pages.ts'
import { aProject } from '../../support/node/scratch-project.ts'

function problemsOf(files: Readonly<Record<string, string>>): readonly string[] {
  return pages.check(aProject({ 'package.json': '{"scripts":{"keys":""}}', ...files })).problems
}

test('a file that is named and not there is found', () => {
  expect(problemsOf({ 'README.md': 'See `test/built/kill.test.ts`.' })).toEqual([
    'README.md names test/built/kill.test.ts, which does not exist',
  ])
})

test('a folder that is named and not there is found', () => {
  const files = { 'src/core/glob.ts': '', 'README.md': 'In `src/core/` and `src/gone`.' }
  expect(problemsOf(files)).toEqual(['README.md names src/gone, which does not exist'])
})

test('a file may be named from the root, from src, from test, or from beside the page', () => {
  const page = '`src/core/glob.ts`, `core/glob.ts`, `core/glob.test.ts`, `other.md`, `glob.ts`'
  const files = { 'src/core/glob.ts': '', 'test/core/glob.test.ts': '', 'docs/other.md': '' }
  expect(problemsOf({ ...files, 'docs/page.md': page })).toEqual([])
})

test('stars and braces stand for the files that there are', () => {
  const page = '`core/*.test.ts` and `core/{a,b}.test.ts` and `core/{c,d}.test.ts`'
  expect(problemsOf({ 'test/core/a.test.ts': '', 'test/README.md': page })).toEqual([
    'test/README.md names core/{c,d}.test.ts, which does not exist',
  ])
})

test('a script that is named and not there is found', () => {
  expect(problemsOf({ 'CONTRIBUTING.md': '`npm run keys`, then `npm run doors`' })).toEqual([
    'CONTRIBUTING.md names npm run doors, which does not exist',
  ])
})

test('decision records tell of their own day', () => {
  expect(problemsOf({ 'docs/decisions/0001-x.md': '`gone.ts`' })).toEqual([])
})
