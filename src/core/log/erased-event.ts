/**
 * An event whose content an operator has erased. Its sequence, its name, its time and its fates stay: a destination was
 * meant to get it or was not, for ever, so that the `previousSequence` of later events stays the same. Pure.
 */
import {
  NO_CONTENT,
  type Enrichment,
  type ErasedContent,
  type LogEntry,
  type RelayEvent,
} from './event.ts'

/** The rest of an entry: nothing of it tells who has done what to whom. */
export function withoutContent(
  { event, enrichment }: LogEntry,
  erased: ErasedContent,
): { readonly event: RelayEvent; readonly enrichment: Enrichment } {
  const { name, ts, quarantined } = event
  return {
    event: { name, ...NO_CONTENT, ts, quarantined, erased },
    enrichment: { ...enrichment, changes: null, field: null, userName: null, users: [] },
  }
}
