import { describe, expect, it } from 'vitest'
import { epochAt, keepEpoch } from '../../../../src/core/lanes/state/epochs.ts'
import { aLane, anEpoch } from '../../../support/a-lane.ts'

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
})
