/** What the admin API shows of events and of their fates, in the names of the HTTP contract. Holds no secret. */
import { displayName } from '../../core/log/event-names.ts'
import type { Enrichment, LogEntry } from '../../core/log/event.ts'
import { fateOf, type Fate } from '../../core/lanes/fate-of.ts'
import type { PortalParts } from '../parts.ts'
import { isoTime } from './iso-time.ts'

/** The most events of one page. */
export const MAX_EVENTS_PAGE = 200

/** The most parked events that are listed. */
export const MAX_PARKED_LISTED = 1000

/** A fate with its time as the API writes it. */
export type FateView = Omit<Fate, 'at'> & { readonly at: string | null }

/** One event of a portal, with its fate at every destination. */
export interface EventView {
  readonly sequence: number
  readonly event: string
  readonly receivedAt: string
  readonly origin: LogEntry['origin']
  readonly userId: number | null
  readonly userName: string | null
  readonly fields: LogEntry['event']['data']
  readonly changes: Enrichment['changes']
  readonly enrichment: Enrichment['status']
  readonly enrichmentReason: string | null
  readonly toldBy: number | null
  readonly covers: readonly number[]
  readonly completes: readonly number[]
  readonly readAt: string | null
  readonly quarantined: boolean
  readonly quarantineReason: string | null
  readonly fates: Readonly<Record<string, FateView>>
}

/** The parts that the views of events read. */
export type EventViewParts = Pick<PortalParts, 'log' | 'fates' | 'book' | 'rules'>

/** One page of events, newest first; `before` is where the next page begins. */
export function eventsPage(parts: EventViewParts, before: number, limit: number) {
  const entries = parts.log.before(before, Math.min(limit, MAX_EVENTS_PAGE))
  const last = entries.at(-1)
  const isMore = last !== undefined && parts.log.before(last.sequence, 1).length > 0
  return { events: eventViews(parts, entries), before: isMore ? last.sequence : null }
}

/** Events with their fates. */
export function eventViews(parts: EventViewParts, entries: readonly LogEntry[]): EventView[] {
  const sequences = entries.map(({ sequence }) => sequence)
  const range = { from: Math.min(...sequences), to: Math.max(...sequences) }
  const stored = parts.fates.inRange(range)
  const digests = new Map(
    parts.book
      .all()
      .map(({ destination }) => [destination, parts.fates.digestsInRange(destination, range)]),
  )
  return entries.map((entry) => {
    const fates = parts.book.all().map((lane): [string, FateView] => {
      const exact = stored.find(
        ({ destination, sequence }) =>
          destination === lane.destination && sequence === entry.sequence,
      )
      const filteredBy = parts.rules.filteredBy(lane, entry)
      const digest = digests
        .get(lane.destination)
        ?.find((known) => known.sequences.includes(entry.sequence))
      const fate = fateOf(lane, entry, {
        exact: exact ?? null,
        digest: digest ?? null,
        filteredBy,
      })
      return [lane.destination, { ...fate, at: isoTime(fate.at) }]
    })
    return eventView(entry, Object.fromEntries(fates))
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
    fates,
  }
}

/** The answer of `GET /admin/api/portals/{memberId}/parked`. */
export function parkedView(parts: EventViewParts) {
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
