/** Which refusals are noted: the first of a kind at once, then few. */
import { expect, it } from 'vitest'
import { NOTE_INTERVAL_MS, RefusalSampler } from '../../../src/edge/callers/refusal-sampler.ts'
import { aRefusedCaller } from '../../support/builders/a-refused-caller.ts'
import { NOW } from '../../support/time.ts'

const STRANGER = { isKnown: false }

it('takes the first of a kind at once, then one in ten seconds, whoever calls', () => {
  const sampler = new RefusalSampler()
  const at = (ms: number) =>
    sampler.takes(
      aRefusedCaller({ at: NOW + ms, memberId: ms.toString(16).padStart(32, '0') }),
      STRANGER,
    )
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
    sampler.takes(aRefusedCaller(), STRANGER),
    sampler.takes(aRefusedCaller({ reason: 'too_many_requests' }), STRANGER),
    sampler.takes(aRefusedCaller({ request: 'uninstall' }), STRANGER),
    sampler.takes(aRefusedCaller(), { isKnown: true }),
    sampler.takes(aRefusedCaller(), { isKnown: true }),
  ]).toEqual([true, true, true, true, false])
})
