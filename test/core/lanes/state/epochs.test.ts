import { describe, expect, it } from 'vitest'
import {
  epochAt,
  epochOf,
  filterOf,
  keepEpoch,
  matchEpoch,
} from '../../../../src/core/lanes/state/epochs.ts'
import type { Epoch, LaneState } from '../../../../src/core/lanes/state/lane-state.ts'
import { aLane, anEpoch } from '../../../support/builders/a-lane.ts'

describe('epochAt()', () => {
  const lane = aLane({ epochs: [3, 5, 9].map((from) => anEpoch({ from })) })

  it.each([
    [2, undefined],
    [3, 3],
    [4, 3],
    [5, 5],
    [8, 5],
    [9, 9],
    [1000, 9],
  ])('event %i was decided by the epoch from %s', (sequence, from) => {
    expect(epochAt(lane, sequence)?.from).toBe(from)
  })
})

/** The lane under a filter, when at most the events up to `decidedUpTo` were decided by the former one. */
function match(lane: LaneState, filter: Epoch, decidedUpTo = 0): LaneState {
  return matchEpoch(lane, { filter, decidedUpTo: () => decidedUpTo })
}

describe('matchEpoch()', () => {
  const first = anEpoch({ events: ['a'], fields: ['x'] })
  const lane = aLane({ cursor: 4, epochs: [first] })

  it('changes nothing when the last epoch has the same filter', () => {
    expect(match(lane, { ...first, events: ['a'] })).toBe(lane)
  })

  it.each([
    { events: ['b'] },
    { events: ['a', 'b'] },
    { events: [] },
    { fields: ['y'] },
    { users: ['!512'] },
    { when: ['data.ID = 7'] },
    { silent: 'portal' as const },
    { skipsUnchanged: true },
  ])('begins an epoch after the cursor for %j', (change) => {
    const next = { ...first, ...change, from: 5 }
    expect(match(lane, { ...first, ...change })).toEqual({ ...lane, epochs: [first, next] })
  })

  it.each([
    ['the cursor', {}, 0, 5],
    ['what may have been sent', {}, 14, 15],
    ['the digest under way', { gathering: { underWay: [6, 9] } }, 0, 10],
    ['the last of them', { gathering: { underWay: [6, 9] } }, 12, 13],
  ])('begins an epoch behind %s', (_case, changes, decidedUpTo, from) => {
    const next = anEpoch({ events: ['b'] })
    const matched = match(aLane({ ...lane, ...changes }), next, decidedUpTo)
    expect(matched.epochs).toEqual([first, { ...next, from }])
  })

  it('looks at what may have been sent only when the filter has changed', () => {
    const decidedUpTo = () => expect.unreachable()
    expect(matchEpoch(lane, { filter: first, decidedUpTo })).toBe(lane)
  })

  it('takes an epoch of an older version for one without users and conditions', () => {
    expect(match(lane, { ...first, users: [], when: [] })).toBe(lane)
  })

  it('begins an epoch where a condition has changed or gone', () => {
    const stood = aLane({ cursor: 4, epochs: [{ ...first, when: ['data.ID = 7'] }] })
    expect(match(stood, { ...first, when: ['data.ID = 8'] }).epochs).toHaveLength(2)
    expect(match(stood, first).epochs.at(-1)).toEqual({ ...first, from: 5 })
  })

  it('replaces an epoch that has decided nothing', () => {
    const idle = anEpoch({ from: 5, events: ['b'] })
    const matched = match({ ...lane, epochs: [first, idle] }, anEpoch({ events: ['c'] }))
    expect(matched.epochs).toEqual([first, anEpoch({ from: 5, events: ['c'] })])
  })

  it('begins one for a lane that has none', () => {
    expect(match({ ...lane, epochs: [] }, first).epochs).toEqual([{ ...first, from: 5 }])
  })
})

describe('epochOf()', () => {
  it('takes the filter, and nothing else', () => {
    const plan = { ...anEpoch({ events: ['a'] }), destination: 'erp' }
    expect(epochOf(plan, 7)).toEqual(anEpoch({ from: 7, events: ['a'] }))
    const choosy = { users: ['!512'], when: ['data.ID = 7'] }
    expect(epochOf({ ...plan, ...choosy }, 7)).toEqual(
      anEpoch({ from: 7, events: ['a'], ...choosy }),
    )
  })
})

describe('filterOf()', () => {
  it('has no member that the filter does not have', () => {
    const { from: _from, ...filter } = anEpoch()
    expect(Object.keys(filterOf(anEpoch()))).toEqual(Object.keys(filter))
  })
})

describe('G2 order: keepEpoch()', () => {
  const [first, decided] = [anEpoch({ events: ['a'] }), anEpoch({ from: 3, events: ['b'] })]
  const begun = anEpoch({ from: 5, events: ['c'] })
  const moved = { ...begun, from: 6 }

  it('changes nothing while the filter stands that the event was sent under', () => {
    const lane = aLane({ cursor: 5, epochs: [first, decided] })
    expect(keepEpoch(lane, { upTo: 5, decided })).toBe(lane)
  })

  it('lets a filter that began during the attempt decide from the next event on', () => {
    const lane = aLane({ cursor: 5, epochs: [first, decided, begun] })
    expect(keepEpoch(lane, { upTo: 5, decided })).toEqual({
      ...lane,
      epochs: [first, decided, moved],
    })
  })

  it('brings a filter back that the new one has taken the place of', () => {
    const replaced = { ...decided, from: 5 }
    const lane = aLane({ cursor: 5, epochs: [first, begun] })
    expect(keepEpoch(lane, { upTo: 5, decided: replaced })).toEqual({
      ...lane,
      epochs: [first, replaced, moved],
    })
  })

  it('keeps a filter that begins with the next event, and no other for that event', () => {
    const later = anEpoch({ from: 6, events: ['d'] })
    const lane = aLane({ cursor: 5, epochs: [first, begun, later] })
    expect(keepEpoch(lane, { upTo: 5, decided: { ...decided, from: 5 } }).epochs).toEqual([
      first,
      { ...decided, from: 5 },
      later,
    ])
  })

  it('keeps a filter that begins further on', () => {
    const later = anEpoch({ from: 8, events: ['d'] })
    const lane = aLane({ cursor: 5, epochs: [first, decided, begun, later] })
    expect(keepEpoch(lane, { upTo: 5, decided }).epochs).toEqual([first, decided, moved, later])
  })

  it('brings back a filter that was forgotten', () => {
    const lane = aLane({ cursor: 5, epochs: [first] })
    expect(keepEpoch(lane, { upTo: 5, decided }).epochs).toEqual([first, decided])
  })
})
