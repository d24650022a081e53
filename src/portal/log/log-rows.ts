/** Turns rows of the log into typed values. A damaged row must never stop a lane (G10). */
import type { Arrival } from '../../core/log/append.ts'
import {
  NOT_ENRICHED,
  type Enrichment,
  type LogEntry,
  type RelayEvent,
} from '../../core/log/event.ts'
import { numberOf, textOf, type SqlRow } from '../../storage/database.ts'

/** The identity of a row's event; the column `digest` holds its content hash. */
export function arrivalOf(row: SqlRow): Arrival {
  return {
    receipt: String(row['receipt']),
    contentHash: String(row['digest']),
    receivedAt: receivedAtOf(row),
  }
}

/** When a row's event was received; a damaged time counts as long ago. */
export function receivedAtOf(row: SqlRow): number {
  const value = row['received_at']
  return typeof value === 'number' ? value : 0
}

/** The entry of a row; one that cannot be read is shown as quarantined. */
export function entryOf(row: SqlRow): LogEntry {
  const { receipt, receivedAt } = arrivalOf(row)
  return {
    sequence: numberOf(row, 'sequence'),
    receipt,
    receivedAt,
    event: readEvent(row),
    origin: row['reconciled'] === 1 ? 'reconciled' : 'event',
    enrichment: readEnrichment(row),
  }
}

/** Stands in a row that waits for its enrichment; null in one that nothing is read for. */
export const AWAITS = ''

/** A row that was waited and was never enriched goes out thin. */
function readEnrichment(row: SqlRow): Enrichment {
  const text = row['enrichment']
  if (typeof text !== 'string') return NOT_ENRICHED
  if (text === AWAITS) return NOT_EXPLAINED
  try {
    // Sound: only `enrich` and `insertReconciled` write the column.
    const stored = JSON.parse(text) as Enrichment
    return { ...NOT_ENRICHED, ...stored }
  } catch {
    // Swallows: a row damaged outside of this code.
    return NOT_EXPLAINED
  }
}

const NOT_EXPLAINED: Enrichment = { ...NOT_ENRICHED, status: 'unavailable', reason: 'timeout' }

function readEvent(row: SqlRow): RelayEvent {
  try {
    const event: unknown = JSON.parse(textOf(row, 'event'))
    return isEvent(event) ? event : UNREADABLE
  } catch {
    // Swallows: a row damaged outside of this code.
    return UNREADABLE
  }
}

/** What filters rely on; whatever else is wrong with an event stops at its renderer. */
function isEvent(value: unknown): value is RelayEvent {
  if (typeof value !== 'object' || value === null) return false
  if (!('name' in value) || !('field' in value) || !('quarantined' in value)) return false
  const { name, field, quarantined } = value
  const isField = typeof field === 'object' && (field === null || 'fieldName' in field)
  return (
    typeof name === 'string' && isField && (quarantined === null || typeof quarantined === 'string')
  )
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
