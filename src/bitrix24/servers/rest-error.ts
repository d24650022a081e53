/**
 * Bitrix24's failures as a closed set of classes. Sources disagree about HTTP statuses, so the body's
 * `error` decides and the status only helps with codes that the table does not know. Errors carry
 * Bitrix24's code and nothing else of the answer: no description, no address, no token.
 */
import type { Json } from '../../core/log/event.ts'
import { isJsonObject } from '../wire/json.ts'
import type { JsonObject } from '../wire/json.ts'

/**
 * What a failure means for the caller.
 *
 * `expired`: a fresh access token helps. `dead_token`: this token is worth nothing any more; an
 * access token deserves one refresh before the portal counts as lost, a refresh token does not.
 * `unreachable`: no usable answer, which says nothing about the token. `refused`: any other no.
 */
export type RestErrorKind =
  | 'expired'
  | 'dead_token'
  | 'uninstalled'
  | 'suspended'
  | 'no_rights'
  | 'no_scope'
  | 'method_confirmation'
  | 'portal_deleted'
  | 'rate_limited'
  | 'not_found'
  | 'refused'
  | 'unreachable'

/** The relay's own codes, for failures that Bitrix24 gave no code of its own. */
export type OwnErrorCode =
  | 'timeout'
  | 'network_error'
  | 'redirected'
  | 'malformed_answer'
  | 'answer_too_large'
  | 'unsafe_address'
  | 'inconsistent'
  | 'already_bound'
  | 'not_configured'

/** A failed call; safe to log, store and show. */
export interface RestError {
  readonly kind: RestErrorKind
  /**
   * Bitrix24's code, at most 60 of `A-Z a-z 0-9 _`, or the relay's own. It is empty where Bitrix24 sent
   * an empty code. Compare it with an own code by `hasCode` alone.
   */
  readonly code: string
  /** HTTP status; null when there was no answer. */
  readonly status: number | null
  /** How long Bitrix24 asks to wait, in milliseconds; absent when it does not say. */
  readonly retryAfterMs?: number
}

/** A failed call that the relay itself has named. */
export interface OwnError extends RestError {
  readonly code: OwnErrorCode
}

/** The failure of a server that answered something other than its documented form. */
export const MALFORMED_ANSWER: OwnError = {
  kind: 'unreachable',
  code: 'malformed_answer',
  status: 200,
}

/** Whether a call failed with that code of the relay. */
export function hasCode({ code }: RestError, own: OwnErrorCode): boolean {
  return code === own
}

// Keys in lower case. Codes: documentation pages "Errors", "OAuth: auto renewal" and the official
// Python client's table; a Map, so that a code called `constructor` finds nothing.
const KIND_BY_CODE: ReadonlyMap<string, RestErrorKind> = new Map([
  ['expired_token', 'expired'],
  ['invalid_token', 'dead_token'],
  ['no_auth_found', 'dead_token'],
  ['authorization_error', 'dead_token'],
  ['error_oauth', 'dead_token'],
  ['invalid_credentials', 'dead_token'],
  ['invalid_grant', 'dead_token'],
  ['application_not_found', 'uninstalled'],
  ['not_installed', 'uninstalled'],
  ['payment_required', 'suspended'],
  ['access_denied', 'no_rights'],
  ['user_access_error', 'no_rights'],
  ['allowed_only_intranet_user', 'no_rights'],
  ['insufficient_scope', 'no_scope'],
  ['invalid_scope', 'no_scope'],
  // The application lacks the scope or the portal is too old; not to be taken for a missing entity.
  ['error_method_not_found', 'no_scope'],
  ['method_confirm_waiting', 'method_confirmation'],
  ['method_confirm_denied', 'method_confirmation'],
  ['portal_deleted', 'portal_deleted'],
  ['query_limit_exceeded', 'rate_limited'],
  ['overload_limit', 'rate_limited'],
  ['operation_time_limit', 'rate_limited'],
  ['error_not_found', 'not_found'],
  ['not_found', 'not_found'],
  ['wrong_auth_type', 'refused'],
  ['invalid_client', 'refused'],
  ['wrong_client', 'refused'],
  ['invalid_request', 'refused'],
  ['internal_server_error', 'unreachable'],
  ['error_unexpected_answer', 'unreachable'],
])

const MAX_CODE_LENGTH = 60
const MAX_WAIT_MS = 24 * 3600 * 1000
/** A code that shares this many characters in a row with a secret is taken for an echo of it. */
const ECHO_LENGTH = 8

/** What is known about an answer beside its body. */
export interface AnswerContext {
  readonly status: number
  /** The Retry-After header as sent. */
  readonly retryAfter: string | null
  /** The secrets of the request: an answer that repeats one must not smuggle it into an error. */
  readonly secrets: readonly string[]
}

/** Classifies an answer whose body names an `error`, whatever its status is. */
export function classifyError(body: JsonObject, context: AnswerContext): RestError {
  const raw = readCode(body['error'])
  const known = KIND_BY_CODE.get(raw.toLowerCase())
  if (known === undefined && isAlreadyBound(body['error_description'])) {
    return { kind: 'refused', code: 'already_bound', status: context.status } satisfies OwnError
  }
  const kind = known ?? kindOfUnknownCode(body['error_description'], context.status)
  const code = known === undefined ? withoutSecrets(sanitise(raw), context.secrets) : sanitise(raw)
  const waitMs = readRetryAfterMs(context.retryAfter) ?? readResetMs(body['time'])
  return { kind, code: code.slice(0, MAX_CODE_LENGTH), status: context.status, ...wait(waitMs) }
}

/** Classifies an answer that is not Bitrix24's: HTML of a proxy, a cut or foreign body. */
export function classifyForeignAnswer(
  code: 'malformed_answer' | 'answer_too_large',
  context: AnswerContext,
): OwnError {
  const kind = context.status === 429 ? 'rate_limited' : 'unreachable'
  return { kind, code, status: context.status, ...wait(readRetryAfterMs(context.retryAfter)) }
}

/** The waits after refusals that name none, in milliseconds. */
const QUERY_LIMIT_WAIT_MS = 1000
const OPERATION_LIMIT_WAIT_MS = 60_000

/** How long to wait after a refusal for a limit, in milliseconds; null for any other failure. */
export function limitWaitOf({ kind, code, retryAfterMs }: RestError): number | null {
  if (kind !== 'rate_limited') return null
  const isOperating = code.toUpperCase() === 'OPERATION_TIME_LIMIT'
  return retryAfterMs ?? (isOperating ? OPERATION_LIMIT_WAIT_MS : QUERY_LIMIT_WAIT_MS)
}

/** True for failures that say nothing about the portal or its tokens: asking again may help. */
export function isTransient(error: RestError): boolean {
  return error.kind === 'unreachable' || error.kind === 'rate_limited'
}

// REST 3.0 answers with an object: {"error":{"code":"…","message":"…"}}.
function readCode(error: Json | undefined): string {
  const code = isJsonObject(error) ? error['code'] : error
  return typeof code === 'string' || typeof code === 'number' ? String(code) : ''
}

function kindOfUnknownCode(description: Json | undefined, status: number): RestErrorKind {
  // crm.requisite.userfield.get says only this, with an empty code, when the read right is missing.
  if (typeof description === 'string' && /^access denied/i.test(description)) return 'no_rights'
  if (status === 429) return 'rate_limited'
  return status >= 500 ? 'unreachable' : 'refused'
}

// event.bind has no code of its own for it: ERROR_CORE, "Unable to set event handler: Handler already
// binded" (portal source, lib/event.php).
function isAlreadyBound(description: Json | undefined): boolean {
  return typeof description === 'string' && /\bhandler already binded\b/i.test(description)
}

function sanitise(text: string): string {
  return text.replace(/[^A-Za-z0-9_]/g, '')
}

function withoutSecrets(code: string, secrets: readonly string[]): string {
  const shown = code.slice(0, MAX_CODE_LENGTH).toLowerCase()
  for (const secret of secrets) {
    const needle = sanitise(secret).toLowerCase()
    // A secret that is shorter than an echo is looked for as a whole.
    const length = Math.min(ECHO_LENGTH, needle.length)
    if (length === 0) continue
    for (let at = 0; at + length <= needle.length; at += 1) {
      if (shown.includes(needle.slice(at, at + length))) return ''
    }
  }
  return code
}

// Only the form in seconds: a date would need a clock, and Bitrix24 documents neither.
function readRetryAfterMs(header: string | null): number | null {
  return header !== null && /^\d{1,9}$/.test(header) ? Number(header) * 1000 : null
}

// `operating_reset_at` and `finish` are both the portal's unix seconds, so no clock of ours is needed.
function readResetMs(time: Json | undefined): number | null {
  if (!isJsonObject(time)) return null
  const { operating_reset_at: resetAt, finish } = time
  if (typeof resetAt !== 'number' || typeof finish !== 'number' || resetAt <= finish) return null
  return Math.ceil((resetAt - finish) * 1000)
}

function wait(ms: number | null): { retryAfterMs?: number } {
  return ms === null ? {} : { retryAfterMs: Math.min(ms, MAX_WAIT_MS) }
}
