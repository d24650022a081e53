/** The forms of the words in a stored report. */
import * as v from 'valibot'
import type { PortalStatus } from '../access/portal-status.ts'
import type { OutcomeReason } from '../lanes/state/outcome.ts'
import type { ProblemReason } from './problem.ts'

// Sound: this program writes no other words, and a word of another version is only shown and counted.
function storedWord<T extends string>() {
  return v.custom<T>((word) => typeof word === 'string')
}

/** The state of a portal. */
export const StatusSchema = storedWord<PortalStatus>()

/** The reason of a problem. */
export const ProblemReasonSchema = storedWord<ProblemReason>()

/** The words of a lane's last outcome, without its time. */
export const OUTCOME_WORDS = {
  outcome: v.picklist(['delivered', 'failed']),
  reason: v.nullable(storedWord<OutcomeReason>()),
} as const
