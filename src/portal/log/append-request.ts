/** The request that an event be stored, and its answer, as the edge and the portal's object exchange them. */
import type { Arrival } from '../../core/log/append.ts'
import type { EdgeTally } from '../../core/tallies/edge-tally.ts'

/**
 * An event that is to be stored. It holds no token, only the hash of one. The edge of another version may
 * send this form, and the spill stores it, so its members keep their names.
 */
export interface AppendRequest extends Omit<Arrival, 'contentHash'> {
  /** The content hash of the event, under the name that this form has always had. */
  readonly digest: string
  /** Hex SHA-256 of `memberId|application_token`. */
  readonly tokenHash: string
  /** The `RelayEvent` as JSON text: RPC does not carry objects without a prototype. */
  readonly event: string
  readonly quarantined: boolean
  /** True when the event comes from the spill. Then the whole log is searched for its receipt. */
  readonly drained: boolean
  /** The numbers that the edge has counted since its last event. They count once, together with this event. */
  readonly edge?: EdgeTally
}

/** The answer of the object; only with `stored` is the event in the log. */
export type AppendAnswer =
  | {
      readonly kind: 'stored'
      readonly sequence: number
      readonly duplicate: boolean
      readonly quarantined: boolean
    }
  /** `isKnown`: the portal is or was connected, so no stranger calls; absent otherwise. */
  | { readonly kind: 'untrusted'; readonly isKnown?: true }
  /** The event came from the spill, and was received before an uninstall erased everything of that time. */
  | { readonly kind: 'erased' }
  /** Storage is full, and nothing may be dropped. */
  | { readonly kind: 'full' }
  /** The robots of the portal have sent more hints within a minute than are taken. */
  | { readonly kind: 'too_many_hints' }

/** The time as of which the token of a request is judged; null stands for the present. */
export function asOf({ drained, receivedAt }: AppendRequest): number | null {
  return drained ? receivedAt : null
}

/**
 * The identity of the event in a request. Here, and nowhere else, the request's `digest` becomes the content
 * hash.
 */
export function arrivalIn({ receipt, digest, receivedAt }: AppendRequest): Arrival {
  return { receipt, contentHash: digest, receivedAt }
}
