/** Renders for Slack as the relay does: through the destination, with its budget. */
import { NO_MEMORY } from '../../src/core/lanes/receiver-memory.ts'
import type { Delivery, ReceiverTerms, Parcel } from '../../src/destinations/receiver.ts'
import type { SlackMessage } from '../../src/destinations/slack/layout.ts'
import { slack } from '../../src/destinations/slack/receiver.ts'

/** An incoming webhook that no one has. */
export const SLACK_URL =
  'https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXyyyyyyyyZZZZZZZZ'

/** English without a template, at public addresses only. */
export const OPEN_TERMS: ReceiverTerms = {
  policy: { allowLocal: false },
  language: 'en',
  template: null,
}

/** The exact body that Slack gets for a parcel. */
export async function renderSlackBody(
  parcel: Parcel,
  now: number,
  terms: Partial<ReceiverTerms> = {},
): Promise<string> {
  const created = slack.create({ url: SLACK_URL }, { ...OPEN_TERMS, ...terms })
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  const { body } = await created.value.prepare(parcel, { now, memory: NO_MEMORY })
  return body
}

/** What Slack gets for one delivery, in English. */
export async function renderSlackMessage(delivery: Delivery, now: number): Promise<SlackMessage> {
  // Sound: the relay's own body, whose form the tests assert on.
  return JSON.parse(
    await renderSlackBody({ deliveries: [delivery], dashboard: null }, now),
  ) as SlackMessage
}
