/** What became of one attempt: a value that every receiver gives and every lane obeys. */

/**
 * What became of one attempt.
 * - `delivered`: the receiver has it. `holdMs`, where set, is how long it asks for no further message.
 * - `unreachable`: transient; try again. `retryAfterMs` is the receiver's own wish, not yet clamped.
 * - `rejected`, scope `message`: permanent for this message; park it and go on.
 * - `rejected`, scope `endpoint`: permanent for the endpoint; disable the lane, events wait.
 *   `probe: false` forbids the daily try.
 *
 * `reason` is a stable snake_case code; `detail` is free text of the receiver, redacted later.
 */
export type DeliveryOutcome =
  | { readonly kind: 'delivered'; readonly status: number; readonly holdMs?: number }
  | {
      readonly kind: 'unreachable'
      readonly reason: string
      readonly status: number | null
      readonly retryAfterMs: number | null
      readonly detail: string | null
    }
  | {
      readonly kind: 'rejected'
      readonly scope: 'message' | 'endpoint'
      readonly reason: string
      readonly status: number | null
      readonly probe: boolean
      readonly detail: string | null
    }
