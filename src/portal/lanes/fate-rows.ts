/**
 * Turns rows of the fates and of the delivered digests into typed values. A damaged state, reason, status or
 * list of sequences must not stop a lane (G10), so each gets a fallback. A damaged number elsewhere throws.
 */
import * as v from 'valibot'
import type { DigestRecord, StoredFate } from '../../core/lanes/state/fate.ts'
import type { SqlRow } from '../../storage/database.ts'

/** A stored fate with its destination. */
export interface DestinationFate extends StoredFate {
  readonly destination: string
}

const DestinationFateSchema = v.object({
  destination: v.string(),
  sequence: v.number(),
  // A state that this version does not know is read as `parked`, so that an operator looks at it.
  state: v.fallback(v.picklist(['delivered', 'parked', 'expired']), 'parked'),
  reason: v.fallback(v.nullable(v.string()), null),
  status: v.fallback(v.nullable(v.number()), null),
  at: v.number(),
  attempts: v.number(),
})

const DigestRecordSchema = v.object({
  sequences: v.pipe(v.string(), v.transform(readSequences)),
  at: v.number(),
  attempts: v.number(),
})

/** The fate in a row. */
export function parseFate(row: SqlRow): DestinationFate {
  return v.parse(DestinationFateSchema, row)
}

/** The digest in a row; a digest whose sequences cannot be read told nothing. */
export function parseDigest(row: SqlRow): DigestRecord {
  return v.parse(DigestRecordSchema, row)
}

function readSequences(text: string): readonly number[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value.filter((item) => typeof item === 'number') : []
  } catch {
    // Swallows: the row was damaged outside of this program.
    return []
  }
}
