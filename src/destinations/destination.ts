/**
 * The one interface between the relay and a kind of receiver. A receiver is one file that exports a
 * `DestinationType`, and one line in `registry.ts`; the contract suite (`test/contract/`) runs on all.
 * A failed delivery is an outcome, never an exception.
 */
import type { AddressPolicy } from '../core/address.ts'
import type { Enrichment, RelayEvent } from '../core/event.ts'
import type { DeliveryOutcome } from '../core/outcome.ts'
import type { Result } from '../core/result.ts'

/** Everything a renderer may tell a receiver about one event. Holds no token. */
export interface Delivery {
  /** `{memberId}-{sequence}`: the same on every attempt and replay. */
  readonly id: string
  readonly memberId: string
  /** The verified or configured host of the portal; null when neither is known. */
  readonly domain: string | null
  /** Null only for a test message (`relay.test`). */
  readonly sequence: number | null
  /** The sequence before this one that this destination was meant to get; null for the first. */
  readonly previousSequence: number | null
  readonly origin: 'event' | 'reconciled'
  /** Unix milliseconds. */
  readonly receivedAt: number
  readonly event: RelayEvent
  readonly enrichment: Enrichment
  /**
   * An https page of the portal where the field is set up, made by the relay and never taken from the
   * CRM; null when none is known.
   */
  readonly link: string | null
  /** True when an operator asked for it again. */
  readonly replayed: boolean
}

/** A POST that a destination wants sent. */
export interface OutgoingRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** The exact bytes to send, as text. */
  readonly body: string
}

/** What came back: at most 8 KiB of the body, decoded leniently. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** A receiver with its settings, ready to render and to judge. */
export interface Destination {
  /** Renders one delivery. `now` is the time of the attempt in unix milliseconds. */
  prepare(delivery: Delivery, now: number): Promise<OutgoingRequest>
  /** Judges the receiver's answer. `now` is needed for Retry-After dates. */
  judge(answer: Answer, now: number): DeliveryOutcome
  /** Strings that must never appear in a reason: the URL, its secret parts, signing secrets. */
  readonly secrets: readonly string[]
}

/** What is wrong with one setting of a destination. Never contains the value of a secret. */
export interface SettingProblem {
  /** The key inside the destination, for example `url`. */
  readonly setting: string
  /** A sentence that says what is wanted. */
  readonly problem: string
}

/**
 * One kind of receiver.
 *
 * @example
 * export const slack: DestinationType = {
 *   type: 'slack', reader: 'person', minIntervalMs: 1000,
 *   settings: ['url'],
 *   create: (settings, policy) => …,
 * }
 */
export interface DestinationType {
  /** The word used in `type = "…"`. */
  readonly type: string
  /** A person reads it (an outcome is stored before the next send), or a machine does. */
  readonly reader: 'person' | 'machine'
  /** The shortest time between two sends of one lane, in milliseconds. */
  readonly minIntervalMs: number
  /** The keys that this type knows beside the common ones; any other key is a configuration error. */
  readonly settings: readonly string[]
  /** Checks the settings (references already replaced by their values) and makes the receiver. */
  create(
    settings: Readonly<Record<string, unknown>>,
    policy: AddressPolicy,
  ): Result<Destination, readonly SettingProblem[]>
}
