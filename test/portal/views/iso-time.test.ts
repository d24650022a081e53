import { expect, it } from 'vitest'
import { isoTime } from '../../../src/portal/views/iso-time.ts'
import { NOW } from '../../support/time.ts'

it.each([
  [null, null],
  [0, '1970-01-01T00:00:00.000Z'],
  [NOW + 7, '2026-09-21T14:13:20.007Z'],
])('isoTime() writes %s as %s', (ms, text) => {
  expect(isoTime(ms)).toBe(text)
})
