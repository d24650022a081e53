/**
 * The install: the record that proves a portal, and everything else that its object remembers about trust.
 * It is one row. Tokens appear in it only as hashes and sealed texts. Pure.
 */
import type { AccessState } from '../access.ts'
import type { InstallPairs } from './install-pairs.ts'
import type { InstallRefusal } from './install-refusal.ts'
import type { TokenHashes } from '../token-hashes.ts'
import type { MissingEvent } from '../../events/missing-events.ts'
import type { UninstallNotice } from './uninstall-notice.ts'

/** A token, by its hash, that spoke for the portal until `endedAt` (unix milliseconds). */
export interface EndedToken {
  readonly hash: string
  readonly endedAt: number
}

/** A domain, and the first sequence of the log that came under it. */
export interface KnownDomain {
  readonly from: number
  readonly domain: string
}

/** The application as the OAuth server confirmed it, with its pairs. */
export interface ApplicationInstall extends InstallPairs {
  readonly clientId: string
  /** The portal's host, with its port when there is one. */
  readonly domain: string
  /** The address of the portal's REST interface. */
  readonly clientEndpoint: string
  /** The OAuth server that confirmed the install, as it stands in the configuration. */
  readonly oauthUrl: string
  readonly installerUserId: number
  /** Application status letter: L, F, D, T, P, S; null when not told. */
  readonly applicationStatus: string | null
  /** Comma list; null when not told. */
  readonly scope: string | null
  /** Unix milliseconds. */
  readonly installedAt: number
  /** False until the application's installation was finished in the portal. */
  readonly finished: boolean
}

/** An outgoing webhook that has spoken for this portal. */
export interface WebhookInstall {
  readonly hash: string
  /** The portal as configured: a domain, a member id, or `*`. */
  readonly portal: string
  /** Unix milliseconds of its first use. */
  readonly since: number
  /** The id of its pin in the directory; absent without a pin, and in rows of versions that did not note it. */
  readonly pinId?: string
}

/** A pin that stands in the directory, although its token is not configured any more. */
export interface FormerPin {
  readonly pinId: string
  /** The domain as it was configured. */
  readonly portal: string
  /** Unix milliseconds of the first use. */
  readonly since: number
}

/** Another application that was refused because this one speaks for the portal. */
export interface OtherApplication {
  readonly clientId: string
  /** Unix milliseconds. */
  readonly at: number
}

/** Installations that were refused although the portal is known. */
export interface Refusals {
  readonly count: number
  /** Unix milliseconds. */
  readonly lastAt: number | null
  /** The reason of the last one. */
  readonly reason: InstallRefusal | null
}

/** The result of the last alignment of the portal's bindings. */
export interface Subscriptions {
  /** Unix milliseconds. */
  readonly checkedAt: number | null
  /** Canonical names that could not be bound, and whatever else of the configuration stands for no event here. */
  readonly missing: readonly string[]
  /** Why; absent in rows of versions that did not say it. */
  readonly missingBecause?: readonly MissingEvent[]
  /** Canonical names of events that always name the same user, because they are bound to one. */
  readonly fixedUser: readonly string[]
  /** The hosts at which this relay had bindings, the present one last; by them it knows its own. */
  readonly hosts: readonly string[]
  /** The hosts of other relays that the application is bound to. */
  readonly others: readonly string[]
}

/** The way in which an install came back after its row was damaged outside of this program. */
export interface Recovery {
  /** `kv`: from its copy in KV. `nothing`: no copy was left. */
  readonly from: 'kv' | 'nothing'
  /** Unix milliseconds. */
  readonly at: number
  /**
   * False until the portal has said that the application is installed: KV may not have heard of an uninstall.
   * True where there is no application to ask about.
   */
  readonly isConfirmed: boolean
}

/** The whole row. */
export interface InstallState extends TokenHashes {
  /** Raised by every uninstall, so that work begun before it is thrown away. */
  readonly generation: number
  /** The last sequence that the log had given when it was last shortened. */
  readonly lastSequence: number
  /** The time at which the present installation began, in unix seconds of Bitrix24; null without one. */
  readonly installTs: number | null
  /** The time of the last uninstall, in unix seconds of Bitrix24. */
  readonly uninstallTs: number | null
  /** An uninstall that the portal has not confirmed yet; null without one. */
  readonly uninstallNotice: UninstallNotice | null
  readonly application: ApplicationInstall | null
  /** The time of the last ONAPPUPDATE, in unix seconds of Bitrix24; absent when there was none. */
  readonly updatedTs?: number
  /** The other application that was refused last, beside the recorded one; null when there is none. */
  readonly otherApplication: OtherApplication | null
  /** The trouble with the access to the portal; null while none is known. */
  readonly access: AccessState | null
  readonly webhooks: readonly WebhookInstall[]
  /** The pins of webhooks that were dropped: their tokens speak for no other portal while they stand. */
  readonly formerPins: readonly FormerPin[]
  readonly refused: Refusals
  /** The relay's own address for this portal's events; null while nothing was installed. */
  readonly handlerUrl: string | null
  readonly subscriptions: Subscriptions
  /** Events that an uninstall with CLEAN=1 deleted before they were delivered. */
  readonly erased: number
  /**
   * The time (unix milliseconds) up to which an uninstall with CLEAN=1 has erased everything that was received;
   * null when there was none.
   */
  readonly erasedUpTo: number | null
  /** The tokens that spoke for the portal before; they are believed for what was received in their time. */
  readonly endedTokens: readonly EndedToken[]
  /** The domain of an installation that has ended, while its events still wait; null otherwise. */
  readonly formerDomain: string | null
  /**
   * The domain of the last installation that has ended; null while none has, or while one is recorded. A token
   * that is configured with another domain does not speak for this portal.
   */
  readonly endedDomain: string | null
  /**
   * The answer of the directory about the verified domain: the first portal that had it. Null until it has
   * answered. A domain that another portal had first does not name this one in `portals`.
   */
  readonly domainHolder: { readonly domain: string; readonly memberId: string } | null
  /** The domains that the portal has had, oldest first; empty in rows of versions that remembered none. */
  readonly domains: readonly KnownDomain[]
  /** Null, unless the row was damaged since the present installation began. */
  readonly recovery: Recovery | null
  /** The dirty flag: true from a change of the install until KV has it. */
  readonly kvDirty: boolean
}

/** The install of a portal of which nothing is known. */
export const NO_INSTALL: InstallState = {
  generation: 0,
  lastSequence: 0,
  installTs: null,
  uninstallTs: null,
  uninstallNotice: null,
  hashes: [],
  tokenTs: null,
  application: null,
  otherApplication: null,
  access: null,
  webhooks: [],
  formerPins: [],
  refused: { count: 0, lastAt: null, reason: null },
  handlerUrl: null,
  subscriptions: { checkedAt: null, missing: [], fixedUser: [], hosts: [], others: [] },
  erased: 0,
  erasedUpTo: null,
  endedTokens: [],
  formerDomain: null,
  endedDomain: null,
  domainHolder: null,
  domains: [],
  recovery: null,
  kvDirty: false,
}

/** Whether what was received at that time (unix milliseconds) was erased by an uninstall since. */
export function isErased({ erasedUpTo }: Pick<InstallState, 'erasedUpTo'>, at: number): boolean {
  return erasedUpTo !== null && at < erasedUpTo
}

/** Counts an event that came too late to be erased with the others. */
export function countErased(state: InstallState): InstallState {
  return { ...state, erased: state.erased + 1 }
}

/** Counts a refused installation. */
export function countRefusal(
  state: InstallState,
  reason: InstallRefusal,
  now: number,
): InstallState {
  return { ...state, refused: { count: state.refused.count + 1, lastAt: now, reason } }
}

/** The domain that an OAuth server has confirmed for this portal: now, or for its last installation. */
export function verifiedDomainOf({
  application,
  endedDomain,
  formerDomain,
}: Pick<InstallState, 'application' | 'endedDomain' | 'formerDomain'>): string | null {
  // An older version kept only the former domain, as long as events waited.
  return application?.domain ?? endedDomain ?? formerDomain
}

/** Whether the portal has ever been known: it has an install, or had one. */
export function isKnownPortal({
  application,
  webhooks,
  uninstallTs,
  recovery,
}: Pick<InstallState, 'application' | 'webhooks' | 'uninstallTs' | 'recovery'>): boolean {
  const hasEnded = uninstallTs !== null || recovery !== null
  return application !== null || webhooks.length > 0 || hasEnded
}
