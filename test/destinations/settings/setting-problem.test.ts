import { expect, test } from 'vitest'
import { err, ok } from '../../../src/core/result.ts'
import { problemsOf } from '../../../src/destinations/settings/setting-problem.ts'

const [URL_PROBLEM, TOKEN_PROBLEM, CHAT_PROBLEM] = ['url', 'token', 'chat'].map((setting) => ({
  setting,
  problem: 'Must be set',
}))

test('problemsOf() lists the problems of all settings, in their order', () => {
  if (!URL_PROBLEM || !TOKEN_PROBLEM || !CHAT_PROBLEM) throw new Error('Three problems are needed')
  expect(problemsOf(err(URL_PROBLEM), ok(1), err([TOKEN_PROBLEM, CHAT_PROBLEM]))).toEqual([
    URL_PROBLEM,
    TOKEN_PROBLEM,
    CHAT_PROBLEM,
  ])
  expect(problemsOf(ok('x'), ok(null))).toEqual([])
})
