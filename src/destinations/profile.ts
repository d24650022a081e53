/**
 * The profile of one kind of receiver, as data: its limits, its pace, the answers that count as delivered, and the
 * meaning of its errors. The code and docs/receivers.md both read it. The addresses of the sources stand in each
 * profile; a guess that none of them proves is on the safe side.
 */
import { SECOND_MS } from '../core/durations.ts'
import type { OutcomeReason } from '../core/lanes/state/outcome.ts'
import type { PaceWindow } from '../core/pace/pace-window.ts'

/**
 * The meaning of an error.
 * - `transient`: try again.
 * - `wait`: the receiver's limit was met; everything that is sent to it waits for as long as it asks.
 * - `message`: this message is never taken; it is parked and the lane goes on.
 * - `endpoint`: nothing is taken until somebody changes something there; tried once a day.
 * - `endpoint_gone`: this address is never going to work again; not tried.
 */
export type ErrorClass = 'transient' | 'wait' | 'message' | 'endpoint' | 'endpoint_gone'

/** An error that a receiver tells in words. It is judged before the status, as statuses differ. */
export interface ErrorRule {
  /** A whole word of the answer (`exact`), or a part of its description in any case of letters (`part`). */
  readonly says: string
  readonly match: 'exact' | 'part'
  readonly reason: OutcomeReason
  readonly class: ErrorClass
}

/** The meaning of statuses that came without a known word. */
export interface StatusRule {
  readonly statuses: readonly number[]
  readonly class: ErrorClass
  /** @default `http_<status>` */
  readonly reason?: OutcomeReason
}

/**
 * The body that a success must have.
 * - `any`: not looked at.
 * - `ok`: the two letters, whatever blanks stand around them.
 * - `json_ok`: a JSON object with `ok: true`.
 * - `json_id`: a JSON object that names the new message as `id` or `name`.
 * - `no_error`: anything that does not say that there was an error.
 */
export type SuccessBody = 'any' | 'ok' | 'json_ok' | 'json_id' | 'no_error'

/** The largest size of one part of a message. */
export interface Limit {
  readonly what: string
  readonly max: number
  readonly unit: 'characters' | 'bytes' | 'items'
}

/** The pace at which a kind of receiver is sent to. */
export interface ProfilePace {
  /** The most messages that are sent in a time; empty where nothing is known and machines read. */
  readonly pace: readonly PaceWindow[]
  /** The part of the address that one pace is shared by. */
  readonly paceScope: 'url' | 'url and chat' | 'space'
  /** True when the answers' `X-RateLimit-…` headers are obeyed as well. */
  readonly paceHeaders: boolean
  /** The time between two sends of a lane while the pacer cannot be reached, in milliseconds. */
  readonly carefulMs: number
}

/** Everything that is known about one kind of receiver. */
export interface Profile extends ProfilePace {
  /** Its name for people. */
  readonly title: string
  /** The pages on which its rules are written. */
  readonly sources: readonly string[]
  /** The settings that it has beside the common ones, as docs/receivers.md tells them. */
  readonly settings: readonly { readonly name: string; readonly meaning: string }[]
  readonly success: {
    /** Empty: every status from 200 to 299. */
    readonly statuses: readonly number[]
    readonly body: SuccessBody
  }
  /** The sizes that a message is kept within; the relay's own where the receiver documents none. */
  readonly limits: readonly Limit[]
  readonly errors: readonly ErrorRule[]
  readonly statuses: readonly StatusRule[]
  /**
   * True where a message that the receiver cannot take may be answered by a server error: a digest that meets
   * three of them is split. @default false
   */
  readonly splitsDigests?: boolean
  /** The parts of its address that are secret and never shown. */
  readonly secretParts: string
}

/** The pace of a machine, which says itself when it wants less. */
export const NO_PACE = {
  pace: [],
  paceScope: 'url',
  paceHeaders: false,
  carefulMs: 0,
} as const satisfies ProfilePace

/** The pace of most chats: one message a second for each URL. */
export const ONE_A_SECOND = {
  pace: [{ count: 1, ms: SECOND_MS }],
  paceScope: 'url',
  paceHeaders: false,
  carefulMs: 5 * SECOND_MS,
} as const satisfies ProfilePace

/** The statuses of a receiver that machines read and whose answers hold no words. */
export const MACHINE_STATUSES = [
  { statuses: [400, 413, 415, 422], class: 'message' },
  // Standard Webhooks: a receiver that answers 410 wants no more messages, so there is no daily try.
  { statuses: [410], class: 'endpoint_gone', reason: 'gone' },
] as const satisfies readonly StatusRule[]

/** Errors whose word is the reason itself. */
export function words(
  errorClass: ErrorClass,
  list: readonly OutcomeReason[],
): readonly ErrorRule[] {
  return list.map((word) => exact(word, word, errorClass))
}

/** An error that is told by a whole word or code. */
export function exact(says: string, reason: OutcomeReason, errorClass: ErrorClass): ErrorRule {
  return { says, match: 'exact', reason, class: errorClass }
}

/** An error that is told by a part of a description, in any case of letters. */
export function part(says: string, reason: OutcomeReason, errorClass: ErrorClass): ErrorRule {
  return { says, match: 'part', reason, class: errorClass }
}

/** The number of a limit that the profile names. */
export function limitOf<P extends Pick<Profile, 'title' | 'limits'>>(
  { title, limits }: P,
  what: P['limits'][number]['what'],
): number {
  const limit = limits.find((known) => known.what === what)
  if (limit === undefined) throw new Error(`Cannot find the limit "${what}" of ${title}`)
  return limit.max
}
