/** The stored forms of the fates of events at destinations. */
import type { OutcomeReason } from './outcome.ts'

/** The reason why an event was parked: the reason of its last attempt, or an operator has set it aside. */
export type ParkReason = OutcomeReason | 'set_aside'

/** A fate that does not follow from the cursor of its lane and is therefore written down. */
export type ExactFate = AttemptedFate &
  (
    | { readonly state: 'delivered'; readonly reason: null }
    | { readonly state: 'parked'; readonly reason: ParkReason }
  )

/** An exact fate as it is read back: of any state, and with the reason that its row holds. */
export interface StoredFate extends AttemptedFate {
  readonly state: 'delivered' | 'parked' | 'expired'
  readonly reason: ParkReason | null
}

interface AttemptedFate {
  readonly sequence: number
  /** The receiver's HTTP status; null when there was no answer. */
  readonly status: number | null
  /** Unix milliseconds. */
  readonly at: number
  readonly attempts: number
}

/** A fate that the lane itself remembers, for its last events. */
export interface RecentFate {
  readonly sequence: number
  readonly state: 'delivered' | 'parked'
  /** Unix milliseconds. */
  readonly at: number
  readonly attempts: number
}

/** A digest that was delivered, as it is written down. */
export interface DigestRecord {
  /** The events that it told, oldest first. */
  readonly sequences: readonly number[]
  /** Unix milliseconds. */
  readonly at: number
  readonly attempts: number
}
