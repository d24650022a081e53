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

/**
 * Whether a token may speak for a portal. `pin_needed`: the token is configured by a domain, and no verified
 * install says whether the portal has it; the token speaks for the first portal that uses it, and only the
 * directory can say which one that is.
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
