/** The answers of the token keeper to calls that it cannot make or mend; none holds a secret. */
import type { RestError } from '../../bitrix24/servers/rest-error.ts'
import { thinReasonOfTrouble, type AccessState } from '../../core/access/access.ts'

/** There is nothing to ask with. */
export const NO_TOKENS: RestError = { kind: 'dead_token', code: 'no_tokens', status: null }
/** The pair cannot be opened, or has no refresh token. */
export const UNREADABLE_PAIR: RestError = {
  kind: 'dead_token',
  code: 'unreadable_pair',
  status: null,
}
/** A fresh pair could not be stored, so it must not be used. */
export const NOT_STORED: RestError = { kind: 'unreachable', code: 'not_stored', status: null }
/** A refresh has brought the pair of another portal: the refresh token is used up all the same. */
export const OF_ANOTHER_PORTAL: RestError = {
  kind: 'dead_token',
  code: 'member_mismatch',
  status: null,
}

/** The remembered trouble as the answer to a call that is not made. */
export function errorOf({ trouble, code }: AccessState): RestError {
  const isDenied = thinReasonOfTrouble(trouble) === 'access_denied'
  return { kind: isDenied ? 'no_rights' : 'dead_token', code, status: null }
}

/** Whether a refresh may help. */
export function isPairLost({ kind }: RestError): boolean {
  return kind === 'dead_token' || kind === 'expired'
}

/** Whether the application may not ask, while an incoming webhook of the same portal still might. */
export function isApplicationEnded({ kind }: RestError): boolean {
  return kind === 'uninstalled' || kind === 'suspended'
}

/** Whether an incoming webhook was refused as such: it is gone, or its user or plan may not do this. */
export function isWebhookRefused({ kind }: RestError): boolean {
  return !['unreachable', 'rate_limited', 'not_found', 'refused', 'no_scope'].includes(kind)
}
