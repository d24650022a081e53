/**
 * Decides which differences between a portal and the snapshots are told. The event of a difference that a
 * scheduled run finds may still be on its way, so the field is looked at again before the difference is told.
 * Pure.
 */
import { adoptRead, compareRead, type Difference } from './difference.ts'
import type { FieldRead, FieldRef } from './field-read.ts'
import {
  isTold,
  newFieldState,
  owedBy,
  snapshotOf,
  type FieldState,
  type UnreadField,
} from './field-state.ts'
import {
  clearSuspect,
  MAX_LOOKS,
  SECOND_LOOK_MS,
  suspectField,
  type ReconciliationState,
  type Suspect,
} from './reconciliation.ts'

/** Decides about one difference: tell it now, or look again. */
export function judgeDifference(
  difference: Difference,
  terms: {
    readonly suspect: Suspect | null
    /** True when an operator waits for the answer, or when a thin event owes a change of the field. */
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

/** A short hash by which two differences are told apart. It need not withstand an attacker. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return `${(hash >>> 0).toString(16)}-${text.length}`
}

/** One field with its state and its read. */
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

/** The result of judging the reads of a comparison. */
export interface Judgement {
  /** In the order of the fields. */
  readonly found: readonly FoundDifference[]
  /** Fields to be stored although nothing is told of them. */
  readonly adopted: readonly FieldState[]
  readonly next: ReconciliationState
}

/** The terms by which reads are judged. Times in unix milliseconds; `readAt` by the portal's clock. */
export interface JudgeTerms {
  readonly state: ReconciliationState
  readonly isUrgent: boolean
  /** Whether the entity was ever read as a whole. */
  readonly hasBaseline: boolean
  readonly now: number
  readonly readAt: number
}

/** Decides which differences are told now, which are looked at again, and which reads are only remembered. */
export function judgeReads(fields: readonly ComparedField[], terms: JudgeTerms): Judgement {
  const { now, readAt, hasBaseline } = terms
  const found: FoundDifference[] = []
  const adopted: FieldState[] = []
  let next = terms.state
  for (const { ref, known, read } of fields) {
    if (read.kind === 'failed') {
      // A field that is listed exists, so no later read may tell it as new.
      if (!hasBaseline && known === null) adopted.push({ ...unmetField(ref, read), isTold: true })
      continue
    }
    // The field was gone before the relay met it, so nothing is known of it.
    const state = known ?? (read.kind === 'gone' ? null : unmetField(ref, read))
    const difference = state && compareRead(state, read, { hasBaseline })
    if (state === null || difference === null) {
      const same = state && adoptRead(state, read, { readAt, isBaseline: !hasBaseline })
      if (same !== null && (known === null || !isSame(known, same))) adopted.push(same)
      next = clearSuspect(next, ref.id)
      continue
    }
    const suspect = next.suspects.find(({ id }) => id === ref.id) ?? null
    const isUrgent = terms.isUrgent || owedBy(state).length > 0
    const judged = judgeDifference(difference, { suspect, isUrgent })
    if (judged.tell) {
      found.push({ state, difference, read })
      next = clearSuspect(next, ref.id)
      continue
    }
    const { id, family, entityId } = ref
    const { seen, looks } = judged
    next = suspectField(next, { id, family, entityId, seen, looks, dueAt: now + SECOND_LOOK_MS })
    if (!hasBaseline && state.presence !== 'gone' && !state.isTold) {
      adopted.push({ ...state, isTold: true })
    }
  }
  return { found, adopted, next }
}

/** A field that was never met, named as far as a read names it. */
function unmetField(ref: FieldRef, read: FieldRead): UnreadField {
  const name = read.kind === 'found' ? read.attributes['FIELD_NAME'] : null
  return newFieldState({ ...ref, fieldName: typeof name === 'string' ? name : '' })
}

/** Whether two states say the same, however long ago they were read. */
function isSame(one: FieldState, other: FieldState): boolean {
  return essenceOf(one) === essenceOf(other)
}

function essenceOf(state: FieldState): string {
  const { presence, toldBy } = state
  return JSON.stringify([presence, toldBy, isTold(state), owedBy(state), snapshotOf(state)])
}
