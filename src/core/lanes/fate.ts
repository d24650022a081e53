/** What became of an event at a destination, in the forms in which it is stored. */

/** A fate that does not follow from the cursor of its lane and is therefore written down. */
export interface ExactFate {
  readonly sequence: number
  readonly state: 'delivered' | 'parked' | 'expired'
  /** The word of the receiver or of an operator; each kind of receiver has words of its own. */
  readonly reason: string | null
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
