/** The receiver `mattermost`: contract suite and private addresses. */
import { describe, expect, test } from 'vitest'
import { NO_MEMORY } from '../../../src/core/lanes/state/receiver-memory.ts'
import type { Receiver } from '../../../src/destinations/receiver.ts'
import { mattermost } from '../../../src/destinations/mattermost/receiver.ts'
import { sendParcel } from '../../../src/destinations/send.ts'
import { describeDestination } from '../../contract/destination-contract.ts'
import { SENT_AT } from '../../support/builders/a-delivery.ts'
import { aParcel, LOCAL, opened, problemsOf } from '../../support/messages/opened-receiver.ts'

const KEY = 'playgroundplaygroundplaygr'
const URL_TEXT = `https://chat.example.com/hooks/${KEY}`
const NO_HOOK = 'Must be an incoming webhook whose path ends with /hooks/ and its key'
const REMEDY = 'set allowPrivate = true for a server of your own network'

describeDestination({
  type: mattermost,
  settings: { url: URL_TEXT },
  secrets: [URL_TEXT, `/hooks/${KEY}`, KEY],
  delivered: { status: 200, body: 'ok' },
  transient: [
    [{ status: 405 }, 'http_405'],
    [{ status: 201, body: 'ok' }, 'http_201'],
    [{ status: 200 }, 'unexpected_body'],
    [{ status: 200, body: 'OK' }, 'unexpected_body'],
    [{ status: 200, body: '<!doctype html>' }, 'unexpected_body'],
    [{ status: 200, body: '{"status":"OK"}' }, 'unexpected_body'],
  ],
  messageRejected: [
    [error('parse', 400), 'invalid_payload'],
    [error('text', 400), 'no_text'],
    [error('text.length', 400), 'too_long'],
    [{ status: 400 }, 'http_400'],
    [{ status: 413 }, 'http_413'],
  ],
  endpointRejected: [
    [error('channel', 404), { reason: 'channel_not_found', probe: true }],
    [error('channel_locked', 403), { reason: 'channel_locked', probe: true }],
    [error('permissions', 403), { reason: 'no_permission', probe: true }],
    [error('user', 400), { reason: 'user_not_found', probe: true }],
    [error('disabled', 501), { reason: 'webhooks_disabled', probe: true }],
    [error('invalid', 400), { reason: 'webhook_not_found', probe: true }],
    [
      { status: 404, body: '{"message":"Couldn\'t find the channel."}' },
      { reason: 'channel_not_found', probe: true },
    ],
    [{ status: 401 }, { reason: 'http_401', probe: true }],
    [{ status: 403 }, { reason: 'http_403', probe: true }],
    [{ status: 404 }, { reason: 'http_404', probe: true }],
    [{ status: 410 }, { reason: 'http_410', probe: true }],
    [{ status: 501 }, { reason: 'http_501', probe: true }],
  ],
  rateLimited: { status: 429, body: 'limit exceeded' },
  accepted: [`https://example.com/chat/hooks/${KEY}`, `https://chat.example.com:8443/hooks/x`],
  refused: [
    'https://chat.example.com/',
    'https://chat.example.com/hooks/',
    `https://chat.example.com/hooks/${KEY}/x`,
    `https://chat.example.com/api/v4/posts`,
    'https://chat.example.com/hooks/commands/x/y',
  ].map((url) => [url, NO_HOOK] as const),
})

describe('mattermost settings', () => {
  test.each([
    [`https://192.168.1.5/hooks/${KEY}`, 'private addresses are refused'],
    [`https://[fd12::5]/hooks/${KEY}`, 'private addresses are refused'],
    [`https://chat.internal/hooks/${KEY}`, 'local names are refused'],
  ])('mattermost takes %s only with allowPrivate, and says so', (url, problem) => {
    for (const allowPrivate of [undefined, false, 'false']) {
      const settings = allowPrivate === undefined ? { url } : { url, allowPrivate }
      expect(problemsOf(mattermost, settings)).toEqual([
        `url: Must name a public host as ${problem}: ${REMEDY}`,
      ])
    }
    for (const allowPrivate of [true, 'true']) {
      expect(problemsOf(mattermost, { url, allowPrivate })).toEqual([])
    }
  })

  test('mattermost takes a single label on any port only with allowPrivate', () => {
    const url = `https://mattermost:8065/hooks/${KEY}`
    expect(problemsOf(mattermost, { url })).toEqual([`url: Must use port 443 or 8443: ${REMEDY}`])
    expect(problemsOf(mattermost, { url, allowPrivate: true })).toEqual([])
  })

  test.each([
    [`http://192.168.1.5/hooks/${KEY}`, 'url: Must begin with https://'],
    [
      `https://127.0.0.1/hooks/${KEY}`,
      'url: Must name a public host as private addresses are refused',
    ],
    [`https://localhost/hooks/${KEY}`, 'url: Must name a public host as local names are refused'],
    [
      `https://169.254.169.254/hooks/${KEY}`,
      'url: Must name a public host as metadata services are refused',
    ],
    ['https://192.168.1.5/', `url: ${NO_HOOK}`],
  ])('mattermost refuses %s even with allowPrivate', (url, problem) => {
    expect(problemsOf(mattermost, { url, allowPrivate: true })).toEqual([problem])
  })

  test.each([1, 'yes', null, []])('mattermost refuses allowPrivate = %j', (allowPrivate) => {
    expect(problemsOf(mattermost, { url: URL_TEXT, allowPrivate })).toEqual([
      'allowPrivate: Must be true or false',
    ])
  })

  test('allowPrivate counts for its own destination when it is sent to, and for no other', async () => {
    const url = `https://192.168.1.5:8065/hooks/${KEY}`
    const own = opened(mattermost, { url, allowPrivate: true })
    const other = opened(mattermost, { url: URL_TEXT })
    expect(own.policy).toEqual({ allowLocal: false, allowPrivate: true })
    expect(other.policy).toEqual({ allowLocal: false, allowPrivate: false })
    expect(await sendTo(own)).toEqual({ urls: [url], outcome: { kind: 'delivered', status: 200 } })
    expect(await sendTo({ ...own, policy: other.policy })).toMatchObject({
      urls: [],
      outcome: { kind: 'rejected', reason: 'refused_address', detail: 'unknown_port' },
    })
  })

  test('mattermost accepts any path of a local receiver, where local addresses are allowed', () => {
    expect(problemsOf(mattermost, { url: 'http://localhost:8788/x' }, { policy: LOCAL })).toEqual(
      [],
    )
  })
})

function error(name: string, status: number): { status: number; body: string } {
  return { status, body: `{"id":"web.incoming_webhook.${name}.app_error","status_code":${status}}` }
}

async function sendTo(destination: Receiver): Promise<{ urls: string[]; outcome: unknown }> {
  const urls: string[] = []
  const { outcome } = await sendParcel(destination, aParcel(), {
    fetch: async (url) => {
      urls.push(url)
      return new Response('ok')
    },
    now: () => SENT_AT,
    timeoutMs: 1000,
    memory: NO_MEMORY,
  })
  return { urls, outcome }
}
