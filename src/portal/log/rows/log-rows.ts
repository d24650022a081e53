/** The rows of the log, written and as typed values. A damaged row must never stop a lane (G10). */
import { decodeStored } from '../../../bitrix24/wire/decode-event.ts'
import type { Arrival } from '../../../core/log/append.ts'
import {
  NO_CONTENT,
  NOT_ENRICHED,
  type Enrichment,
  type LogEntry,
  type RelayEvent,
} from '../../../core/log/event.ts'
import { numberOf, type Database, type SqlRow } from '../../../storage/database.ts'
import { parseEnrichment, parseEvent } from './event-schemas.ts'
import type { CarriedText } from './row-keeper.ts'

/**
 * The text of the column `enrichment` while its event waits for its enrichment. Null stands for an event for
 * which nothing is read.
 */
export const AWAITS = ''

/** A row as it is written. */
export interface NewRow {
  readonly sequence: number
  readonly arrival: Arrival
  /** A `RelayEvent` as JSON text. */
  readonly event: string
  /** An `Enrichment` as JSON text, or `AWAITS`; null stands for an event for which nothing is read. */
  readonly enrichment: string | null
  /** Whether the relay has entered the event itself. */
  readonly isReconciled: boolean
}

/** Writes a row into the table of a segment's log. */
export function insertRow(
  db: Database,
  logTable: string,
  { sequence, arrival, event, enrichment, isReconciled }: NewRow,
): void {
  db.all(
    `INSERT INTO ${logTable} (sequence, received_at, receipt, digest, event, enrichment, reconciled)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    sequence,
    arrival.receivedAt,
    arrival.receipt,
    arrival.contentHash,
    event,
    enrichment,
    isReconciled ? 1 : 0,
  )
}

/**
 * The text of an enrichment as it is written. The state that the row carries stands near its beginning, where a start
 * finds it without reading the whole text. A former version recognises thin events by the first two members.
 */
export function formatEnrichment(enrichment: Enrichment, carried: CarriedText | null): string {
  if (carried === null) return JSON.stringify(enrichment)
  const { status, reason, ...rest } = enrichment
  return JSON.stringify({ status, reason, carried, ...rest })
}

/** The SQL expression for the text that a row carries; null for most rows. */
export const CARRIED = `iif(substr(enrichment, 1, 100) LIKE '{"status":"%,"reason":%,"carried":{%' AND json_valid(enrichment),
  json_extract(enrichment, '$.carried'), NULL)`

/** The identity of the event in a row. The column `digest` holds its content hash. */
export function parseArrival(row: SqlRow): Arrival {
  return {
    receipt: String(row['receipt']),
    contentHash: String(row['digest']),
    receivedAt: receivedAtOf(row),
  }
}

/** The time at which the event in a row was received; a damaged time counts as long ago. */
export function receivedAtOf(row: SqlRow): number {
  const value = row['received_at']
  return typeof value === 'number' ? value : 0
}

/** The entry in a row. One whose event cannot be read is shown as quarantined. */
export function parseEntry(row: SqlRow): LogEntry {
  const { receipt, receivedAt } = parseArrival(row)
  const event = eventOf(row)
  const again = event.erased === undefined ? decodeStored(event) : null
  return {
    sequence: numberOf(row, 'sequence'),
    receipt,
    receivedAt,
    event,
    ...(again !== null && { again }),
    origin: row['reconciled'] === 1 ? 'reconciled' : 'event',
    enrichment: enrichmentOf(row),
  }
}

/**
 * The enrichment in a row. An event that was to be enriched is thin when its enrichment never came, or cannot
 * be read.
 */
function enrichmentOf({ enrichment }: SqlRow): Enrichment {
  if (typeof enrichment !== 'string') return NOT_ENRICHED
  return parseEnrichment(enrichment) ?? NEVER_ENRICHED
}

const NEVER_ENRICHED: Enrichment = { ...NOT_ENRICHED, status: 'unavailable', reason: 'timeout' }

function eventOf({ event }: SqlRow): RelayEvent {
  return (typeof event === 'string' ? parseEvent(event) : null) ?? UNREADABLE
}

const UNREADABLE: RelayEvent = { name: 'UNREADABLE', ...NO_CONTENT, quarantined: 'unreadable_row' }
