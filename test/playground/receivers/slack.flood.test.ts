/** A receiver that answers with far more than anybody asked for. */
import { expect, test } from 'vitest'
import { createSlackSimulator } from '../../../playground/receivers/slack.ts'
import type { SlackSimulator } from '../../../playground/receivers/slack.ts'
import { started } from '../../support/started.ts'

async function aFlood(): Promise<SlackSimulator> {
  const slack = await started(createSlackSimulator())
  slack.flood()
  return slack
}

const post = (url: string) => fetch(url, { method: 'POST', body: '{"text":"x"}' })

test('flood() answers 200 with 10 MB of text and accepts nothing', async () => {
  const slack = await aFlood()
  const response = await post(slack.url)
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
  const response = await post(slack.url)
  await response.body?.cancel()
  slack.recover()
  expect((await post(slack.url)).status).toBe(200)
  expect(slack.messages).toHaveLength(1)
})
