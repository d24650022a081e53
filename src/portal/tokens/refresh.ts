/**
 * Refreshes the pairs of one portal. An access token lives for an hour, and nobody refreshes it by habit: a
 * call that finds it expired asks for a fresh pair. Fifty events may find this at the same time, but a
 * refresh token works once, so all of them wait for one refresh. The fresh pair is stored before anybody
 * uses it. An OAuth server that does not answer is left alone for a while.
 */
import { DAY_MS } from '../../core/durations.ts'
import { NOT_CONFIGURED, troubleOfRefresh } from '../../bitrix24/servers/access-trouble.ts'
import { refreshTokens } from '../../bitrix24/servers/oauth.ts'
import { isTransient, type RestError } from '../../bitrix24/servers/rest-error.ts'
import { isAllowedServer, UNREADABLE_CODE } from '../../core/access/access.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { tallyRefresh, type TallyKeeper } from '../../core/tallies/portal-tally.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'
import type { PortalState } from '../state/portal-state.ts'
import { pairOf, type PairField, type Pairs, type StoredPair } from './pairs.ts'
import type { AccessTroubles } from './troubles.ts'

/** The age at which a pair is refreshed although nobody needs it: it would die after about 30 days. */
export const KEEP_ALIVE_MS = 20 * DAY_MS

/** The time for which an OAuth server that cannot answer is left alone, unless it names a time itself. */
export const REFRESH_RETRY_MS = 30_000

/** The time that one call of Bitrix24 may take, its answer included. */
export const CALL_TIMEOUT_MS = 15_000

/** The pair cannot be opened with the configured keys. The right key may come back. */
export const UNREADABLE_PAIR: RestError = {
  kind: 'dead_token',
  code: UNREADABLE_CODE,
  status: null,
}
/** The pair has no refresh token, so it has died with its access token. */
const NO_REFRESH_TOKEN: RestError = { kind: 'dead_token', code: 'no_refresh_token', status: null }
/** The fresh pair cannot be sealed, since no key is configured. */
const NO_KEY: RestError = { kind: 'unreachable', code: 'no_key', status: null }
/** The fresh pair could not be stored, so it must not be used. */
const NOT_STORED: RestError = { kind: 'unreachable', code: 'not_stored', status: null }
/**
 * The OAuth server has answered with the pair of another portal. The refresh token is used up nevertheless.
 */
const OF_ANOTHER_PORTAL: RestError = { kind: 'dead_token', code: 'member_mismatch', status: null }
/** The application of the pair, or its OAuth server, is not configured any more. */
const UNCONFIGURED: RestError = { kind: 'refused', code: NOT_CONFIGURED, status: null }

/** The dependencies of the refreshes. */
export interface RefreshDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install'>
  readonly config: Pick<PortalConfig, 'policy' | 'applications' | 'oauthUrls'>
  readonly world: Pick<World, 'fetch' | 'now' | 'logLine'>
  readonly pairs: Pairs
  readonly troubles: AccessTroubles
  readonly tallies: TallyKeeper
}

/** The refreshes of one portal. */
export class Refresh {
  readonly #deps: RefreshDeps
  readonly #underWay = new Map<PairField, Promise<Result<null, RestError>>>()
  /**
   * The pairs that are not refreshed for a while, by their sealed text: until then, in unix milliseconds,
   * every refresh gets this error.
   */
  readonly #resting = new Map<string, { readonly error: RestError; readonly until: number }>()

  constructor(deps: RefreshDeps) {
    this.#deps = deps
  }

  /**
   * Makes sure that another pair than this one is stored. Callers that come while a refresh is under way
   * share its result. Never rejects for an answer.
   */
  refresh(pair: StoredPair): Promise<Result<null, RestError>> {
    // Another call has refreshed the pair while this one was under way.
    if (!this.#deps.pairs.isStored(pair)) return Promise.resolve(ok(null))
    const rest = this.#resting.get(pair.sealed)
    if (rest !== undefined && this.#deps.world.now() < rest.until) {
      return Promise.resolve(err(rest.error))
    }
    const known = this.#underWay.get(pair.field)
    if (known !== undefined) return known
    const work = this.#counted(pair).finally(() => this.#underWay.delete(pair.field))
    this.#underWay.set(pair.field, work)
    return work
  }

  /** Refreshes pairs that would die of age; called once a day. */
  async keepAlive(): Promise<void> {
    const { pairs, troubles, world } = this.#deps
    if (troubles.block() !== null) return
    const dueBefore = (world.now() - KEEP_ALIVE_MS) / 1000
    for (const pair of pairs.usable('background')) {
      const { tokensIssuedAt, systemTokensIssuedAt } = pair.application
      const issuedAt = pair.field === 'tokens' ? tokensIssuedAt : systemTokensIssuedAt
      if (issuedAt > dueBefore) continue
      const refreshed = await this.refresh(pair)
      if (!refreshed.ok) {
        troubles.remember(pair, refreshed.error, troubleOfRefresh(refreshed.error))
      }
    }
  }

  async #counted(pair: StoredPair): Promise<Result<null, RestError>> {
    const refreshed = await this.#exchange(pair)
    const outcome = refreshed.ok ? 'refreshed' : refreshed.error.kind
    this.#deps.tallies.tally((tally) => tallyRefresh(tally, outcome))
    return refreshed
  }

  async #exchange(pair: StoredPair): Promise<Result<null, RestError>> {
    const { memberId, config, world, state, pairs } = this.#deps
    const { generation } = state.install()
    const opened = await pairs.open(pair)
    if (opened === null) return err(UNREADABLE_PAIR)
    const spent = opened.refreshToken
    if (spent === null) return err(NO_REFRESH_TOKEN)
    const { clientId, oauthUrl } = pair.application
    const clientSecret = config.applications.get(clientId)
    if (clientSecret === undefined || !isAllowedServer(oauthUrl, config)) return err(UNCONFIGURED)
    const refreshed = await refreshTokens(
      { oauthUrl, clientId, clientSecret, refreshToken: spent },
      {
        fetch: world.fetch,
        policy: config.policy,
        timeoutMs: CALL_TIMEOUT_MS,
        now: world.now(),
      },
    )
    if (!refreshed.ok) {
      this.#rest(pair, refreshed.error)
      return refreshed
    }
    this.#resting.clear()
    const { value: fresh } = refreshed
    if (fresh.memberId !== memberId) return err(OF_ANOTHER_PORTAL)
    const replacement = await pairs.prepare(pair.field, { spent, fresh: pairOf(opened, fresh) })
    if (replacement === null) return err(NO_KEY)
    // An uninstall, or a newer pair, came during the refresh: there is nothing to replace.
    if (state.install().generation !== generation || !replacement.isOldStored()) return ok(null)
    const server = config.oauthUrls.find((url) => fresh.serverEndpoint?.startsWith(`${url}/`))
    try {
      pairs.change({ ...replacement.changes, oauthUrl: server ?? oauthUrl }, { access: null })
    } catch {
      // A failed transaction. The fresh pair is lost; Bitrix24 will say so when the old one is refreshed.
      world.logLine('error', 'pair_not_stored', { memberId, pair: pair.field })
      return err(NOT_STORED)
    }
    world.logLine('info', 'tokens_refreshed', { memberId, pair: pair.field })
    return ok(null)
  }

  #rest({ sealed }: StoredPair, error: RestError): void {
    if (!isTransient(error)) return
    const until = this.#deps.world.now() + (error.retryAfterMs ?? REFRESH_RETRY_MS)
    this.#resting.set(sealed, { error, until })
  }
}
