import { expect, test } from 'vitest'
import { formatDistance } from '../../../src/dashboard/words/distance.ts'

test.each<[number, string]>([
  [0, '0 s ago'],
  [-999, '0 s ago'],
  [-59_999, '59 s ago'],
  [-60_000, '1 min ago'],
  [-3_599_999, '59 min ago'],
  [-3_600_000, '1 h ago'],
  [-86_400_000 * 3, '3 d ago'],
  [12_000, 'in 12 s'],
  [82_800_000, 'in 23 h'],
])('%i ms is "%s"', (ms, text) => {
  expect(formatDistance(ms)).toBe(text)
})
