/**
 * When a portal is compared with what is known of it, and which differences are told. A difference that a
 * scheduled run finds may still be on its way as an event, so it is looked at again before it is told. Pure.
 */
import type { FieldRead, FieldRef } from './field-read.ts'
import {
  adoptRead,
  compareRead,
  newFieldState,
  type Difference,
  type FieldState,
} from './field-state.ts'
import { earliest } from '../pace/schedule.ts'

const MINUTE_MS = 60_000

/** A run follows this long after the last event of a burst: the access token is still alive then. */
export const AFTER_BURST_MS = 10 * MINUTE_MS

/** A difference is told when it still stands this long after it was first seen. */
export const SECOND_LOOK_MS = 2 * MINUTE_MS

/** What a thin event could not tell is read again after this time. */
export const OWED_LOOK_MS = MINUTE_MS

/** Looks at one changing difference before it is told as it is. */
export const MAX_LOOKS = 5

/** Fields that are looked at again at a time; others are found by the next run. */
export const MAX_SUSPECTS = 1000

/** The waits after runs that failed; the last one repeats. */
const RETRY_MS = [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 60 * MINUTE_MS] as const

function retryWait(failures: number): number {
  return RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? RETRY_MS[0]
}

/** A field that has to be looked at again. */
export interface Suspect extends FieldRef {
  readonly dueAt: number
  /** A short hash of the difference as it was seen; null for what a thin event still owes. */
  readonly seen: string | null
  readonly looks: number
}

/** What reconciliation remembers; one row. Times in unix milliseconds of the relay. */
export interface ReconciliationState {
  /** Entity id to the time of its first complete read. */
  readonly baselines: { readonly [entityId: string]: number }
  readonly startedAt: number | null
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
  finishedAt: null,
  failures: 0,
  retryAt: null,
  unreadable: [],
  suspects: [],
}

/** What decides about the next run beside the state. */
export interface RunTerms {
  /** When the last event arrived, in unix milliseconds; null when none did. */
  readonly lastEventAt: number | null
  /** RECONCILE_MINUTES; 0 turns scheduled runs off. */
  readonly everyMinutes: number
}

/** When the next run over everything is due; 0 for at once, null for never. */
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

/** When the next second look is due; null when nothing is suspected. */
export function lookDueAt({ suspects }: ReconciliationState): number | null {
  return earliest(suspects.map(({ dueAt }) => dueAt))
}

/**
 * How an entity was read. `denied`: the portal does not let it be read as a whole, which no repetition mends;
 * `failed`: it did not answer.
 */
export type ReadOutcome = 'read' | 'denied' | 'failed'

/** The worse of two outcomes. */
export function worseOf(one: ReadOutcome, other: ReadOutcome): ReadOutcome {
  if (one === 'failed' || other === 'failed') return 'failed'
  return one === 'denied' || other === 'denied' ? 'denied' : 'read'
}

/** The state after a run; one that failed is repeated with growing waits. */
export function endRun(
  state: ReconciliationState,
  run: {
    readonly startedAt: number
    readonly now: number
    readonly outcome: ReadOutcome
    readonly unreadable: readonly string[]
  },
): ReconciliationState {
  const { startedAt, now, outcome, unreadable } = run
  if (outcome !== 'failed') {
    return { ...state, startedAt, finishedAt: now, failures: 0, retryAt: null, unreadable }
  }
  const retryAt = now + retryWait(state.failures)
  return { ...state, startedAt, failures: state.failures + 1, retryAt, unreadable }
}

/** What to do about a difference: tell it now, or look again. */
export function judgeDifference(
  difference: Difference,
  terms: {
    readonly suspect: Suspect | null
    /** An operator wants to know now, or an event has asked already. */
    readonly isUrgent: boolean
  },
):
  | { readonly tell: true }
  | { readonly tell: false; readonly seen: string; readonly looks: number } {
  const { suspect, isUrgent } = terms
  const seen = shortHash(JSON.stringify(difference))
  const looks = (suspect?.looks ?? 0) + 1
  if (isUrgent || suspect?.seen === seen || looks > MAX_LOOKS) return { tell: true }
  return { tell: false, seen, looks }
}

/** Tells one difference from another; not made to withstand anybody. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return `${(hash >>> 0).toString(16)}-${text.length}`
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

/** One field with what is known of it and what was read of it. */
export interface ComparedField {
  readonly ref: FieldRef
  readonly known: FieldState | null
  readonly read: FieldRead
}

/** A difference that is to be told. */
export interface FoundDifference {
  readonly state: FieldState
  readonly difference: Difference
  readonly read: FieldRead
}

/** What a comparison comes to. */
export interface Judged {
  /** In the order of the fields. */
  readonly found: readonly FoundDifference[]
  /** Fields to be stored although nothing is told of them. */
  readonly adopted: readonly FieldState[]
  readonly next: ReconciliationState
}

/** What a comparison is judged by. Times in unix milliseconds; `readAt` by the portal's clock. */
export interface JudgeTerms {
  readonly state: ReconciliationState
  readonly isUrgent: boolean
  /** Whether the entity was ever read as a whole. */
  readonly hasBaseline: boolean
  readonly now: number
  readonly readAt: number
}

/** Decides which differences are told now, which are looked at again, and what is only remembered. */
export function judgeReads(fields: readonly ComparedField[], terms: JudgeTerms): Judged {
  const { now, readAt, hasBaseline } = terms
  const found: FoundDifference[] = []
  const adopted: FieldState[] = []
  let next = terms.state
  for (const { ref, known, read } of fields) {
    if (read.kind === 'failed') {
      // It is listed, so it exists: no later read may tell it as new.
      if (!hasBaseline && known === null) adopted.push({ ...unmetField(ref, read), isTold: true })
      continue
    }
    // Of a field that is gone before it was met nothing is known.
    const state = known ?? (read.kind === 'gone' ? null : unmetField(ref, read))
    const difference = state && compareRead(state, read, { hasBaseline })
    if (state === null || difference === null) {
      const same = state && adoptRead(state, read, { readAt, isBaseline: !hasBaseline })
      if (same !== null && (known === null || !isSame(known, same))) adopted.push(same)
      next = clearSuspect(next, ref.id)
      continue
    }
    const suspect = next.suspects.find(({ id }) => id === ref.id) ?? null
    const isUrgent = terms.isUrgent || state.owed.length > 0
    const judged = judgeDifference(difference, { suspect, isUrgent })
    if (judged.tell) {
      found.push({ state, difference, read })
      next = clearSuspect(next, ref.id)
      continue
    }
    const { id, family, entityId } = ref
    const { seen, looks } = judged
    next = suspectField(next, { id, family, entityId, seen, looks, dueAt: now + SECOND_LOOK_MS })
    if (!hasBaseline && !state.isTold) adopted.push({ ...state, isTold: true })
  }
  return { found, adopted, next }
}

/** A field that was never met, named as far as a read names it. */
function unmetField(ref: FieldRef, read: FieldRead): FieldState {
  const name = read.kind === 'found' ? read.attributes['FIELD_NAME'] : null
  return newFieldState({ ...ref, fieldName: typeof name === 'string' ? name : '' })
}

function isSame(one: FieldState, other: FieldState): boolean {
  return withoutTime(one) === withoutTime(other)
}

function withoutTime(state: FieldState): string {
  return JSON.stringify({ ...state, readAt: null })
}
