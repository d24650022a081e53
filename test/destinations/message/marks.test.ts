import { expect, test } from 'vitest'
import { withMark } from '../../../src/destinations/message/marks.ts'
import { own, plainText } from '../../../src/destinations/message/text/line.ts'

test.each([
  ['added', '➕ Tax'],
  ['updated', '🔄 Tax'],
  ['deleted', '❌ Tax'],
  [null, 'Tax'],
] as const)('withMark() of %s writes %s', (mark, expected) => {
  expect(plainText(withMark(mark, [own('Tax')]))).toBe(expected)
})
