/** The tokens of outgoing webhooks, and which portal each may speak for. Pure. */

/** One entry of OUTGOING_WEBHOOK_TOKENS. */
export interface OutgoingWebhook {
  readonly token: string
  /** A member_id, a domain in lower case (with its port, if any), or `*` in development. */
  readonly portal: string
  /** The address of an incoming webhook of that portal, for reading; a secret. Null without one. */
  readonly rest: string | null
}

/** What the configured portal asks for before the token may speak. */
export type WebhookRule = 'member' | 'any' | 'domain'

/** How a configured portal is meant. */
export function webhookRule(portal: string): WebhookRule {
  if (portal === '*') return 'any'
  return /^[0-9a-f]{32}$/u.test(portal) ? 'member' : 'domain'
}

/**
 * Whether the token may speak for a portal, as far as the portal itself can tell: a configured member_id
 * must be the portal's, a configured domain must be that of its application install, if it has one.
 * `pin_needed`: a domain without an application install speaks for the first portal that uses it.
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
 * The address of an incoming webhook to read a portal with; null without one. Only of an entry that has
 * spoken for this portal, and not for another domain than the verified one: it would read a stranger's.
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
