/** The only list of receivers. A new receiver is a folder, and its import and its line here. */
import { cloudevents } from './cloudevents/receiver.ts'
import type { DestinationType } from './receiver.ts'
import { discord } from './discord/receiver.ts'
import { googleChat } from './googlechat/receiver.ts'
import { mattermost } from './mattermost/receiver.ts'
import { slack } from './slack/receiver.ts'
import { teams } from './teams/receiver.ts'
import { telegram } from './telegram/receiver.ts'
import { webhook } from './webhook/receiver.ts'

/** Every destination type, in the order in which errors list them. */
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

/** The destination type that `type = "…"` names; null when there is none. */
export function findDestinationType(name: string): DestinationType | null {
  return DESTINATION_TYPES.find((known) => known.type === name) ?? null
}
