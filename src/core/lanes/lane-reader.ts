/**
 * Finds in the log what a lane sends next: the digest under way, the next event that its destination gets, or an
 * event that an operator wants again.
 */
import { entriesAfter, entriesBefore } from '../log/entries.ts'
import type { LogEntry } from '../log/event.ts'
import { skipEvent } from './cursor.ts'
import { isMeant } from './filter-reason.ts'
import type { LaneState, ReplayJob } from './lane-state.ts'
import { MAX_BEHIND, calmUntil, type Batch, type DigestRule } from './plan-digest.ts'
import { advanceJob } from './replay-job.ts'
import type { LaneDeps } from './walk-ports.ts'

/** One entry is nearly always enough; after it few at a time, since an event may be large. */
const PAGES = { first: 1, page: 20 } as const

/** Rows looked through for one digest: events of others may lie between. */
const MAX_READ_FOR_DIGEST = 500

/** The digest under way, else the event after the cursor that the destination is meant to get. */
export function nextBatch(deps: LaneDeps): Batch | null {
  const lane = deps.lane()
  // A destination that machines read now: what was frozen for people goes out event by event.
  if (lane.digest !== null && deps.digest === null) deps.keep({ ...lane, digest: null })
  const { digest } = deps.lane()
  const [first, ...others] = (digest ?? []).flatMap((sequence) => deps.readEntry(sequence) ?? [])
  if (first !== undefined) return [first, ...others]
  const entry = nextMeant(deps)
  return entry === null ? null : [entry]
}

/** The head and what waits behind it, as far as one message may hold. */
export function readWaiting(
  deps: LaneDeps,
  lane: LaneState,
  { head, rule }: { head: LogEntry; rule: DigestRule },
): Batch {
  const isBehind = deps.head() - lane.cursor > MAX_BEHIND
  const isCalm = head.receivedAt < calmUntil(lane, deps.now())
  if (rule.waitMs === null && !isBehind && !isCalm) return [head]
  const others: LogEntry[] = []
  let read = 0
  for (const entry of entriesAfter(logOf(deps), head.sequence, { page: PAGES.page })) {
    read += 1
    if (isMeant(lane, entry, deps.match)) others.push(entry)
    if (others.length === rule.max - 1 || read === MAX_READ_FOR_DIGEST) break
  }
  return [head, ...others]
}

/** The first event behind the cursor that the destination is meant to get; skips the others. */
function nextMeant(deps: LaneDeps): LogEntry | null {
  const lane = deps.lane()
  let passed = lane.cursor
  let found: LogEntry | null = null
  for (const entry of entriesAfter(logOf(deps), lane.cursor, PAGES)) {
    if (isMeant(lane, entry, deps.match)) {
      found = entry
      passed = entry.sequence - 1
      break
    }
    passed = entry.sequence
  }
  if (passed > lane.cursor) deps.keep(skipEvent(lane, passed))
  return found
}

/** The sequence before `sequence` that the lane was meant to get: the same on every attempt. */
export function previousMeant(
  deps: Pick<LaneDeps, 'match' | 'lane' | 'readBefore'>,
  sequence: number,
): number | null {
  const lane = deps.lane()
  const log = { before: (from: number, limit: number) => deps.readBefore(from, limit) }
  for (const entry of entriesBefore(log, sequence, PAGES)) {
    if (isMeant(lane, entry, deps.match)) return entry.sequence
  }
  return lane.meantBeforeFloor
}

/** What the first replay job that still holds something asks for next; empty jobs are gone. */
export function nextReplayed(deps: LaneDeps): { entry: LogEntry; job: ReplayJob } | null {
  for (;;) {
    const lane = deps.lane()
    const job = lane.replays[0]
    if (job === undefined) return null
    const entry = job.parkedOnly ? nextParkedEntry(deps, job) : nextMeantInJob(deps, job)
    if (entry !== null) return { entry, job }
    deps.keep(advanceJob(lane, job, job.to))
  }
}

function nextParkedEntry(deps: LaneDeps, job: ReplayJob): LogEntry | null {
  let from = job.next
  for (;;) {
    const sequence = deps.nextParked(from, job.to)
    if (sequence === null) return null
    const entry = deps.readEntry(sequence)
    if (entry !== null) return entry
    from = sequence + 1
  }
}

function nextMeantInJob(deps: LaneDeps, job: ReplayJob): LogEntry | null {
  const lane = deps.lane()
  for (const entry of entriesAfter(logOf(deps), job.next - 1, PAGES)) {
    if (entry.sequence > job.to) return null
    if (isMeant(lane, entry, deps.match)) return entry
  }
  return null
}

function logOf(deps: LaneDeps): { after: LaneDeps['readAfter'] } {
  return { after: (sequence, limit) => deps.readAfter(sequence, limit) }
}
