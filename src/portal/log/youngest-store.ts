/**
 * The youngest rows of a portal's log, which are looked at when its object starts. They tell which events may be sent
 * again, which events still wait, and when events last came. They are read from the end, in pages, as far as they
 * matter.
 */
import { HOUR_MS, MINUTE_MS } from '../../core/durations.ts'
import { MAX_REMEMBERED, RECEIPT_WINDOW_MS, type Arrival } from '../../core/log/append.ts'
import type { LogEntry } from '../../core/log/event.ts'
import { MAX_SEQUENCE } from '../../core/log/max-sequence.ts'
import { numberOf, type Database, type SqlRow } from '../../storage/database.ts'
import type { World } from '../world.ts'
import { AWAITS, CARRIED, parseArrival, receivedAtOf } from './rows/log-rows.ts'
import type { LogStore } from './log-store.ts'
import { CARRYING_ROWS, type CarryingRow } from './rows/row-keeper.ts'
import type { SegmentStore } from './rows/segment-store.ts'

/** The rows that are read at a time: most logs are quiet, and each row is billed. */
const PAGE = CARRYING_ROWS

/** An event that still waits is at most this much older than the youngest one, in milliseconds. */
const AWAITING_WINDOW_MS = 10 * MINUTE_MS

/** The number of older rows that are searched behind an event that waits longer. */
const LOOKED_THROUGH_FOR_ANOTHER = 200

/**
 * The number of old rows with which a page is the last one that is read. Fewer old rows may stand among younger ones,
 * since the spill brings events late.
 */
const OLD_ENOUGH = PAGE / 2

/** The number of rows that are searched for the last event about a field. */
const MAX_LOOKED_THROUGH = 2000

/** An event that came a moment ago, and its place in the log. */
export interface RecentArrival {
  readonly arrival: Arrival
  readonly sequence: number
}

/** The dependencies of the youngest rows. */
export interface YoungestStoreDeps {
  readonly db: Pick<Database, 'all'>
  readonly segments: Pick<SegmentStore, 'all'>
  readonly log: Pick<LogStore, 'entry'>
  readonly world: Pick<World, 'now'>
}

/** The pages of a start: those that were read, and the way to the older ones. */
interface SharedPages {
  readonly read: (readonly SqlRow[])[]
  readonly further: Generator<readonly SqlRow[], void>
}

/** The youngest rows of one portal's log. */
export class YoungestStore {
  readonly #deps: YoungestStoreDeps
  #shared: SharedPages | null = null

  constructor(deps: YoungestStoreDeps) {
    this.#deps = deps
  }

  /**
   * Does the work of a start, in which nothing is added to the log: a row that one part has looked at is not read
   * again for the next one.
   */
  sharing(work: () => void): void {
    this.#shared = { read: [], further: this.#readPages() }
    try {
      work()
    } finally {
      this.#shared = null
    }
  }

  /**
   * The entries that still wait for their enrichment, oldest first. An event waits for seconds, or until the
   * alarm that stands within minutes of each append, or while storage refuses, and then no event comes after it.
   * So pages are read from the end of the log as far as that time reaches. In a log without an event of the last
   * hour the alarm has ended all waiting but that of the youngest events. A portal that sends hundreds of events a
   * second has more within that time than memory keeps. Then each of them came within seconds, and no further one is
   * looked at.
   */
  awaiting(): LogEntry[] {
    const found: LogEntry[] = []
    const anHourAgo = this.#deps.world.now() - HOUR_MS
    let since = Number.NEGATIVE_INFINITY
    let behindLast = 0
    for (const rows of this.#youngest()) {
      // Only the entries that wait are read whole.
      const waiting = rows.filter((row) => row['awaits'] === 1)
      found.push(...waiting.flatMap((row) => this.#deps.log.entry(numberOf(row, 'sequence')) ?? []))
      const times = rows.map(receivedAtOf)
      const youngest = times[0] ?? 0
      const isQuiet = youngest < anHourAgo
      since = isQuiet ? Number.POSITIVE_INFINITY : Math.max(since, youngest - AWAITING_WINDOW_MS)
      behindLast = waiting.length > 0 ? 0 : behindLast + rows.length
      const isEnough = found.length === 0 || behindLast >= LOOKED_THROUGH_FOR_ANOTHER
      if (behindLast >= MAX_REMEMBERED || (isEnough && (times.at(-1) ?? 0) < since)) break
    }
    return found.toReversed()
  }

  /**
   * The time of the last event for which something was read, when it was received at `since` or later (unix
   * milliseconds), and as far as the youngest rows tell; null without one. Older rows are not looked at, since
   * each start of an object asks.
   */
  lastFieldEventSince(since: number): number | null {
    let seen = 0
    for (const rows of this.#youngest()) {
      const young = rows.filter((row) => receivedAtOf(row) >= since)
      const found = young.find((row) => row['is_read'] === 1)
      if (found !== undefined) return receivedAtOf(found)
      seen += rows.length
      const isOld = young.length === 0 || rows.length - young.length >= OLD_ENOUGH
      if (isOld || seen >= MAX_LOOKED_THROUGH) break
    }
    return null
  }

  /** The rows that carry something, oldest first. */
  carrying(): CarryingRow[] {
    const youngest: SqlRow[] = []
    for (const rows of this.#youngest()) {
      youngest.push(...rows)
      if (youngest.length >= CARRYING_ROWS) break
    }
    const found = youngest.slice(0, CARRYING_ROWS).flatMap((row) => {
      const text = row['carried']
      return typeof text === 'string' ? [{ sequence: numberOf(row, 'sequence'), text }] : []
    })
    return found.toReversed()
  }

  /** The sequence of the youngest row; 0 without one. */
  lastSequence(): number {
    const [first] = this.#youngest()
    const [row] = first ?? []
    return row === undefined ? 0 : numberOf(row, 'sequence')
  }

  /** The times of receipt of the last events of the portal, in no certain order, as far as the youngest rows tell. */
  lastEventTimes(count: number): number[] {
    const times: number[] = []
    let seen = 0
    for (const rows of this.#youngest()) {
      times.push(...rows.filter((row) => row['reconciled'] === 0).map(receivedAtOf))
      seen += rows.length
      if (times.length >= count || seen >= MAX_LOOKED_THROUGH) break
    }
    return times.slice(0, count)
  }

  /**
   * The arrivals of the last two minutes, oldest first. The log is read page by page, since most logs are
   * quiet, and no further than memory keeps.
   */
  recentArrivals(): RecentArrival[] {
    const now = this.#deps.world.now()
    const recent: RecentArrival[] = []
    for (const rows of this.#youngest()) {
      const young = rows.filter((row) => receivedAtOf(row) > now - RECEIPT_WINDOW_MS)
      for (const row of young) {
        recent.push({ arrival: parseArrival(row), sequence: numberOf(row, 'sequence') })
      }
      if (young.length === 0 || recent.length >= MAX_REMEMBERED) break
    }
    return recent.toReversed()
  }

  /** Pages of rows from the end of the log, newest first. */
  *#youngest(): Generator<readonly SqlRow[], void> {
    const shared = this.#shared ?? { read: [], further: this.#readPages() }
    for (let page = 0; ; page += 1) {
      if (page === shared.read.length) {
        const next = shared.further.next()
        if (next.done === true) return
        shared.read.push(next.value)
      }
      yield shared.read[page] ?? []
    }
  }

  *#readPages(): Generator<readonly SqlRow[], void> {
    for (const { logTable } of this.#deps.segments.all().toReversed()) {
      let before = MAX_SEQUENCE
      for (;;) {
        const rows = this.#deps.db.all(
          `SELECT sequence, received_at, receipt, digest, reconciled, enrichment = '${AWAITS}' AS awaits,
             enrichment IS NOT NULL AND reconciled = 0 AS is_read, ${CARRIED} AS carried
           FROM ${logTable} WHERE sequence < ? ORDER BY sequence DESC LIMIT ?`,
          before,
          PAGE,
        )
        if (rows.length > 0) yield rows
        const last = rows.at(-1)
        if (last === undefined || rows.length < PAGE) break
        before = numberOf(last, 'sequence')
      }
    }
  }
}
