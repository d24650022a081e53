import { describe, expect, it } from 'vitest'
import type { ExactFate } from '../../../src/core/lanes/state/fate.ts'
import { fateOf } from '../../../src/core/lanes/fate-of.ts'
import { aLane, anEntry, type LaneMembers } from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

const EXACT: ExactFate = {
  sequence: 5,
  state: 'parked',
  reason: 'http_422',
  status: 422,
  at: NOW,
  attempts: 3,
}
const RECENT = { sequence: 5, state: 'delivered' as const, at: NOW + 1, attempts: 1 }
const NONE = { exact: null, digestRecord: null, filteredBy: null }
const UNTIMED = { at: null, attempts: null }
const FAILURE = { reason: 'http_503', detail: null, status: 503, at: NOW } as const

describe('fateOf() an event of a digest under way', () => {
  const lane = aLane({ cursor: 1, gathering: { underWay: [2, 3, 5], halves: [[6], [8, 9]] } })

  it.each([
    [3, { first: 2, last: 5, count: 3 }],
    [6, null],
    [9, { first: 8, last: 9, count: 2 }],
    [10, null],
  ])('%i waits in the digest %j', (sequence, digest) => {
    expect(fateOf(lane, anEntry({ sequence }), NONE)).toMatchObject({ state: 'waiting', digest })
  })
})

describe('fateOf() event 5', () => {
  const passed = { cursor: 5 }
  const retrying = { cursor: 4, attempts: 2, lastError: FAILURE }
  const disabled = { status: 'disabled', disabledReason: 'gone' } as const

  it.each<[string, LaneMembers, Partial<Parameters<typeof fateOf>[2]>, object]>([
    [
      'is what was written down, before everything else',
      { cursor: 5, recent: [RECENT] },
      { exact: EXACT, filteredBy: { reason: 'event' } },
      { state: 'parked', at: NOW, attempts: 3, reason: 'http_422', status: 422 },
    ],
    [
      'is what the lane remembers, although the filter has changed',
      { cursor: 5, recent: [{ ...RECENT, sequence: 4, attempts: 9 }, RECENT] },
      { filteredBy: { reason: 'event' } },
      { state: 'delivered', at: NOW + 1, attempts: 1, reason: null },
    ],
    [
      'is parked as the lane remembers',
      { cursor: 5, recent: [{ ...RECENT, state: 'parked' }] },
      {},
      { state: 'parked', at: NOW + 1, attempts: 1, reason: null },
    ],
    [
      'is filtered with the reason, behind the cursor',
      passed,
      { filteredBy: { reason: 'field' } },
      { state: 'filtered', ...UNTIMED, reason: 'field' },
    ],
    [
      'is filtered with the reason, before the cursor',
      { cursor: 4 },
      { filteredBy: { reason: 'no_value' } },
      { state: 'filtered', ...UNTIMED, reason: 'no_value' },
    ],
    [
      'is filtered with the condition that it does not meet',
      passed,
      { filteredBy: { reason: 'condition', condition: 'data.ID = 7' } },
      { state: 'filtered', ...UNTIMED, reason: 'condition', condition: 'data.ID = 7' },
    ],
    [
      'is delivered when the cursor has passed it',
      passed,
      {},
      { state: 'delivered', ...UNTIMED, reason: null },
    ],
    [
      'waits with the attempts of the front',
      retrying,
      {},
      { state: 'waiting', at: null, attempts: 2, reason: 'http_503' },
    ],
    [
      'waits with the failure of its first attempt',
      { ...retrying, attempts: 1 },
      {},
      { state: 'waiting', at: null, attempts: 1, reason: 'http_503' },
    ],
    [
      'waits untouched behind the front',
      { ...retrying, cursor: 3 },
      {},
      { state: 'waiting', at: null, attempts: 0, reason: null },
    ],
    [
      'waits as the front without the failure of another event',
      { ...retrying, attempts: 0 },
      {},
      { state: 'waiting', at: null, attempts: 0, reason: null },
    ],
    [
      'waits as the front whose failure is not known',
      { ...retrying, lastError: null },
      {},
      { state: 'waiting', at: null, attempts: 2, reason: null },
    ],
    [
      'waits for the reason that disabled the lane',
      { ...retrying, ...disabled },
      {},
      { state: 'waiting', at: null, attempts: 2, reason: 'gone' },
    ],
    [
      'waits for that reason behind the front too',
      { ...retrying, ...disabled, cursor: 2 },
      {},
      { state: 'waiting', at: null, attempts: 0, reason: 'gone' },
    ],
  ])('%s', (_name, lane, known, expected) => {
    expect(fateOf(aLane(lane), anEntry({ sequence: 5 }), { ...NONE, ...known })).toEqual({
      status: null,
      digest: null,
      ...expected,
    })
  })
})

describe('the digest in a fate', () => {
  const entry = anEntry({ sequence: 5 })
  const known = { ...NONE, digestRecord: { sequences: [3, 5, 9], at: NOW, attempts: 2 } }

  it('names the first and the last event of the message, and how many it told', () => {
    expect(fateOf(aLane({ cursor: 9 }), entry, known)).toEqual({
      status: null,
      state: 'delivered',
      at: NOW,
      attempts: 2,
      reason: null,
      digest: { first: 3, last: 9, count: 3 },
    })
  })

  it('is the one under way for an event that waits in it', () => {
    const { digest } = fateOf(aLane({ cursor: 4, gathering: { underWay: [5, 6] } }), entry, NONE)
    expect(digest).toEqual({ first: 5, last: 6, count: 2 })
    expect(
      fateOf(aLane({ cursor: 4, gathering: { underWay: [6, 7] } }), entry, NONE).digest,
    ).toBeNull()
  })
})
