/** Which answers of the intake tell of a refused caller. */
import { expect, it } from 'vitest'
import type { RefusedCaller } from '../../src/core/refused-caller.ts'
import { noteAnswer, noteUnnamedCaller, refusedCallerOf } from '../../src/http/refused-caller-of.ts'
import type { IntakeAnswer } from '../../src/edge/intake-answer.ts'
import { anIntake } from '../support/builders/an-intake.ts'
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

/** Notes by a function, and gives what was noted. */
function noted(
  note: (c: Parameters<typeof noteAnswer>[0], deps: Parameters<typeof noteAnswer>[1]) => void,
): readonly RefusedCaller[] {
  const refused: RefusedCaller[] = []
  const background: Promise<unknown>[] = []
  const raw = new Request('https://relay.example.com', {
    headers: { 'cf-connecting-ip': '198.51.100.7' },
  })
  const executionCtx = { waitUntil: (work: Promise<unknown>) => background.push(work) }
  const { deps } = anIntake({
    clientOf: () => expect.fail('No portal is asked'),
    now: () => NOW,
    noteRefusedCaller: async (one) => {
      refused.push(one)
    },
  })
  // Sound: the functions use these members alone.
  note({ req: { raw }, executionCtx } as unknown as Parameters<typeof noteAnswer>[0], deps)
  expect(background).toHaveLength(refused.length)
  return refused
}

it('an answer that refuses its caller is noted in the background, and no other one', () => {
  const request = { kind: 'robot', memberId: REQUEST.memberId } as const
  const answer = { kind: 'refused', code: 'untrusted' } as const
  expect(noted((c, deps) => noteAnswer(c, deps, { request, answer }))).toEqual([
    {
      at: NOW,
      network: '198.51.100',
      memberId: REQUEST.memberId,
      request: 'robot',
      reason: 'untrusted',
    },
  ])
  const taken = { kind: 'spilled' } as const
  expect(noted((c, deps) => noteAnswer(c, deps, { request, answer: taken }))).toEqual([])
})

it('a caller that names no portal is noted without one', () => {
  const caller = { request: 'unknown', reason: 'missing_credentials' } as const
  expect(noted((c, deps) => noteUnnamedCaller(c, deps, caller))).toEqual([
    { at: NOW, network: '198.51.100', memberId: null, ...caller },
  ])
})
