/**
 * Recognises an event that is in the log already, so that an append stores each event once. It remembers the
 * events of the last two minutes. This memory changes only by `remember`, which the appender calls after
 * the commit: an event whose transaction was rolled back must be stored by the next try.
 */
import { MINUTE_MS } from '../durations.ts'

/** The time within which two events with equal content count as one (docs/bitrix24.md#duplicates). */
export const DUPLICATE_WINDOW_MS = MINUTE_MS

/**
 * The time within which two equal events without a time of their own count as one. Two true changes of one field look
 * equal then, so only bodies that came almost together count as one event that two handlers have sent.
 */
export const TIMELESS_DUPLICATE_WINDOW_MS = 1000

/** The time for which a receipt is remembered. The edge's second try comes within 2 s, so it is found here. */
export const RECEIPT_WINDOW_MS = 2 * MINUTE_MS

/** The most events that are remembered. Older ones are found in the log itself. */
export const MAX_REMEMBERED = 5000

/** The identity of an event on its way to the log. */
export interface Arrival {
  readonly receipt: string
  /** Hex SHA-256 of name, time and data, so that it is the same for every binding that sends the event. */
  readonly contentHash: string
  /** The time of receipt at the edge, in unix milliseconds. */
  readonly receivedAt: number
}

/** The place of an event that is in the log already. */
export interface StoredPlace {
  readonly sequence: number
  /**
   * True when that entry has the same receipt. Then it was stored by the first try of the same request, and is no
   * duplicate.
   */
  readonly sameReceipt: boolean
}

/**
 * The time within which an event is looked for under its content. The time of Bitrix24 is a part of the
 * content, so an event without one can only equal another one without.
 */
export function duplicateWindow(event: { readonly ts: number | null } | null): number {
  const hasTime = event !== null && event.ts !== null
  return hasTime ? DUPLICATE_WINDOW_MS : TIMELESS_DUPLICATE_WINDOW_MS
}

interface Remembered extends Arrival {
  readonly sequence: number
}

/** The latest events of one portal's log, found by receipt and by content hash. */
export class RecentEvents {
  #byReceipt = new Map<string, Remembered>()
  #byContent = new Map<string, Remembered>()

  /**
   * Returns the place of an event that is remembered; null for one that is new as far as memory reaches.
   * Two events with equal content count as one within `windowMs`.
   */
  findPlace(arrival: Arrival, windowMs: number = DUPLICATE_WINDOW_MS): StoredPlace | null {
    const same = this.#byReceipt.get(arrival.receipt)
    if (same !== undefined) return { sequence: same.sequence, sameReceipt: true }
    const equal = this.#byContent.get(arrival.contentHash)
    if (equal === undefined) return null
    if (Math.abs(arrival.receivedAt - equal.receivedAt) > windowMs) return null
    return { sequence: equal.sequence, sameReceipt: false }
  }

  /** The time at which the event of that content that is in the log was received; null when it is not remembered. */
  firstReceivedAt(contentHash: string): number | null {
    return this.#byContent.get(contentHash)?.receivedAt ?? null
  }

  /** Remembers a stored event. Call it only after the transaction has returned. */
  remember(arrival: Arrival, sequence: number): void {
    const entry = { ...arrival, sequence }
    this.#byReceipt.set(arrival.receipt, entry)
    this.#byContent.delete(arrival.contentHash)
    this.#byContent.set(arrival.contentHash, entry)
  }

  /** Forgets the events that are too old or too many. */
  forget(now: number): void {
    trim(this.#byReceipt, now)
    trim(this.#byContent, now)
  }

  /** Forgets everything, because the log was deleted. */
  clear(): void {
    this.#byReceipt.clear()
    this.#byContent.clear()
  }
}

/** A Map keeps the order of insertion, so its first entry is the oldest. */
function trim(entries: Map<string, Remembered>, now: number): void {
  for (const [key, entry] of entries) {
    const young = entry.receivedAt > now - RECEIPT_WINDOW_MS
    if (young && entries.size <= MAX_REMEMBERED) return
    entries.delete(key)
  }
}
