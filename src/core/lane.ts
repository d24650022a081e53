/**
 * Walks one lane along the log.
 *
 * Order, the rule of this file: live events are sent strictly in sequence order, one at a time; while an
 * event is being retried nothing behind it is sent. An event is passed only when it was delivered, does
 * not concern the destination, or was set aside (parked) with its reason. Replays stand outside: they go
 * one at a time between live events, never while the lane retries, and never move the cursor.
 */
import type { LogEntry } from './event.ts'
import type { DeliveryOutcome } from './outcome.ts'
import {
  epochAt,
  isFailing,
  isUnchanged,
  keepDecision,
  type Epoch,
  type LaneState,
  type ReplayJob,
} from './lane-state.ts'
import {
  advanceJob,
  settle,
  settleReplay,
  skipEvent,
  type ExactFate,
  type Settled,
  type SettleTerms,
} from './settle.ts'

/** Sends that a crash may repeat: those that storage does not know, and the one under way (G3). */
export const MAX_REPEATS = { person: 1, machine: 10 } as const

/** Pauses up to this long are waited out in the walk; longer ones are left to the alarm. */
export const MAX_WAIT_IN_WALK_MS = 1500

/** Rows read at once while events are skipped; few, since an event may be large. */
const READ_BATCH = 20

/** What a renderer has to know about a delivery beside the event itself. */
export interface SendContext {
  readonly previousSequence: number | null
  readonly replayed: boolean
}

/** What the walk needs from the outside. Nothing in it knows the platform. */
export interface LaneDeps {
  readonly reader: 'person' | 'machine'
  readonly minIntervalMs: number
  /** Retries end this long after an event's receipt. */
  readonly retryMs: number
  /** No new send starts after this time. */
  readonly deadline: number
  now(): number
  random(): number
  sleep(ms: number): Promise<void>
  /** Changes with an uninstall; an outcome awaited across it is thrown away. */
  generation(): number
  /** The lane as it is now: an operator may have changed it during an await. */
  lane(): LaneState
  /** Entries after a sequence, oldest first; only rows whose insert has run. */
  readAfter(sequence: number, limit: number): readonly LogEntry[]
  /** Entries before a sequence, newest first. */
  readBefore(sequence: number, limit: number): readonly LogEntry[]
  readEntry(sequence: number): LogEntry | null
  /** The first parked sequence at or after `from`, up to `to`. */
  nextParked(from: number, to: number): number | null
  attemptsOf(sequence: number): number
  /** Whether the epoch's filter takes the event; never called for a silent epoch. */
  takes(epoch: Epoch, entry: LogEntry): boolean
  send(entry: LogEntry, context: SendContext): Promise<DeliveryOutcome>
  /** Waits for one of the portal's connections; the answer gives it back. */
  acquire(failing: boolean): Promise<() => void>
  /** Stores the lane and its fates in one transaction, then changes memory. */
  save(lane: LaneState, fates: readonly ExactFate[]): void
  /** Changes memory now; storage follows when the portal's lanes come to rest. */
  saveSoon(lane: LaneState): void
  /** Makes sure that what only memory knows is stored within a second. */
  saveInTime(): void
  /** Sends of this lane since it was last stored. */
  unsavedSends(): number
  /** Changes memory only: skipped events are skipped again after a restart. */
  keep(lane: LaneState): void
}

type Step =
  | { readonly kind: 'idle' }
  | { readonly kind: 'wait'; readonly at: number }
  | { readonly kind: 'live'; readonly entry: LogEntry }
  | { readonly kind: 'replay'; readonly entry: LogEntry; readonly job: ReplayJob }

/** How far one walk has come; lives as long as the walk. */
interface Walk {
  liveWasLast: boolean
}

/**
 * Sends what is due until nothing is, a wait is longer than the walk wants to sleep, the deadline has
 * passed or the generation has changed. Never throws for an outcome; throws only when storage fails.
 */
export async function walkLane(deps: LaneDeps): Promise<void> {
  const walk: Walk = { liveWasLast: false }
  const generation = deps.generation()
  while (deps.generation() === generation && deps.now() < deps.deadline) {
    const step = nextStep(deps, walk)
    if (step.kind === 'idle') break
    if (step.kind === 'wait') {
      const ms = step.at - deps.now()
      if (ms > MAX_WAIT_IN_WALK_MS) break
      await deps.sleep(ms)
      continue
    }
    await attempt(deps, walk, generation)
  }
}

/** Takes a connection, looks again at what is due (time has passed), sends and settles it. */
async function attempt(deps: LaneDeps, walk: Walk, generation: number): Promise<void> {
  const release = await deps.acquire(isFailing(deps.lane()))
  try {
    if (deps.generation() !== generation || deps.now() >= deps.deadline) return
    const step = nextStep(deps, walk)
    if (step.kind === 'live' || step.kind === 'replay') saveBeforeSend(deps)
    if (step.kind === 'live') await sendLive(deps, step.entry, { walk, generation })
    if (step.kind === 'replay') await sendReplay(deps, step.entry, { walk, generation })
  } finally {
    release()
  }
}

interface Attempt {
  readonly walk: Walk
  readonly generation: number
}

async function sendLive(deps: LaneDeps, entry: LogEntry, run: Attempt): Promise<void> {
  const previousSequence = deps.lane().lastMeant
  const decided = epochAt(deps.lane(), entry.sequence)
  const outcome = await deps.send(entry, { previousSequence, replayed: false })
  if (deps.generation() !== run.generation) return
  run.walk.liveWasLast = true
  const terms = termsOf(deps, entry.receivedAt)
  const { lane, fates } = settle(deps.lane(), entry.sequence, { outcome, terms })
  const isPassed = decided !== null && lane.cursor === entry.sequence
  const kept = isPassed ? keepDecision(lane, entry.sequence, decided) : lane
  const exact = fates.length > 0 || outcome.kind !== 'delivered' || kept !== lane
  checkpoint(deps, { lane: kept, fates }, { exact })
}

async function sendReplay(deps: LaneDeps, entry: LogEntry, run: Attempt): Promise<void> {
  const job = deps.lane().replays[0]
  if (job === undefined) return
  const previousSequence = previousMeant(deps, entry.sequence)
  const attemptsBefore = deps.attemptsOf(entry.sequence)
  const outcome = await deps.send(entry, { previousSequence, replayed: true })
  if (deps.generation() !== run.generation) return
  run.walk.liveWasLast = false
  const terms = termsOf(deps, job.startedAt)
  const settled = settleReplay(deps.lane(), entry.sequence, { outcome, terms, attemptsBefore })
  deps.save(settled.lane, settled.fates)
}

/**
 * An outcome is stored before the next send where a person reads; machines may see ten again. Waiting with
 * it until then lets the lanes of a portal share one write.
 */
function saveBeforeSend(deps: LaneDeps): void {
  const unsaved = deps.unsavedSends()
  if (unsaved + 1 > MAX_REPEATS[deps.reader]) deps.save(deps.lane(), [])
  else if (unsaved > 0) deps.saveInTime()
}

/** What does not follow from the cursor is stored at once. */
function checkpoint(deps: LaneDeps, settled: Settled, { exact }: { exact: boolean }): void {
  if (exact) deps.save(settled.lane, settled.fates)
  else deps.saveSoon(settled.lane)
}

function termsOf(deps: LaneDeps, since: number): SettleTerms {
  const { minIntervalMs, retryMs } = deps
  return { now: deps.now(), random: deps.random(), deadline: since + retryMs, minIntervalMs }
}

function nextStep(deps: LaneDeps, walk: Walk): Step {
  const status = deps.lane().status
  if (status === 'paused' || status === 'removed') return { kind: 'idle' }
  const entry = nextMeant(deps)
  const lane = deps.lane()
  if (status === 'disabled') return probeStep(deps, lane, entry)
  const replay = lane.attempts === 0 ? nextReplay(deps) : null
  const live = entry === null ? null : timed({ kind: 'live', entry }, liveDueAt(lane), deps.now())
  if (replay === null) return live ?? { kind: 'idle' }
  if (live === null || live.kind === 'wait')
    return replay.kind === 'wait' ? sooner(live, replay) : replay
  return walk.liveWasLast && replay.kind === 'replay' ? replay : live
}

function sooner(live: Step | null, replay: Step): Step {
  if (live?.kind !== 'wait' || replay.kind !== 'wait') return live ?? replay
  return live.at < replay.at ? live : replay
}

function liveDueAt(lane: LaneState): number {
  return Math.max(lane.nextAttemptAt ?? 0, lane.notBefore)
}

function timed(step: Step, at: number, now: number): Step {
  return at > now ? { kind: 'wait', at } : step
}

/**
 * A disabled lane tries its head once a day, where the receiver's rules allow it; its first replay while
 * nothing else waits, so that a job does not depend on the next event.
 */
function probeStep(deps: LaneDeps, lane: LaneState, entry: LogEntry | null): Step {
  if (lane.nextAttemptAt === null) return { kind: 'idle' }
  const step: Step | null = entry === null ? nextReplay(deps) : { kind: 'live', entry }
  return step === null ? { kind: 'idle' } : timed(step, liveDueAt(lane), deps.now())
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

function nextReplay(deps: LaneDeps): Step | null {
  for (;;) {
    const lane = deps.lane()
    const job = lane.replays[0]
    if (job === undefined) return null
    const entry = job.parkedOnly ? nextParkedEntry(deps, job) : nextMeantInJob(deps, job)
    if (entry !== null) {
      const at = Math.max(job.nextAttemptAt ?? 0, lane.notBefore)
      return timed({ kind: 'replay', entry, job }, at, deps.now())
    }
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
