/**
 * Reads a portal through the address of an incoming webhook: what people use who have no application. The
 * address is a secret like any token, and it may read but not bind (WRONG_AUTH_TYPE).
 */
import type { JsonObject } from '../../bitrix24/wire/json.ts'
import { callRest } from '../../bitrix24/servers/rest-client.ts'
import type { RestError } from '../../bitrix24/servers/rest-error.ts'
import { readingUrl } from '../../core/access/outgoing-webhook.ts'
import type { Result } from '../../core/result.ts'
import { isWebhookRefused } from './keeper-errors.ts'
import type { PortalState } from '../state.ts'
import type { PortalConfig, World } from '../settings.ts'

/** How long one call may take, its answer included. */
export const CALL_TIMEOUT_MS = 15_000

/** What reading needs from the object around it. */
export interface IncomingWebhookDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install' | 'changeInstall'>
  readonly config: Pick<PortalConfig, 'policy' | 'webhooks'>
  readonly world: Pick<World, 'fetch' | 'now'>
}

/** The incoming webhook of one portal. */
export class IncomingWebhook {
  readonly #deps: IncomingWebhookDeps

  constructor(deps: IncomingWebhookDeps) {
    this.#deps = deps
  }

  /** Whether one is configured for the portal. */
  isThere(): boolean {
    return this.#url() !== null
  }

  /** Calls a method; null when none is configured. */
  async call(method: string, params: JsonObject): Promise<Result<JsonObject, RestError> | null> {
    const endpoint = this.#url()
    if (endpoint === null) return null
    const { policy } = this.#deps.config
    const { fetch } = this.#deps.world
    const request = { endpoint, token: null, method, params }
    const read = await callRest(request, { fetch, policy, timeoutMs: CALL_TIMEOUT_MS })
    this.#note(read)
    return read
  }

  /** A portal without an application is in trouble when its webhook is refused. */
  #note(read: Result<JsonObject, RestError>): void {
    const { state, world } = this.#deps
    const { application, access } = state.install()
    if (application !== null) return
    if (read.ok && access !== null) state.changeInstall((install) => ({ ...install, access: null }))
    if (read.ok || access !== null || !isWebhookRefused(read.error)) return
    const { code } = read.error
    const refused = { trouble: 'webhook_refused' as const, code, at: world.now() }
    state.changeInstall((install) => ({ ...install, access: refused }))
  }

  // By the portal's name: whoever configured both tokens of a portal configured both for it.
  #url(): string | null {
    const { memberId, state, config } = this.#deps
    const { webhooks, application } = state.install()
    const noted = webhooks.map(({ portal }) => portal)
    return readingUrl(config.webhooks, {
      memberId,
      verifiedDomain: application?.domain ?? null,
      noted,
    })
  }
}
