/** Windows of a receiver's limit, one by one: which grants they still count, and when the next slot is. */
import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import {
  checkPaceWindows,
  computeSlot,
  countedGrants,
  type PaceWindow,
} from '../../../src/core/pace/pace-window.ts'

const SECOND: PaceWindow = { count: 1, ms: 1000 }
const MINUTE: PaceWindow = { count: 3, ms: MINUTE_MS }

describe('checkPaceWindows()', () => {
  it.each([[], [SECOND], [SECOND, MINUTE], [{ count: 1, ms: 1 }]].map((windows) => [windows]))(
    'takes %j',
    (windows) => {
      expect(() => checkPaceWindows(windows)).not.toThrow()
    },
  )

  it.each([
    { count: 0, ms: 1000 },
    { count: 1.5, ms: 1000 },
    { count: NaN, ms: 1000 },
    { count: 1, ms: 0 },
    { count: 1, ms: Infinity },
    { count: 1, ms: NaN },
  ])('refuses %j, which would let nothing through', (window) => {
    expect(() => checkPaceWindows([SECOND, window])).toThrow(RangeError)
  })
})

describe('countedGrants()', () => {
  it.each([
    ['none without a window', [], []],
    ['those inside the window, and only as many as it counts', [SECOND], [MINUTE_MS]],
    ['those that the longest window counts', [SECOND, MINUTE], [1, MINUTE_MS - 500, MINUTE_MS]],
    ['none that is as old as the window', [{ count: 9, ms: 500 }], [MINUTE_MS]],
    ['at most the largest count', [{ count: 2, ms: MINUTE_MS }], [MINUTE_MS - 500, MINUTE_MS]],
  ] as const)('are %s', (_name, windows, expected) => {
    expect(countedGrants([0, 1, MINUTE_MS - 500, MINUTE_MS], { windows, now: MINUTE_MS })).toEqual(
      expected,
    )
  })
})

describe('computeSlot()', () => {
  it.each([
    ['at once without grants', [], { windows: [SECOND], from: 5, ahead: 0 }, 5],
    ['when the window is over', [0], { windows: [SECOND], from: 5, ahead: 0 }, 1000],
    [
      'when the latest of all windows is over',
      [0, 1, 2],
      { windows: [SECOND, MINUTE], from: 3, ahead: 0 },
      MINUTE_MS,
    ],
    ['at once without a window', [0], { windows: [], from: 5, ahead: 3 }, 5],
    ['after those that go first', [0], { windows: [SECOND], from: 5, ahead: 2 }, 3000],
    ['not before the time asked for', [0], { windows: [SECOND], from: 7000, ahead: 1 }, 8000],
    ['at a whole millisecond', [0], { windows: [{ count: 1, ms: 333.3 }], from: 0, ahead: 0 }, 334],
  ])('is %s', (_name, grants, search, expected) => {
    expect(computeSlot(grants, search)).toBe(expected)
  })
})
