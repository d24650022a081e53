/** An event and its fates as the operator sees them, in the names of the HTTP contract. They hold no secret. */
import * as v from 'valibot'
import type { QuarantineReason, ThinReason } from '../log/event.ts'
import type { ParkReason } from '../lanes/state/fate.ts'
import type { FilterReason } from '../lanes/filters/filter-reason.ts'
import type { DisabledReason } from '../lanes/state/lane-state.ts'
import {
  JsonSchema,
  listOf,
  NumberOrNullSchema,
  TextOrNullSchema,
  TimeOrNullSchema,
  TimeSchema,
  wordOf,
} from './schema.ts'

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
  /** The time at which an operator has erased the content; missing otherwise. */
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

/** Everything that is parked in a portal. */
export const ParkedListSchema = v.object({ parked: listOf(ParkedViewSchema) })

/** The events that a replay would send, for whoever has to confirm it. */
export interface ReplayView {
  readonly count: number
  /** The first of these events, oldest first. */
  readonly events: readonly EventView[]
}
