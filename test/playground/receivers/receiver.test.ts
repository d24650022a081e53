/** What every simulated receiver does beside its own rules: troubles, waits and a record. */
import { describe, expect, test } from 'vitest'
import { createCloudEventsSimulator } from '../../../playground/receivers/cloudevents.ts'
import { createDiscordSimulator } from '../../../playground/receivers/discord.ts'
import { createGoogleChatSimulator } from '../../../playground/receivers/googlechat.ts'
import { createMattermostSimulator } from '../../../playground/receivers/mattermost.ts'
import type { Receiver, ReceiverOptions } from '../../../playground/receivers/receiver.ts'
import { createSlackSimulator } from '../../../playground/receivers/slack.ts'
import { createTeamsSimulator } from '../../../playground/receivers/teams.ts'
import { createTelegramSimulator } from '../../../playground/receivers/telegram.ts'
import { createWebhookSimulator } from '../../../playground/receivers/webhook.ts'
import type { SessionReceivers } from '../../../playground/session-receivers.ts'
import { post, started } from '../../support/network/started.ts'
import { NOW } from '../../support/time.ts'

interface Running {
  readonly receiver: Receiver<unknown>
  readonly url: string
}

interface Kind {
  readonly start: (options: ReceiverOptions<unknown>) => Promise<Running>
  /** A message that it takes, and the status with which it does. */
  readonly message: object
  readonly taken: number
  /** Its 429 when 14.5 seconds are left: Retry-After and the body. */
  readonly limited: readonly [retryAfter: string | null, body: string]
}

const CARD = {
  type: 'message',
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      content: { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlock', text: 'x' }] },
    },
  ],
}

const byUrl = async (starting: Promise<Receiver<unknown> & { url: string }>): Promise<Running> => {
  const receiver = await started(starting)
  return { receiver, url: receiver.url }
}

const KINDS: Readonly<Record<keyof SessionReceivers, Kind>> = {
  slack: {
    start: (options) => byUrl(createSlackSimulator(options)),
    message: { text: 'x' },
    taken: 200,
    limited: ['15', '{"retry_after":15,"ok":false,"error":"rate_limited"}'],
  },
  webhook: {
    start: (options) =>
      byUrl(createWebhookSimulator({ secret: [], unverified: 'accept', ...options })),
    message: {},
    taken: 204,
    limited: ['15', '{"error":"rate_limited"}'],
  },
  cloudevents: {
    start: (options) => byUrl(createCloudEventsSimulator(options)),
    message: { specversion: '1.0', id: 'm-1', source: '/crm', type: 'x' },
    taken: 204,
    limited: ['15', '{"error":"rate_limited"}'],
  },
  discord: {
    start: (options) => byUrl(createDiscordSimulator(options)),
    message: { content: 'x' },
    taken: 204,
    limited: ['15', '{"message":"You are being rate limited.","retry_after":14.5,"global":false}'],
  },
  teams: {
    start: (options) => byUrl(createTeamsSimulator(options)),
    message: CARD,
    taken: 202,
    limited: [
      '15',
      '{"error":{"code":"TooManyRequests","message":"Rate limit is exceeded. Try again in 15 seconds."}}',
    ],
  },
  googlechat: {
    start: (options) => byUrl(createGoogleChatSimulator(options)),
    message: { text: 'x' },
    taken: 200,
    limited: [
      null,
      '{"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED"}}',
    ],
  },
  telegram: {
    async start(options) {
      const receiver = await started(createTelegramSimulator({ ...options, chats: [{ id: '-1' }] }))
      return { receiver, url: `${receiver.url}/bot${receiver.token}/sendMessage` }
    },
    message: { chat_id: '-1', text: 'x' },
    taken: 200,
    limited: [
      '15',
      '{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 15","parameters":{"retry_after":15}}',
    ],
  },
  mattermost: {
    start: (options) => byUrl(createMattermostSimulator(options)),
    message: { text: 'x' },
    taken: 200,
    limited: ['15', 'limit exceeded'],
  },
}

describe.each(Object.entries(KINDS))(
  'a simulated %s',
  (type, { start, message, taken, limited }) => {
    // CloudEvents go under their own type; the others take JSON.
    const contentType = type === 'cloudevents' ? 'application/cloudevents+json' : undefined
    const send = (url: string) => post(url, message, contentType)

    test('that is down, resets or is told what to answer keeps no message, until recover()', async () => {
      const { receiver, url } = await start({})
      receiver.down()
      await expect(send(url)).rejects.toThrow('fetch failed')
      receiver.reset()
      await expect((await send(url)).text()).rejects.toThrow('terminated')
      receiver.answer({ status: 502, body: 'Bad Gateway' })
      const told = await send(url)
      expect([told.status, await told.text()]).toEqual([502, 'Bad Gateway'])
      expect(receiver.messages).toEqual([])
      receiver.recover()
      expect((await send(url)).status).toBe(taken)
      expect(receiver.messages).toMatchObject([{ number: 4 }])
      expect(receiver.requests.map(({ status }) => status)).toEqual([null, null, 502, taken])
    })

    test('that limits its senders tells so in its own words, ends by itself and can be ended', async () => {
      let now = NOW
      const { receiver, url } = await start({ clock: () => now })
      receiver.rateLimitFor(20)
      expect(receiver.behaviour).toEqual({ kind: 'rate_limited', until: NOW + 20_000 })
      now += 5500
      const answer = await send(url)
      const said = [answer.headers.get('retry-after'), await answer.text()]
      expect([answer.status, said]).toEqual([429, limited])
      now += 14_499
      expect((await send(url)).status).toBe(429)
      now += 1
      expect(receiver.behaviour).toEqual({ kind: 'normal' })
      expect((await send(url)).status).toBe(taken)
      receiver.rateLimitFor(20)
      receiver.recover()
      now += 1000
      expect((await send(url)).status).toBe(taken)
    })
  },
)

const aSlack = (options: ReceiverOptions<unknown> = {}) => started(createSlackSimulator(options))

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

async function aFlood() {
  const slack = await aSlack()
  slack.flood()
  return slack
}

test('flood() answers 200 with 10 MB of text and accepts nothing', async () => {
  const slack = await aFlood()
  const response = await post(slack.url, '{"text":"x"}')
  expect([response.status, response.headers.get('content-length')]).toEqual([200, null])
  expect(await response.text()).toHaveLength(10 * 1024 * 1024)
  expect(slack.behaviour).toEqual({ kind: 'flood' })
  expect(slack.messages).toEqual([])
  expect(slack.requests).toMatchObject([
    { status: 200, body: '{"text":"x"}', answer: '10 MB of text' },
  ])
})

test('flood() survives a caller that hangs up, and ends with recover()', async () => {
  const slack = await aFlood()
  const response = await post(slack.url, '{"text":"x"}')
  await response.body?.cancel()
  slack.recover()
  expect((await post(slack.url, '{"text":"x"}')).status).toBe(200)
  expect(slack.messages).toHaveLength(1)
})
