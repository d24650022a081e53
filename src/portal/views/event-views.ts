/**
 * The views of events and of their fates, for the admin API, in the names of the HTTP contract. They hold no
 * secret.
 */
import * as v from 'valibot'
import { displayName } from '../../core/events/event-names.ts'
import type { LogEntry, QuarantineReason, ThinReason } from '../../core/log/event.ts'
import type { ParkReason } from '../../core/lanes/state/fate.ts'
import { fateOf } from '../../core/lanes/fate-of.ts'
import type { FilterReason } from '../../core/lanes/filters/filter-reason.ts'
import type { DisabledReason } from '../../core/lanes/state/lane-state.ts'
import type { LaneBook } from '../lanes/book/book.ts'
import type { FateStore } from '../lanes/book/fate-store.ts'
import type { LaneRules } from '../lanes/rules.ts'
import type { LogStore } from '../log/log-store.ts'
import { isoTime } from './iso-time.ts'
import {
  JsonSchema,
  listOf,
  NumberOrNullSchema,
  TextOrNullSchema,
  TimeOrNullSchema,
  TimeSchema,
  wordOf,
} from './schema.ts'

/** The most events on one page. */
const MAX_EVENTS_PAGE = 200

/** The most parked events that are listed. */
const MAX_PARKED_LISTED = 1000

const DigestPlaceSchema = v.object({ first: v.number(), last: v.number(), count: v.number() })

const FATE_ENTRIES = {
  at: TimeOrNullSchema,
  /** The receiver's HTTP status; null where there was no answer, and where none is written down. */
  status: NumberOrNullSchema,
  /** The digest in which the event was or will be told; null for an event with a message of its own. */
  digest: v.nullable(DigestPlaceSchema),
  /** The condition that a filtered event does not meet. */
  condition: v.exactOptional(v.string()),
}

/** A fate with its time as the API writes it. Each state keeps the reasons that belong to it. */
export const FateViewSchema = v.variant('state', [
  v.object({
    ...FATE_ENTRIES,
    state: v.picklist(['delivered', 'parked', 'expired']),
    attempts: NumberOrNullSchema,
    reason: v.nullable(wordOf<ParkReason>()),
  }),
  v.object({
    ...FATE_ENTRIES,
    state: v.literal('waiting'),
    attempts: v.number(),
    reason: v.nullable(wordOf<DisabledReason>()),
  }),
  v.object({
    ...FATE_ENTRIES,
    state: v.literal('filtered'),
    attempts: v.null(),
    reason: wordOf<Exclude<FilterReason, 'unchanged'>>(),
  }),
  v.object({
    ...FATE_ENTRIES,
    state: v.literal('unchanged'),
    attempts: v.null(),
    reason: v.null(),
  }),
])

/** The type of this view. */
export type FateView = v.InferOutput<typeof FateViewSchema>

const ChangeSchema = v.object({ attribute: v.string(), before: JsonSchema, after: JsonSchema })

/** One event of a portal, with its fate at every destination. */
export const EventViewSchema = v.object({
  sequence: v.number(),
  event: v.string(),
  receivedAt: TimeSchema,
  origin: v.picklist(['event', 'reconciled']),
  userId: NumberOrNullSchema,
  userName: TextOrNullSchema,
  fields: JsonSchema,
  changes: v.nullable(listOf(ChangeSchema)),
  enrichment: v.picklist(['complete', 'unavailable', 'not_applicable']),
  enrichmentReason: v.nullable(wordOf<ThinReason>()),
  toldBy: NumberOrNullSchema,
  covers: listOf(v.number()),
  completes: listOf(v.number()),
  readAt: TimeOrNullSchema,
  quarantined: v.boolean(),
  quarantineReason: v.nullable(wordOf<QuarantineReason>()),
  /** The length of the body, where `fields` holds only a part of it. */
  bodyLength: v.exactOptional(v.number()),
  /** When an operator has erased its content; missing otherwise. */
  erasedAt: v.exactOptional(TimeOrNullSchema),
  fates: v.record(v.string(), FateViewSchema),
})

/** The type of this view. */
export type EventView = v.InferOutput<typeof EventViewSchema>

/** One page of events. */
export const EventsPageSchema = v.object({
  /** Newest first. */
  events: listOf(EventViewSchema),
  /** The sequence before which the next page begins; null on the last page. */
  before: NumberOrNullSchema,
})

/** The type of this view. */
export type EventsPage = v.InferOutput<typeof EventsPageSchema>

/** One event that was not taken at one destination, and waits for a replay. */
export const ParkedViewSchema = v.object({
  destination: v.string(),
  sequence: v.number(),
  reason: v.nullable(wordOf<ParkReason>()),
  /** The receiver's HTTP status; null when there was no answer. */
  status: NumberOrNullSchema,
  at: TimeOrNullSchema,
  attempts: v.number(),
})

/** The type of this view. */
export type ParkedView = v.InferOutput<typeof ParkedViewSchema>

/** Everything that the views of events read. */
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
        digest: digests.find((known) => known.sequences.includes(sequence)) ?? null,
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
