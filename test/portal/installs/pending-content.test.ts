import { expect, it } from 'vitest'
import { formatContent, parseContent } from '../../../src/portal/installs/pending-content.ts'
import { VERIFIED, install, pairOf, userReady } from '../../support/install-servers.ts'

it.each([
  ['a request that nobody has confirmed', { request: install(), verified: null }],
  [
    'a request with its handler and what was confirmed of it',
    {
      request: install({}, { handlerUrl: 'https://relay.example.com/bitrix24/events' }),
      verified: { ...VERIFIED, freshPair: pairOf('main') },
    },
  ],
  ['a request of a system user', { request: userReady({}), verified: VERIFIED }],
])('reads back %s', (_, content) => {
  expect(parseContent(formatContent(content))).toEqual(content)
})

it.each([
  ['another JSON', '{"request":{}}'],
  ['a request without a word about its confirmation', JSON.stringify({ request: install() })],
  ['no object', '"text"'],
])('reads nothing from %s', (_, text) => {
  expect(parseContent(text)).toBeNull()
})
