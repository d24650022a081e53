import { expect, test } from 'vitest'
import { explainProblem, explainState } from '../../../src/dashboard/words/state-words.ts'

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

test('a state has a sentence on the page of its portal, and words behind a name in the list', () => {
  expect(explainState('suspended').text).toMatch(/^The portal does not answer the relay/)
  expect(explainProblem('suspended', null)).toEqual({
    tone: 'bad',
    text: 'it does not answer the relay, because of its plan or because it is closed',
  })
})
