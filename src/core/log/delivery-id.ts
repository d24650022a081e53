/** Makes delivery ids. A receiver recognises by the id a delivery that it has already had. */

/**
 * Returns the delivery id of an event: the same at every receiver, on every attempt and on every replay. A
 * sequence is never used twice, not even after a reinstall, so the id is unique for ever. It contains no dot,
 * as Standard Webhooks 1.0.0 demands.
 */
export function deliveryId(memberId: string, sequence: number): string {
  return `${memberId}-${sequence}`
}
