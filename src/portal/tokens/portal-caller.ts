/**
 * Calls one portal with the best access that there is. A call goes through up to three steps:
 *
 * 1. Each pair that is worth a try, the best one for the purpose first. An expired access token is refreshed
 *    once, and a renamed portal is asked at its new address once; then the call is made again.
 * 2. An incoming webhook, when the pairs have not helped and the call only reads.
 * 3. A failure that concerns the whole portal is remembered as its access trouble.
 */
import { troubleOfCall, troubleOfRefresh } from '../../bitrix24/servers/access-trouble.ts'
import { callRest, type CallPortal } from '../../bitrix24/servers/rest-client.ts'
import { hasCode, type RestError } from '../../bitrix24/servers/rest-error.ts'
import type { JsonObject } from '../../bitrix24/wire/json.ts'
import { thinReasonOfTrouble, type AccessState } from '../../core/access/access.ts'
import type { ThinReason } from '../../core/log/event.ts'
import { err, type Result } from '../../core/result.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'
import type { IncomingWebhook } from './incoming-webhook.ts'
import type { CallPurpose, Pairs, StoredPair } from './pairs.ts'
import type { PortalAddress } from './portal-address.ts'
import { CALL_TIMEOUT_MS, UNREADABLE_PAIR, type Refresh } from './refresh.ts'
import type { AccessTroubles } from './troubles.ts'

/** There is no pair to call with. */
const NO_TOKENS: RestError = { kind: 'dead_token', code: 'no_tokens', status: null }

/** The dependencies of the portal caller. */
export interface PortalCallerDeps {
  readonly config: Pick<PortalConfig, 'policy'>
  readonly world: Pick<World, 'fetch'>
  readonly pairs: Pairs
  readonly troubles: AccessTroubles
  readonly refresh: Refresh
  readonly address: PortalAddress
  readonly incomingWebhook: IncomingWebhook
}

/** The portal caller of one portal. */
export class PortalCaller {
  readonly #deps: PortalCallerDeps

  constructor(deps: PortalCallerDeps) {
    this.#deps = deps
  }

  /** Whether the portal has any access at all, whether it works now or not. */
  hasAccess(): boolean {
    return this.#deps.pairs.application() !== null || this.#deps.incomingWebhook.isThere()
  }

  /** The reason why a call is useless now; null when it is worth a try. */
  refusal(): ThinReason | null {
    const { pairs, troubles, incomingWebhook } = this.#deps
    if (incomingWebhook.isThere()) return null
    if (pairs.application() === null) return 'no_tokens'
    const block = troubles.block()
    if (block !== null) return thinReasonOfTrouble(block.trouble)
    return pairs.usable('background').length === 0 ? 'tokens_lost' : null
  }

  /** The calls for a purpose. They never reject for an answer. */
  callsFor(purpose: CallPurpose): CallPortal {
    return (method, params) => this.#call(purpose, method, params ?? {})
  }

  async #call(
    purpose: CallPurpose,
    method: string,
    params: JsonObject,
  ): Promise<Result<JsonObject, RestError>> {
    const { troubles, incomingWebhook } = this.#deps
    const block = troubles.block()
    const answer =
      block === null ? await this.#callWithPairs(purpose, method, params) : err(errorOf(block))
    if (answer.ok || (block === null && !mayWebhookHelp(answer.error))) return answer
    const read = purpose === 'background' ? await incomingWebhook.call(method, params) : null
    return read ?? answer
  }

  /** Calls with one pair after the other, until the portal answers one of them. */
  async #callWithPairs(
    purpose: CallPurpose,
    method: string,
    params: JsonObject,
  ): Promise<Result<JsonObject, RestError>> {
    let answer: Result<JsonObject, RestError> = err(NO_TOKENS)
    for (const pair of this.#deps.pairs.usable(purpose)) {
      answer = await this.#callWith(pair, method, params)
      if (answer.ok || !isPairLost(answer.error)) return answer
    }
    return answer
  }

  async #callWith(
    pair: StoredPair,
    method: string,
    params: JsonObject,
  ): Promise<Result<JsonObject, RestError>> {
    const { pairs, troubles, refresh, address } = this.#deps
    let answer = await this.#ask(pair, method, params)
    if (!answer.ok && hasCode(answer.error, 'redirected') && (await address.follow(pair))) {
      answer = await this.#askAgain(pair, method, params)
    }
    if (!answer.ok && isPairLost(answer.error)) {
      const refreshed = await refresh.refresh(pair)
      if (!refreshed.ok) {
        troubles.remember(pair, refreshed.error, troubleOfRefresh(refreshed.error))
        return refreshed
      }
      answer = await this.#askAgain(pair, method, params)
    }
    const now = pairs.stored(pair.field)
    if (now === null) return answer
    if (answer.ok) troubles.clear()
    // The pair is refused although it was refreshed. Without this trouble every call would refresh it again.
    else if (isPairLost(answer.error)) troubles.remember(now, answer.error, 'tokens_lost')
    else troubles.remember(now, answer.error, troubleOfCall(method, answer.error))
    return answer
  }

  /** Makes the same call again with the pair and the address that are stored now. */
  async #askAgain(
    { field }: StoredPair,
    method: string,
    params: JsonObject,
  ): Promise<Result<JsonObject, RestError>> {
    const pair = this.#deps.pairs.stored(field)
    return pair === null ? err(NO_TOKENS) : this.#ask(pair, method, params)
  }

  async #ask(
    pair: StoredPair,
    method: string,
    params: JsonObject,
  ): Promise<Result<JsonObject, RestError>> {
    const { config, world, pairs } = this.#deps
    const opened = await pairs.open(pair)
    if (opened === null) return err(UNREADABLE_PAIR)
    const { clientEndpoint: endpoint } = pair.application
    return callRest(
      { endpoint, token: opened.accessToken, method, params },
      { fetch: world.fetch, policy: config.policy, timeoutMs: CALL_TIMEOUT_MS },
    )
  }
}

/** The remembered trouble as the answer to a call that is not made. */
function errorOf({ trouble, code }: AccessState): RestError {
  const isDenied = thinReasonOfTrouble(trouble) === 'access_denied'
  return { kind: isDenied ? 'no_rights' : 'dead_token', code, status: null }
}

/** Whether a refresh may help. */
function isPairLost({ kind }: RestError): boolean {
  return kind === 'dead_token' || kind === 'expired'
}

/** Whether the failure is one of the pairs or of their application. An incoming webhook needs neither. */
function mayWebhookHelp(error: RestError): boolean {
  return isPairLost(error) || error.kind === 'uninstalled' || error.kind === 'suspended'
}
