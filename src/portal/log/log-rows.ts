/** The rows of the log as typed values. A damaged row must never stop a lane (G10). */
import * as v from 'valibot'
import type { Arrival } from '../../core/log/append.ts'
import {
  NOT_ENRICHED,
  type Change,
  type Enrichment,
  type Json,
  type LogEntry,
  type PortalUser,
  type RelayEvent,
  type ThinReason,
} from '../../core/log/event.ts'
import { numberOf, type SqlRow } from '../../storage/database.ts'

/**
 * The text of the column `enrichment` while its event waits for its enrichment. Null stands for an event for
 * which nothing is read.
 */
export const AWAITS = ''

/** Makes a schema of a list whose items this program has written itself. */
function listOf<Item>() {
  return v.optional(v.custom<readonly Item[]>(Array.isArray), [])
}

/** A member that an older version did not write gets the value of an event without enrichment. */
const EnrichmentSchema = v.object({
  status: v.picklist(['complete', 'unavailable', 'not_applicable']),
  // Sound: this program writes no other words, and a word of another version is only shown.
  reason: v.optional(v.nullable(v.custom<ThinReason>((word) => typeof word === 'string')), null),
  changes: v.optional(v.nullable(v.custom<readonly Change[]>(Array.isArray)), null),
  // Sound: every member of it was read as JSON.
  field: v.optional(v.nullable(v.custom<{ readonly [key: string]: Json }>(isMap)), null),
  userName: v.optional(v.nullable(v.string()), null),
  toldBy: v.optional(v.nullable(v.number()), null),
  covers: listOf<number>(),
  users: listOf<PortalUser>(),
  completes: listOf<number>(),
  readAt: v.optional(v.nullable(v.number()), null),
})

/** The members on which filters rely. */
const FilteredEventSchema = v.looseObject({
  name: v.string(),
  field: v.nullable(v.looseObject({ fieldName: v.unknown() })),
  quarantined: v.nullable(v.string()),
})

/** The identity of the event in a row. The column `digest` holds its content hash. */
export function parseArrival(row: SqlRow): Arrival {
  return {
    receipt: String(row['receipt']),
    contentHash: String(row['digest']),
    receivedAt: receivedAtOf(row),
  }
}

/** When the event in a row was received; a damaged time counts as long ago. */
export function receivedAtOf(row: SqlRow): number {
  const value = row['received_at']
  return typeof value === 'number' ? value : 0
}

/** The entry in a row. One whose event cannot be read is shown as quarantined. */
export function parseEntry(row: SqlRow): LogEntry {
  const { receipt, receivedAt } = parseArrival(row)
  return {
    sequence: numberOf(row, 'sequence'),
    receipt,
    receivedAt,
    event: parseEvent(row),
    origin: row['reconciled'] === 1 ? 'reconciled' : 'event',
    enrichment: parseEnrichment(row),
  }
}

/**
 * The enrichment in a row. An event that was to be enriched is thin when its enrichment never came, or cannot
 * be read.
 */
function parseEnrichment({ enrichment }: SqlRow): Enrichment {
  if (typeof enrichment !== 'string') return NOT_ENRICHED
  const stored = v.safeParse(EnrichmentSchema, parseJson(enrichment))
  return stored.success ? stored.output : NEVER_ENRICHED
}

const NEVER_ENRICHED: Enrichment = { ...NOT_ENRICHED, status: 'unavailable', reason: 'timeout' }

function parseEvent(row: SqlRow): RelayEvent {
  const event = parseJson(row['event'])
  // Sound: the edge made the text of a `RelayEvent`. A fault that the filters do not see stops at the
  // renderer, and the event is parked.
  return v.is(FilteredEventSchema, event) ? (event as unknown as RelayEvent) : UNREADABLE
}

const UNREADABLE: RelayEvent = {
  name: 'UNREADABLE',
  ts: null,
  handlerId: null,
  userId: null,
  data: null,
  field: null,
  quarantined: 'unreadable_row',
}

function parseJson(column: SqlRow[string] | undefined): unknown {
  try {
    return typeof column === 'string' ? JSON.parse(column) : null
  } catch {
    // Swallows: the row was damaged outside of this program, or its event was never JSON.
    return null
  }
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
