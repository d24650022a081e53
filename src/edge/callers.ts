/**
 * Finds out who calls. The edge looks into its memory, into the configuration and into KV, in this order. It
 * never has the last word: the portal's object is asked about a caller that the edge does not know. The
 * edge's own knowledge decides two things only: whether the rate limit counts the caller, and whether a
 * request may be spilled when the object is silent.
 */
import { trustsToken } from '../core/access/token-hashes.ts'
import { webhookRule, type OutgoingWebhook } from '../core/access/outgoing-webhook.ts'
import { err, ok, type Result } from '../core/result.ts'
import { equalInConstantTime } from '../core/safety/constant-time.ts'
import { describeError } from '../core/safety/redact.ts'
import { hashToken } from '../storage/token-hash.ts'
import type { CallerToken, CallerTrust } from './caller-memory.ts'
import type { IntakeDeps } from './intake-deps.ts'

/** Where a request came from, and by which address it reached the relay. */
export interface CallSource {
  /** The address of the caller, under which the rate limit counts. */
  readonly address: string
  /** The relay's own address as it was called, for example `https://relay.example.com`. */
  readonly calledUrl: string
}

/** A caller that the portal's object may be asked about. */
export interface Caller extends CallerToken {
  /** Whether the edge knows the token. If not, the object is being asked about it now. */
  readonly isTrusted: boolean
}

/**
 * Finds out who calls. A token that the object refused a moment ago is refused again; an unknown one is
 * counted, and noted as being asked about: `endAsking` follows when the object has answered.
 */
export async function findCaller(
  deps: IntakeDeps,
  { memberId, applicationToken: token }: { memberId: string; applicationToken: string },
  source: CallSource,
): Promise<Result<Caller, 'untrusted' | 'too_many_requests'>> {
  const { memory } = deps.callers
  const caller: CallerToken = { memberId, tokenHash: await hashToken(memberId, token) }
  const trust = await recallCaller(deps, { ...caller, token })
  if (trust === 'refused') return err('untrusted')
  if (trust === 'trusted') return ok({ ...caller, isTrusted: true })
  const isFirst = memory.beginAsking(caller)
  if (isFirst && !(await isCallerWithinLimit(deps, memberId, source))) {
    memory.endAsking(caller)
    return err('too_many_requests')
  }
  return ok({ ...caller, isTrusted: false })
}

/** Recalls the edge's knowledge of a token. When KV fails, the token counts as unknown. */
export async function recallCaller(
  { callers, world }: Pick<IntakeDeps, 'callers' | 'world'>,
  caller: CallerToken & { readonly token: string },
): Promise<CallerTrust> {
  const { memory, webhooks, installs } = callers
  const { memberId, tokenHash, token } = caller
  const remembered = memory.recall(caller, world.now())
  if (remembered !== 'unknown') return remembered
  const named = webhooks.filter((webhook) => isNamed(webhook, memberId))
  if (named.some((webhook) => equalInConstantTime(webhook.token, token))) return 'trusted'
  try {
    const install = await installs.load(memberId)
    if (install !== null && trustsToken(install, tokenHash, world.now())) return 'trusted'
  } catch {
    // KV does not answer, or holds no JSON: the portal's object will be asked.
  }
  return 'unknown'
}

function isNamed(webhook: OutgoingWebhook, memberId: string): boolean {
  return webhookRule(webhook.portal) === 'member' && webhook.portal === memberId
}

/**
 * Counts a caller that the edge does not know. All portals call from the few addresses of Bitrix24's queue
 * servers (docs/bitrix24.md, "Queue servers"), so the first limit counts by address and portal: a flood in
 * the name of one portal locks out no other. A caller who invents a portal for each request meets the wider
 * limit of the address.
 */
export async function isCallerWithinLimit(
  { limits, world }: Pick<IntakeDeps, 'limits' | 'world'>,
  memberId: string,
  { address }: CallSource,
): Promise<boolean> {
  try {
    const isWithin = await limits.isUntrustedWithinLimit(`${address}|${memberId}`)
    return isWithin && (await limits.isAddressWithinLimit(address))
  } catch (error) {
    // A limiter that fails must not cost an event: the object still decides about trust.
    world.log('warn', 'rate_limit_failed', { memberId, error: describeError(error) })
    return true
  }
}
