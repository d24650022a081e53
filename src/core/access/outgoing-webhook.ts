/**
 * The tokens of outgoing webhooks, and the portals that each may speak for. An operator configures a token
 * with the portal's member id, with its domain, or in development with `*`. Pure.
 */
import { isMemberId } from './member-id.ts'

/** One entry of OUTGOING_WEBHOOK_TOKENS. */
export interface OutgoingWebhook {
  readonly token: string
  /** A member_id, a domain in lower case (with its port, if any), or `*` in development. */
  readonly portal: string
  /** The address of an incoming webhook of that portal, for reading; a secret. Null without one. */
  readonly rest: string | null
}

/** The form in which the portal of a token is configured; it decides how the token is judged. */
export type WebhookRule = 'member' | 'any' | 'domain'

/** The form of a configured portal. */
export function webhookRule(portal: string): WebhookRule {
  if (portal === '*') return 'any'
  return isMemberId(portal) ? 'member' : 'domain'
}

/** The reason why a token that is configured by a domain is not pinned to a portal. */
export type PinRefusal = 'ended_installation' | 'named_portal'

/** The sentence that tells the operator how to let such a token speak for the portal. */
export const PIN_REMEDY =
  'Name the member_id of this portal beside the token in OUTGOING_WEBHOOK_TOKENS, in the place of its domain'

/**
 * The reason why a token that is configured by a domain must not be pinned to this portal; null when it may be. Only
 * the caller says that the domain and the member id belong together. So the token may claim no portal that was
 * installed under another domain, or under one that is not known any more, and none that the operator has named in
 * `portals` of a destination: its events would pass for those of that portal. A verified domain is proof enough.
 */
export function refusePin(
  portal: string,
  known: {
    readonly memberId: string
    readonly verifiedDomain: string | null
    /** Whether an installation of this portal has ended. */
    readonly hasEnded: boolean
    /** All globs by which destinations name portals. */
    readonly portals: readonly string[]
  },
): PinRefusal | null {
  const { memberId, verifiedDomain, hasEnded, portals } = known
  if (hasEnded && verifiedDomain?.toLowerCase() !== portal) return 'ended_installation'
  const isVerified = verifiedDomain !== null && !hasEnded
  const isNamed = portals.some((name) => name.toLowerCase() === memberId)
  return isNamed && !isVerified ? 'named_portal' : null
}

/**
 * Whether a token may speak for a portal. `pin_needed`: the token is configured by a domain, and no verified
 * install says whether the portal has it; the token speaks for the first portal that uses it, and only the
 * directory can say which one that is. `verifiedDomain` is the domain of the present installation, else that of
 * the last one.
 */
export function judgeWebhook(
  portal: string,
  { memberId, verifiedDomain }: { memberId: string; verifiedDomain: string | null },
): 'yes' | 'no' | 'pin_needed' {
  switch (webhookRule(portal)) {
    case 'any':
      return 'yes'
    case 'member':
      return portal === memberId ? 'yes' : 'no'
    case 'domain':
      if (verifiedDomain === null) return 'pin_needed'
      return verifiedDomain.toLowerCase() === portal ? 'yes' : 'no'
  }
}

/**
 * The address of the incoming webhook with which a portal can be read; null without one. The entry must have
 * spoken for this portal, and its domain must not contradict the verified one. Otherwise the address is that
 * of another portal, and the data of a stranger would be read.
 */
export function readingUrl(
  webhooks: readonly OutgoingWebhook[],
  {
    noted,
    ...portal
  }: { memberId: string; verifiedDomain: string | null; noted: readonly string[] },
): string | null {
  const readable = webhooks.find(
    (webhook) =>
      webhook.rest !== null &&
      noted.includes(webhook.portal) &&
      judgeWebhook(webhook.portal, portal) !== 'no',
  )
  return readable?.rest ?? null
}
