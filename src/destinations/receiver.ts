/**
 * The one interface between the relay and a kind of receiver. A receiver is one file that exports a
 * `DestinationType`, its profile in `profiles/`, and one line in `registry.ts`; the contract suite (`test/contract/`) runs on all.
 * A failed delivery is an outcome, never an exception.
 */
import type { AddressPolicy } from '../core/safety/address.ts'
import type { Enrichment, RelayEvent } from '../core/log/event.ts'
import type { DeliveryOutcome } from '../core/lanes/outcome.ts'
import type { PaceWindow } from '../core/pace/pace-window.ts'
import type { ReceiverMemory } from '../core/lanes/receiver-memory.ts'
import type { Result } from '../core/result.ts'
import type { Language } from './language/languages.ts'
import type { Profile } from './profile.ts'
import type { SettingProblem } from './settings/setting-problem.ts'

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

/** What one request tells: one delivery, or several as a digest (people only), oldest first. */
export interface Parcel {
  readonly deliveries: readonly [Delivery, ...Delivery[]]
  /** The dashboard's page of the portal; null when the relay does not know its own address. */
  readonly dashboard: string | null
}

/** A request that a destination wants sent. */
export interface OutgoingRequest {
  /** @default POST */
  readonly method?: 'POST' | 'OPTIONS'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** The exact bytes to send, as text; empty with OPTIONS. */
  readonly body: string
}

/** The answer of a receiver to one request. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** At most 8 KiB; bytes that are not UTF-8 are replaced. */
  readonly body: string
  /** True when 8 KiB were read, so that the rest of the body, if there is any, was left unread. */
  readonly isCut: boolean
}

/** The circumstances of one attempt. */
export interface AttemptTerms {
  /** Unix milliseconds. */
  readonly now: number
  /** What the receiver asked to be remembered by earlier answers. */
  readonly memory: ReceiverMemory
}

/** What a judge makes of an answer: an outcome, or the order to send once more to another place. */
export type Verdict = DeliveryOutcome | { readonly kind: 'moved'; readonly to: string }

/**
 * Leave to send, which some receivers want to be asked for (CloudEvents webhook specification,
 * section 4): asked before the first delivery and again when it has grown old.
 */
export interface Handshake {
  /** Whether leave has to be asked for before anything is sent. */
  isDue(terms: AttemptTerms): boolean
  /** The question. */
  request(): OutgoingRequest
  /** The memory to keep when leave is given, else the outcome of the delivery that it stopped. */
  judge(answer: Answer, terms: AttemptTerms): Result<ReceiverMemory, DeliveryOutcome>
}

/** A receiver with its settings, ready to render and to judge. */
export interface Receiver {
  /** Renders one parcel. Receivers that are machines get one delivery at a time. */
  prepare(parcel: Parcel, terms: AttemptTerms): Promise<OutgoingRequest>
  /** Judges the receiver's answer. `now` is needed for Retry-After dates. */
  judge(answer: Answer, now: number): Verdict
  /** Strings that must never appear in a reason: the URL, its secret parts, signing secrets. */
  readonly secrets: readonly string[]
  /** Which addresses may be called for it. */
  readonly policy: AddressPolicy
  /** What its limit belongs to: the URL, with the chat where that is named apart. Secret. */
  readonly paceKey: string
  /** The windows that its sends have to stay in; what a receiver asks for wins over its profile. */
  pace(memory: ReceiverMemory): readonly PaceWindow[]
  /** The time between two sends of a lane while the common pace cannot be asked for, in milliseconds. */
  readonly carefulMs: number
  readonly handshake: Handshake | null
}

/** The settings of a type, references already replaced by their values. */
export type Settings = Readonly<Record<string, unknown>>

/** What the relay and the common settings give to a receiver that is opened. */
export interface ReceiverTerms {
  readonly policy: AddressPolicy
  /** The language of messages for people. */
  readonly language: Language
  /** Own wording of messages for people, in Mustache; null for the relay's. */
  readonly template: string | null
}

/**
 * One kind of receiver.
 *
 * @example
 * export const slack: DestinationType = createChatType({ type: 'slack', profile: SLACK, … })
 */
export interface DestinationType {
  /** The word used in `type = "…"`. */
  readonly type: string
  /** A person reads it (an outcome is stored before the next send), or a machine does. */
  readonly reader: 'person' | 'machine'
  /** Its settings beside the common ones, its limits, its pace, and how its answers are judged. */
  readonly profile: Profile
  /** Checks the settings and makes the receiver. */
  create(settings: Settings, terms: ReceiverTerms): Result<Receiver, readonly SettingProblem[]>
}
