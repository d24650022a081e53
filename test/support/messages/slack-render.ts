/** Renders for Slack as the relay does: through the receiver, within its limits. */
import type { Delivery, Parcel, ReceiverTerms } from '../../../src/destinations/receiver.ts'
import type { SlackMessage } from '../../../src/destinations/slack/layout.ts'
import { slack } from '../../../src/destinations/slack/receiver.ts'
import { aParcel, opened, requestOf } from './opened-receiver.ts'
import { WORKING_SETTINGS } from '../builders/working-settings.ts'

/** The exact body that Slack gets for a parcel. */
export async function renderSlackBody(
  parcel: Parcel,
  now: number,
  terms: Partial<ReceiverTerms> = {},
): Promise<string> {
  return (await requestOf(opened(slack, WORKING_SETTINGS.slack, terms), parcel, now)).body
}

/** The message that Slack gets for one delivery, in English. */
export async function renderSlackMessage(delivery: Delivery, now: number): Promise<SlackMessage> {
  // Sound: the relay's own body, whose form the tests assert on.
  return JSON.parse(await renderSlackBody(aParcel(delivery), now)) as SlackMessage
}
