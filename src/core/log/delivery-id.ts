/** Makes delivery ids. A receiver recognises by the id a delivery that it has already had. */

/** The first and the last sequence of a batch. */
interface BatchEnds {
  readonly first: number
  readonly last: number
}

/**
 * Returns the delivery id of an event: the same at every receiver, on every attempt and on every replay. A
 * sequence is never used twice, not even after a reinstall, so the id is unique for ever. It contains no dot,
 * as Standard Webhooks 1.0.0 demands.
 */
export function deliveryId(memberId: string, sequence: number): string {
  return `${memberId}-${sequence}`
}

/**
 * Returns the id of a batch. It is the same on every attempt, and no delivery id: the entries of the batch have
 * their own.
 */
export function batchId(memberId: string, { first, last }: BatchEnds): string {
  return `${memberId}-${first}-${last}`
}
