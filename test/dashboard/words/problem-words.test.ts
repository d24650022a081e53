import { expect, test } from 'vitest'
import { explainProblem } from '../../../src/dashboard/words/problem-words.ts'

test('a problem of a lane names its destination', () => {
  expect(explainProblem('lane_disabled', 'erp')).toEqual({
    tone: 'bad',
    text: 'erp is disabled, and its events wait',
  })
  expect(explainProblem('pending', null).text).toMatch(/^an installation waits/)
})

test('a word that is not known is told as it is', () => {
  expect(explainProblem('toString', null)).toEqual({ tone: 'bad', text: 'toString' })
})
