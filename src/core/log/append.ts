/**
 * What an append does with an event: store it, or answer that it is here already. The memory of recent
 * events is bounded in time and number, and changes only through `remember`, after the commit.
 */

/** Equal events within this time are one event (two subscriptions fire twice). */
export const DUPLICATE_WINDOW_MS = 60_000

/** How long a receipt is remembered without asking the log; the edge's two tries take 2 s. */
export const RECEIPT_WINDOW_MS = 120_000

/** The most events remembered; older ones are found in the log. */
export const MAX_REMEMBERED = 5000

/** The identity of an event that wants to be stored. */
export interface Arrival {
  readonly receipt: string
  /** Hex SHA-256 over name, ts and data; independent of the handler. */
  readonly contentHash: string
  /** Unix milliseconds, given by the edge. */
  readonly receivedAt: number
}

/** Where an event already stands in the log. */
export interface StoredPlace {
  readonly sequence: number
  /** True when the same receipt stands there: the caller's own first try, not a second event. */
  readonly sameReceipt: boolean
}

interface Remembered extends Arrival {
  readonly sequence: number
}

/** The recent past of one portal's log, by receipt and by content hash. */
export class RecentEvents {
  #byReceipt = new Map<string, Remembered>()
  #byContent = new Map<string, Remembered>()

  /** Where the arrival already stands; null when it is new as far as memory reaches. */
  find(arrival: Arrival): StoredPlace | null {
    const same = this.#byReceipt.get(arrival.receipt)
    if (same !== undefined) return { sequence: same.sequence, sameReceipt: true }
    const equal = this.#byContent.get(arrival.contentHash)
    if (equal === undefined) return null
    if (Math.abs(arrival.receivedAt - equal.receivedAt) > DUPLICATE_WINDOW_MS) return null
    return { sequence: equal.sequence, sameReceipt: false }
  }

  /** Remembers a stored event; call it only after the transaction has returned. */
  remember(arrival: Arrival, sequence: number): void {
    const entry = { ...arrival, sequence }
    this.#byReceipt.set(arrival.receipt, entry)
    this.#byContent.delete(arrival.contentHash)
    this.#byContent.set(arrival.contentHash, entry)
  }

  /** Forgets what is too old or too much; insertion order is age. */
  forget(now: number): void {
    trim(this.#byReceipt, now)
    trim(this.#byContent, now)
  }

  /** Forgets everything (the log was deleted). */
  clear(): void {
    this.#byReceipt.clear()
    this.#byContent.clear()
  }
}

function trim(entries: Map<string, Remembered>, now: number): void {
  for (const [key, entry] of entries) {
    const young = entry.receivedAt > now - RECEIPT_WINDOW_MS
    if (young && entries.size <= MAX_REMEMBERED) return
    entries.delete(key)
  }
}
