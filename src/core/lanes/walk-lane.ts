/**
 * Walks one lane along the log.
 *
 * Order, the rule of this file: live events are sent strictly in sequence order, one at a time; while an
 * event is being retried nothing behind it is sent. An event is passed only when it was delivered, does
 * not concern the destination, or was set aside (parked) with its reason. Replays stand outside: they go
 * one at a time between live events, never while the lane retries, and never move the cursor.
 */
import { planDigest, type Batch } from './plan-digest.ts'
import { settleDigest } from './settle-digest.ts'
import type { LaneDeps } from './walk-ports.ts'
import { nextBatch, nextReplayed, previousMeant, readWaiting } from './lane-reader.ts'
import { epochAt, keepDecision } from './epochs.ts'
import { isFailing, type LaneState, type ReplayJob } from './lane-state.ts'
import { settle, type SettleTerms } from './settle.ts'
import { settleReplay } from './settle-replay.ts'
import type { LogEntry } from '../log/event.ts'

/** Sends that a crash may repeat: those that storage does not know, and the one under way (G3). */
export const MAX_REPEATS = { person: 1, machine: 10 } as const

/** The shortest time between two questions for a slot, in milliseconds. */
export const MIN_ASK_MS = 100

/** Pauses up to this long are waited out in the walk; longer ones are left to the alarm. */
export const MAX_WAIT_IN_WALK_MS = 1500

type Step =
  | { readonly kind: 'idle' }
  | { readonly kind: 'wait'; readonly at: number }
  | { readonly kind: 'live'; readonly batch: Batch }
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

/**
 * Takes a connection and a slot of the receiver's pace, looks again at what is due (time has passed, and an
 * operator may have changed the lane), sends and settles it.
 */
async function attempt(deps: LaneDeps, walk: Walk, generation: number): Promise<void> {
  const release = await deps.acquire(isFailing(deps.lane()))
  const isOver = (): boolean => deps.generation() !== generation || deps.now() >= deps.deadline
  try {
    if (isOver() || !isSend(nextStep(deps, walk))) return
    const slotAt = await deps.takeSlot()
    if (slotAt !== null) return holdUntil(deps, slotAt)
    if (isOver()) return
    const step = nextStep(deps, walk)
    if (step.kind === 'live') await sendLive(deps, step.batch, { walk, generation })
    if (step.kind === 'replay') await sendReplay(deps, step.entry, { walk, generation })
  } finally {
    release()
  }
}

function isSend({ kind }: Step): boolean {
  return kind === 'live' || kind === 'replay'
}

/**
 * The slot is not known to storage: a lane that begins anew asks again. Never at once, as the object that
 * keeps the pace may have another clock.
 */
function holdUntil(deps: LaneDeps, at: number): void {
  const lane = deps.lane()
  const next = Math.max(at, deps.now() + MIN_ASK_MS)
  deps.keep({ ...lane, notBefore: Math.max(lane.notBefore, next) })
}

interface Attempt {
  readonly walk: Walk
  readonly generation: number
}

async function sendLive(deps: LaneDeps, batch: Batch, run: Attempt): Promise<void> {
  const sequences = batch.map(({ sequence }) => sequence)
  const [first] = batch
  const last = batch.at(-1) ?? first
  if (batch.length > 1) freezeDigest(deps, sequences)
  else saveBeforeSend(deps)
  const previousSequence = deps.lane().lastMeant
  const decided = epochAt(deps.lane(), first.sequence)
  const outcome = await deps.send(batch, { previousSequence, replayed: false })
  if (deps.generation() !== run.generation) return
  run.walk.liveWasLast = true
  // A digest is given up only when the youngest of its events would be.
  const terms = termsOf(deps, last.receivedAt)
  const result = { outcome, terms }
  const { lane, fates, digest } =
    batch.length > 1
      ? settleDigest(deps.lane(), sequences, result)
      : { ...settle(deps.lane(), first.sequence, result), digest: null }
  const isPassed = decided !== null && lane.cursor === last.sequence
  const kept = isPassed ? keepDecision(lane, last.sequence, decided) : lane
  const exact = fates.length > 0 || digest !== null || outcome.kind !== 'delivered' || kept !== lane
  if (exact) deps.save(kept, fates, digest)
  else deps.saveSoon(kept)
}

/** What a digest holds is stored before it is sent; so is every outcome before it. */
function freezeDigest(deps: LaneDeps, sequences: readonly number[]): void {
  const lane = deps.lane()
  if (lane.digest === null || deps.unsavedSends() > 0) deps.save({ ...lane, digest: sequences }, [])
}

async function sendReplay(deps: LaneDeps, entry: LogEntry, run: Attempt): Promise<void> {
  const job = deps.lane().replays[0]
  if (job === undefined) return
  const previousSequence = previousMeant(deps, entry.sequence)
  const attemptsBefore = deps.attemptsOf(entry.sequence)
  saveBeforeSend(deps)
  const outcome = await deps.send([entry], { previousSequence, replayed: true })
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

function termsOf(deps: LaneDeps, since: number): SettleTerms {
  return {
    now: deps.now(),
    random: deps.random(),
    deadline: since + deps.retryMs,
    minIntervalMs: deps.minIntervalMs(),
  }
}

function nextStep(deps: LaneDeps, walk: Walk): Step {
  const status = deps.lane().status
  if (status === 'paused' || status === 'removed') return { kind: 'idle' }
  const batch = nextBatch(deps)
  const lane = deps.lane()
  if (status === 'disabled') return probeStep(deps, lane, batch)
  const replay = lane.attempts === 0 ? nextReplay(deps) : null
  const live = batch === null ? null : planLive(deps, lane, batch)
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
function probeStep(deps: LaneDeps, lane: LaneState, batch: Batch | null): Step {
  if (lane.nextAttemptAt === null) return { kind: 'idle' }
  const step: Step | null = batch === null ? nextReplay(deps) : { kind: 'live', batch }
  return step === null ? { kind: 'idle' } : timed(step, liveDueAt(lane), deps.now())
}

/** What becomes of the head: alone or with those that wait behind it, now or when its wait is over. */
function planLive(deps: LaneDeps, lane: LaneState, batch: Batch): Step {
  const [head] = batch
  const isDecided = lane.digest !== null || lane.attempts > 0 || head.sequence <= lane.singlyUpTo
  if (deps.digest === null || isDecided) {
    return timed({ kind: 'live', batch }, liveDueAt(lane), deps.now())
  }
  const waiting = readWaiting(deps, lane, { head, rule: deps.digest })
  const plan = planDigest(waiting, deps.digest, { lane, now: deps.now() })
  if (plan.kind === 'send') {
    return timed({ kind: 'live', batch: plan.batch }, liveDueAt(lane), deps.now())
  }
  if (lane.gatherUntil !== plan.until) deps.keep({ ...lane, gatherUntil: plan.until })
  return timed({ kind: 'idle' }, Math.max(plan.until, liveDueAt(lane)), deps.now())
}

function nextReplay(deps: LaneDeps): Step | null {
  const next = nextReplayed(deps)
  if (next === null) return null
  const at = Math.max(next.job.nextAttemptAt ?? 0, deps.lane().notBefore)
  return timed({ kind: 'replay', ...next }, at, deps.now())
}
