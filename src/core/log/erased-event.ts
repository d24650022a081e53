/**
 * An event whose content an operator has erased. Its sequence, its name, its time and its fates stay: a destination was
 * meant to get it or was not, for ever, so that the `previousSequence` of later events stays the same. Pure.
 */
import type { Enrichment, ErasedContent, LogEntry, RelayEvent } from './event.ts'

/** The rest of an entry: nothing of it tells who has done what to whom. */
export function withoutContent(
  { event, enrichment }: LogEntry,
  erased: ErasedContent,
): { readonly event: RelayEvent; readonly enrichment: Enrichment } {
  const { name, ts, quarantined } = event
  return {
    event: {
      name,
      ts,
      quarantined,
      handlerId: null,
      userId: null,
      data: null,
      field: null,
      erased,
    },
    enrichment: { ...enrichment, changes: null, field: null, userName: null, users: [] },
  }
}
