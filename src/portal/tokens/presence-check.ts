/**
 * Asks a portal whether the application is still installed there. The stored access token is tried before any
 * refresh: the OAuth server may still renew a pair of an application that its portal has just removed, and
 * the portal says so at once. The answers change nothing of what is known about the access.
 */
import { presenceByPortal, presenceByRefresh } from '../../bitrix24/installs/presence.ts'
import { callRest } from '../../bitrix24/servers/rest-client.ts'
import { hasCode, type RestError } from '../../bitrix24/servers/rest-error.ts'
import type { JsonObject } from '../../bitrix24/wire/json.ts'
import type { Presence } from '../../core/access/installs/uninstall-notice.ts'
import { err, type Result } from '../../core/result.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'
import type { Pairs, StoredPair } from './pairs.ts'
import type { PortalAddress } from './portal-address.ts'
import { CALL_TIMEOUT_MS, UNREADABLE_PAIR, type Refresh } from './refresh.ts'

/** A method that every application may call, whatever its scope. */
const METHOD = 'app.info'

/** The dependencies of the check. */
export interface PresenceCheckDeps {
  readonly config: Pick<PortalConfig, 'policy'>
  readonly world: Pick<World, 'fetch'>
  readonly pairs: Pairs
  readonly refresh: Refresh
  readonly address: PortalAddress
}

/** The question to one portal whether the application is installed there. */
export class PresenceCheck {
  readonly #deps: PresenceCheckDeps

  constructor(deps: PresenceCheckDeps) {
    this.#deps = deps
  }

  /** Asks with each pair until one brings a word. It never rejects for an answer. */
  async ask(): Promise<Presence> {
    for (const pair of this.#deps.pairs.usable('administration')) {
      const presence = await this.#askWith(pair)
      if (presence !== 'unknown') return presence
    }
    return 'unknown'
  }

  async #askWith(pair: StoredPair): Promise<Presence> {
    const { pairs, refresh } = this.#deps
    const answer = await this.#askWherever(pair)
    const presence = presenceByPortal(answer)
    if (presence !== 'unknown' || answer.ok || !isPairLost(answer.error)) return presence
    const refreshed = await refresh.refresh(pair)
    if (!refreshed.ok) return presenceByRefresh(refreshed)
    const fresh = pairs.stored(pair.field)
    return fresh === null ? 'unknown' : presenceByPortal(await this.#askWherever(fresh))
  }

  /** Asks the portal, also where it has gone since it was recorded. */
  async #askWherever(pair: StoredPair): Promise<Result<JsonObject, RestError>> {
    const { pairs, address } = this.#deps
    const answer = await this.#ask(pair)
    if (answer.ok || !hasCode(answer.error, 'redirected')) return answer
    if (!(await address.follow(pair))) return answer
    const moved = pairs.stored(pair.field)
    return moved === null ? answer : this.#ask(moved)
  }

  async #ask(pair: StoredPair): Promise<Result<JsonObject, RestError>> {
    const { config, world, pairs } = this.#deps
    const opened = await pairs.open(pair)
    if (opened === null) return err(UNREADABLE_PAIR)
    const { clientEndpoint: endpoint } = pair.application
    return callRest(
      { endpoint, token: opened.accessToken, method: METHOD },
      { fetch: world.fetch, policy: config.policy, timeoutMs: CALL_TIMEOUT_MS },
    )
  }
}

/** Whether a refresh may bring a pair that the portal answers. */
function isPairLost({ kind }: RestError): boolean {
  return kind === 'expired' || kind === 'dead_token'
}
