import { expect, test } from 'vitest'
import { sleeps } from '../../../scripts/house/sleeps.ts'
import { aProject } from '../../support/builders/scratch-project.ts'

function problemsOf(files: Readonly<Record<string, string>>): readonly string[] {
  return sleeps.check(aProject(files)).problems
}

test.each([
  'await scheduler.wait(50)',
  'await new Promise((done) => setTimeout(done, 50))',
  'globalThis.setTimeout(() => {}, 5)',
  "import { setTimeout as sleep } from 'node:timers/promises'",
])('a test that sleeps by %s is named', (text) => {
  expect(problemsOf({ 'test/core/glob.test.ts': `${text}\n` })).toEqual([
    'test/core/glob.test.ts sleeps instead of waiting for what it looks at',
  ])
})

test.each([
  'await until(() => lane.wait === 1)',
  "vi.useFakeTimers({ toFake: ['setTimeout'] })",
  'expect(globalThis.setTimeout).toBe(timer)',
])('%s is no sleep', (text) => {
  expect(problemsOf({ 'test/core/glob.test.ts': `${text}\n` })).toEqual([])
})

test('what tests are supported by may sleep', () => {
  expect(problemsOf({ 'test/support/until.ts': 'await scheduler.wait(2)\n' })).toEqual([])
})

test('an exception that needs none is named', () => {
  const test = 'test/portal/wait-at-most.test.ts'
  expect(problemsOf({ [test]: 'setTimeout(done)\n' })).toEqual([])
  expect(problemsOf({ [test]: 'done()\n' })).toEqual([`${test} is an exception and does not sleep`])
})
