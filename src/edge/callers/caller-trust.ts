/**
 * The trust that the edge itself has in a token, before the portal's object is asked and when the object is silent. It
 * looks into its memory and the configuration, which cost nothing, and then into KV, of which each read is billed.
 */
import { webhookRule, type OutgoingWebhook } from '../../core/access/outgoing-webhook.ts'
import { trustsToken } from '../../core/access/token-hashes.ts'
import { equalInConstantTime } from '../../core/safety/constant-time.ts'
import type { IntakeDeps } from '../intake-deps.ts'
import type { CallerToken, CallerTrust } from './caller-memory.ts'
import { isUnlimitedToken, recallSpentLimit } from './limits.ts'

/** The token that a caller presents, in clear and by its hash. */
export interface PresentedToken extends CallerToken {
  readonly token: string
}

/**
 * The trust in a token as far as memory and the configuration know it; `unknown` where only KV or the object can tell.
 */
export function recallTrust(
  { callers, world }: Pick<IntakeDeps, 'callers' | 'world'>,
  presented: PresentedToken,
): CallerTrust {
  const { memory, webhooks } = callers
  const { memberId, token } = presented
  const remembered = memory.recall(presented, world.now())
  if (remembered !== 'unknown') return remembered
  const named = webhooks.filter((webhook) => isNamed(webhook, memberId))
  return named.some((webhook) => equalInConstantTime(webhook.token, token)) ? 'trusted' : 'unknown'
}

/**
 * The trust in a token as far as memory, the configuration and KV know it. KV is read only where the others do not
 * know the token. When KV fails, the token counts as unknown, whatever limit is used up: a known portal must not pay
 * for the outage.
 *
 * `over_limit`: neither the configuration nor KV knows the token, and its sender has had too many refusals. Once the
 * limit of the sender and the portal is used up, KV is not read any more, only the record of the last read counts. A
 * token that is configured by a domain is not known to speak for this portal; but its first event must not be lost
 * because a stranger floods the relay from the same address.
 */
export async function readTrust(
  deps: Pick<IntakeDeps, 'callers' | 'world'>,
  presented: PresentedToken,
  address: string,
): Promise<CallerTrust | 'over_limit'> {
  const { memory, installStore } = deps.callers
  const { memberId, tokenHash, token } = presented
  const now = deps.world.now()
  const atHand = recallTrust(deps, presented)
  if (atHand !== 'unknown') return atHand
  const charged = { memberId, address }
  const isUnlimited = isUnlimitedToken(deps, token)
  const record = memory.recallRecord(memberId)
  if (record !== null && recallSpentLimit(deps, charged) === 'portal') {
    if (trustsToken({ hashes: record }, tokenHash, now)) return 'trusted'
    return isUnlimited ? 'unknown' : 'over_limit'
  }
  try {
    const hashes = (await installStore.load(memberId))?.hashes ?? []
    memory.rememberRecord(memberId, hashes)
    if (trustsToken({ hashes }, tokenHash, now)) return 'trusted'
  } catch {
    // KV does not answer, so the portal's object will be asked.
    return 'unknown'
  }
  if (isUnlimited) return 'unknown'
  return recallSpentLimit(deps, charged) === null ? 'unknown' : 'over_limit'
}

function isNamed(webhook: OutgoingWebhook, memberId: string): boolean {
  return webhookRule(webhook.portal) === 'member' && webhook.portal === memberId
}
