/** The only list of receivers: a new one is one file and one line here. */
import { cloudevents } from './cloudevents.ts'
import type { DestinationType } from './destination.ts'
import { discord } from './discord.ts'
import { googleChat } from './google-chat.ts'
import { mattermost } from './mattermost.ts'
import { slack } from './slack.ts'
import { teams } from './teams.ts'
import { telegram } from './telegram.ts'
import { webhook } from './webhook.ts'

/** Every kind of receiver, in the order in which errors list them. */
export const DESTINATION_TYPES: readonly DestinationType[] = [
  slack,
  webhook,
  cloudevents,
  discord,
  teams,
  googleChat,
  telegram,
  mattermost,
]

/** The kind of receiver that `type = "…"` names; null when there is none. */
export function findDestinationType(name: string): DestinationType | null {
  return DESTINATION_TYPES.find((known) => known.type === name) ?? null
}
