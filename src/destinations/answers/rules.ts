/** The forms in which profiles tell their rules. */
import type { OutcomeReason } from '../../core/lanes/outcome.ts'
import type { ErrorClass, ErrorRule } from '../profile.ts'

/** The pace of a receiver that sets none. */
export const NO_PACE = { pace: [], paceScope: 'url', paceHeaders: false, carefulMs: 0 } as const

/** Errors whose word is the reason itself. */
export function words(
  errorClass: ErrorClass,
  list: readonly OutcomeReason[],
): readonly ErrorRule[] {
  return list.map((word) => exact(word, word, errorClass))
}

/** An error that is told by a whole word or code. */
export function exact(says: string, reason: OutcomeReason, errorClass: ErrorClass): ErrorRule {
  return { says, match: 'exact', reason, class: errorClass }
}

/** An error that is told by a part of a description, whatever its case. */
export function part(says: string, reason: OutcomeReason, errorClass: ErrorClass): ErrorRule {
  return { says, match: 'part', reason, class: errorClass }
}
