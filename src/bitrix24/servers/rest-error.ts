/**
 * Sorts the failures of Bitrix24 into a closed set of kinds. The sources name different HTTP statuses for
 * one failure, so the `error` in the body decides; the status helps with codes that the table does not know,
 * and with two that mean another thing with one status. An error keeps Bitrix24's code and nothing else of
 * the answer: no description, address or token (docs/bitrix24.md#rest-errors).
 */
import { MINUTE_MS } from '../../core/durations.ts'
import type { Json } from '../../core/log/event.ts'
import { isJsonObject } from '../wire/json.ts'
import type { JsonObject } from '../wire/json.ts'

/**
 * The kinds of failures, told apart by the caller's next step.
 *
 * - `expired`: a fresh access token helps.
 * - `dead_token`: the token is worth nothing any more. After a dead access token the caller tries one
 *   refresh; after a dead refresh token the portal's tokens are lost.
 * - `unreachable`: there was no usable answer, which says nothing about the token.
 * - `refused`: any other no.
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
  /** The wait that Bitrix24 asks for, in milliseconds; absent when it names none. */
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

// The codes in lower case; docs/bitrix24.md#rest-errors names their sources. A Map and no object, so that a
// code called `constructor` finds nothing.
const KIND_BY_CODE: ReadonlyMap<string, RestErrorKind> = new Map([
  ['expired_token', 'expired'],
  ['invalid_token', 'dead_token'],
  ['no_auth_found', 'dead_token'],
  ['authorization_error', 'dead_token'],
  ['error_oauth', 'dead_token'],
  ['invalid_grant', 'dead_token'],
  ['application_not_found', 'uninstalled'],
  ['not_installed', 'uninstalled'],
  ['payment_required', 'suspended'],
  ['access_denied', 'no_rights'],
  ['user_access_error', 'no_rights'],
  ['allowed_only_intranet_user', 'no_rights'],
  ['insufficient_scope', 'no_scope'],
  ['invalid_scope', 'no_scope'],
  // The application lacks the scope, or the portal is too old. It is no sign of a missing field.
  ['error_method_not_found', 'no_scope'],
  ['method_confirm_waiting', 'method_confirmation'],
  ['method_confirm_denied', 'method_confirmation'],
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

// Codes that mean another thing with one status. `INVALID_CREDENTIALS` is a wrong secret of a webhook with 401,
// and a user who lacks rights otherwise. `PORTAL_DELETED` with 500 tells that the portal is closed for a time.
const KIND_BY_STATUS: ReadonlyMap<
  string,
  { readonly status: number; readonly meant: RestErrorKind; readonly otherwise: RestErrorKind }
> = new Map([
  ['invalid_credentials', { status: 401, meant: 'dead_token', otherwise: 'no_rights' }],
  ['portal_deleted', { status: 500, meant: 'unreachable', otherwise: 'portal_deleted' }],
])

const MAX_CODE_LENGTH = 60
const MAX_WAIT_MS = 24 * 3600 * 1000
/** A code that has this many characters in a row in common with a secret counts as an echo of it. */
const ECHO_LENGTH = 8

/** An answer without its body, and the secrets of its request. */
export interface AnswerContext {
  readonly status: number
  /** The header Retry-After as sent. */
  readonly retryAfter: string | null
  /** The secrets of the request. A server may repeat one; it must not get into an error that way. */
  readonly secrets: readonly string[]
}

/** Classifies an answer whose body has an `error`; its status may be any, 200 too. */
export function classifyError(body: JsonObject, context: AnswerContext): RestError {
  const raw = readCode(body['error'])
  const known = knownKind(raw, context.status)
  if (known === undefined && isAlreadyBound(body['error_description'])) {
    return { kind: 'refused', code: 'already_bound', status: context.status } satisfies OwnError
  }
  const kind = known ?? kindOfUnknownCode(body['error_description'], context.status)
  const code = known === undefined ? withoutSecrets(sanitise(raw), context.secrets) : sanitise(raw)
  const waitMs = readRetryAfterMs(context.retryAfter) ?? readResetMs(body['time'])
  return { kind, code: code.slice(0, MAX_CODE_LENGTH), status: context.status, ...wait(waitMs) }
}

/**
 * Whether the portal is closed for a time: an administrator has stopped it, and it will answer again. Bitrix24
 * calls that `PORTAL_DELETED` all the same.
 */
export function isClosed({ kind, code }: RestError): boolean {
  return kind === 'unreachable' && code.toLowerCase() === 'portal_deleted'
}

/** Classifies an answer that Bitrix24 did not write: HTML of a proxy, or a body that is cut or too large. */
export function classifyForeignAnswer(
  code: 'malformed_answer' | 'answer_too_large',
  context: AnswerContext,
): OwnError {
  const kind = context.status === 429 ? 'rate_limited' : 'unreachable'
  return { kind, code, status: context.status, ...wait(readRetryAfterMs(context.retryAfter)) }
}

// The waits after a refusal that names none.
const QUERY_LIMIT_WAIT_MS = 1000
const OPERATION_LIMIT_WAIT_MS = MINUTE_MS

/** Returns the wait after a refusal because of a limit, in milliseconds; null for any other failure. */
export function limitWaitOf({ kind, code, retryAfterMs }: RestError): number | null {
  if (kind !== 'rate_limited') return null
  const isOperating = code.toUpperCase() === 'OPERATION_TIME_LIMIT'
  return retryAfterMs ?? (isOperating ? OPERATION_LIMIT_WAIT_MS : QUERY_LIMIT_WAIT_MS)
}

/** Whether asking again may help, because the failure says nothing about the portal or its tokens. */
export function isTransient(error: RestError): boolean {
  return error.kind === 'unreachable' || error.kind === 'rate_limited'
}

// REST 3.0 writes an object, {"error":{"code":"…","message":"…"}}, and the older REST just the code.
function readCode(error: Json | undefined): string {
  const code = isJsonObject(error) ? error['code'] : error
  return typeof code === 'string' || typeof code === 'number' ? String(code) : ''
}

function knownKind(code: string, status: number): RestErrorKind | undefined {
  const name = code.toLowerCase()
  const byStatus = KIND_BY_STATUS.get(name)
  if (byStatus === undefined) return KIND_BY_CODE.get(name)
  return status === byStatus.status ? byStatus.meant : byStatus.otherwise
}

function kindOfUnknownCode(description: Json | undefined, status: number): RestErrorKind {
  // A missing read right is answered by `crm.requisite.userfield.get` with an empty code and these words.
  if (typeof description === 'string' && /^access denied/i.test(description)) return 'no_rights'
  if (status === 429) return 'rate_limited'
  return status >= 500 ? 'unreachable' : 'refused'
}

// A repeated `event.bind` fails with the general code ERROR_CORE and the text "Unable to set event handler:
// Handler already binded" (docs/bitrix24.md#handlers).
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
    // A secret that is shorter than that is searched for as a whole.
    const length = Math.min(ECHO_LENGTH, needle.length)
    if (length === 0) continue
    for (let at = 0; at + length <= needle.length; at += 1) {
      if (shown.includes(needle.slice(at, at + length))) return ''
    }
  }
  return code
}

// Reads only the form in seconds. Bitrix24 documents no Retry-After at all, and a date would need a clock.
function readRetryAfterMs(header: string | null): number | null {
  return header !== null && /^\d{1,9}$/.test(header) ? Number(header) * 1000 : null
}

// `operating_reset_at` and `finish` are both unix seconds of the portal's clock, so the wait is their
// difference and the relay's clock plays no part.
function readResetMs(time: Json | undefined): number | null {
  if (!isJsonObject(time)) return null
  const { operating_reset_at: resetAt, finish } = time
  if (typeof resetAt !== 'number' || typeof finish !== 'number' || resetAt <= finish) return null
  return Math.ceil((resetAt - finish) * 1000)
}

function wait(ms: number | null): { retryAfterMs?: number } {
  return ms === null ? {} : { retryAfterMs: Math.min(ms, MAX_WAIT_MS) }
}
