import { DAY_MS } from '../../../src/core/durations.ts'
import { describe, expect, it } from 'vitest'
import {
  RETENTION_PAGE,
  passFloor,
  planRetention,
  settledUpTo,
} from '../../../src/core/lanes/retention.ts'
import { aJob, aLane, anEpoch, type LaneMembers } from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'
import { MAX_SEQUENCE } from '../../../src/core/log/max-sequence.ts'

const OLD = 30 * DAY_MS + 1
const TOO_OLD = 60 * DAY_MS + 1

/** Events 1, 2, 3 … of these ages. */
function ages(...list: number[]) {
  return list.map((age, index) => ({ sequence: index + 1, receivedAt: NOW - age }))
}

function plan(oldest: ReturnType<typeof ages>, lanes: readonly LaneMembers[]) {
  const settled = settledUpTo({ lanes: lanes.map(aLane), openFrom: null })
  return planRetention(oldest, settled, { now: NOW, retentionDays: 30 })
}

describe('G5 nothing lost: planRetention()', () => {
  const passed = { cursor: 100 }

  it.each<[string, ReturnType<typeof ages>, LaneMembers[], number | null]>([
    ['drops nothing from an empty log', [], [passed], null],
    ['keeps what is exactly as old as the retention', ages(OLD - 1), [passed], null],
    ['drops what is older', ages(OLD), [passed], 1],
    ['drops up to the first event that is young', ages(OLD, OLD, 5, OLD), [passed], 2],
    ['drops without lanes by age alone', ages(OLD, OLD, 5), [], 2],
    ['keeps what a lane has not passed', ages(OLD, OLD, OLD), [{ cursor: 1 }], 1],
    ['keeps it exactly one more period', ages(TOO_OLD - 1), [{ cursor: 0 }], null],
    ['drops it after one more period', ages(TOO_OLD, TOO_OLD, OLD), [{ cursor: 0 }], 2],
    [
      'is held back by the slowest lane, paused',
      ages(OLD, OLD, OLD),
      [passed, { cursor: 2, status: 'paused' }],
      2,
    ],
    ['is held back by a disabled lane', ages(OLD, OLD), [{ cursor: 1, status: 'disabled' }], 1],
    [
      'is not held back by a removed lane',
      ages(OLD, OLD),
      [passed, { cursor: 0, status: 'removed' }],
      2,
    ],
  ])('%s', (_name, oldest, lanes, expected) => {
    expect(plan(oldest, lanes)).toBe(expected)
  })

  it('drops 500 at most in one run', () => {
    expect(RETENTION_PAGE).toBe(500)
    expect(plan(ages(...Array.from({ length: 600 }, () => OLD)), [{ cursor: 1000 }])).toBe(500)
  })
})

describe('settledUpTo()', () => {
  const removed = { cursor: 2, status: 'removed' } as const

  it.each<[string, LaneMembers[], number | null, number]>([
    ['is the end of everything without lanes', [], null, MAX_SEQUENCE],
    ['is the cursor of the slowest lane', [{ cursor: 7 }, { cursor: 5 }], null, 5],
    ['asks no removed lane', [{ cursor: 7 }, removed], null, 7],
    [
      'ends before what an operator wants again',
      [{ cursor: 7, replays: [aJob({ next: 6 }), aJob({ next: 3 })] }],
      null,
      2,
    ],
    ['ends before what waits for destinations that cannot be read', [{ cursor: 7 }], 4, 4],
  ])('%s', (_name, lanes, openFrom, expected) => {
    expect(settledUpTo({ lanes: lanes.map(aLane), openFrom })).toBe(expected)
  })
})

describe('passFloor()', () => {
  it('leaves a lane that has passed the floor where it is', () => {
    const lane = aLane({
      cursor: 8,
      lastMeant: 8,
      attempts: 2,
      retryAt: 5,
      replays: [aJob()],
    })
    expect(passFloor(lane, 8, { meant: 0, lastMeant: 7 })).toEqual({ ...lane, meantBeforeFloor: 7 })
  })

  it('G5 counts what a lane was waiting for as expired, and begins behind it', () => {
    const lane = aLane({
      status: 'paused',
      cursor: 3,
      lastMeant: 3,
      attempts: 2,
      retryAt: 5,
      expired: 10,
    })
    expect(passFloor(lane, 8, { meant: 4, lastMeant: 7 })).toEqual({
      ...lane,
      cursor: 8,
      attempts: 0,
      retryAt: null,
      lastMeant: 7,
      meantBeforeFloor: 7,
      expired: 14,
    })
  })

  it('G2 keeps the last meant sequence where none of the dropped was meant', () => {
    const lane = aLane({ cursor: 3, lastMeant: 3, meantBeforeFloor: 2 })
    const after = { ...lane, cursor: 8 }
    expect(passFloor(lane, 8, { meant: 0, lastMeant: null })).toEqual(after)
  })

  it('G10 keeps the time of a disabled lane’s next try', () => {
    const lane = aLane({
      status: 'disabled',
      disabledReason: 'gone',
      probeAt: 77,
      attempts: 1,
    })
    expect(passFloor(lane, 8, { meant: 8, lastMeant: 8 })).toMatchObject({
      status: 'disabled',
      attempts: 0,
      probeAt: 77,
    })
  })

  it.each([
    ['forgets the epochs that ended at or before the floor', 9, [10, 20]],
    ['forgets an epoch only when the next one begins right behind the floor', 8, [1, 10, 20]],
    ['keeps the last epoch for ever', 500, [20]],
  ])('%s', (_name, floor, expected) => {
    const epochs = [1, 10, 20].map((from) => anEpoch({ from }))
    const after = passFloor(aLane({ cursor: 500, epochs }), floor, { meant: 0, lastMeant: null })
    expect(after.epochs.map(({ from }) => from)).toEqual(expected)
  })
})
