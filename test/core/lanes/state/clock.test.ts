/** Waits that were noted by a clock that was wrong. */
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../../src/core/durations.ts'
import { correctWaits, noteClock } from '../../../../src/core/lanes/state/clock.ts'
import { aJob, aLane, type LaneMembers } from '../../../support/builders/a-lane.ts'
import { NOW } from '../../../support/time.ts'

const AHEAD = NOW + 5 * HOUR_MS

describe('noteClock()', () => {
  it('notes by which clock the waits were measured, and how long the attempt took', () => {
    const noted = noteClock(aLane(), { since: NOW - 7, now: NOW })
    expect(noted).toEqual(aLane({ measuredAt: NOW, lastTookMs: 7 }))
  })

  it('knows no attempt that took less than no time', () => {
    const noted = noteClock(aLane(), { since: NOW + 7, now: NOW })
    expect(noted).toEqual(aLane({ measuredAt: NOW }))
  })
})

describe('correctWaits()', () => {
  it.each<[string, LaneMembers]>([
    ['no wait', {}],
    ['waits of this clock', { measuredAt: NOW - MINUTE_MS, notBefore: NOW + SECOND_MS }],
    ['a clock that is ahead by a second', { measuredAt: NOW + SECOND_MS, notBefore: NOW + 5000 }],
    ['a Retry-After of a day', { measuredAt: NOW, notBefore: NOW + DAY_MS }],
    ['a probe tomorrow by another machine', { probeAt: NOW + DAY_MS + SECOND_MS }],
    ['waits of an older version', { retryAt: NOW + HOUR_MS }],
  ])('leaves a lane as it is with %s', (_case, partial) => {
    const lane = aLane(partial)
    expect(correctWaits(lane, NOW)).toBe(lane)
  })

  it('takes out how far the clock was ahead, and keeps the length of each wait', () => {
    const lane = aLane({
      measuredAt: AHEAD,
      notBefore: AHEAD + SECOND_MS,
      retryAt: AHEAD + MINUTE_MS,
      gathering: { until: AHEAD + MINUTE_MS },
      replays: [aJob({ retryAt: AHEAD + HOUR_MS }), aJob()],
    })
    expect(correctWaits(lane, NOW)).toEqual(
      aLane({
        measuredAt: NOW,
        notBefore: NOW + SECOND_MS,
        retryAt: NOW + MINUTE_MS,
        replays: [aJob({ retryAt: NOW + HOUR_MS }), aJob()],
      }),
    )
  })

  it('corrects a clock that was ahead by more than a second', () => {
    const lane = aLane({ measuredAt: NOW + SECOND_MS + 1, notBefore: NOW + SECOND_MS + 1 })
    expect(correctWaits(lane, NOW)).toEqual(aLane({ measuredAt: NOW, notBefore: NOW }))
  })

  it.each<[string, LaneMembers, LaneMembers]>([
    ['a pace', { notBefore: NOW + DAY_MS + 1001 }, { notBefore: NOW }],
    ['a retry', { retryAt: NOW + 9 * DAY_MS }, { retryAt: NOW }],
    [
      'a replay',
      { replays: [aJob({ retryAt: NOW + 9 * DAY_MS })] },
      { replays: [aJob({ retryAt: NOW })] },
    ],
  ])('believes no wait of more than a day: %s', (_case, wrong, right) => {
    expect(correctWaits(aLane(wrong), NOW)).toEqual(aLane({ ...right, measuredAt: NOW }))
  })
})
