/** Finds in the log what a lane sends next: the digest under way, the next event that is meant for it, replays. */
import { MAX_BEHIND, calmUntil, type Batch, type DigestRule } from './plan-digest.ts'
import type { LaneDeps } from './walk-ports.ts'
import { epochAt, isUnchanged } from './epochs.ts'
import type { LaneState, ReplayJob } from './lane-state.ts'
import { advanceJob } from './replay-job.ts'
import { skipEvent } from './cursor.ts'
import type { LogEntry } from '../log/event.ts'

/** Rows read at once while events are skipped; few, since an event may be large. */
const READ_BATCH = 20

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
  let after = head.sequence
  for (let read = 0; others.length < rule.max - 1 && read < MAX_READ_FOR_DIGEST;) {
    const entries = deps.readAfter(after, READ_BATCH)
    others.push(...entries.filter((entry) => isMeant(deps, lane, entry)))
    read += READ_BATCH
    after = entries.at(-1)?.sequence ?? after
    if (entries.length < READ_BATCH) break
  }
  return [head, ...others.slice(0, rule.max - 1)]
}

/** The first event behind the cursor that the destination is meant to get; skips the others. */
function nextMeant(deps: LaneDeps): LogEntry | null {
  let limit = 1
  for (;;) {
    const lane = deps.lane()
    const entries = deps.readAfter(lane.cursor, limit)
    const found = entries.find((entry) => isMeant(deps, lane, entry))
    const passed = found === undefined ? entries.at(-1)?.sequence : found.sequence - 1
    if (passed !== undefined && passed > lane.cursor) deps.keep(skipEvent(lane, passed))
    if (found !== undefined) return found
    if (entries.length < limit) return null
    limit = READ_BATCH
  }
}

/** Whether the lane was meant to get an event: decided by the filter that stood at its sequence. */
export function isMeant(deps: Pick<LaneDeps, 'takes'>, lane: LaneState, entry: LogEntry): boolean {
  if (entry.event.quarantined !== null) return false
  const epoch = epochAt(lane, entry.sequence)
  if (epoch === null || epoch.silent !== null || isUnchanged(epoch, entry)) return false
  return deps.takes(epoch, entry)
}

/** The sequence before `sequence` that the lane was meant to get: the same on every attempt. */
export function previousMeant(
  deps: Pick<LaneDeps, 'takes' | 'lane' | 'readBefore'>,
  sequence: number,
): number | null {
  const lane = deps.lane()
  let before = sequence
  let limit = 1
  for (;;) {
    const entries = deps.readBefore(before, limit)
    const found = entries.find((entry) => isMeant(deps, lane, entry))
    if (found !== undefined) return found.sequence
    const last = entries.at(-1)
    if (last === undefined) return lane.meantBeforeFloor
    before = last.sequence
    limit = READ_BATCH
  }
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
  let after = job.next - 1
  let limit = 1
  for (;;) {
    const entries = deps.readAfter(after, limit).filter((entry) => entry.sequence <= job.to)
    const found = entries.find((entry) => isMeant(deps, lane, entry))
    if (found !== undefined) return found
    const last = entries.at(-1)
    if (last === undefined) return null
    after = last.sequence
    limit = READ_BATCH
  }
}
