/** How the network of a refused caller is written. */
import { expect, it } from 'vitest'
import { networkText } from '../../src/core/refused-caller.ts'

it.each([
  ['198.51.100', '198.51.100.0/24'],
  ['2001:db8:77', '2001:db8:77::/48'],
  ['unknown', 'unknown'],
])('networkText(%j) is %j', (part, text) => {
  expect(networkText(part)).toBe(text)
})
