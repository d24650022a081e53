/** Decides when a portal is compared with the snapshots, and which fields are looked at again. Pure. */
import { MINUTE_MS } from '../durations.ts'
import type { FieldRef } from './field-read.ts'
import { earliest } from '../pace/schedule.ts'

/** A run follows this long after the last event of a burst: the access token is still alive then. */
export const AFTER_BURST_MS = 10 * MINUTE_MS

/** A difference is told when it still stands this long after it was first seen. */
export const SECOND_LOOK_MS = 2 * MINUTE_MS

/** A field of which a thin event owes a change is read again after this time. */
export const OWED_LOOK_MS = MINUTE_MS

/** The most looks at a difference that keeps changing; after them it is told as it is. */
export const MAX_LOOKS = 5

/** The most suspects at a time; the next run finds the others. */
const MAX_SUSPECTS = 1000

/** The waits after runs that failed; the last one repeats. */
const RETRY_MS = [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS] as const

function retryWait(failures: number): number {
  return RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? RETRY_MS[0]
}

/** A field that has to be looked at again. */
export interface Suspect extends FieldRef {
  readonly dueAt: number
  /** A short hash of the difference as it was seen; null for a change that a thin event still owes. */
  readonly seen: string | null
  readonly looks: number
}

/** The stored state of all comparisons of a portal, in one row. Times in unix milliseconds of the relay. */
export interface ReconciliationState {
  /** Entity id to the time of its first complete read. */
  readonly baselines: { readonly [entityId: string]: number }
  readonly startedAt: number | null
  /** True from an operator's wish for a run until that run has ended. */
  readonly isAsked: boolean
  /** The last run that read everything. */
  readonly finishedAt: number | null
  /** Failed runs in a row, and when the next one may begin. */
  readonly failures: number
  readonly retryAt: number | null
  /** Entities that the last run was not allowed to read as a whole. */
  readonly unreadable: readonly string[]
  readonly suspects: readonly Suspect[]
}

/** The state of a portal that was never compared. */
export const NO_RECONCILIATION: ReconciliationState = {
  baselines: {},
  startedAt: null,
  isAsked: false,
  finishedAt: null,
  failures: 0,
  retryAt: null,
  unreadable: [],
  suspects: [],
}

/** The facts beside the state that decide about the next run. */
export interface RunTerms {
  /** The time at which the last event arrived, in unix milliseconds; null when none did. */
  readonly lastEventAt: number | null
  /** RECONCILE_MINUTES; 0 turns scheduled runs off. */
  readonly everyMinutes: number
}

/** The time at which the next run over everything is due; 0 for at once, null for never. */
export function runDueAt(state: ReconciliationState, terms: RunTerms): number | null {
  const { startedAt, retryAt } = state
  if (retryAt !== null) return retryAt
  if (startedAt === null) return 0
  const { lastEventAt, everyMinutes } = terms
  const isBurst = lastEventAt !== null && lastEventAt >= startedAt
  return earliest([
    isBurst ? lastEventAt + AFTER_BURST_MS : null,
    everyMinutes > 0 ? startedAt + everyMinutes * MINUTE_MS : null,
  ])
}

/** Clocks may differ by so much, in milliseconds, without one of them being wrong. */
const TOLERANCE_MS = MINUTE_MS

/**
 * The state without times that were noted by a clock that was ahead: a start in the future does not count, and a wait
 * that is longer than the longest one is over.
 */
export function correctTimes(state: ReconciliationState, now: number): ReconciliationState {
  const { startedAt, retryAt, suspects } = state
  const latest = now + Math.max(...RETRY_MS) + TOLERANCE_MS
  const isStartWrong = startedAt !== null && startedAt > now + TOLERANCE_MS
  const isRetryWrong = retryAt !== null && retryAt > latest
  const isLookWrong = suspects.some(({ dueAt }) => dueAt > latest)
  if (!isStartWrong && !isRetryWrong && !isLookWrong) return state
  return {
    ...state,
    startedAt: isStartWrong ? null : startedAt,
    retryAt: isRetryWrong ? now : retryAt,
    suspects: suspects.map((one) => (one.dueAt > latest ? { ...one, dueAt: now } : one)),
  }
}

/** The time at which the next second look is due; null when nothing is suspected. */
export function lookDueAt({ suspects }: ReconciliationState): number | null {
  return earliest(suspects.map(({ dueAt }) => dueAt))
}

/**
 * The outcome of reading an entity. `denied`: the portal does not let it be read as a whole, and a repetition would
 * not help. `failed`: the portal did not answer.
 */
export type ReadResult = 'read' | 'denied' | 'failed'

/** The worse of two outcomes. */
export function worseOf(one: ReadResult, other: ReadResult): ReadResult {
  if (one === 'failed' || other === 'failed') return 'failed'
  return one === 'denied' || other === 'denied' ? 'denied' : 'read'
}

/** The state after a run; one that failed is repeated with growing waits. */
export function endRun(
  state: ReconciliationState,
  run: {
    readonly startedAt: number
    readonly now: number
    readonly outcome: ReadResult
    readonly unreadable: readonly string[]
    /** Whether an operator has asked again since the run began. @default false */
    readonly isAsked?: boolean
  },
): ReconciliationState {
  const { startedAt, now, outcome, unreadable, isAsked = false } = run
  const next = { ...state, startedAt, unreadable, isAsked }
  if (outcome !== 'failed') return { ...next, finishedAt: now, failures: 0, retryAt: null }
  const retryAt = now + retryWait(state.failures)
  return { ...next, failures: state.failures + 1, retryAt }
}

/**
 * The state after a look that brought no answer: the field waits longer each time, and is left to the next
 * run after some looks in vain.
 */
export function postponeLooks(
  state: ReconciliationState,
  ids: ReadonlySet<number>,
  now: number,
): ReconciliationState {
  const suspects = state.suspects.flatMap((suspect) => {
    if (!ids.has(suspect.id) || suspect.dueAt > now) return [suspect]
    const looks = suspect.looks + 1
    if (looks > MAX_LOOKS) return []
    return [{ ...suspect, looks, dueAt: now + retryWait(looks) }]
  })
  return { ...state, suspects }
}

/** The state with a field suspected anew; the same when there are too many. */
export function suspectField(state: ReconciliationState, suspect: Suspect): ReconciliationState {
  const others = state.suspects.filter(({ id }) => id !== suspect.id)
  if (others.length >= MAX_SUSPECTS) return state
  return { ...state, suspects: [...others, suspect] }
}

/** The state without suspicion of a field. */
export function clearSuspect(state: ReconciliationState, id: number): ReconciliationState {
  const suspects = state.suspects.filter((known) => known.id !== id)
  return suspects.length === state.suspects.length ? state : { ...state, suspects }
}
