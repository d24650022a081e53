import { expect, test } from 'vitest'
import { pages } from '../../../scripts/house/pages.ts'
import { aProject } from '../../support/builders/scratch-project.ts'

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

test('a file that git ignores is written by the reader', () => {
  const page = '`own.toml`, `.tool/a/state.json`, `other.toml`'
  expect(problemsOf({ '.gitignore': '.tool/\nown.toml\n*.log\n', 'README.md': page })).toEqual([
    'README.md names other.toml, which does not exist',
  ])
})

test('a script that is named and not there is found', () => {
  expect(problemsOf({ 'CONTRIBUTING.md': '`npm run -s keys`, then `npm run doors`' })).toEqual([
    'CONTRIBUTING.md names npm run doors, which does not exist',
  ])
})

test('a decision record may name a file that is gone, if the list of the records tells of it', () => {
  const record = { 'docs/decisions/0001-x.md': '`core/gone.ts`' }
  expect(problemsOf(record)).toEqual([
    'docs/decisions/0001-x.md names core/gone.ts, which is gone, and docs/decisions/README.md does not say where it is',
  ])
  const list = 'core/gone.ts is `core/there.ts`'
  const files = { 'src/core/there.ts': '', 'docs/decisions/README.md': list }
  expect(problemsOf({ ...record, ...files })).toEqual([])
})

test('the list of the records names files of today', () => {
  expect(problemsOf({ 'docs/decisions/README.md': '`core/gone.ts`' })).toEqual([
    'docs/decisions/README.md names core/gone.ts, which does not exist',
  ])
})

test('a line of prose that is too long is named, where it could be broken', () => {
  const long = `${'word '.repeat(30)}end`
  expect(problemsOf({ 'docs/page.md': `# Page\n\n${long}\n- ${long}\n` })).toEqual([
    'docs/page.md has more than 120 characters in line 3',
    'docs/page.md has more than 120 characters in line 4',
  ])
  const address = `[some words](https://example.com/${'x'.repeat(120)})`
  const free = [`| ${long} |`, `\`\`\`\n${long}\n\`\`\``, `- ${address}`, `# ${long}`]
  expect(problemsOf({ 'docs/page.md': `${free.join('\n\n')}\n` })).toEqual([])
  expect(problemsOf({ 'CHANGELOG.md': long, 'docs/glossary.md': long })).toEqual([])
})
