/**
 * Goes through a portal's log entry by entry while reading it page by page. The reader stops when it has
 * found what it looks for, so only the pages up to there are read.
 */
import type { LogEntry } from './event.ts'

/** The number of entries that one page holds. */
export interface PageSizes {
  /** The size of the first page: 1 where the first entry is nearly always enough. @default page */
  readonly first?: number
  readonly page: number
}

/** The most entries that are looked at for a number. */
export const MAX_COUNTED = 10_000

/** Reads a page of entries on one side of a sequence: at most `limit`, and none only when there are none. */
type ReadPage = (sequence: number, limit: number) => readonly LogEntry[]

/** The entries after a sequence, oldest first. */
export function entriesAfter(
  log: { after: ReadPage },
  sequence: number,
  sizes: PageSizes,
): Generator<LogEntry, void> {
  return entries((from, limit) => log.after(from, limit), sequence, sizes)
}

/** The outlines of the entries after a sequence, oldest first: enough to decide, and events may be large. */
export function outlinesAfter(
  log: { outlinesAfter: ReadPage },
  sequence: number,
  sizes: PageSizes,
): Generator<LogEntry, void> {
  return entries((from, limit) => log.outlinesAfter(from, limit), sequence, sizes)
}

/** The outlines of the entries before a sequence, newest first. */
export function outlinesBefore(
  log: { outlinesBefore: ReadPage },
  sequence: number,
  sizes: PageSizes,
): Generator<LogEntry, void> {
  return entries((from, limit) => log.outlinesBefore(from, limit), sequence, sizes)
}

/**
 * The number of entries up to the sequence `last` that are meant. So that a number costs the same however long the
 * log is, the first ten thousand are looked at, and each one behind them counts.
 */
export function countMeant(
  found: Iterable<LogEntry>,
  { last, isMeant }: { readonly last: number; readonly isMeant: (entry: LogEntry) => boolean },
): number {
  let count = 0
  let seen = 0
  for (const entry of found) {
    if (entry.sequence > last) break
    if (isMeant(entry)) count += 1
    seen += 1
    if (seen === MAX_COUNTED) return count + (last - entry.sequence)
  }
  return count
}

function* entries(
  read: ReadPage,
  start: number,
  { page, first = page }: PageSizes,
): Generator<LogEntry, void> {
  let from = start
  let limit = first
  for (;;) {
    const found = read(from, limit)
    yield* found
    const last = found.at(-1)
    if (last === undefined) return
    from = last.sequence
    limit = page
  }
}
