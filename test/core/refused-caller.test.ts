/** How a refused caller is told: its network, and its reason. */
import { expect, it } from 'vitest'
import { listedReason, networkText } from '../../src/core/refused-caller.ts'

it.each([
  ['198.51.100', '198.51.100.0/24'],
  ['2001:db8:77', '2001:db8:77::/48'],
  ['unknown', 'unknown'],
])('networkText(%j) is %j', (part, text) => {
  expect(networkText(part)).toBe(text)
})

it.each([
  ['event', true, 'wrong_token'],
  ['event', false, 'unknown_portal'],
  ['robot', true, 'wrong_address'],
  ['robot', false, 'wrong_address'],
] as const)(
  'a token of the request %s that is not trusted, known %s: %s',
  (request, isKnown, told) => {
    expect(listedReason({ reason: 'untrusted', request, isKnown })).toBe(told)
    expect(listedReason({ reason: 'too_many_requests', request, isKnown })).toBe(
      'too_many_requests',
    )
  },
)
