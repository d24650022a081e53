/**
 * The one interface between the relay and the kinds of receivers. Each kind has a folder, for example
 * `slack/`: receiver.ts reads its settings and exports a `DestinationType`, profile.ts lists what is known
 * about it, layout.ts makes a request of an event. Where people read, text.ts holds the markup. Further
 * files hold what only this kind has, such as `webhook/signature.ts`. The kind has a line in registry.ts, and
 * passes the contract suite (test/contract). A failed delivery is an outcome, never an exception.
 */
import type { Message } from './message/message.ts'
import type { AddressPolicy } from '../core/safety/address.ts'
import type { Names } from '../core/events/names.ts'
import type { Enrichment, RelayEvent } from '../core/log/event.ts'
import type { DeliveryOutcome } from '../core/lanes/state/outcome.ts'
import type { PaceWindow } from '../core/pace/pace-window.ts'
import type { ReceiverMemory } from '../core/lanes/state/receiver-memory.ts'
import type { Result } from '../core/result.ts'
import type { Language } from './language/languages.ts'
import type { Profile } from './profile.ts'
import type { SettingProblem } from './settings/setting-problem.ts'

/** Everything that a receiver may be told about one event. It holds no token. */
export interface Delivery {
  /** `{memberId}-{sequence}`: the same on every attempt and replay. */
  readonly id: string
  readonly memberId: string
  /** The verified or configured host of the portal; null when none is known. */
  readonly domain: string | null
  /** Null for a test message (`relay.test`) only. */
  readonly sequence: number | null
  /** The last sequence before this one that this destination was meant to get; null for the first. */
  readonly previousSequence: number | null
  readonly origin: 'event' | 'reconciled'
  /** Unix milliseconds. */
  readonly receivedAt: number
  readonly event: RelayEvent
  readonly enrichment: Enrichment
  /**
   * The https page of the portal that shows what the event is about, and of a field the one where it is set up;
   * null when none is known. The relay makes it: only numbers of it are taken from the event.
   */
  readonly link: string | null
  /** True when an operator asked for the event again. */
  readonly replayed: boolean
  /** The application's system user in the portal, whose name nobody is told; null when none is known. */
  readonly systemUserId: number | null
  /** The names of what the event has by its id alone; absent where nobody asked for them. */
  readonly names?: Names
}

/** The content of one request: one delivery, or several as a digest, oldest first. */
export interface Parcel {
  readonly deliveries: readonly [Delivery, ...Delivery[]]
  /** The address of the portal's page on the dashboard; null when the relay does not know its own address. */
  readonly dashboard: string | null
}

/** A request that is ready to be sent. */
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
  /**
   * True when the rest of the body, if there is any, is not here: 8 KiB were read, the body broke off, or it was
   * not waited for.
   */
  readonly isCut: boolean
}

/** The time and the memory that one attempt begins with. */
export interface AttemptTerms {
  /** Unix milliseconds. */
  readonly now: number
  /** The receiver's memory: everything that its earlier answers asked to be remembered. */
  readonly memory: ReceiverMemory
}

/** The verdict about an answer: an outcome, or the receiver's order to send once more to another place. */
export type AnswerVerdict = DeliveryOutcome | { readonly kind: 'moved'; readonly to: string }

/**
 * The question whether a receiver wants messages at all. CloudEvents receivers may ask for it: they are
 * asked for their permission before the first delivery, and again when it has grown old
 * (https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md#4-abuse-protection).
 */
export interface Handshake {
  /** Whether permission must be asked for before anything is sent. */
  isDue(terms: AttemptTerms): boolean
  /** The question. */
  request(): OutgoingRequest
  /**
   * The memory with the permission; without permission the outcome of the delivery that had to wait for it.
   */
  judge(answer: Answer, terms: AttemptTerms): Result<ReceiverMemory, DeliveryOutcome>
}

/** A receiver that is opened with its settings: it makes requests and judges answers. */
export interface Receiver {
  /** Makes the request for one parcel. */
  prepare(parcel: Parcel, terms: AttemptTerms): Promise<OutgoingRequest>
  /**
   * The message of one parcel for people, before it is laid out; absent for a machine, and where a template has words
   * of its own.
   */
  compose?(parcel: Parcel, now: number): Message
  /** Judges the receiver's answer. `now` (unix milliseconds) is needed for Retry-After dates. */
  judge(answer: Answer, now: number): AnswerVerdict
  /** False when status and headers decide alone, so that the body of a failure may be lost. */
  readonly needsBody: boolean
  /** Strings that must never appear in a reason: the URL, its secret parts, signing secrets. */
  readonly secrets: readonly string[]
  /** The host that its messages go to: no secret, unlike the rest of its URL. */
  readonly host: string
  /** The addresses that may be called for it. */
  readonly policy: AddressPolicy
  /** The address that its limit belongs to: the URL, with the chat where it is named apart. It is a secret. */
  readonly paceKey: string
  /** The windows that its sends must stay in. A wish of the receiver wins over the profile. */
  pace(memory: ReceiverMemory): readonly PaceWindow[]
  /** The time between two sends of a lane while the pacer cannot be reached, in milliseconds. */
  readonly carefulMs: number
  readonly handshake: Handshake | null
}

/** The settings of one destination, whose references have been replaced by their values. */
export type Settings = Readonly<Record<string, unknown>>

/** The things that every receiver gets when it is opened, beside its own settings. */
export interface ReceiverTerms {
  readonly policy: AddressPolicy
  /** The language of messages for people. */
  readonly language: Language
  /** The operator's wording of messages for people, in Mustache; null for the relay's own. */
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
  /** Whether people or a machine read the messages. For people an outcome is stored before the next send. */
  readonly reader: 'person' | 'machine'
  /** Its own settings, its limits, its pace, and how its answers are judged. */
  readonly profile: Profile
  /** One delivery as it stands in a batch for a machine, without the JSON around it; null where people read. */
  readonly layOutEntry: ((delivery: Delivery) => object) | null
  /** Opens a receiver with these settings, or says everything that is wrong with them. */
  create(settings: Settings, terms: ReceiverTerms): Result<Receiver, readonly SettingProblem[]>
}
