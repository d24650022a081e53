import { expect, it } from 'vitest'
import { formatDuration } from '../../../src/dashboard/words/durations.ts'

it.each([
  [0, '0 ms'],
  [250, '250 ms'],
  [2500, '2.5 s'],
  [900_000, '15 min'],
  [3_600_000, '1 h'],
  [86_400_000, '1 d'],
])('%d ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})
