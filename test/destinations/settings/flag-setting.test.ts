import { expect, test } from 'vitest'
import { readFlag } from '../../../src/destinations/settings/flag-setting.ts'

test.each([
  [undefined, false],
  [false, false],
  ['false', false],
  [true, true],
  ['true', true],
])('readFlag() reads %j as %s', (value, expected) => {
  expect(readFlag('handshake', value)).toEqual({ ok: true, value: expected })
})

test.each([null, '', 'yes', 'TRUE', 1, 0, [], {}])('readFlag() refuses %j', (value) => {
  expect(readFlag('handshake', value)).toEqual({
    ok: false,
    error: { setting: 'handshake', problem: 'Must be true or false' },
  })
})
