/** The rules about moments: work has an alarm, and whatever waits goes on by itself once everything works. */
import { filteredBy } from '../../../src/core/lanes/filters/filter-reason.ts'
import { compileFilter } from '../../../src/core/lanes/filters/filter.ts'
import type { LaneState } from '../../../src/core/lanes/state/lane-state.ts'
import { NOT_ENRICHED, type LogEntry } from '../../../src/core/log/event.ts'
import { parseEnrichment } from '../../../src/portal/log/rows/event-schemas.ts'
import type { VirtualPortal } from '../cast/portal.ts'
import { lanesOf, logOf, type LogRow, type StoredLane } from '../lanes.ts'
import type { Played } from '../play.ts'

const MINUTE_MS = 60_000
/** While any lane has work, the object wakes within this time, whatever the configuration knows. */
const LONGEST_SLEEP_MS = 15 * MINUTE_MS
/** A lane whose wait is over is tried within this time: the object may have ended, and left its safety alarm. */
const LONGEST_DELAY_MS = 5 * MINUTE_MS

/**
 * An object that has work and is not in memory has an alarm, or nothing would wake it. A lane that an operator
 * has paused, or that its receiver has disabled, has none. An alarm that was set by a wrong clock is judged by
 * that clock: the object could not know better.
 */
export function standsWithoutAlarm(played: Played): void {
  for (const portal of played.portals) {
    const object = played.objectOf(portal)
    if (object.isAwake || object.waitsForCall) continue
    const alarmAt = object.disk.alarmAt()
    // By the clock that has set the alarm.
    const now = played.time.now() + object.alarmSkewMs
    const inMs = alarmAt === null ? null : alarmAt - now
    if (inMs !== null && inMs <= LONGEST_DELAY_MS) continue
    const alarm =
      inMs === null ? 'no alarm stands' : `the alarm comes in ${(inMs / MINUTE_MS).toFixed(0)} min`
    for (const { lane, next } of waitingOf(played, portal)) {
      const waitMs = wasEverWrong(played, lane) ? LONGEST_SLEEP_MS : waitOf(lane, now)
      const mayTakeMs = Math.min(waitMs + LONGEST_DELAY_MS, LONGEST_SLEEP_MS)
      if (inMs !== null && inMs <= mayTakeMs) continue
      played.breaks(
        'work has an alarm',
        `${portal.domain}: ${next} waits at ${lane.destination} (${lane.status}), and ${alarm}`,
      )
    }
  }
}

/** Whether a deployment lacked the destination of a lane: a corrected one takes effect at the next look. */
function wasEverWrong({ deployed }: Played, { destination, status }: StoredLane): boolean {
  if (status !== 'active') return true
  return deployed.some(
    ({ list, erp, late }) =>
      list !== 'readable' ||
      (destination === 'erp' && erp !== 'there') ||
      (destination === 'late' && late !== 'there'),
  )
}

/** How long a lane waits by itself, in milliseconds. */
function waitOf({ nextAttemptAt, notBefore }: StoredLane, now: number): number {
  return Math.max(0, Math.max(nextAttemptAt ?? 0, notBefore) - now)
}

/** Whether an object sleeps for longer than it knows: a call has to wake it, or its clock was ahead. */
export function oversleeps(played: Played, portal: VirtualPortal): boolean {
  const object = played.objectOf(portal)
  return object.waitsForCall || object.alarmSkewMs > played.time.skewMs
}

/** The lanes that have something to do, each with the first sequence that waits. */
function waitingOf(
  played: Played,
  portal: VirtualPortal,
): readonly { readonly lane: StoredLane; readonly next: number }[] {
  const log = logOf(played, portal)
  return lanesOf(played, portal).flatMap((lane) => {
    if (!isMeantToGoOn(lane)) return []
    const next = log.find((row) => row.sequence > lane.cursor && isMeant(lane, row, log))
    return next === undefined ? [] : [{ lane, next: next.sequence }]
  })
}

/** A lane that nobody has stopped. One without its destination waits for it, so it is looked at again as well. */
function isMeantToGoOn({ status, disabledReason }: StoredLane): boolean {
  if (status === 'disabled') return disabledReason === 'misconfigured'
  return status !== 'paused'
}

function isMeant(lane: StoredLane, row: LogRow, log: readonly LogRow[]): boolean {
  // Sound: the row holds a whole lane.
  const filtered = filteredBy(lane as unknown as LaneState, entryOf(row), {
    match: (filter, of) => compileFilter(filter)(of),
    tellerOf: (sequence) => {
      const teller = log.find((other) => other.sequence === sequence)
      return teller === undefined ? null : entryOf(teller)
    },
  })
  return filtered === null
}

function entryOf({ sequence, event, enrichment }: LogRow): LogEntry {
  const parsed = enrichment === null ? null : parseEnrichment(enrichment)
  // Sound: these are the members that the filter reads.
  return { sequence, event, enrichment: parsed ?? NOT_ENRICHED } as LogEntry
}

/** Once everything works, an active lane comes to its end without anybody's help. */
export async function staysBehind(played: Played, portal: VirtualPortal): Promise<void> {
  for (const { lane, next } of waitingOf(played, portal)) {
    if (lane.status !== 'active' || next === 0) continue
    const { destination } = lane
    played.breaks(
      'lanes go on by themselves',
      `${portal.domain}: ${next} waits at ${destination} although everything works for 45 min`,
    )
  }
}

/** Whether nothing is left to do for a portal. */
export function isEverythingSettled(played: Played, portal: VirtualPortal): boolean {
  const hasSpill = played.relay.kv
    .entries()
    .some(([key]) => key.startsWith(`spill:${portal.memberId}`))
  return !hasSpill && waitingOf(played, portal).length === 0
}
