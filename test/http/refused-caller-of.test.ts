/** Which answers of the intake tell of a refused caller. */
import { expect, it } from 'vitest'
import { refusedCallerOf } from '../../src/http/refused-caller-of.ts'
import type { IntakeAnswer } from '../../src/edge/intake-answer.ts'
import { NOW } from '../support/time.ts'

const REQUEST = {
  kind: 'notice',
  name: 'ONAPPTEST',
  memberId: 'a'.repeat(32),
  applicationToken: 'secret-token',
} as const
const SOURCE = { address: '198.51.100.7', at: NOW }

it.each<[reason: string, answer: IntakeAnswer]>([
  ['untrusted', { kind: 'refused', code: 'untrusted' }],
  ['too_many_requests', { kind: 'refused', code: 'too_many_requests' }],
  ['token_expired', { kind: 'refused', code: 'untrusted', reason: 'token_expired' }],
])('%s, with nothing of the request but its portal', (reason, answer) => {
  expect(refusedCallerOf(REQUEST, answer, SOURCE)).toEqual({
    at: NOW,
    network: '198.51.100',
    memberId: REQUEST.memberId,
    request: 'notice',
    reason,
  })
})

it.each<IntakeAnswer>([
  { kind: 'spilled' },
  { kind: 'refused', code: 'not_stored' },
  { kind: 'refused', code: 'portal_full' },
])('none for %j', (answer) => {
  expect(refusedCallerOf(REQUEST, answer, SOURCE)).toBeNull()
})
