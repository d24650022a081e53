/** Where a request of a browser comes from. */
import { expect, it } from 'vitest'
import { isFromOwnPage } from '../../../../src/http/admin/admission/own-origin.ts'

const HERE = { 'sec-fetch-site': 'same-origin', origin: 'https://relay.example.com' }

it.each<[string, string, Record<string, string>, boolean]>([
  ['a form of a page of the relay', 'POST', HERE, true],
  ['a program', 'POST', {}, true],
  ['an old browser here', 'POST', { origin: HERE.origin }, true],
  [
    'a form of another site',
    'POST',
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    false,
  ],
  ['a form of a sister site', 'DELETE', { 'sec-fetch-site': 'same-site' }, false],
  ['an old browser elsewhere', 'PUT', { origin: 'https://evil.example' }, false],
  ['a page without an origin', 'POST', { origin: 'null' }, false],
  [
    'a link of another site, which changes nothing',
    'GET',
    { 'sec-fetch-site': 'cross-site' },
    true,
  ],
])('%s', (_, method, headers, isOurs) => {
  const request = new Request('https://relay.example.com/admin', { method, headers })
  expect(isFromOwnPage(request)).toBe(isOurs)
})
