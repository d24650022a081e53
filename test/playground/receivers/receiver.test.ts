/** The simulated receivers: Slack's limits and words, Standard Webhooks, switches and order. */
import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { createSlackSimulator } from '../../../playground/receivers/slack.ts'
import type { SlackOptions } from '../../../playground/receivers/slack.ts'
import { createWebhookSimulator } from '../../../playground/receivers/webhook.ts'
import type { WebhookOptions, WebhookSimulator } from '../../../playground/receivers/webhook.ts'
import { post as send, started } from '../../support/started.ts'
import { NOW } from '../../support/time.ts'

const aSlack = (options: SlackOptions = {}) => started(createSlackSimulator(options))

const aWebhook = (options: Partial<WebhookOptions> = {}) =>
  started(createWebhookSimulator({ secret: SECRET, ...options }))

const SECRET = `whsec_${randomBytes(32).toString('base64')}`

async function post(url: string, body: unknown): Promise<{ status: number; text: string }> {
  const response = await send(url, body)
  return { status: response.status, text: await response.text() }
}

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
const plain = (text: string) => ({ type: 'plain_text', text })
const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item)

const ACCEPTED: readonly (readonly [string, unknown])[] = [
  ['a text alone', { text: 'hello' }],
  [
    'every block at its limit',
    {
      blocks: [
        { type: 'header', text: plain('h'.repeat(150)) },
        section('s'.repeat(3000)),
        { type: 'section', fields: many(10, { type: 'mrkdwn', text: 'f' }) },
        { type: 'divider' },
        { type: 'context', elements: many(10, { type: 'mrkdwn', text: 'c' }) },
        {
          type: 'actions',
          elements: [{ type: 'button', text: plain('b'.repeat(75)), url: 'https://a.example/' }],
        },
        {
          type: 'rich_text',
          elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'r' }] }],
        },
      ],
    },
  ],
  ['characters outside the basic plane counted once', { blocks: [section('😀'.repeat(3000))] }],
]

test.each(ACCEPTED)('Slack takes %s', async (_, payload) => {
  const slack = await aSlack()
  expect(await post(slack.url, payload)).toEqual({ status: 200, text: 'ok' })
  expect(slack.messages.map((message) => message.payload)).toEqual([payload])
})

const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ['no JSON', '{', 'invalid_payload'],
  ['a list', [], 'invalid_payload'],
  ['nothing to show', {}, 'no_text'],
  ['an empty text', { text: ' ' }, 'no_text'],
  ['blocks that are no list', { text: 'x', blocks: {} }, 'invalid_blocks_format'],
  ['an unknown block', { blocks: [{ type: 'table' }] }, 'invalid_blocks'],
  ['a long section', { blocks: [section('s'.repeat(3001))] }, 'invalid_blocks'],
  ['an empty section', { blocks: [{ type: 'section' }] }, 'invalid_blocks'],
  ['an empty text object', { blocks: [section('')] }, 'invalid_blocks'],
  [
    'a long header',
    { blocks: [{ type: 'header', text: plain('h'.repeat(151)) }] },
    'invalid_blocks',
  ],
  [
    'a header in mrkdwn',
    { blocks: [{ type: 'header', text: { type: 'mrkdwn', text: 'h' } }] },
    'invalid_blocks',
  ],
  [
    'too many fields',
    { blocks: [{ type: 'section', fields: many(11, plain('f')) }] },
    'invalid_blocks',
  ],
  [
    'a long field',
    { blocks: [{ type: 'section', fields: [plain('f'.repeat(2001))] }] },
    'invalid_blocks',
  ],
  [
    'too many context elements',
    { blocks: [{ type: 'context', elements: many(11, plain('c')) }] },
    'invalid_blocks',
  ],
  [
    'a long button',
    {
      blocks: [{ type: 'actions', elements: [{ type: 'button', text: plain('b'.repeat(76)) }] }],
    },
    'invalid_blocks',
  ],
  [
    'a button that leads nowhere valid',
    {
      blocks: [
        { type: 'actions', elements: [{ type: 'button', text: plain('b'), url: 'javascript:0' }] },
      ],
    },
    'invalid_blocks',
  ],
  ['too many blocks', { blocks: many(51, { type: 'divider' }) }, 'invalid_blocks'],
  [
    'a repeated block id',
    { blocks: many(2, { type: 'divider', block_id: 'x' }) },
    'invalid_blocks',
  ],
  ['an unknown property', { blocks: [{ type: 'divider', colour: 'red' }] }, 'invalid_blocks'],
  [
    'an empty piece of rich text',
    {
      blocks: [
        {
          type: 'rich_text',
          elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: '' }] }],
        },
      ],
    },
    'invalid_blocks',
  ],
  [
    'a rich text list of bare texts',
    {
      blocks: [
        {
          type: 'rich_text',
          elements: [
            { type: 'rich_text_list', style: 'bullet', elements: [{ type: 'text', text: 'r' }] },
          ],
        },
      ],
    },
    'invalid_blocks',
  ],
  ['too much text in all', { blocks: many(5, section('s'.repeat(2700))) }, 'msg_blocks_too_long'],
  ['too many attachments', { text: 'x', attachments: many(101, {}) }, 'too_many_attachments'],
]

test.each(REFUSED)('Slack refuses %s', async (_, payload, error) => {
  const slack = await aSlack()
  expect(await post(slack.url, payload)).toEqual({ status: 400, text: error })
  expect(slack.messages).toEqual([])
})

test('Slack answers no_service at a URL that is no webhook', async () => {
  const slack = await aSlack()
  expect(await post(`${slack.origin}/services/none`, { text: 'x' })).toEqual({
    status: 404,
    text: 'no_service',
  })
})

test('Slack holds a sender to one message a second after a short burst', async () => {
  let now = NOW
  const slack = await aSlack({ enforceRate: true, clock: () => now })
  const statuses: number[] = []
  for (let index = 0; index < 5; index++) {
    statuses.push((await post(slack.url, { text: 'x' })).status)
  }
  expect(statuses).toEqual([200, 200, 200, 200, 429])
  now += 1000
  expect((await post(slack.url, { text: 'x' })).status).toBe(200)
  expect((await post(slack.url, { text: 'x' })).status).toBe(429)
})

test('rateLimitFor() answers with the time that is left and ends by itself', async () => {
  let now = NOW
  const slack = await aSlack({ clock: () => now })
  slack.rateLimitFor(20)
  now += 5500
  const response = await fetch(slack.url, { method: 'POST', body: '{"text":"x"}' })
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '15'])
  expect(await response.json()).toEqual({ retry_after: 15, ok: false, error: 'rate_limited' })
  now += 14_500
  expect((await post(slack.url, { text: 'x' })).status).toBe(200)
})

test('a receiver that is down or resets gives no answer and keeps no message', async () => {
  const slack = await aSlack()
  slack.down()
  await expect(post(slack.url, { text: 'x' })).rejects.toThrow('fetch failed')
  slack.reset()
  await expect(post(slack.url, { text: 'x' })).rejects.toThrow('terminated')
  slack.answer({ status: 500, body: 'rollup_error' })
  expect(await post(slack.url, { text: 'x' })).toEqual({ status: 500, text: 'rollup_error' })
  slack.recover()
  expect(await post(slack.url, { text: 'y' })).toEqual({ status: 200, text: 'ok' })
  expect(slack.messages.map(({ payload }) => payload.text)).toEqual(['y'])
  expect(slack.requests.map(({ status }) => status)).toEqual([null, null, 500, 200])
})

test('a slow receiver does not accept a message whose sender has hung up', async () => {
  const recorded = Promise.withResolvers<void>()
  const slack = await aSlack({ onRequest: () => recorded.resolve() })
  slack.slow(50)
  const signal = AbortSignal.timeout(10)
  const sent = fetch(slack.url, { method: 'POST', body: '{"text":"x"}', signal })
  await expect(sent).rejects.toThrow('aborted due to timeout')
  await recorded.promise
  expect(slack.messages).toEqual([])
  expect(slack.requests).toMatchObject([{ status: null }])
})

test('waitFor() resolves with the message that completes the count and rejects in time', async () => {
  const slack = await aSlack()
  const both = slack.waitFor(2, 5000)
  await post(slack.url, { text: '1' })
  await post(slack.url, { text: '2' })
  expect(await both).toHaveLength(2)
  await expect(slack.waitFor(3, 10)).rejects.toThrow('Received 2 of 3 messages in 10 ms')
})

interface Sent {
  readonly sequence: number
  readonly previousSequence: number | null
  readonly replayed?: boolean
}

async function deliver(
  webhook: WebhookSimulator,
  data: Sent,
  { secret = SECRET, at = new Date() }: { secret?: string; at?: Date } = {},
): Promise<number> {
  const body = JSON.stringify({ data: { portal: { memberId: 'm' }, ...data } })
  const id = `m-${data.sequence}`
  const response = await fetch(webhook.url, {
    method: 'POST',
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(secret).sign(id, at, body),
    },
    body,
  })
  await response.text()
  return response.status
}

test('the webhook takes what the official library signs, with any of its secrets', async () => {
  const former = `whsec_${randomBytes(24).toString('base64')}`
  const webhook = await aWebhook({ secret: [SECRET, former] })
  const first = { sequence: 1, previousSequence: null }
  expect(await deliver(webhook, first)).toBe(204)
  expect(await deliver(webhook, { sequence: 2, previousSequence: 1 }, { secret: former })).toBe(204)
  expect(webhook.messages).toMatchObject([
    { id: 'm-1', sequence: 1, order: 'next', verification: { verified: true } },
    { id: 'm-2', sequence: 2, order: 'next', verification: { verified: true } },
  ])
})

test('the webhook refuses a foreign secret, an old time and a missing header', async () => {
  const webhook = await aWebhook()
  const sent = { sequence: 1, previousSequence: null }
  const foreign = `whsec_${randomBytes(32).toString('base64')}`
  expect(await deliver(webhook, sent, { secret: foreign })).toBe(401)
  expect(await deliver(webhook, sent, { at: new Date(Date.now() - 301_000) })).toBe(401)
  expect((await post(webhook.url, {})).status).toBe(401)
  expect(webhook.requests.map(({ answer }) => JSON.parse(answer).error)).toEqual([
    'wrong_signature',
    'stale_timestamp',
    'missing_header',
  ])
  expect(webhook.messages).toEqual([])
})

test('the webhook tells repeats, disorder, gaps and replays apart', async () => {
  const webhook = await aWebhook()
  await deliver(webhook, { sequence: 1, previousSequence: null })
  await deliver(webhook, { sequence: 3, previousSequence: 1 })
  await deliver(webhook, { sequence: 3, previousSequence: 1 })
  await deliver(webhook, { sequence: 2, previousSequence: 1 })
  await deliver(webhook, { sequence: 6, previousSequence: 5 })
  await deliver(webhook, { sequence: 1, previousSequence: null, replayed: true })
  await deliver(webhook, { sequence: 7, previousSequence: 6 })
  await deliver(webhook, { sequence: 9, previousSequence: null })
  await deliver(webhook, { sequence: 10, previousSequence: 9 })
  expect(webhook.messages.map(({ order }) => order)).toEqual([
    'next',
    'next',
    'repeat',
    'out_of_order',
    'gap',
    'replay',
    'next',
    'restart',
    'next',
  ])
  expect(webhook.problems.map(({ sequence }) => sequence)).toEqual([2, 6])
  expect(webhook.repeats).toHaveLength(1)
})

test('statusSequence() answers in turn and then normally', async () => {
  const webhook = await aWebhook()
  webhook.statusSequence([500, 410])
  const sent = { sequence: 1, previousSequence: null }
  const statuses = [
    await deliver(webhook, sent),
    await deliver(webhook, sent),
    await deliver(webhook, sent),
  ]
  expect(statuses).toEqual([500, 410, 204])
  expect(webhook.messages).toMatchObject([{ order: 'next' }])
})
