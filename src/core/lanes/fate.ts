/** What became of an event at a destination, in the forms in which it is stored and shown. */

/** The fate of one event at one destination, as the admin API shows it. */
export interface Fate {
  readonly state: 'delivered' | 'waiting' | 'parked' | 'filtered' | 'unchanged' | 'expired'
  /** Unix milliseconds; null when it follows from the cursor only. */
  readonly at: number | null
  readonly attempts: number | null
  readonly reason: string | null
  /** The message that told it together with others; null when it has or had one of its own. */
  readonly digest: DigestPlace | null
}

/** A message of several events: its first and last sequence, and how many it tells. */
export interface DigestPlace {
  readonly first: number
  readonly last: number
  readonly count: number
}

/** A fate that does not follow from the cursor and is therefore written down. */
export interface ExactFate {
  readonly sequence: number
  readonly state: 'delivered' | 'parked' | 'expired'
  readonly reason: string | null
  readonly status: number | null
  /** Unix milliseconds. */
  readonly at: number
  readonly attempts: number
}

/** What became of an event at a destination, as far as the lane itself remembers it. */
export interface RecentFate {
  readonly sequence: number
  readonly state: 'delivered' | 'parked'
  /** Unix milliseconds. */
  readonly at: number
  readonly attempts: number
}

/** One digest that was delivered, as it is written down. */
export interface DigestRecord {
  readonly sequences: readonly number[]
  /** Unix milliseconds. */
  readonly at: number
  readonly attempts: number
}
