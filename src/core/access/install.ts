/**
 * The install: the record that proves a portal. Pure transitions; what the OAuth server said comes in as
 * an argument. Tokens appear here only as hashes and sealed texts.
 */
import type { AccessState } from './access.ts'
import { equalInConstantTime } from '../safety/constant-time.ts'
import { isNewPair, takePairs, type Pairs } from './install-pairs.ts'
import { DAY_MS } from '../lanes/retry.ts'

/** A former application token stays valid this long beside a new one. */
export const FORMER_TOKEN_MS = DAY_MS

/** The hash of an application token that speaks for the portal. */
export interface TokenHash {
  readonly hash: string
  /** Unix milliseconds; null while it is the current one. */
  readonly until: number | null
}

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
export interface InstallState {
  /** Raised by every uninstall; answers awaited across it are thrown away. */
  readonly generation: number
  /** The last sequence ever given when the log was last shortened. */
  readonly lastSequence: number
  /** Unix seconds of Bitrix24. */
  readonly installTs: number | null
  readonly uninstallTs: number | null
  readonly hashes: readonly TokenHash[]
  /** Unix seconds: when the current application token was last said to be that; null when unknown. */
  readonly tokenTs: number | null
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

/** Whether an application token's hash speaks for the portal now. */
export function admitsToken(
  state: Pick<InstallState, 'hashes'>,
  hash: string,
  now: number,
): boolean {
  let admitted = false
  for (const known of state.hashes) {
    const valid = known.until === null || known.until > now
    if (equalInConstantTime(known.hash, hash) && valid) admitted = true
  }
  return admitted
}

/** Bitrix24's time of a lifecycle event, clamped to now: a forged future must not outlive the present. */
export function clampTs(ts: number | null, now: number): number {
  const seconds = Math.floor(now / 1000)
  return ts === null ? seconds : Math.min(ts, seconds)
}

/** Whether an install of that time comes too late: the portal was uninstalled after it. */
export function isLateInstall(state: InstallState, ts: number): boolean {
  return state.uninstallTs !== null && ts <= state.uninstallTs
}

/** Whether an uninstall of that time speaks of an earlier installation than the present one. */
export function isLateUninstall(state: InstallState, ts: number): boolean {
  return state.installTs !== null && ts < state.installTs
}

/** A confirmed installation, ready to be written. */
export interface ConfirmedInstall {
  /** Null when the caller presented no application token (frame page of older portals). */
  readonly hash: string | null
  readonly ts: number
  /** A page carries no time: its visit tells nothing of when the application was installed. */
  readonly source: 'event' | 'page'
  readonly application: Omit<ApplicationInstall, 'installerUserId' | 'installedAt'>
  /** The user whose token was presented. */
  readonly userId: number
  readonly isAdmin: boolean
  /** The relay's own address that was called; null keeps the known one. */
  readonly handlerUrl: string | null
}

/**
 * Takes a confirmed installation over. A former application token stays valid for a day. Pairs and the
 * system user are taken only from an administrator, the recorded installer or the recorded system user:
 * the caller's word is all there is for "system user", and an ordinary user's pair has fewer rights.
 * For the same reason nobody else, and no event older than the present installation, makes a token the
 * current one: either could end the true one a day later.
 */
export function takeInstall(
  state: InstallState,
  confirmed: ConfirmedInstall,
  now: number,
): InstallState {
  const former = state.application
  const mayChange = former === null || isOwner(former, confirmed)
  const isCurrent = mayChange && confirmed.ts >= (state.tokenTs ?? state.installTs ?? 0)
  const isLost = state.access?.trouble === 'tokens_lost'
  const pairs = takePairs(former, confirmed.application, { mayChange, isLost })
  const next: InstallState = {
    ...state,
    installTs: installTimeAfter(state, confirmed),
    handlerUrl: (mayChange ? confirmed.handlerUrl : null) ?? state.handlerUrl,
    ...takeToken(state, { ...confirmed, isCurrent }, now),
    formerDomain: null,
    application: {
      ...confirmed.application,
      installerUserId: former?.installerUserId ?? confirmed.userId,
      installedAt: former?.installedAt ?? now,
      ...pairs,
    },
    access: isNewPair(former, pairs) ? null : state.access,
  }
  return { ...next, kvDirty: state.kvDirty || hasOtherRecord(state, next) }
}

/** A first page installs after the last uninstall, so that this one's repetition comes too late. */
function installTimeAfter(state: InstallState, { ts, source }: ConfirmedInstall): number {
  if (source === 'event') return Math.max(state.installTs ?? 0, ts)
  return state.installTs ?? Math.max(ts, (state.uninstallTs ?? 0) + 1)
}

/** Whether KV has to be told: it holds tokens, pairs, domain and generation, and nothing else. */
function hasOtherRecord(before: InstallState, after: InstallState): boolean {
  const recordOf = ({ generation, hashes, application }: InstallState) => [
    generation,
    hashes.map(({ hash, until }) => [hash, until]),
    application?.tokens ?? null,
    application?.systemTokens ?? null,
    application?.domain ?? null,
  ]
  return JSON.stringify(recordOf(before)) !== JSON.stringify(recordOf(after))
}

/** Whether a verified user may change what the portal is known by, once an installation is recorded. */
export function isOwner(
  former: Pick<ApplicationInstall, 'installerUserId' | 'systemUserId'> | null,
  { userId, isAdmin }: { readonly userId: number; readonly isAdmin: boolean },
): boolean {
  return isAdmin || userId === former?.installerUserId || userId === former?.systemUserId
}

function takeToken(
  { hashes, tokenTs }: InstallState,
  { hash, ts, source, isCurrent }: ConfirmedInstall & { readonly isCurrent: boolean },
  now: number,
): Pick<InstallState, 'hashes' | 'tokenTs'> {
  if (hash === null) return { hashes, tokenTs }
  const alive = hashes.filter((known) => known.until === null || known.until > now)
  const current = alive.find(({ until }) => until === null)
  if (current !== undefined && !isCurrent) {
    const isKnown = alive.some((known) => known.hash === hash)
    const former = { hash, until: now + FORMER_TOKEN_MS }
    return { hashes: isKnown ? alive : [...alive, former], tokenTs }
  }
  const others = alive
    .filter((known) => known.hash !== hash)
    .map((known) => ({ ...known, until: known.until ?? now + FORMER_TOKEN_MS }))
  const isVisit = source === 'page' && current?.hash === hash
  return { hashes: [{ hash, until: null }, ...others], tokenTs: isVisit ? tokenTs : ts }
}

/** Ends the installation: tokens are gone, the generation is raised, the sequence is kept. */
export function takeUninstall(state: InstallState, ts: number, lastSequence: number): InstallState {
  return {
    ...state,
    generation: state.generation + 1,
    lastSequence: Math.max(state.lastSequence, lastSequence),
    uninstallTs: Math.max(state.uninstallTs ?? 0, ts),
    installTs: null,
    hashes: [],
    tokenTs: null,
    application: null,
    access: null,
    formerDomain: state.application?.domain ?? state.formerDomain,
    kvDirty: true,
  }
}

/** Notes a refused installation. */
export function countRefusal(state: InstallState, reason: string, now: number): InstallState {
  return { ...state, refused: { count: state.refused.count + 1, lastAt: now, reason } }
}

/** Notes the first use of an outgoing webhook's token. */
export function takeWebhook(state: InstallState, webhook: WebhookInstall): InstallState {
  const others = state.webhooks.filter((known) => known.hash !== webhook.hash)
  const isNew = others.length === state.webhooks.length
  return { ...state, webhooks: [...others, webhook], kvDirty: state.kvDirty || isNew }
}

/** Forgets the outgoing webhooks that are configured no more; the same state when there are none. */
export function keepWebhooks(state: InstallState, configured: ReadonlySet<string>): InstallState {
  const webhooks = state.webhooks.filter(({ hash }) => configured.has(hash))
  if (webhooks.length === state.webhooks.length) return state
  return { ...state, webhooks, kvDirty: true }
}

/** A request that waits; sealed. */
export interface WaitingInstall {
  readonly sealed: string
  /** Hash of the application token that it presents; null when it presents none. */
  readonly tokenHash: string | null
  readonly ts: number
  /** Unix milliseconds. */
  readonly since: number
  readonly expiresAt: number
}

/** Installations that cannot be trusted yet; one row. Its own request is the one that came first. */
export interface PendingInstall extends WaitingInstall {
  /** `unknown_application` waits 7 days for the configuration, `unanswered` 1 h for the OAuth server. */
  readonly kind: 'unknown_application' | 'unanswered'
  /** Further `unanswered` ones: nobody knows yet which of them is true. */
  readonly others: readonly WaitingInstall[]
  readonly nextCheckAt: number
  /** What the OAuth server said; null while it has not answered. */
  readonly clientId: string | null
  readonly domain: string | null
}

/** How long an install may wait, in milliseconds. */
export const PENDING_MS = { unknown_application: 7 * DAY_MS, unanswered: DAY_MS / 24 } as const

/** How often a pending install is looked at again. */
export const PENDING_CHECK_MS = 60_000
