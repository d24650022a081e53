/**
 * The rate limits of callers whom the object has refused: they are charged here, and a limit that is used up is
 * noted. All portals call from the few addresses of Bitrix24's queue servers (docs/bitrix24.md, "Queue servers"), so
 * the first limit counts by address and portal: a flood in the name of one portal locks out no other. A caller who
 * invents a portal for each request meets the wider limit of the address alone.
 */
import type { OutgoingWebhook } from '../../core/access/outgoing-webhook.ts'
import { equalInConstantTime } from '../../core/safety/constant-time.ts'
import { describeError } from '../../core/safety/redact.ts'
import type { IntakeDeps } from '../intake-deps.ts'
import { addressKeys } from './address-keys.ts'

/** The limit that is used up: that of an address and one portal, or that of the address alone. */
export type SpentLimit = 'portal' | 'address'

/** The caller who is charged: an address that speaks for a portal. */
export interface ChargedCaller {
  readonly memberId: string
  /** In the form of http/client-address.ts. */
  readonly address: string
}

/**
 * Charges a caller for a request that could not be trusted, and names the limit that this request was too many for;
 * null when it was within both. An IPv6 caller may own a whole /48, which counts beside its /64.
 */
export async function chargeCaller(
  { callers, world }: Pick<IntakeDeps, 'callers' | 'world'>,
  { memberId, address }: ChargedCaller,
): Promise<SpentLimit | null> {
  const { isUntrustedWithinLimit, isAddressWithinLimit } = callers.limits
  const isWithin = async (keys: readonly string[], count: (key: string) => Promise<boolean>) => {
    const answers = await Promise.all(keys.map(count))
    for (const [index, key] of keys.entries()) {
      if (answers[index] === false) callers.memory.rememberSpent(key, world.now())
    }
    return answers.every(Boolean)
  }
  try {
    // The limit of the address alone is not charged when that of this address and this portal is used up, since other
    // portals call from the same address.
    if (!(await isWithin(portalKeys(memberId, address), isUntrustedWithinLimit))) return 'portal'
    return (await isWithin(addressKeys(address), isAddressWithinLimit)) ? null : 'address'
  } catch (error) {
    // A limiter that fails must not cost an event: the object still decides about trust.
    world.logLine('warn', 'rate_limit_failed', { memberId, error: describeError(error) })
    return null
  }
}

/** The limit of a caller that was used up a moment ago; null when there is none. Nothing is counted. */
export function recallSpentLimit(
  { callers, world }: Pick<IntakeDeps, 'callers' | 'world'>,
  { memberId, address }: ChargedCaller,
): SpentLimit | null {
  const now = world.now()
  const isSpent = (key: string) => callers.memory.isSpent(key, now)
  if (portalKeys(memberId, address).some(isSpent)) return 'portal'
  return addressKeys(address).some(isSpent) ? 'address' : null
}

/**
 * Whether a token has no limits: the configuration holds it, for whatever portal, and no object has refused
 * it a moment ago. Its holder could otherwise ask without limit in the name of portals that he invents.
 */
export function isUnlimitedToken(
  { callers, world }: Pick<IntakeDeps, 'callers' | 'world'>,
  token: string,
): boolean {
  const { memory, webhooks } = callers
  const key = keyOfConfigured(webhooks, token)
  return key !== null && !memory.isSpent(key, world.now())
}

/** Limits a configured token like any other from now on, because an object has refused it. */
export function limitConfiguredToken(
  { callers, world }: Pick<IntakeDeps, 'callers' | 'world'>,
  token: string,
): void {
  const key = keyOfConfigured(callers.webhooks, token)
  if (key !== null) callers.memory.rememberSpent(key, world.now())
}

function keyOfConfigured(webhooks: readonly OutgoingWebhook[], token: string): string | null {
  const place = webhooks.findIndex((webhook) => equalInConstantTime(webhook.token, token))
  return place < 0 ? null : `webhook ${place}`
}

function portalKeys(memberId: string, address: string): readonly string[] {
  return addressKeys(address).map((key) => `${key}|${memberId}`)
}
