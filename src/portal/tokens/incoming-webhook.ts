/**
 * Reads a portal through the address of an incoming webhook, for operators who have no application. The
 * address is a secret like any token. It may read but not bind: Bitrix24 answers `WRONG_AUTH_TYPE`.
 */
import { troubleOfCall } from '../../bitrix24/servers/access-trouble.ts'
import { callRest } from '../../bitrix24/servers/rest-client.ts'
import type { RestError } from '../../bitrix24/servers/rest-error.ts'
import type { JsonObject } from '../../bitrix24/wire/json.ts'
import type { AccessTrouble } from '../../core/access/access.ts'
import { verifiedDomainOf } from '../../core/access/installs/install.ts'
import { readingUrl } from '../../core/access/outgoing-webhook.ts'
import type { Result } from '../../core/result.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'
import type { PortalState } from '../state/portal-state.ts'
import { CALL_TIMEOUT_MS } from './refresh.ts'

/** The dependencies of reading through a webhook. */
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

  /** Calls a method; null when no webhook is configured. */
  async call(method: string, params: JsonObject): Promise<Result<JsonObject, RestError> | null> {
    const endpoint = this.#url()
    if (endpoint === null) return null
    const { config, world } = this.#deps
    const read = await callRest(
      { endpoint, token: null, method, params },
      { fetch: world.fetch, policy: config.policy, timeoutMs: CALL_TIMEOUT_MS },
    )
    this.#remember(method, read)
    return read
  }

  /**
   * A portal without an application is in trouble when its webhook is refused. With an application the
   * trouble is the application's own, and the webhook says nothing about it.
   */
  #remember(method: string, read: Result<JsonObject, RestError>): void {
    const { state, world } = this.#deps
    const { application, access } = state.install()
    if (application !== null) return
    if (read.ok && access !== null) state.changeInstall((install) => ({ ...install, access: null }))
    if (read.ok || access !== null) return
    const trouble = troubleOfWebhook(method, read.error)
    if (trouble === null) return
    const met = { trouble, code: read.error.code, at: world.now() }
    state.changeInstall((install) => ({ ...install, access: met }))
  }

  /**
   * The address of the webhook; null without one. It stands beside the token of the outgoing webhook in the
   * configuration, so one operator has vouched for both.
   */
  #url(): string | null {
    const { memberId, state, config } = this.#deps
    const noted = state.install().webhooks.map(({ portal }) => portal)
    const verifiedDomain = verifiedDomainOf(state.install())
    return readingUrl(config.webhooks, { memberId, verifiedDomain, noted })
  }
}

/**
 * The trouble that a refused call tells of; null when it says nothing about the webhook. The webhook itself is
 * refused when it is gone, or when the portal's plan may not be read. A user who lacks rights and a portal that
 * is closed are troubles of their own: a new webhook would not end them.
 */
function troubleOfWebhook(method: string, error: RestError): AccessTrouble | null {
  switch (error.kind) {
    case 'expired':
    case 'dead_token':
    case 'uninstalled':
    case 'suspended':
    case 'method_confirmation':
    case 'portal_deleted':
      return 'webhook_refused'
    case 'no_rights':
      // With this code the plan of the portal has no REST, as with `suspended`.
      if (error.code.toUpperCase() === 'ACCESS_DENIED') return 'webhook_refused'
      return troubleOfCall(method, error) === null ? null : 'webhook_no_rights'
    case 'unreachable':
      return troubleOfCall(method, error)
    case 'rate_limited':
    case 'not_found':
    case 'refused':
    case 'no_scope':
      return null
  }
}
