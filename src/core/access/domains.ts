/**
 * The domains of one portal over time. The identity of an event is the one that the portal had when the event
 * was stored, whatever the configuration forgets or the portal is called later. For example, event 5 came from
 * acme.bitrix24.com; a destination that names this domain gets event 5 although the portal has been renamed,
 * and although the token of its outgoing webhook is not configured any more. Pure.
 */
import type { InstallState } from './install.ts'
import { webhookRule } from './outgoing-webhook.ts'

/** A domain, and the first sequence of the log that came under it. */
export interface KnownDomain {
  readonly from: number
  readonly domain: string
}

/** The most domains that are remembered; the oldest one leaves. */
const MAX_DOMAINS = 20

/** The host by which a portal is shown and filtered now; null when none was ever known. */
export function domainOf(install: InstallState): string | null {
  const { application, formerDomain, domains } = install
  if (application !== null) return application.domain
  return webhookDomainOf(install) ?? formerDomain ?? domains.at(-1)?.domain ?? null
}

/** The host under which an event was stored; the present one where that is not known. */
export function domainAt(install: InstallState, sequence: number): string | null {
  const stored = install.domains.findLast(({ from }) => from <= sequence)
  return stored?.domain ?? install.domains[0]?.domain ?? domainOf(install)
}

/**
 * The first sequence from which no domain up to the present one meets the condition. Every earlier event has
 * been decided under a domain that met it, or when the lane met that event.
 */
export function refusedFrom(
  { domains }: Pick<InstallState, 'domains'>,
  isWanted: (domain: string) => boolean,
): number {
  const last = domains.findLastIndex(({ domain }) => isWanted(domain))
  return domains[last + 1]?.from ?? 0
}

/** The changed install with the domain that it has now; `head` is the last sequence of the log. */
export function noteDomain(before: InstallState, after: InstallState, head: number): InstallState {
  // Nothing was stored under any domain yet.
  if (head === 0) return after
  const known = after.domains.length === 0 ? firstDomain(before) : after.domains
  const domain = domainOf(after)
  const isKnown = domain === null || known.at(-1)?.domain === domain
  if (isKnown && known.length === after.domains.length) return after
  const domains = isKnown ? known : [...known, { from: head + 1, domain }].slice(-MAX_DOMAINS)
  return { ...after, domains }
}

/** The domain of a portal whose row was written by a version that remembered none. */
function firstDomain(install: InstallState): readonly KnownDomain[] {
  const domain = domainOf(install)
  return domain === null ? [] : [{ from: 1, domain }]
}

function webhookDomainOf({ webhooks }: InstallState): string | null {
  return webhooks.find(({ portal }) => webhookRule(portal) === 'domain')?.portal ?? null
}
