/** A log of events in a real database, for the tests of the stores over it. */
import type { Arrival } from '../../../src/core/log/append.ts'
import { LogStore } from '../../../src/portal/log/log-store.ts'
import { SegmentStore } from '../../../src/portal/log/rows/segment-store.ts'
import { migrate } from '../../../src/portal/state/migrations.ts'
import type { Database } from '../../../src/storage/database.ts'
import { anEvent } from '../builders/a-delivery.ts'
import { NOW } from '../time.ts'
import { withDatabase } from './object-database.ts'

/** One event to store; by default it was received now, and nothing is read for it. */
export interface Stored extends Partial<Arrival> {
  readonly event?: string
  readonly awaits?: boolean
}

/** Works with a log that holds these events from sequence 1 on. */
export function inLog<T>(
  events: readonly Stored[],
  work: (log: LogStore, db: Database) => T,
): Promise<T> {
  return withDatabase((db) => {
    migrate(db)
    const log = new LogStore(db, new SegmentStore(db))
    db.transaction(() => {
      for (const [index, { event, awaits = false, ...arrival }] of events.entries()) {
        const sequence = index + 1
        log.insert(
          sequence,
          { receipt: `r${sequence}`, contentHash: `h${sequence}`, receivedAt: NOW, ...arrival },
          { event: event ?? JSON.stringify(anEvent()), awaits, quarantined: false },
        )
      }
    })
    return work(log, db)
  })
}

/** The same event some times. */
export function many(count: number, event: Stored = {}): Stored[] {
  return Array.from({ length: count }, () => event)
}

/** The sequences of entries, in their order. */
export function sequencesOf(entries: readonly { readonly sequence: number }[]): number[] {
  return entries.map(({ sequence }) => sequence)
}
