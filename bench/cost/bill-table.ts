/** The bill of all loops as tables. */
import { formatTable } from '../table.ts'
import { computeBill } from './bill.ts'
import { addCounts, type Counts, type LoopCounts } from './counts.ts'
import { LOOPS, type LoopName } from './loops.ts'

const BILLED = [
  'loop',
  'requests',
  'duration',
  'rows written',
  'rows read',
  'KV',
  'total',
  'DROP billed',
]

const dollars = (sum: number): string => `$${sum.toFixed(2)}`

/** Formats dollars for a million events, a line for each loop. */
export function formatBills(counted: ReadonlyMap<LoopName, LoopCounts>): string {
  const rows = [...counted].map(([name, counts]) => {
    const bill = computeBill(counts, LOOPS[name].events)
    const { requests, duration, rowsWritten, rowsRead, kv, total, totalWithDrops } = bill
    const sums = [requests, duration, rowsWritten, rowsRead, kv, total, totalWithDrops]
    return [name, ...sums.map(dollars)]
  })
  return formatTable(BILLED, rows)
}

const COUNTED: readonly (readonly [string, (counts: Counts) => number])[] = [
  ['Worker', ({ workerRequests }) => workerRequests],
  ['calls', ({ objectRequests }) => objectRequests],
  ['alarms', ({ alarms }) => alarms],
  ['awake s', ({ awakeMs }) => awakeMs / 1000],
  ['written', ({ rowsWritten }) => rowsWritten],
  ['alarms set', ({ alarmsSet }) => alarmsSet],
  ['read', ({ rowsRead }) => rowsRead],
  ['dropped', ({ rowsDropped }) => rowsDropped],
  ['KV read', ({ kvReads }) => kvReads],
  ['starts', ({ coldStarts }) => coldStarts],
]

/** Formats the counts for one event, a line for each loop. */
export function formatCounts(counted: ReadonlyMap<LoopName, LoopCounts>): string {
  const rows = [...counted].map(([name, { told, kept }]) => {
    const all = addCounts(told, kept)
    return [name, ...COUNTED.map(([, of]) => (of(all) / LOOPS[name].events).toFixed(2))]
  })
  return formatTable(['loop, for one event', ...COUNTED.map(([head]) => head)], rows)
}
