/**
 * The domains of one portal over time. An event belongs to the domain that the portal had when the event was stored,
 * even when the portal has another domain now. For example, event 5 came from acme.bitrix24.com. A destination that
 * names this domain gets event 5, also after the portal was renamed, and after the token of its outgoing webhook was
 * taken out of the configuration. Pure.
 */
import type { InstallState, KnownDomain } from './installs/install.ts'
import { webhookRule } from './outgoing-webhook.ts'

/** The most domains that are remembered; the oldest one leaves. */
const MAX_DOMAINS = 20

/** The host by which a portal is shown and filtered now; null when none was ever known. */
export function domainOf(install: InstallState): string | null {
  return presentDomainOf(install) ?? install.domains.at(-1)?.domain ?? null
}

/** The domain that follows from the install and the configuration of today. */
function presentDomainOf({ application, webhooks, formerDomain }: InstallState): string | null {
  if (application !== null) return application.domain
  const named = webhooks.find(({ portal }) => webhookRule(portal) === 'domain')
  return named?.portal ?? formerDomain
}

/** The host under which an event was stored; the present one where that is not known. */
export function domainAt(install: InstallState, sequence: number): string | null {
  const stored = install.domains.findLast(({ from }) => from <= sequence)
  return stored?.domain ?? install.domains[0]?.domain ?? domainOf(install)
}

/**
 * The first sequence since which no domain of the portal has met the condition; 0 when the present domain meets it,
 * or when none is known. When a lane comes to an event before this sequence, the domain under which the event was
 * stored decides.
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
  // Nothing was stored under any domain yet, or the domain has not changed.
  if (head === 0 || presentDomainOf(before) === presentDomainOf(after)) return after
  const known = after.domains.length === 0 ? firstDomain(before) : after.domains
  const domain = presentDomainOf(after)
  const isKnown = domain === null || known.at(-1)?.domain === domain
  const domains = isKnown ? known : [...known, { from: head + 1, domain }].slice(-MAX_DOMAINS)
  return { ...after, domains }
}

/** The domain of a portal whose row was written by a version that remembered none. */
function firstDomain(install: InstallState): readonly KnownDomain[] {
  const domain = domainOf(install)
  return domain === null ? [] : [{ from: 1, domain }]
}
