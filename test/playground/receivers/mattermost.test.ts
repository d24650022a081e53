/** The simulated Mattermost: its limits, its errors and its refusals. */
import { expect, test } from 'vitest'
import { createMattermostSimulator } from '../../../playground/receivers/mattermost.ts'
import type {
  MattermostOptions,
  MattermostRefusal,
} from '../../../playground/receivers/mattermost.ts'
import { post as send, started } from '../../support/network/started.ts'

const aMattermost = (options: MattermostOptions = {}) => started(createMattermostSimulator(options))

async function post(url: string, body: unknown, type = 'application/json') {
  const response = await send(url, body, type)
  return { status: response.status, text: await response.text() }
}

const errorOf = (text: string) => JSON.parse(text)

const ATTACHMENT = {
  fallback: 'f',
  color: '#36a64f',
  pretext: 'p',
  text: 't',
  author_name: 'a',
  author_link: 'https://a.example/',
  author_icon: 'https://a.example/i.png',
  title: 't',
  title_link: 'https://a.example/t',
  fields: [{ title: 'Tax', value: '1', short: true }],
  footer: 'f',
}

test('Mattermost answers ok and keeps the message', async () => {
  const mattermost = await aMattermost({ clock: () => 5 })
  const payload = { text: 'hello', attachments: [ATTACHMENT], channel: mattermost.channel }
  expect(await post(mattermost.url, payload)).toEqual({ status: 200, text: 'ok' })
  expect(mattermost.messages).toEqual([
    {
      number: 1,
      at: 5,
      headers: expect.objectContaining({ 'content-type': 'application/json' }),
      path: new URL(mattermost.url).pathname,
      payload,
    },
  ])
  expect(new URL(mattermost.url).pathname).toMatch(/^\/hooks\/[a-z0-9]{26}$/)
})

test('Mattermost takes attachments without a text, and a form with a payload', async () => {
  const mattermost = await aMattermost()
  expect((await post(mattermost.url, { attachments: [ATTACHMENT] })).status).toBe(200)
  const form = `payload=${encodeURIComponent('{"text":"a&b"}')}`
  expect((await post(mattermost.url, form, 'application/x-www-form-urlencoded')).status).toBe(200)
  expect((await post(mattermost.url, form, '')).status).toBe(200)
  expect(mattermost.messages.map(({ payload }) => payload.text)).toEqual([undefined, 'a&b', 'a&b'])
})

const fallback = (length: number) => ({ fallback: 'f'.repeat(length) })
const BARE = JSON.stringify([fallback(0)]).length

test('Mattermost takes 16383 characters, attachments included, and no more', async () => {
  const mattermost = await aMattermost()
  const status = async (payload: unknown) => (await post(mattermost.url, payload)).status
  expect(await status({ text: '😀'.repeat(16_383) })).toBe(200)
  expect(await status({ text: 'x', attachments: [fallback(16_382 - BARE)] })).toBe(200)
  expect(await status({ text: 'x', attachments: [fallback(16_383 - BARE)] })).toBe(400)
  const { text } = await post(mattermost.url, { text: 'x'.repeat(16_384) })
  expect(errorOf(text)).toEqual({
    id: 'web.incoming_webhook.text.length.app_error',
    message: 'Maximum text length is 16383 characters, received size is 16384.',
    detailed_error: '',
    request_id: expect.stringMatching(/^[a-z0-9]{26}$/),
    status_code: 400,
  })
  expect(mattermost.messages).toHaveLength(2)
})

const REFUSED: readonly (readonly [string, unknown, string, number])[] = [
  ['no JSON', '{', 'parse', 400],
  ['a list', [], 'parse', 400],
  ['nothing to show', {}, 'text', 400],
  ['an empty text', { text: ' ', attachments: [] }, 'text', 400],
  ['a text that is none', { text: 5 }, 'parse', 400],
  ['an unknown property', { text: 'x', blocks: [] }, 'parse', 400],
  ['an unknown property of an attachment', { attachments: [{ ts: '1' }] }, 'parse', 400],
  [
    'a field that is short in words',
    { attachments: [{ fields: [{ short: 'true' }] }] },
    'parse',
    400,
  ],
  ['a field with a number', { attachments: [{ fields: [{ value: 5 }] }] }, 'parse', 400],
  ['a color by name', { attachments: [{ color: 'red' }] }, 'parse', 400],
  [
    'a title that leads to a script',
    { attachments: [{ title_link: 'javascript:0' }] },
    'parse',
    400,
  ],
  ['another channel', { text: 'x', channel: 'town-square' }, 'channel', 404],
]

test.each(REFUSED)('Mattermost refuses %s', async (_, payload, name, status) => {
  const mattermost = await aMattermost()
  const answer = await post(mattermost.url, payload)
  expect([answer.status, errorOf(answer.text).id, errorOf(answer.text).status_code]).toEqual([
    status,
    `web.incoming_webhook.${name}.app_error`,
    status,
  ])
  expect(mattermost.messages).toEqual([])
})

test('Mattermost refuses JSON without its Content-Type', async () => {
  const mattermost = await aMattermost()
  const ids = await Promise.all(
    ['', 'text/plain', 'application/x-www-form-urlencoded'].map(async (type) => {
      const { text } = await post(mattermost.url, '{"text":"x"}', type)
      return errorOf(text).id
    }),
  )
  const { text } = await post(mattermost.url, 'a=1&payload={"text":"x"}', '')
  expect(errorOf(text).id).toBe('web.incoming_webhook.parse.app_error')
  expect(new Set(ids)).toEqual(new Set(['web.incoming_webhook.parse.app_error']))
  expect(mattermost.messages).toEqual([])
})

test('Mattermost knows no other hook, no other path and no GET', async () => {
  const mattermost = await aMattermost()
  const other = await post(`${mattermost.origin}/hooks/${'x'.repeat(26)}`, { text: 'x' })
  expect([other.status, errorOf(other.text)]).toMatchObject([
    400,
    { id: 'web.incoming_webhook.invalid.app_error', message: 'Invalid webhook.' },
  ])
  expect((await post(`${mattermost.origin}/hook`, { text: 'x' })).status).toBe(404)
  expect((await fetch(mattermost.url)).status).toBe(404)
})

const REFUSALS: readonly (readonly [MattermostRefusal, number, string])[] = [
  ['invalid', 400, 'Invalid webhook.'],
  ['channel', 404, "Couldn't find the channel."],
  ['channelLocked', 403, 'This webhook is not permitted to post to the requested channel.'],
  ['permissions', 403, 'Inappropriate channel permissions.'],
  ['disabled', 501, 'Incoming webhooks have been disabled by the system admin.'],
]

test.each(REFUSALS)('refuse(%s) holds until recover()', async (reason, status, message) => {
  const mattermost = await aMattermost()
  mattermost.refuse(reason)
  const answer = await post(mattermost.url, { text: 'x' })
  expect([answer.status, errorOf(answer.text).message]).toEqual([status, message])
  mattermost.recover()
  expect((await post(mattermost.url, { text: 'x' })).status).toBe(200)
})

test('a newer Mattermost keeps the status and hides the reason', async () => {
  const mattermost = await aMattermost({ errors: 'general' })
  mattermost.refuse('channel')
  const { status, text } = await post(mattermost.url, { text: 'x' })
  expect([status, errorOf(text)]).toMatchObject([
    404,
    {
      id: 'web.incoming_webhook.general.app_error',
      message: expect.stringContaining('Failed to handle the payload of media type'),
    },
  ])
})

test('Mattermost lets 100 requests through at once and then 10 a second', async () => {
  let now = 0
  const mattermost = await aMattermost({ enforceRate: true, clock: () => now })
  const count = async (requests: number) => {
    const statuses: number[] = []
    for (let index = 0; index < requests; index++) {
      statuses.push((await post(mattermost.url, { text: 'x' })).status)
    }
    return statuses.filter((status) => status === 200).length
  }
  expect(await count(101)).toBe(100)
  expect(await post(mattermost.url, {})).toEqual({ status: 429, text: 'limit exceeded' })
  now += 1000
  expect(await count(11)).toBe(10)
})
