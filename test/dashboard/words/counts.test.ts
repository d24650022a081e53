import { expect, test } from 'vitest'
import { counted, formatNumber, wordsFor } from '../../../src/dashboard/words/counts.ts'

test.each([
  [0, '0 events', '0 replies'],
  [1, '1 event', '1 reply'],
  [2400, '2,400 events', '2,400 replies'],
])('%i things are told with the words for their number', (count, regular, irregular) => {
  expect(counted(count, 'event')).toBe(regular)
  expect(counted(count, 'reply', 'replies')).toBe(irregular)
})

test('words without their number, and a number without words', () => {
  expect([wordsFor(1, 'waits', 'wait'), wordsFor(2, 'waits', 'wait')]).toEqual(['waits', 'wait'])
  expect(formatNumber(1_234_567)).toBe('1,234,567')
})
