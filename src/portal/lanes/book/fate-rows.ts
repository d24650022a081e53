/**
 * Turns rows of the fates and of the delivered digests into typed values. A damaged row must not stop a lane
 * (G10, README), so every member that is damaged gets a value that says least.
 */
import * as v from 'valibot'
import type { DigestRecord, ParkReason, StoredFate } from '../../../core/lanes/state/fate.ts'
import type { SqlRow } from '../../../storage/database.ts'

/** A stored fate with its destination. */
export interface DestinationFate extends StoredFate {
  readonly destination: string
}

const AnyNumber = v.fallback(v.number(), 0)
// Sound: a reason is only shown, and that of another version is shown as it is.
const ParkReasonSchema = v.custom<ParkReason>((word) => typeof word === 'string')

const DestinationFateSchema = v.object({
  destination: v.fallback(v.string(), ''),
  sequence: AnyNumber,
  // A state that this version does not know is read as `parked`, so that an operator looks at it.
  state: v.fallback(v.picklist(['delivered', 'parked', 'expired']), 'parked'),
  reason: v.fallback(v.nullable(ParkReasonSchema), null),
  status: v.fallback(v.nullable(v.number()), null),
  at: AnyNumber,
  attempts: AnyNumber,
})

const DigestRecordSchema = v.object({
  sequences: v.fallback(v.pipe(v.string(), v.transform(readSequences)), []),
  at: AnyNumber,
  attempts: AnyNumber,
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
