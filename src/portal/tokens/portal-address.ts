/**
 * The address of a portal that was renamed. Such a portal answers with a redirect, which proves nothing: the
 * redirect is not followed. The portal is asked at a new address only when an OAuth server of the allow-list
 * names it for the same portal and application, and recorded there only when it answers.
 */
import { newAddressOf } from '../../bitrix24/installs/renamed-portal.ts'
import { askAppInfo } from '../../bitrix24/servers/oauth.ts'
import { callRest } from '../../bitrix24/servers/rest-client.ts'
import { MINUTE_MS } from '../../core/durations.ts'
import { isAllowedServer } from '../../core/access/access.ts'
import { err } from '../../core/result.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { Pairs, StoredPair } from './pairs.ts'
import { CALL_TIMEOUT_MS, UNREADABLE_PAIR, type Refresh } from './refresh.ts'

/** The time between two questions to the OAuth server where a portal that redirects has gone, in milliseconds. */
export const RENAME_WAIT_MS = 10 * MINUTE_MS

/** The dependencies of the address. */
export interface PortalAddressDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install'>
  readonly config: Pick<PortalConfig, 'policy' | 'oauthUrls'>
  readonly world: Pick<World, 'fetch' | 'now' | 'logLine'>
  readonly pairs: Pairs
  readonly refresh: Refresh
}

/** The address of one portal. */
export class PortalAddress {
  readonly #deps: PortalAddressDeps
  #askedAt = Number.NEGATIVE_INFINITY

  constructor(deps: PortalAddressDeps) {
    this.#deps = deps
  }

  /** Records the new address of a portal that has redirected a call; true when there is one. */
  async follow(pair: StoredPair): Promise<boolean> {
    const { memberId, config, world, state, pairs } = this.#deps
    if (world.now() - this.#askedAt < RENAME_WAIT_MS) return false
    this.#askedAt = world.now()
    const { generation } = state.install()
    const { oauthUrl, clientId, clientEndpoint } = pair.application
    if (!isAllowedServer(oauthUrl, config)) return false
    const info = await this.#askAbout(pair)
    if (!info.ok || state.install().generation !== generation) return false
    const address = newAddressOf(info.value, { memberId, clientId, clientEndpoint }, config.policy)
    if (address === null || !(await this.#isReached(pair, address.clientEndpoint))) return false
    if (state.install().generation !== generation) return false
    pairs.change(address, { access: null })
    world.logLine('info', 'portal_renamed', { memberId, domain: address.domain })
    return true
  }

  /** Whether the portal answers at its new address. Until then its domain stays what it was. */
  async #isReached({ field }: StoredPair, endpoint: string): Promise<boolean> {
    const { config, world, pairs } = this.#deps
    const stored = pairs.stored(field)
    const opened = stored === null ? null : await pairs.open(stored)
    if (opened === null) return false
    const answer = await callRest(
      { endpoint, token: opened.accessToken, method: 'app.info' },
      { fetch: world.fetch, policy: config.policy, timeoutMs: CALL_TIMEOUT_MS },
    )
    return answer.ok
  }

  /** Asks to whom the access token belongs; an expired one is refreshed on the way. */
  async #askAbout(pair: StoredPair): ReturnType<typeof askAppInfo> {
    const { pairs, refresh } = this.#deps
    const { oauthUrl } = pair.application
    const info = await this.#ask(pair, oauthUrl)
    if (info.ok || info.error.kind !== 'expired' || !(await refresh.refresh(pair)).ok) return info
    const fresh = pairs.stored(pair.field)
    return fresh === null ? info : this.#ask(fresh, oauthUrl)
  }

  async #ask(pair: StoredPair, oauthUrl: string): ReturnType<typeof askAppInfo> {
    const { config, world, pairs } = this.#deps
    const opened = await pairs.open(pair)
    if (opened === null) return err(UNREADABLE_PAIR)
    return askAppInfo(oauthUrl, opened.accessToken, {
      fetch: world.fetch,
      policy: config.policy,
      timeoutMs: CALL_TIMEOUT_MS,
    })
  }
}
