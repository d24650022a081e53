/** Which refusals are noted: the first of a kind at once, then few. */
import { expect, it } from 'vitest'
import type { RefusedCaller } from '../../../src/core/refused-caller.ts'
import { NOTE_INTERVAL_MS, RefusalSampler } from '../../../src/edge/callers/refusal-sampler.ts'
import { NOW } from '../../support/time.ts'

const STRANGER = { isKnown: false }

function refused(changes: Partial<RefusedCaller> = {}): RefusedCaller {
  const memberId = 'a'.repeat(32)
  return {
    at: NOW,
    network: '198.51.100',
    memberId,
    request: 'event',
    reason: 'untrusted',
    ...changes,
  }
}

it('takes the first of a kind at once, then one in ten seconds, whoever calls', () => {
  const sampler = new RefusalSampler()
  const at = (ms: number) =>
    sampler.takes(refused({ at: NOW + ms, memberId: ms.toString(16).padStart(32, '0') }), STRANGER)
  expect([0, 1, NOTE_INTERVAL_MS - 1, NOTE_INTERVAL_MS, NOTE_INTERVAL_MS + 1].map(at)).toEqual([
    true,
    false,
    false,
    true,
    false,
  ])
})

it('tells apart why, what was wanted, and whether the edge knows the portal', () => {
  const sampler = new RefusalSampler()
  expect([
    sampler.takes(refused(), STRANGER),
    sampler.takes(refused({ reason: 'too_many_requests' }), STRANGER),
    sampler.takes(refused({ request: 'uninstall' }), STRANGER),
    sampler.takes(refused(), { isKnown: true }),
    sampler.takes(refused(), { isKnown: true }),
  ]).toEqual([true, true, true, true, false])
})
