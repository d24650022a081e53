/** How receivers are opened whose `url` holds everything. */
import { describe, expect, test } from 'vitest'
import { isSimulated, openByUrl } from '../../src/destinations/chat-endpoint.ts'

const STRICT = { allowLocal: false }
const LOCAL = { allowLocal: true }
const URL_TEXT = 'https://chat.example.com/hook/0123456789ab'

describe('openByUrl()', () => {
  const open = openByUrl(({ host }) => (host === 'chat.example.com' ? null : 'Must be ours'))

  test('takes the URL as it is, with a limit and secrets of its own', () => {
    expect(open({ url: URL_TEXT }, STRICT)).toEqual({
      ok: true,
      value: {
        url: URL_TEXT,
        paceKey: URL_TEXT,
        secrets: [URL_TEXT, '/hook/0123456789ab', '0123456789ab'],
        policy: STRICT,
      },
    })
  })

  test('posts to what a receiver makes of the URL', () => {
    const target = { url: 'https://chat.example.com/other', paceKey: 'key', secrets: [] }
    const changed = openByUrl(
      () => null,
      () => target,
    )
    expect(changed({ url: URL_TEXT }, LOCAL)).toEqual({
      ok: true,
      value: { ...target, policy: LOCAL },
    })
  })

  test.each([
    [undefined, 'Must be set to a URL'],
    ['http://chat.example.com/', 'Must begin with https://'],
    ['https://evil.example.com/', 'Must be ours'],
  ])('tells what is wrong with %j', (url, problem) => {
    expect(open({ url }, STRICT)).toEqual({ ok: false, error: [{ setting: 'url', problem }] })
  })

  test('asks a simulated receiver for no host', () => {
    expect(open({ url: 'http://127.0.0.1:8788/' }, LOCAL).ok).toBe(true)
    expect(open({ url: 'http://127.0.0.1:8788/' }, STRICT).ok).toBe(false)
    expect(open({ url: 'https://evil.example.com/' }, LOCAL).ok).toBe(false)
  })
})

test.each([
  ['http://127.0.0.1:8788/', LOCAL, true],
  ['https://chat.example.com/', LOCAL, false],
  // A host of an own network is no simulator.
  ['https://10.0.0.1/', { allowLocal: false, allowPrivate: true }, false],
])('isSimulated() says of %s with %j: %s', (url, policy, expected) => {
  expect(isSimulated(new URL(url), policy)).toBe(expected)
})
