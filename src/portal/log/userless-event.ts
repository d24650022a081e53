/**
 * Notes at an event of the application that it names no user. Bitrix24 names the user in every event of an application
 * that somebody has caused (docs/bitrix24.md#missing-tokens), and never in one of an outgoing webhook. Only the object
 * knows which of the two has sent an event, by its token. So it is noted here, and not by the decoder.
 */
import type { AppendRequest } from './append-request.ts'
import { parseEvent } from './rows/event-schemas.ts'

/** The member of an event without a user, as the edge writes it. Other events need not be read. */
const WITHOUT_USER = '"userId":null'

/** The request to store an event of the application, in which a missing user is noted. */
export function noteMissingUser(request: AppendRequest): AppendRequest {
  if (!request.event.includes(WITHOUT_USER)) return request
  const event = parseEvent(request.event)
  if (event === null || event.userId !== null) return request
  return { ...request, event: JSON.stringify({ ...event, isUserless: true }) }
}
