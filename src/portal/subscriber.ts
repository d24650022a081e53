/** Keeps the portal subscribed: binds what is missing after an install or update, with the stored pair. */
import { bindMissing } from '../bitrix24/subscriptions.ts'
import { INSTALL_CALL_TIMEOUT_MS } from './installer.ts'
import type { PortalState } from './portal-state.ts'
import type { PortalSettings } from './settings.ts'
import { openPair } from './vault.ts'

/** What the subscriber needs from the object around it. */
export interface SubscriberDeps {
  readonly memberId: string
  readonly state: PortalState
  readonly settings: PortalSettings
}

/** The subscriptions of one portal. */
export class Subscriber {
  readonly #deps: SubscriberDeps
  #boundWith: string | null = null

  constructor(deps: SubscriberDeps) {
    this.#deps = deps
  }

  /**
   * Binds what is missing and notes what could not be bound, once for each pair and address. Notes nothing
   * when the portal does not say what is bound. Best effort: never rejects for an answer.
   */
  async bind(): Promise<void> {
    const { memberId, state, settings } = this.#deps
    const { application, handlerUrl, generation } = state.install()
    if (application?.tokens == null || handlerUrl === null) return
    // A visit that brought no new pair has only an old one to ask with, dead after an hour.
    const boundWith = `${application.tokens} ${handlerUrl}`
    if (boundWith === this.#boundWith) return
    const context = { memberId, field: 'tokens' as const }
    const pair = await openPair(settings.sealer, application.tokens, context)
    if (!pair.ok) return
    const { fetch, policy, now, wantedEvents } = settings
    const bound = await bindMissing(
      {
        endpoint: application.clientEndpoint,
        token: pair.value.accessToken,
        handler: handlerUrl,
        events: wantedEvents,
      },
      { fetch, policy, timeoutMs: INSTALL_CALL_TIMEOUT_MS },
    )
    if (state.install().generation !== generation || !bound.ok) return
    const missing = bound.value
    this.#boundWith = boundWith
    if (missing.length > 0) {
      settings.log('warn', 'not_subscribed', { memberId, missing: missing.join(' ') })
    }
    state.changeInstall((install) => ({
      ...install,
      subscriptions: { checkedAt: now(), missing: [...missing] },
    }))
  }
}
