/** The receiver `discord`: contract suite, its errors and waits, and where it posts to. */
import { describe, expect, test } from 'vitest'
import type { Receiver, AnswerVerdict } from '../../../src/destinations/receiver.ts'
import { discord } from '../../../src/destinations/discord/receiver.ts'
import { describeDestination } from '../../contract/destination-contract.ts'
import { anAnswer } from '../../support/builders/an-answer.ts'
import { RECEIVED_AT } from '../../support/builders/a-delivery.ts'
import { opened, requestOf } from '../../support/messages/opened-receiver.ts'

const TOKEN = 'ABCDEFGHijklmnop-_0123456789'
const PATH = `/api/webhooks/1290000000000000001/${TOKEN}`
const URL_TEXT = `https://discord.com${PATH}`
const FOREIGN_HOST =
  'Must be a URL of discord.com, discordapp.com, canary.discord.com, ptb.discord.com'
const NO_WEBHOOK =
  'Must be a webhook as the channel settings give it: /api/webhooks/ with its id and token'
const BARRED = '<!DOCTYPE html><html><body>error code: 1015</body></html>'

const UNKNOWN = '{"message":"Unknown Webhook","code":10015}'
const WRONG_TOKEN = '{"message":"Invalid Webhook Token","code":50027}'
const EMPTY = '{"message":"Cannot send an empty message","code":50006}'
const INVALID = '{"message":"Invalid Form Body","code":50035,"errors":{}}'
const TOO_LARGE = '{"message":"Request entity too large","code":40005}'

describeDestination({
  type: discord,
  settings: { url: URL_TEXT },
  secrets: [URL_TEXT, `${URL_TEXT}?wait=true`, PATH, TOKEN],
  urlOf: (url) => `${url}?wait=true`,
  delivered: { status: 200, body: '{"id":"1290000000000000101","type":0}' },
  transient: [
    [{ status: 429, body: BARRED }, 'rate_limited'],
    [{ status: 403, body: BARRED }, 'rate_limited'],
    [{ status: 403, body: 'You are being rate limited.' }, 'rate_limited'],
    [{ status: 405 }, 'http_405'],
    [{ status: 204 }, 'http_204'],
    [{ status: 200 }, 'unexpected_body'],
    [{ status: 200, body: 'ok' }, 'unexpected_body'],
    [{ status: 200, body: '<html></html>' }, 'unexpected_body'],
    [{ status: 200, body: '{"id":1}' }, 'unexpected_body'],
    [{ status: 200, body: '{"id":"1"' }, 'unexpected_body'],
  ],
  messageRejected: [
    [{ status: 400, body: EMPTY }, 'empty_message'],
    [{ status: 400, body: INVALID }, 'invalid_form_body'],
    [{ status: 413, body: TOO_LARGE }, 'request_entity_too_large'],
    [{ status: 400 }, 'http_400'],
    [{ status: 413 }, 'http_413'],
  ],
  endpointRejected: [
    [
      { status: 404, body: UNKNOWN },
      { reason: 'unknown_webhook', probe: false },
    ],
    [
      { status: 401, body: WRONG_TOKEN },
      { reason: 'invalid_webhook_token', probe: false },
    ],
    [
      { status: 400, body: '{"message":"Webhooks posted to forum channels","code":220001}' },
      { reason: 'thread_needed', probe: true },
    ],
    [
      { status: 400, body: '{"message":"Webhooks can only create threads","code":220003}' },
      { reason: 'thread_needed', probe: true },
    ],
    [
      { status: 400, body: '{"message":"This thread is locked","code":160005}' },
      { reason: 'thread_locked', probe: true },
    ],
    [
      { status: 404, body: '{"message":"404: Not Found","code":0}' },
      { reason: 'http_404', probe: false },
    ],
    [{ status: 404 }, { reason: 'http_404', probe: false }],
    [{ status: 401 }, { reason: 'http_401', probe: true }],
    [{ status: 403 }, { reason: 'http_403', probe: true }],
  ],
  rateLimited: { status: 429, body: '{"message":"You are being rate limited."}' },
  foreignHost: FOREIGN_HOST,
  refused: [
    ...[`https://evil-discord.com${PATH}`, `https://cdn.discord.com${PATH}`].map(
      (url) => [url, FOREIGN_HOST] as const,
    ),
    ...['slack', 'github', 'slack/'].map(
      (route) => [`${URL_TEXT}/${route}`, foreignRoute(route.replace('/', ''))] as const,
    ),
    ...[
      'https://discord.com/',
      'https://discord.com/api/webhooks/',
      'https://discord.com/api/webhooks/1290000000000000001',
      `https://discord.com/api/webhooks/name/${TOKEN}`,
      `https://discord.com/webhooks/1/${TOKEN}`,
      `${URL_TEXT}/messages/1`,
      'https://discord.com/api/channels/1/messages',
      'https://discord.com/channels/1/2',
    ].map((url) => [url, NO_WEBHOOK] as const),
  ],
})

describe('discord answers', () => {
  test('an invalid form is known where the code of each field stands beside its own', () => {
    const fields =
      '{"embeds":{"0":{"description":{"_errors":[{"code":"BASE_TYPE_MAX_LENGTH","message":"Must be 4096 or fewer in length."}]}}}}'
    const body = `{"message":"Invalid Form Body","code":50035,"errors":${fields}}`
    expect(judge(400, body)).toMatchObject({ scope: 'message', reason: 'invalid_form_body' })
  })

  test('a rate limit tells its wait as a fraction of seconds', () => {
    const body = '{"message":"You are being rate limited.","retry_after":1.337,"global":false}'
    expect(judge(429, body)).toMatchObject({ reason: 'rate_limited', retryAfterMs: 1337 })
  })
})

describe('discord settings', () => {
  test.each([
    URL_TEXT,
    `https://discordapp.com${PATH}`,
    `https://canary.discord.com${PATH}`,
    `https://ptb.discord.com${PATH}`,
    `https://discord.com/api/v10/webhooks/1/${TOKEN}`,
    `https://discord.com:443${PATH}`,
  ])('discord accepts %s and asks to wait for the answer', async (url) => {
    expect(await urlFor(url)).toBe(`${new URL(url).href}?wait=true`)
  })

  test.each([
    [`${URL_TEXT}?thread_id=42`, `${URL_TEXT}?thread_id=42&wait=true`],
    [`${URL_TEXT}?wait=false`, `${URL_TEXT}?wait=true`],
    [`${URL_TEXT}?wait=true&thread_id=42`, `${URL_TEXT}?wait=true&thread_id=42`],
  ])('discord makes of %s the address %s', async (url, expected) => {
    expect(await urlFor(url)).toBe(expected)
  })

  test('a webhook has one limit under every host, version and thread', () => {
    const keys = [
      URL_TEXT,
      `https://canary.discord.com/api/v10/webhooks/1290000000000000001/${TOKEN}?thread_id=42`,
    ].map((url) => open(url).paceKey)
    expect(keys).toEqual(Array(2).fill(`/webhooks/1290000000000000001/${TOKEN}`))
    expect(open(`https://discord.com/api/webhooks/2/${TOKEN}`).paceKey).not.toBe(keys[0])
  })

  test('discord names its URLs, path and token as secrets', () => {
    expect(open(`${URL_TEXT}?thread_id=1290000000000`).secrets).toEqual([
      `${URL_TEXT}?thread_id=1290000000000`,
      `${PATH}?thread_id=1290000000000`,
      '1290000000000000001',
      TOKEN,
      '1290000000000',
      `${URL_TEXT}?thread_id=1290000000000&wait=true`,
      `${PATH}?thread_id=1290000000000&wait=true`,
    ])
  })
})

async function urlFor(url: string): Promise<string> {
  return (await requestOf(open(url))).url
}

function open(url: string): Receiver {
  return opened(discord, { url })
}

function foreignRoute(name: string): string {
  return `Must be the webhook itself, which takes Discord's own form: remove /${name} from its end`
}

function judge(status: number, body: string): AnswerVerdict {
  return open(URL_TEXT).judge(anAnswer({ status, body }), RECEIVED_AT)
}
