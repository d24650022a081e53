import { expect, it } from 'vitest'
import { networkOf } from '../../../src/edge/callers/network-of.ts'

it.each([
  ['198.51.100.7', '198.51.100'],
  ['2001:db8:77:1', '2001:db8:77'],
  ['unknown', 'unknown'],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
