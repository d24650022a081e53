/**
 * The last 48 hours of a portal. Events are counted by their sequences: the log is searched for the first one of each
 * hour, so that a few rows are read for a busy hour and one for a quiet one.
 */
import { HOUR_MS } from '../../core/durations.ts'
import type { LaneState } from '../../core/lanes/state/lane-state.ts'
import { boundOfShare, hourOf, KEPT_HOURS } from '../../core/tallies/lane-hours.ts'
import type { HistoryView, LaneHourView } from '../../core/views/history-view.ts'
import type { LaneBook } from '../lanes/book/book.ts'
import type { LogStore } from '../log/log-store.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { World } from '../world.ts'

/** Everything that the view reads. */
export interface HistoryViewParts {
  readonly state: Pick<PortalState, 'head'>
  readonly log: Pick<LogStore, 'outlinesBefore'>
  readonly book: Pick<LaneBook, 'all'>
  readonly world: Pick<World, 'now'>
}

/** The view of a portal's last hours. */
export function historyView({ state, log, book, world }: HistoryViewParts): HistoryView {
  const last = hourOf(world.now())
  const numbers = Array.from({ length: KEPT_HOURS }, (_, n) => last - KEPT_HOURS + 1 + n)
  const ends = endsOf(log, { numbers, head: state.head() })
  const hours = numbers.map((number, n) => ({
    at: new Date(number * HOUR_MS).toISOString(),
    events: endAt(ends, n + 1) - endAt(ends, n),
  }))
  const lanes = book
    .all()
    .filter(({ status }) => status !== 'removed')
    .map((lane) => ({
      destination: lane.destination,
      hours: numbers.map((number, n) => laneHour(lane, { number, end: endAt(ends, n + 1) })),
    }))
  return { hours, lanes }
}

/** The last sequence before each hour, and the head behind the last one. */
function endsOf(
  log: HistoryViewParts['log'],
  { numbers, head }: { readonly numbers: readonly number[]; readonly head: number },
): readonly number[] {
  const ends = [head]
  for (const number of numbers.toReversed()) {
    ends.unshift(lastBefore(log, number * HOUR_MS, endAt(ends, 0)))
  }
  return ends
}

function endAt(ends: readonly number[], place: number): number {
  return ends[place] ?? 0
}

/**
 * The last sequence up to `upTo` behind which no event of the log was received before `time`. Events stand in the order
 * of their receipt, but for those out of the spill, which count where they were stored. It looks at the last event,
 * then at one twice as far away each time, and at last between two of them.
 */
function lastBefore(log: HistoryViewParts['log'], time: number, upTo: number): number {
  const isBefore = (sequence: number): boolean => {
    const [entry] = sequence <= 0 ? [] : log.outlinesBefore(sequence + 1, 1)
    return entry === undefined || entry.receivedAt < time
  }
  if (isBefore(upTo)) return upTo
  let after = upTo
  let step = 1
  while (!isBefore(upTo - step)) {
    after = upTo - step
    step *= 2
  }
  let before = Math.max(0, upTo - step)
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (isBefore(middle)) before = middle
    else after = middle
  }
  return before
}

/**
 * One hour of a lane in a log that ended at `end` when the hour did. What waits now has waited since it was received.
 */
function laneHour(
  { hours, cursor }: Pick<LaneState, 'hours' | 'cursor'>,
  { number, end }: { readonly number: number; readonly end: number },
): LaneHourView {
  const [, waited = 0, ...counts] = hours.find(([one]) => one === number) ?? [number]
  return {
    delivered: counts.reduce((sum, count) => sum + count, 0),
    medianMs: boundOfShare(counts, 0.5),
    p95Ms: boundOfShare(counts, 0.95),
    waiting: Math.max(waited, end - cursor),
  }
}
