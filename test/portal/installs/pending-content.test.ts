import { expect, it } from 'vitest'
import { formatContent, parseContent } from '../../../src/portal/installs/pending-content.ts'
import { VERIFIED, install, userReady } from '../../support/network/install-servers.ts'

it.each([
  ['a request that nobody has confirmed', { request: install(), verified: null }],
  [
    'a request with its handler and what was confirmed of it',
    {
      request: install({}, { handlerUrl: 'https://relay.example.com/bitrix24/events' }),
      verified: VERIFIED,
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

it('writes the members that the former version wants, and reads its own', () => {
  const text = formatContent({ request: install(), verified: VERIFIED })
  const { verified } = JSON.parse(text)
  expect(verified).toEqual({ ...VERIFIED, freshPair: null, freshSystemPair: null })
  expect(parseContent(text)?.verified).toEqual(VERIFIED)
})
