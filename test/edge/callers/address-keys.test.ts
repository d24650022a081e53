import { expect, it } from 'vitest'
import { addressKeys } from '../../../src/edge/callers/address-keys.ts'

it.each([
  ['198.51.100.7', ['198.51.100.7']],
  ['unknown', ['unknown']],
  ['2001:db8:1:2', ['2001:db8:1:2', '2001:db8:1::/48']],
])('counts %s under %j', (address, keys) => {
  expect(addressKeys(address)).toEqual(keys)
})
