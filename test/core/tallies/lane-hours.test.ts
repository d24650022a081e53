import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../../src/core/durations.ts'
import {
  tallyLaneHour,
  boundOfShare,
  hourOf,
  KEPT_HOURS,
  type LaneHour,
} from '../../../src/core/tallies/lane-hours.ts'
import { NOW } from '../../support/time.ts'

const HOUR = hourOf(NOW)

describe('tallyLaneHour()', () => {
  it('adds up the deliveries of an hour, and keeps the most that waited', () => {
    const first = tallyLaneHour([], { now: NOW, waiting: 3, agesMs: [200, 700] })
    expect(first).toEqual([[HOUR, 3, 1, 0, 1]])
    const second = tallyLaneHour(first, { now: NOW, waiting: 1, agesMs: [200] })
    expect(second).toEqual([[HOUR, 3, 2, 0, 1]])
    expect(tallyLaneHour(second, { now: NOW, waiting: 9, agesMs: [] })).toEqual([
      [HOUR, 9, 2, 0, 1],
    ])
  })

  it('keeps 48 hours, however long the lane goes on', () => {
    let hours: readonly LaneHour[] = []
    for (let n = 0; n < 100; n += 1) {
      hours = tallyLaneHour(hours, { now: NOW + n * HOUR_MS, waiting: 1, agesMs: [1] })
    }
    expect(hours).toHaveLength(KEPT_HOURS)
    expect(hours[0]?.[0]).toBe(HOUR + 100 - KEPT_HOURS)
    const later = NOW + 200 * HOUR_MS
    expect(tallyLaneHour(hours, { now: later, waiting: 0, agesMs: [] })).toHaveLength(1)
  })

  it('forgets the hours of a clock that was wrong', () => {
    const wrong = tallyLaneHour([], { now: NOW + 99 * HOUR_MS, waiting: 1, agesMs: [1] })
    expect(tallyLaneHour(wrong, { now: NOW, waiting: 1, agesMs: [1] })).toEqual([[HOUR, 1, 1]])
  })
})

describe('boundOfShare()', () => {
  it.each([
    [[3, 1], 0.5, 250],
    [[3, 1], 0.95, 500],
    [[0, 0, 1], 0.5, 1000],
    [[], 0.5, null],
    [[0, 0], 0.5, null],
    [[...Array<number>(13).fill(0), 1], 0.5, null],
  ])('%j at %d is %j', (counts, share, bound) => {
    expect(boundOfShare(counts, share)).toBe(bound)
  })
})
