/** The delivery id: what a receiver may use as its idempotency key. */

/**
 * The id of an event at every receiver, on every attempt and replay. Sequences are never reused, not
 * even after a reinstall, so the id is unique for ever. Contains no dot (Standard Webhooks 1.0.0).
 */
export function deliveryId(memberId: string, sequence: number): string {
  return `${memberId}-${sequence}`
}
