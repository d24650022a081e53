/**
 * The one place that uses and refreshes a portal's tokens. A pair is refreshed when Bitrix24 says that it
 * has expired, once however many callers wait, and stored before it is used; old pairs of idle portals are
 * kept alive. Every answer is written only if generation and pair are still those that it started from.
 */
import {
  NOT_CONFIGURED,
  troubleOfCall,
  troubleOfRefresh,
} from '../../bitrix24/servers/access-trouble.ts'
import type { JsonObject } from '../../bitrix24/wire/json.ts'
import { askAppInfo, refreshTokens } from '../../bitrix24/servers/oauth.ts'
import { newAddressOf } from '../../bitrix24/installs/renamed-portal.ts'
import { callRest, type CallPortal } from '../../bitrix24/servers/rest-client.ts'
import { hasCode, isTransient, type RestError } from '../../bitrix24/servers/rest-error.ts'
import {
  accessOf,
  isBlocked,
  thinReasonOfTrouble,
  type AccessState,
  type AccessTrouble,
} from '../../core/access/access.ts'
import type { ThinReason } from '../../core/log/event.ts'
import type { ApplicationInstall } from '../../core/access/install.ts'
import { clampTs } from '../../core/access/lifecycle.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { DAY_MS } from '../../core/lanes/retry.ts'
import { CALL_TIMEOUT_MS, IncomingWebhook } from './incoming-webhook.ts'
import { OpenedPairs } from './opened-pairs.ts'
import { ORDER, type CallPurpose } from './pair-order.ts'
import type { PortalState } from '../state.ts'
import { watchPair } from './same-pair.ts'
import type { PortalConfig, World } from '../settings.ts'
import {
  NO_TOKENS,
  NOT_STORED,
  OF_ANOTHER_PORTAL,
  UNREADABLE_PAIR,
  errorOf,
  isApplicationEnded,
  isPairLost,
} from './keeper-errors.ts'
import { issuedAt, pairOf, renewedPair, sealPair, type PairField } from './pairs.ts'

/** A pair older than this is refreshed although nobody needs it: it dies after about 30 days. */
export const KEEP_ALIVE_MS = 20 * DAY_MS

/** How long an OAuth server that cannot answer is left alone, unless it names a time itself. */
export const REFRESH_REST_MS = 30_000

/** How often the OAuth server is asked where a portal that redirects has gone. */
export const RENAME_REST_MS = 600_000

/** What the keeper needs from the object around it. */
export interface TokenKeeperDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install' | 'changeInstall'>
  readonly config: Pick<
    PortalConfig,
    'policy' | 'sealer' | 'applications' | 'oauthUrls' | 'webhooks'
  >
  readonly world: Pick<World, 'fetch' | 'now' | 'log'>
}

/** A pair as it is stored now. */
interface Held {
  readonly field: PairField
  readonly sealed: string
  readonly application: ApplicationInstall
}

/** The tokens of one portal. */
export class TokenKeeper {
  readonly #deps: TokenKeeperDeps
  readonly #refreshing = new Map<PairField, Promise<Result<null, RestError>>>()
  /** Sealed pairs that the OAuth server has refused for good. */
  readonly #dead = new Set<string>()
  readonly #opened: OpenedPairs
  readonly #webhook: IncomingWebhook
  /** Refreshes that failed for a while: what to answer until when, in unix milliseconds. */
  readonly #resting = new Map<string, { readonly error: RestError; readonly until: number }>()
  #renameAskedAt = Number.NEGATIVE_INFINITY

  constructor(deps: TokenKeeperDeps) {
    this.#deps = deps
    this.#webhook = new IncomingWebhook(deps)
    this.#opened = new OpenedPairs({ memberId: deps.memberId, sealer: deps.config.sealer })
  }

  /** Whether there is anything to ask the portal with, good or not. */
  hasAccess(): boolean {
    return this.#deps.state.install().application !== null || this.#webhook.isThere()
  }

  /** Why asking is useless now; null when it is worth a try. */
  refusal(): ThinReason | null {
    if (this.#webhook.isThere()) return null
    if (this.#deps.state.install().application === null) return 'no_tokens'
    const block = this.#block()
    if (block !== null) return thinReasonOfTrouble(block.trouble)
    return this.#pairs('background').length === 0 ? 'tokens_lost' : null
  }

  /** Forgets a trouble that may have ended by itself: an operator wants to know. */
  tryAgain(): void {
    const { access } = this.#deps.state.install()
    if (access !== null && !isBlocked({ ...access, at: 0 }, this.#deps.world.now())) {
      this.#deps.state.changeInstall((install) => ({ ...install, access: null }))
    }
  }

  /** Calls the portal with the best access there is. Never rejects for an answer. */
  callerFor(purpose: CallPurpose): CallPortal {
    return (method, params) => this.#call(purpose, method, params ?? {})
  }

  /** Refreshes pairs that would die of age; called once a day. */
  async keepAlive(): Promise<void> {
    if (this.#block() !== null) return
    const dueBefore = (this.#deps.world.now() - KEEP_ALIVE_MS) / 1000
    for (const held of this.#pairs('background')) {
      const { tokensIssuedAt, systemTokensIssuedAt } = held.application
      const issued = held.field === 'tokens' ? tokensIssuedAt : systemTokensIssuedAt
      if (issued > dueBefore) continue
      const refreshed = await this.#refresh(held)
      if (!refreshed.ok) this.#note(held, refreshed.error, troubleOfRefresh(refreshed.error))
    }
  }

  async #call(
    purpose: CallPurpose,
    method: string,
    params: JsonObject,
  ): Promise<Result<JsonObject, RestError>> {
    const block = this.#block()
    let answer: Result<JsonObject, RestError> = err(block === null ? NO_TOKENS : errorOf(block))
    for (const held of block === null ? this.#pairs(purpose) : []) {
      answer = await this.#callWith(held, method, params)
      if (answer.ok) return answer
      if (isApplicationEnded(answer.error)) break
      if (!isPairLost(answer.error)) return answer
    }
    // An incoming webhook may read, but not bind (WRONG_AUTH_TYPE).
    const read = purpose === 'background' ? await this.#webhook.call(method, params) : null
    return read ?? answer
  }

  /** One pair: its expiry is mended once, and so is the portal's new name. */
  async #callWith(
    held: Held,
    method: string,
    params: JsonObject,
  ): Promise<Result<JsonObject, RestError>> {
    let answer = await this.#ask(held, method, params)
    if (!answer.ok && hasCode(answer.error, 'redirected') && (await this.#followRename(held))) {
      answer = await this.#askAnew(held, method, params)
    }
    if (!answer.ok && isPairLost(answer.error)) {
      const refreshed = await this.#refresh(held)
      if (!refreshed.ok) {
        this.#note(held, refreshed.error, troubleOfRefresh(refreshed.error))
        return refreshed
      }
      answer = await this.#askAnew(held, method, params)
    }
    const now = this.#now(held)
    if (now === null) return answer
    if (answer.ok) this.#clearTrouble()
    // Refused although it was refreshed: without a note every call would refresh again.
    else if (isPairLost(answer.error)) this.#note(now, answer.error, 'tokens_lost')
    else this.#note(now, answer.error, troubleOfCall(method, answer.error))
    return answer
  }

  async #ask(
    { field, sealed, application }: Held,
    method: string,
    params: JsonObject,
  ): Promise<Result<JsonObject, RestError>> {
    const pair = await this.#opened.open(field, sealed)
    if (pair === null) return err(UNREADABLE_PAIR)
    const { clientEndpoint: endpoint } = application
    return callRest({ endpoint, token: pair.accessToken, method, params }, this.#restDeps())
  }

  /** With what is stored now: a fresh pair, or a new address. */
  async #askAnew(
    held: Held,
    method: string,
    params: JsonObject,
  ): Promise<Result<JsonObject, RestError>> {
    const now = this.#now(held)
    return now === null ? err(NO_TOKENS) : this.#ask(now, method, params)
  }

  /** Makes sure that the pair is another one than `held`; callers that come meanwhile share the work. */
  #refresh(held: Held): Promise<Result<null, RestError>> {
    // Somebody has refreshed between the call's start and its answer.
    if (this.#now(held)?.sealed !== held.sealed) return Promise.resolve(ok(null))
    const rest = this.#resting.get(held.sealed)
    if (rest !== undefined && this.#deps.world.now() < rest.until) {
      return Promise.resolve(err(rest.error))
    }
    const known = this.#refreshing.get(held.field)
    if (known !== undefined) return known
    const work = this.#refreshNow(held).finally(() => this.#refreshing.delete(held.field))
    this.#refreshing.set(held.field, work)
    return work
  }

  async #refreshNow(held: Held): Promise<Result<null, RestError>> {
    const { memberId, config, world, state } = this.#deps
    const { generation } = state.install()
    const { application, field, sealed } = held
    const { clientId, oauthUrl } = application
    const pair = await this.#opened.open(field, sealed)
    const refreshToken = pair?.refreshToken ?? null
    if (pair === null || refreshToken === null) return err(UNREADABLE_PAIR)
    const clientSecret = config.applications.get(clientId)
    if (clientSecret === undefined || !config.oauthUrls.includes(oauthUrl)) {
      return err({ kind: 'refused', code: NOT_CONFIGURED, status: null })
    }
    const request = { oauthUrl, clientId, clientSecret, refreshToken }
    const refreshed = await refreshTokens(request, { ...this.#restDeps(), now: world.now() })
    if (!refreshed.ok) {
      this.#rest(sealed, refreshed.error)
      return refreshed
    }
    this.#resting.clear()
    const fresh = refreshed.value
    if (fresh.memberId !== memberId) return err(OF_ANOTHER_PORTAL)
    const stored = pairOf(pair, fresh)
    const again = await sealPair(config.sealer, stored, { memberId, field })
    if (again === null) return err(UNREADABLE_PAIR)
    const current = (): string | null => this.#now(held)?.sealed ?? null
    const { sealer } = config
    const isStill = await watchPair(current, refreshToken, { sealer, memberId, field })
    if (state.install().generation !== generation || !isStill()) return ok(null)
    const now = world.now()
    const issued = issuedAt(stored.expiresAt, { ts: clampTs(null, now), now })
    const server = config.oauthUrls.find((url) => fresh.serverEndpoint?.startsWith(`${url}/`))
    try {
      this.#changeApplication({
        ...renewedPair(field, again, issued),
        oauthUrl: server ?? oauthUrl,
      })
    } catch {
      // Swallows a failed transaction: the fresh pair is lost, and Bitrix24 says so at the next refresh.
      world.log('error', 'pair_not_stored', { memberId, pair: field })
      return err(NOT_STORED)
    }
    world.log('info', 'tokens_refreshed', { memberId, pair: field })
    return ok(null)
  }

  #rest(sealed: string, error: RestError): void {
    if (!isTransient(error)) return
    const until = this.#deps.world.now() + (error.retryAfterMs ?? REFRESH_REST_MS)
    this.#resting.set(sealed, { error, until })
  }

  /** A portal that redirects is asked at its new address only if the OAuth server names that address. */
  async #followRename(held: Held): Promise<boolean> {
    const { memberId, config, world, state } = this.#deps
    if (world.now() - this.#renameAskedAt < RENAME_REST_MS) return false
    this.#renameAskedAt = world.now()
    const { generation } = state.install()
    const { oauthUrl, clientId, clientEndpoint } = held.application
    if (!config.oauthUrls.includes(oauthUrl)) return false
    let info = await this.#askWhose(held, oauthUrl)
    if (!info.ok && info.error.kind === 'expired' && (await this.#refresh(held)).ok) {
      const now = this.#now(held)
      if (now !== null) info = await this.#askWhose(now, oauthUrl)
    }
    if (!info.ok || state.install().generation !== generation) return false
    const known = { memberId, clientId, clientEndpoint }
    const address = newAddressOf(info.value, known, config.policy)
    if (address === null) return false
    this.#changeApplication(address)
    world.log('info', 'portal_renamed', { memberId, domain: address.domain })
    return true
  }

  async #askWhose({ field, sealed }: Held, oauthUrl: string): ReturnType<typeof askAppInfo> {
    const pair = await this.#opened.open(field, sealed)
    if (pair === null) return err(UNREADABLE_PAIR)
    return askAppInfo(oauthUrl, pair.accessToken, this.#restDeps())
  }

  /** The pairs that may be worth something, best first. */
  #pairs(purpose: CallPurpose): readonly Held[] {
    const { application } = this.#deps.state.install()
    if (application === null) return []
    return ORDER[purpose].flatMap((field) => {
      const sealed = application[field]
      if (sealed === null || this.#dead.has(sealed)) return []
      return this.#deps.config.sealer.canOpen(sealed) ? [{ field, sealed, application }] : []
    })
  }

  #now({ field }: Held): Held | null {
    const { application } = this.#deps.state.install()
    const sealed = application?.[field] ?? null
    return application === null || sealed === null ? null : { field, sealed, application }
  }

  #block(): AccessState | null {
    const access = accessOf(this.#deps.state.install(), this.#deps.config)
    return access !== null && isBlocked(access, this.#deps.world.now()) ? access : null
  }

  /** Notes what a failure says of the portal, if the pair is still the one that failed. */
  #note(held: Held, { code }: RestError, trouble: AccessTrouble | null): void {
    const { memberId, world, state } = this.#deps
    if (trouble === null || this.#now(held)?.sealed !== held.sealed) return
    if (trouble === 'tokens_lost') this.#dead.add(held.sealed)
    // The other pair may still be good.
    if (trouble === 'tokens_lost' && this.#pairs('background').length > 0) {
      // Background work tries it first: kept, it would cost a refresh in vain after each restart.
      if (held.field === 'systemTokens') this.#changeApplication({ systemTokens: null })
      return
    }
    if (state.install().access?.trouble !== trouble) {
      world.log('warn', 'access_trouble', { memberId, trouble, code })
    }
    const access = { trouble, code, at: world.now() }
    state.changeInstall((install) => ({ ...install, access }))
  }

  #clearTrouble(): void {
    const { state } = this.#deps
    if (state.install().access === null) return
    state.changeInstall((install) => ({ ...install, access: null }))
  }

  #changeApplication(changes: Partial<ApplicationInstall>): void {
    this.#deps.state.changeInstall((install) => {
      if (install.application === null) return install
      const application = { ...install.application, ...changes }
      return { ...install, access: null, application, kvDirty: true }
    })
  }

  #restDeps() {
    const { policy } = this.#deps.config
    const { fetch } = this.#deps.world
    return { fetch, policy, timeoutMs: CALL_TIMEOUT_MS }
  }
}
