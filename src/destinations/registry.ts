/** The only list of receivers: a new one is one file and one line here. */
import type { DestinationType } from './destination.ts'
import { slack } from './slack.ts'
import { webhook } from './webhook.ts'

/** Every kind of receiver, in the order in which errors list them. */
export const DESTINATION_TYPES: readonly DestinationType[] = [slack, webhook]

/** The kind of receiver that `type = "…"` names; null when there is none. */
export function findDestinationType(name: string): DestinationType | null {
  return DESTINATION_TYPES.find((known) => known.type === name) ?? null
}
