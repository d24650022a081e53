/**
 * The views of events and of their fates, for the admin API, in the names of the HTTP contract. They hold no
 * secret.
 */
import { displayName } from '../../core/events/event-names.ts'
import type { LogEntry } from '../../core/log/event.ts'
import { fateOf } from '../../core/lanes/fate-of.ts'
import type { FateView, EventView, EventsPage, ParkedView } from '../../core/views/event-views.ts'
import type { LaneBook } from '../lanes/book/book.ts'
import type { FateStore } from '../lanes/book/fate-store.ts'
import type { LaneRules } from '../lanes/rules.ts'
import type { LogStore } from '../log/log-store.ts'
import { isoTime } from './iso-time.ts'

/** The most events on one page. */
const MAX_EVENTS_PAGE = 200

/** The most parked events that are listed. */
const MAX_PARKED_LISTED = 1000

/** The parts that the views of events read. */
export interface EventViewParts {
  readonly log: Pick<LogStore, 'before' | 'outlinesBefore'>
  readonly fates: Pick<FateStore, 'inRange' | 'digestsInRange' | 'parked'>
  readonly book: Pick<LaneBook, 'all'>
  readonly rules: Pick<LaneRules, 'filteredBy'>
}

/** A page of the events before a sequence. */
export function eventsPage(parts: EventViewParts, before: number, limit: number): EventsPage {
  const entries = parts.log.before(before, Math.min(limit, MAX_EVENTS_PAGE))
  const last = entries.at(-1)
  const isMore = last !== undefined && parts.log.outlinesBefore(last.sequence, 1).length > 0
  return { events: eventViews(parts, entries), before: isMore ? last.sequence : null }
}

/** A page of the events after a sequence, oldest first, for an export. */
export function exportPage(
  parts: EventViewParts & { readonly log: Pick<LogStore, 'after'> },
  after: number,
): readonly EventView[] {
  const entries = parts.log.after(after, MAX_EVENTS_PAGE)
  return entries.length === 0 ? [] : eventViews(parts, entries)
}

/** One event with its fate at every destination; null when it is not in the log. */
export function oneEventView(
  parts: EventViewParts & { readonly log: Pick<LogStore, 'entry'> },
  sequence: number,
): EventView | null {
  const entry = parts.log.entry(sequence)
  return entry === null ? null : (eventViews(parts, [entry])[0] ?? null)
}

/** Some events of one page, each with its fate at every destination. */
export function eventViews(
  { fates, book, rules }: EventViewParts,
  entries: readonly LogEntry[],
): EventView[] {
  const sequences = entries.map(({ sequence }) => sequence)
  const range = { from: Math.min(...sequences), to: Math.max(...sequences) }
  const lanes = book.all().map((lane) => ({
    lane,
    exact: fates.inRange(lane.destination, range),
    digests: fates.digestsInRange(lane.destination, range),
  }))
  return entries.map((entry) => {
    const { sequence } = entry
    const views = lanes.map(({ lane, exact, digests }): [string, FateView] => {
      const fate = fateOf(lane, entry, {
        exact: exact.find((known) => known.sequence === sequence) ?? null,
        digestRecord: digests.find((known) => known.sequences.includes(sequence)) ?? null,
        filteredBy: rules.filteredBy(lane, entry),
      })
      return [lane.destination, { ...fate, at: isoTime(fate.at) }]
    })
    return eventView(entry, Object.fromEntries(views))
  })
}

function eventView(entry: LogEntry, fates: EventView['fates']): EventView {
  const { event, enrichment } = entry
  const { field } = event
  return {
    sequence: entry.sequence,
    event: displayName(event.name),
    receivedAt: new Date(entry.receivedAt).toISOString(),
    origin: entry.origin,
    userId: event.userId,
    userName: enrichment.userName,
    fields:
      field === null
        ? event.data
        : { ID: field.id, ENTITY_ID: field.entityId, FIELD_NAME: field.fieldName },
    changes: enrichment.changes,
    enrichment: enrichment.status,
    enrichmentReason: enrichment.reason,
    toldBy: enrichment.toldBy,
    covers: enrichment.covers,
    completes: enrichment.completes,
    readAt: isoTime(enrichment.readAt),
    quarantined: event.quarantined !== null,
    quarantineReason: event.quarantined,
    ...(event.bodyLength !== undefined && { bodyLength: event.bodyLength }),
    ...(event.erased !== undefined && { erasedAt: isoTime(event.erased.at) }),
    fates,
  }
}

/** The answer of `GET /admin/api/portals/{memberId}/parked`. */
export function parkedView(parts: EventViewParts): readonly ParkedView[] {
  return parts.fates
    .parked(MAX_PARKED_LISTED)
    .map(({ destination, sequence, reason, status, at, attempts }) => ({
      destination,
      sequence,
      reason,
      status,
      at: isoTime(at),
      attempts,
    }))
}
