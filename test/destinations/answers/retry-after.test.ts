import { expect, test, vi } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import { parseRetryAfter, secondsToMs } from '../../../src/destinations/answers/retry-after.ts'
import { NOW } from '../../support/time.ts'

test.each([
  ['0', 0],
  ['1', 1000],
  [' 120 ', 2 * MINUTE_MS],
  ['2026', 2_026_000],
  ['1.5', 1500],
  ['0.0001', 1],
  ['604800', 604_800_000],
  ['9999999999999999999999', Number.MAX_SAFE_INTEGER],
  ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
  ['Mon, 21 Sep 2026 14:14:20 GMT', MINUTE_MS],
  ['Monday, 21-Sep-26 14:14:20 GMT', MINUTE_MS],
  ['Mon Sep 21 14:14:20 2026', MINUTE_MS],
  ['Mon, 21 Sep 2026 14:13:20 GMT', 0],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
  ['Fri, 31 Dec 9999 23:59:59 GMT', Date.UTC(9999, 11, 31, 23, 59, 59) - NOW],
])('parseRetryAfter() reads %j as %i ms', (value, expected) => {
  expect(parseRetryAfter(value, NOW)).toBe(expected)
})

test.each([
  null,
  '',
  '-1',
  '-5',
  '+5',
  '1e3',
  '0x10',
  '5 s',
  '5, 10',
  'soon',
  'NaN',
  'Infinity',
  '2026-09-21T14:14:20Z',
  'Mon, 99 Sep 2026 14:14:20 GMT',
  'Mon, 21 Sep 2026 14:14:20 +0200',
])('parseRetryAfter() finds no wait in %j', (value) => {
  expect(parseRetryAfter(value, NOW)).toBeNull()
})

test('parseRetryAfter() reads a date in UTC whatever the zone of the machine is', () => {
  vi.stubEnv('TZ', 'Asia/Tokyo')
  expect(new Date(0).getHours()).toBe(9)
  expect(parseRetryAfter('Mon Sep  7 14:13:21 2026', Date.UTC(2026, 8, 7, 14, 13, 20))).toBe(1000)
  vi.unstubAllEnvs()
})

test.each([
  [1, 1000],
  [0.35, 350],
  [0, 0],
  [1e300, Number.MAX_SAFE_INTEGER],
  [-1, null],
  [Number.NaN, null],
  ['1', null],
  [undefined, null],
])('secondsToMs() makes of %s %s', (seconds, expected) => {
  expect(secondsToMs(seconds)).toBe(expected)
})
