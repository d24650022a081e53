/**
 * The install: the record that proves a portal. Pure transitions; what the OAuth server said comes in as
 * an argument. Tokens appear here only as hashes and sealed texts.
 */
import type { AccessState } from './access.ts'
import type { Pairs } from './install-pairs.ts'
import type { TokenHashes } from './token-hashes.ts'

/** What the OAuth server confirmed about the application's installation, with its sealed pairs. */
export interface ApplicationInstall extends Pairs {
  readonly clientId: string
  readonly domain: string
  readonly clientEndpoint: string
  readonly oauthUrl: string
  readonly installerUserId: number
  /** Application status letter: L, F, D, T, P, S; null when not told. */
  readonly applicationStatus: string | null
  readonly scope: string | null
  /** Unix milliseconds. */
  readonly installedAt: number
  /** False until the application's installation was finished in the portal. */
  readonly finished: boolean
}

/** An outgoing webhook that has spoken for this portal. */
export interface WebhookInstall {
  readonly hash: string
  /** The configured domain or member id. */
  readonly portal: string
  /** Unix milliseconds of its first use. */
  readonly since: number
}

/** Refused installations at a known portal. */
export interface Refusals {
  readonly count: number
  readonly lastAt: number | null
  readonly reason: string | null
}

/** The result of the last look at the portal's event handlers. */
export interface Subscriptions {
  /** Unix milliseconds. */
  readonly checkedAt: number | null
  /** Canonical names that could not be bound. */
  readonly missing: readonly string[]
  /** Canonical names of events that always carry the same user, as they are bound to one. */
  readonly fixedUser: readonly string[]
}

/** Everything the object remembers about trust; one row. */
export interface InstallState extends TokenHashes {
  /** Raised by every uninstall; answers awaited across it are thrown away. */
  readonly generation: number
  /** The last sequence ever given when the log was last shortened. */
  readonly lastSequence: number
  /** Unix seconds of Bitrix24. */
  readonly installTs: number | null
  readonly uninstallTs: number | null
  readonly application: ApplicationInstall | null
  /** What is wrong with the access to the portal; null while nothing is known to be. */
  readonly access: AccessState | null
  readonly webhooks: readonly WebhookInstall[]
  readonly refused: Refusals
  /** The relay's own address for this portal's events; null while nothing was installed. */
  readonly handlerUrl: string | null
  readonly subscriptions: Subscriptions
  /** Events that an uninstall with CLEAN=1 deleted before they were delivered. */
  readonly erased: number
  /** The domain of an installation that has ended, for the events that still wait; null otherwise. */
  readonly formerDomain: string | null
  /** True from a change of the install until KV has it. */
  readonly kvDirty: boolean
}

/** The state of a portal that nothing is known of. */
export const NO_INSTALL: InstallState = {
  generation: 0,
  lastSequence: 0,
  installTs: null,
  uninstallTs: null,
  hashes: [],
  tokenTs: null,
  application: null,
  access: null,
  webhooks: [],
  refused: { count: 0, lastAt: null, reason: null },
  handlerUrl: null,
  subscriptions: { checkedAt: null, missing: [], fixedUser: [] },
  erased: 0,
  formerDomain: null,
  kvDirty: false,
}

/** Notes a refused installation. */
export function countRefusal(state: InstallState, reason: string, now: number): InstallState {
  return { ...state, refused: { count: state.refused.count + 1, lastAt: now, reason } }
}

/** Notes the first use of an outgoing webhook's token. */
export function recordWebhook(state: InstallState, webhook: WebhookInstall): InstallState {
  const others = state.webhooks.filter((known) => known.hash !== webhook.hash)
  const isNew = others.length === state.webhooks.length
  return { ...state, webhooks: [...others, webhook], kvDirty: state.kvDirty || isNew }
}

/** Forgets the outgoing webhooks that are configured no more; the same state when there are none. */
export function dropOtherWebhooks(
  state: InstallState,
  configured: ReadonlySet<string>,
): InstallState {
  const webhooks = state.webhooks.filter(({ hash }) => configured.has(hash))
  if (webhooks.length === state.webhooks.length) return state
  return { ...state, webhooks, kvDirty: true }
}
