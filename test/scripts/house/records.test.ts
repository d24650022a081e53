import { expect, test } from 'vitest'
import { records } from '../../../scripts/house/records.ts'
import { aProject } from '../../support/builders/scratch-project.ts'

const ONE = '| [0001](0001-log.md) | the log |'
const TWO = '| [0002](0002-lanes.md) | the lanes |'
const TABLE =
  '## What a later record has changed\n\n| record | said there | today |\n| --- | --- | --- |'

function problemsOf({
  rows = [ONE, TWO],
  changes = '',
  second = 'Lanes.',
}: {
  rows?: readonly string[]
  changes?: string
  second?: string
}): readonly string[] {
  const project = aProject({
    'docs/decisions/0001-log.md': '# 0001. The log\n',
    'docs/decisions/0002-lanes.md': `# 0002. Lanes\n\n${second}\n`,
    'docs/decisions/README.md': `# Records\n\n${rows.join('\n')}\n\n${TABLE}\n${changes}\n`,
  })
  return records.check(project).problems
}

test('a list with each record once, in the order of the numbers, is in order', () => {
  expect(problemsOf({})).toEqual([])
})

test('a record that is not listed, or twice, is named', () => {
  expect(problemsOf({ rows: [ONE] })).toEqual([
    '0002-lanes.md stands 0 times in docs/decisions/README.md',
  ])
  expect(problemsOf({ rows: [ONE, TWO, TWO] })).toContain(
    '0002-lanes.md stands 2 times in docs/decisions/README.md',
  )
})

test('a row without a record, or with the number of another one, is named', () => {
  expect(problemsOf({ rows: [ONE, TWO, '| [0003](0003-gone.md) | gone |'] })).toEqual([
    'docs/decisions/README.md lists 0003-gone.md, which does not exist',
  ])
  expect(problemsOf({ rows: [ONE, '| [0003](0002-lanes.md) | the lanes |'] })).toEqual([
    'docs/decisions/README.md gives 0002-lanes.md the number 0003',
  ])
})

test('the order of the numbers counts', () => {
  expect(problemsOf({ rows: [TWO, ONE] })).toEqual([
    '0001-log.md stands behind a higher number in docs/decisions/README.md',
  ])
})

test.each([
  'Supersedes the exception of [0001](0001-log.md).',
  'So this supersedes the last\nsentence of 0001.',
  'Changes a part of [0001](0001-log.md).',
  '**Limits** (takes the place of what 0001 says).',
  '**Pending** (in the place of 0001).',
])('a change of an older record stands in the table: %s', (second) => {
  expect(problemsOf({ second })).toEqual([
    'docs/decisions/0002-lanes.md changes 0001, and "What a later record has changed" does not say so',
  ])
  expect(problemsOf({ second, changes: '| 0001 | a log | two logs (0002) |' })).toEqual([])
})
