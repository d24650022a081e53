import { expect, it } from 'vitest'
import { eventAnswer } from '../../src/http/event-answer.ts'
import { answerOf } from '../support/worker/edge.ts'
import { refused } from '../support/worker/refusals.ts'

it('says what became of an event, and names only what holds', async () => {
  const stored = { kind: 'stored', sequence: 7, duplicate: false, quarantined: false } as const
  expect(await answerOf(eventAnswer(stored))).toEqual({
    status: 200,
    body: { accepted: true, sequence: 7 },
  })
  const doubtful = { ...stored, duplicate: true, quarantined: true }
  expect(await answerOf(eventAnswer(doubtful))).toMatchObject({
    body: { accepted: true, sequence: 7, duplicate: true, quarantined: true },
  })
  const answer = { kind: 'refused', code: 'too_many_hints' } as const
  expect(await answerOf(eventAnswer(answer))).toEqual(refused('too_many_hints'))
})
