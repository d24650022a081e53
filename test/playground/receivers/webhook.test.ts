/** The simulated webhook: Standard Webhooks, order and statuses. */
import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { createWebhookSimulator } from '../../../playground/receivers/webhook.ts'
import type { WebhookOptions, WebhookSimulator } from '../../../playground/receivers/webhook.ts'
import { post, started } from '../../support/network/started.ts'

const SECRET = `whsec_${randomBytes(32).toString('base64')}`

const aWebhook = (options: Partial<WebhookOptions> = {}) =>
  started(createWebhookSimulator({ secret: SECRET, ...options }))

interface Sent {
  readonly sequence: number
  readonly previousSequence: number | null
  readonly replayed?: boolean
}

async function deliver(
  webhook: WebhookSimulator,
  data: Sent,
  signing: Signing = {},
): Promise<number> {
  const body = JSON.stringify({ data: { portal: { memberId: 'm' }, ...data } })
  return send(webhook, { id: `m-${data.sequence}`, body }, signing)
}

interface Signing {
  readonly secret?: string
  readonly at?: Date
}

async function send(
  webhook: WebhookSimulator,
  { id, body }: { readonly id: string; readonly body: string },
  { secret = SECRET, at = new Date() }: Signing = {},
): Promise<number> {
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

test('the webhook takes each event of a batch with the id of its entry', async () => {
  const webhook = await aWebhook()
  const entry = (sequence: number, previousSequence: number | null) => ({
    id: `m-${sequence}`,
    type: 'bitrix24.event.x',
    data: { portal: { memberId: 'm' }, sequence, previousSequence },
  })
  const sendBatch = (...events: readonly object[]) =>
    send(webhook, {
      id: 'm-1-2',
      body: JSON.stringify({ type: 'bitrix24.batch', data: { events } }),
    })
  expect(await sendBatch(entry(1, null), entry(2, 1))).toBe(204)
  expect(await deliver(webhook, { sequence: 2, previousSequence: 1 })).toBe(204)
  expect(webhook.messages).toMatchObject([
    { number: 1, id: 'm-1', batch: 'm-1-2', sequence: 1, order: 'next' },
    { number: 1, id: 'm-2', batch: 'm-1-2', sequence: 2, order: 'next', payload: entry(2, 1) },
    { number: 2, id: 'm-2', batch: null, order: 'repeat' },
  ])
  expect(await sendBatch()).toBe(400)
})
