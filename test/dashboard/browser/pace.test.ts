/** How often a page that is watched asks. */
import { expect, test } from 'vitest'
import { waitBeforeLook } from '../../../src/dashboard/browser/pace.ts'

test.each([
  [0, 2000],
  [59_999, 2000],
  [60_000, 5000],
  [299_999, 5000],
  [300_000, 15_000],
  [900_000, 15_000],
  [900_001, null],
])('a page in which nothing has happened for %i ms waits %s ms', (quietMs, wait) => {
  expect(waitBeforeLook(quietMs)).toBe(wait)
})
