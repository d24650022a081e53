/**
 * What is known about a kind of receiver, as data: its limits, its pace, when a message counts as
 * delivered, and what its errors mean. Judges, renderers and docs/receivers.md all read it.
 */
import type { OutcomeReason } from '../core/lanes/outcome.ts'
import type { PaceWindow } from '../core/pace/pace-window.ts'

/**
 * What an error means.
 * - `transient`: try again.
 * - `wait`: the receiver's limit was met; everything to it waits, as long as it says.
 * - `message`: this message is never taken; it is parked and the lane goes on.
 * - `endpoint`: nothing is taken until somebody changes something there; tried once a day.
 * - `endpoint_gone`: this address is never going to work again; not tried.
 */
export type ErrorClass = 'transient' | 'wait' | 'message' | 'endpoint' | 'endpoint_gone'

/** An error that a receiver tells in words. Judged before its status, as statuses differ. */
export interface ErrorRule {
  /** What it says: a whole word (`exact`), or a part of its description, whatever the case. */
  readonly says: string
  readonly match: 'exact' | 'part'
  /** The stable snake_case reason that operators see. */
  readonly reason: OutcomeReason
  readonly class: ErrorClass
}

/** What a status means where no known word came with it. */
export interface StatusRule {
  readonly statuses: readonly number[]
  readonly class: ErrorClass
  /** @default `http_<status>` */
  readonly reason?: OutcomeReason
}

/**
 * What the body of a success has to be.
 * - `any`: not looked at.
 * - `ok`: exactly the two letters.
 * - `json_ok`: a JSON object with `ok: true`.
 * - `json_id`: a JSON object that names the new message as `id` or `name`.
 * - `no_error`: anything that does not say that there was an error.
 */
export type SuccessBody = 'any' | 'ok' | 'json_ok' | 'json_id' | 'no_error'

/** One limit of a message. */
export interface Limit {
  readonly what: string
  readonly max: number
  readonly unit: 'characters' | 'bytes' | 'items'
}

/** Everything that is known about one kind of receiver. */
export interface Profile {
  /** Its name for people. */
  readonly title: string
  /** Where its rules are written. */
  readonly sources: readonly string[]
  /** The settings that it has beside the common ones, as docs/receivers.md tells them. */
  readonly settings: readonly { readonly name: string; readonly meaning: string }[]
  readonly success: {
    /** Empty: every status from 200 to 299. */
    readonly statuses: readonly number[]
    readonly body: SuccessBody
  }
  /** What a message is kept within; the relay's own budget where the receiver documents none. */
  readonly limits: readonly Limit[]
  /** The most messages that are sent in a time; empty where nothing is known and machines read. */
  readonly pace: readonly PaceWindow[]
  /** What one pace is shared by. */
  readonly paceScope: 'url' | 'url and chat' | 'space'
  /** True when the answers' `X-RateLimit-…` headers are obeyed as well. */
  readonly paceHeaders: boolean
  /** The time between two sends of a lane while the common pace cannot be asked for, in milliseconds. */
  readonly carefulMs: number
  readonly errors: readonly ErrorRule[]
  readonly statuses: readonly StatusRule[]
  /** Which parts of its address are secret and never shown. */
  readonly secretParts: string
}

/** The number of a limit; throws for one that the profile does not name, which is a bug. */
export function limitOf({ title, limits }: Profile, what: string): number {
  const limit = limits.find((known) => known.what === what)
  if (limit === undefined) throw new Error(`Cannot find the limit "${what}" of ${title}`)
  return limit.max
}
