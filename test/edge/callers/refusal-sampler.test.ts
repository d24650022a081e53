/** Which refusals are noted: the first of a kind at once, then few. */
import { expect, it } from 'vitest'
import {
  LINE_INTERVAL_MS,
  NOTE_INTERVAL_MS,
  RefusalSampler,
} from '../../../src/edge/callers/refusal-sampler.ts'
import { aRefusedCaller } from '../../support/builders/a-refused-caller.ts'
import { NOW } from '../../support/time.ts'
import { memberIdOf } from '../../support/identity.ts'

const STRANGER = { isKnown: false }

it('takes the first of a kind at once, then one in ten seconds, whoever calls', () => {
  const sampler = new RefusalSampler()
  const at = (ms: number) =>
    sampler.takes(aRefusedCaller({ at: NOW + ms, memberId: memberIdOf(ms) }), STRANGER)
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

it('lets a line be written once an hour for each known portal, and once for all strangers together', () => {
  const sampler = new RefusalSampler()
  const line = (memberId: string, ms: number, isKnown: boolean) =>
    sampler.takesLine(aRefusedCaller({ memberId: memberId.repeat(32), at: NOW + ms }), { isKnown })
  expect([line('a', 0, true), line('b', 1, true), line('a', 2, true)]).toEqual([true, true, false])
  expect([line('c', 3, false), line('d', 4, false)]).toEqual([true, false])
  expect(line('a', LINE_INTERVAL_MS, true)).toBe(true)
})
