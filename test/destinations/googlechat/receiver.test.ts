/** The receiver `googlechat`: contract suite, error words, and where it posts to. */
import { describe, expect, test } from 'vitest'
import type { Receiver } from '../../../src/destinations/receiver.ts'
import { googleChat } from '../../../src/destinations/googlechat/receiver.ts'
import { describeDestination } from '../../contract/destination-contract.ts'
import { opened } from '../../support/messages/opened-receiver.ts'

const KEY = 'AIzaSyDdI0hCZtE6vySjMm-WEfRq3CPzqKqqsHI'
const TOKEN = 'Zm9vYmFyYmF6cXV4_Zm9vYmFyYmF6cXV4%3D'
const SPACE = 'https://chat.googleapis.com/v1/spaces/AAAAbcdEFGh/messages'
const URL_TEXT = `${SPACE}?key=${KEY}&token=${TOKEN}`
const OPTION = 'messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD'
const FOREIGN_HOST = 'Must be a URL of chat.googleapis.com'
const NO_WEBHOOK = 'Must be a webhook whose path is /v1/spaces/<space>/messages'

const WRONG_KEY =
  '{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}'

describeDestination({
  type: googleChat,
  settings: { url: URL_TEXT },
  secrets: [URL_TEXT, `${URL_TEXT}&${OPTION}`, KEY, decodeURIComponent(TOKEN)],
  urlOf: (url) => `${url}${url.includes('?') ? '&' : '?'}${OPTION}`,
  delivered: { status: 200, body: '{\n  "name": "spaces/AAAA/messages/BBBB"\n}\n' },
  transient: [
    [{ status: 503, body: failure(503, 'UNAVAILABLE') }, 'http_503'],
    // A quota that is exhausted is known by its word with any status.
    [{ status: 403, body: failure(403, 'RESOURCE_EXHAUSTED') }, 'rate_limited'],
    [{ status: 200 }, 'unexpected_body'],
    [{ status: 200, body: 'ok' }, 'unexpected_body'],
    [{ status: 200, body: '{}' }, 'unexpected_body'],
    [{ status: 201, body: '{"name":"spaces/A/messages/B"}' }, 'http_201'],
  ],
  messageRejected: [
    [{ status: 400, body: failure(400, 'INVALID_ARGUMENT') }, 'invalid_argument'],
    [{ status: 400 }, 'http_400'],
    [{ status: 413 }, 'http_413'],
  ],
  endpointRejected: [
    [
      { status: 400, body: WRONG_KEY },
      { reason: 'wrong_key', probe: true },
    ],
    [
      { status: 403, body: failure(403, 'PERMISSION_DENIED') },
      { reason: 'permission_denied', probe: true },
    ],
    [
      { status: 401, body: failure(401, 'UNAUTHENTICATED') },
      { reason: 'unauthenticated', probe: true },
    ],
    [
      { status: 404, body: failure(404, 'NOT_FOUND') },
      { reason: 'space_not_found', probe: true },
    ],
    [{ status: 401 }, { reason: 'http_401', probe: true }],
    [{ status: 403 }, { reason: 'http_403', probe: true }],
    [{ status: 404 }, { reason: 'http_404', probe: true }],
  ],
  rateLimited: { status: 429, body: failure(429, 'RESOURCE_EXHAUSTED') },
  foreignHost: FOREIGN_HOST,
  refused: [
    ['https://chat.google.com/v1/spaces/A/messages?key=a&token=b', FOREIGN_HOST],
    ...['/v1/spaces/A', '/v1/spaces//messages', '/v1/spaces/A/messages/B', '/v1/media'].map(
      (path) => [`https://chat.googleapis.com${path}?key=a&token=b`, NO_WEBHOOK] as const,
    ),
    [SPACE, missing('key and token')],
    [`${SPACE}?key=a`, missing('token')],
    [`${SPACE}?token=b&key=`, missing('key')],
  ],
})

describe('googlechat settings', () => {
  test('googlechat names no word of the protocol as a secret', () => {
    expect(open(URL_TEXT).secrets).not.toContain('REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD')
  })

  test('all webhooks of a space share one pace', () => {
    expect(open(`${SPACE}?key=a&token=b`).paceKey).toBe(open(`${SPACE}?key=a&token=c`).paceKey)
    const other = SPACE.replace('AAAAbcdEFGh', 'AAAAother')
    expect(open(`${other}?key=a&token=b`).paceKey).not.toBe(open(URL_TEXT).paceKey)
  })

  test.each([
    [`${SPACE}?key=a&token=b&threadKey=mine`, `${SPACE}?key=a&token=b&${OPTION}`],
    [
      `${SPACE}?key=a&messageReplyOption=REPLY_MESSAGE_OR_FAIL&token=b#x`,
      `${SPACE}?key=a&${OPTION}&token=b`,
    ],
  ])('googlechat posts for %s to %s', (given, posted) => {
    expect(open(given).secrets[0]).toBe(posted)
  })
})

function failure(code: number, status: string): string {
  return JSON.stringify({ error: { code, message: 'What Google says.', status } })
}

function missing(names: string): string {
  return `Must hold the webhook's key and token: copy the whole URL, ${names} missing`
}

function open(url: string): Receiver {
  return opened(googleChat, { url })
}
