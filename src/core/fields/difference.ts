/** The rules by which a read that no event asked for is compared with what is known of a field. Pure. */
import type { Change } from '../log/event.ts'
import { diffFields } from './changes.ts'
import type { FieldRead } from './field-read.ts'
import {
  goneState,
  isTold,
  owedBy,
  presentState,
  snapshotOf,
  withoutOwed,
  type FieldState,
} from './field-state.ts'
import {
  createReconciledEvent,
  type ReadContext,
  type ReconciledEvent,
} from './reconciled-event.ts'

/** The difference that a comparison found about one field. */
export interface Difference {
  readonly action: 'added' | 'updated' | 'deleted'
  readonly changes: readonly Change[]
}

/**
 * Compares a field with a read that no event asked for; null when there is nothing to tell. A field of which
 * nobody was told is new, unless its entity had no baseline yet: then it belongs to the baseline.
 */
export function compareRead(
  state: FieldState,
  read: FieldRead,
  { hasBaseline }: { readonly hasBaseline: boolean },
): Difference | null {
  if (read.kind === 'failed') return null
  const before = snapshotOf(state)
  if (read.kind === 'gone') {
    return before === null ? null : { action: 'deleted', changes: diffFields(before, null) }
  }
  const isAdditionOwed = owedBy(state).some(({ action }) => action === 'added')
  if (!isTold(state) && (hasBaseline || isAdditionOwed)) {
    return { action: 'added', changes: diffFields(null, read.attributes) }
  }
  if (before === null) return null
  const changes = diffFields(before, read.attributes)
  return changes.length === 0 ? null : { action: 'updated', changes }
}

/**
 * The field after a comparison that found nothing to tell. Its definition as read becomes the snapshot, nothing
 * is owed any more, and a field of the baseline counts as told. A failed read changes nothing.
 */
export function adoptRead(
  state: FieldState,
  read: FieldRead,
  { readAt, isBaseline }: { readonly readAt: number; readonly isBaseline: boolean },
): FieldState {
  switch (read.kind) {
    case 'gone':
      return withoutOwed(state)
    case 'failed':
      return state
    case 'found': {
      const { attributes } = read
      return presentState(state, { attributes, readAt, isTold: isTold(state) || isBaseline })
    }
  }
}

/** The event that tells a difference, and the field after it. */
export function tellDifference(
  state: FieldState,
  difference: Difference,
  { read, ...context }: ReadContext & { readonly read: FieldRead },
): { readonly state: FieldState; readonly reconciled: ReconciledEvent } {
  const attributes = read.kind === 'found' ? read.attributes : snapshotOf(state)
  const told = { ...difference, owed: owedBy(state) }
  const reconciled = createReconciledEvent(state, told, { ...context, attributes })
  const { readAt } = context
  if (difference.action === 'deleted' || attributes === null) {
    return { state: goneState(state, { toldBy: null, readAt }), reconciled }
  }
  const wasAdded = difference.action === 'added'
  const next = presentState(state, { attributes, readAt, isTold: isTold(state) || wasAdded })
  return { state: next, reconciled }
}
