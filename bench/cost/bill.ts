/** The bill of a loop: its counts times the price list, for a million of its events. */
import { ASSUMED_EDGE_CPU_MS, OBJECT_GIGABYTES, PRICES } from '../prices.ts'
import { addCounts, type Counts, type LoopCounts } from './counts.ts'

/** Dollars for a million events, by what they are paid for. */
export interface Bill {
  readonly requests: number
  readonly duration: number
  readonly rowsWritten: number
  readonly rowsRead: number
  readonly kv: number
  /** The sum, when a dropped table costs nothing for its rows, as the runtime counts it. */
  readonly total: number
  /** The sum, when each row of a dropped table is billed as a deleted one. */
  readonly totalWithDrops: number
}

/** Computes the bill of a million events of a loop. */
export function computeBill({ told, kept }: LoopCounts, events: number): Bill {
  const counts = addCounts(told, kept)
  // Dollars for a million units are dollars for a million events that take one unit each.
  const each = (units: number): number => units / events
  const requests =
    each(counts.workerRequests) *
      (PRICES.workerRequests + ASSUMED_EDGE_CPU_MS * PRICES.workerCpuMs) +
    each(counts.objectRequests + counts.alarms) * PRICES.objectRequests
  const duration = (each(counts.awakeMs) / 1000) * OBJECT_GIGABYTES * PRICES.gigabyteSeconds
  const rowsWritten = each(counts.rowsWritten) * PRICES.rowsWritten
  const rowsRead = each(counts.rowsRead) * PRICES.rowsRead
  const kv = each(kvDollars(counts))
  const total = requests + duration + rowsWritten + rowsRead + kv
  const totalWithDrops = total + each(counts.rowsDropped) * PRICES.rowsWritten
  return { requests, duration, rowsWritten, rowsRead, kv, total, totalWithDrops }
}

function kvDollars({ kvReads, kvWrites, kvDeletes, kvLists }: Counts): number {
  return (
    kvReads * PRICES.kvReads +
    kvWrites * PRICES.kvWrites +
    kvDeletes * PRICES.kvDeletes +
    kvLists * PRICES.kvLists
  )
}
