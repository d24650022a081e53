/** What every simulated receiver does beside its own rules: troubles, waits and a record. */
import { expect, test } from 'vitest'
import { createSlackSimulator } from '../../../playground/receivers/slack.ts'
import type { SlackOptions, SlackSimulator } from '../../../playground/receivers/slack.ts'
import { post as send, started } from '../../support/started.ts'
import { NOW } from '../../support/time.ts'

const aSlack = (options: SlackOptions = {}) => started(createSlackSimulator(options))

async function post(url: string, body: unknown): Promise<{ status: number; text: string }> {
  const response = await send(url, body)
  return { status: response.status, text: await response.text() }
}

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

async function aFlood(): Promise<SlackSimulator> {
  const slack = await aSlack()
  slack.flood()
  return slack
}

test('flood() answers 200 with 10 MB of text and accepts nothing', async () => {
  const slack = await aFlood()
  const response = await send(slack.url, '{"text":"x"}')
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
  const response = await send(slack.url, '{"text":"x"}')
  await response.body?.cancel()
  slack.recover()
  expect((await send(slack.url, '{"text":"x"}')).status).toBe(200)
  expect(slack.messages).toHaveLength(1)
})
