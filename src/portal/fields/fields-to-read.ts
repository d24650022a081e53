/**
 * The choice of fields and users for which one request asks: the fields of waiting events, and the users who
 * caused these events.
 */
import type { UserField } from '../../core/log/event.ts'
import type { EventsToEnrich } from './events-to-enrich.ts'

/** The fields and users of one request. */
export interface FieldsToRead {
  readonly fields: readonly UserField[]
  readonly userIds: readonly number[]
  /** The last sequence that had arrived when the read began. */
  readonly upTo: number
}

/**
 * The next request, for at most `maxCommands` fields and users; null when there is nothing to ask. The events
 * that wait longest come first. The fields in `rereads`, for which no event waits, come after them and leave that list.
 */
export function nextRead(
  waiting: EventsToEnrich,
  rereads: Map<number, UserField>,
  {
    isKnown,
    maxCommands,
  }: { readonly isKnown: (userId: number) => boolean; readonly maxCommands: number },
): FieldsToRead | null {
  const fields = new Map<number, UserField>()
  const userIds = new Set<number>()
  let upTo = 0
  for (const { sequence, event } of waiting.all()) {
    const { userId, field } = event
    // A request with room for one command asks for the field and not for the user.
    const asks = userId !== null && !isKnown(userId) && !userIds.has(userId) && maxCommands > 1
    const reads = !fields.has(field.id)
    if (fields.size + userIds.size + Number(asks) + Number(reads) > maxCommands) break
    fields.set(field.id, field)
    if (asks) userIds.add(userId)
    upTo = sequence
  }
  for (const [id, field] of rereads) {
    if (fields.size + userIds.size >= maxCommands && !fields.has(id)) break
    fields.set(id, field)
    rereads.delete(id)
  }
  if (fields.size === 0) return null
  return { fields: [...fields.values()], userIds: [...userIds], upTo }
}
