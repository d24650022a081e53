/**
 * Keeps the portal subscribed: after an install or update and daily, what it is subscribed to is compared
 * with what is wanted. What nobody could bind is noted for the operator.
 */
import { askInstalled } from '../../bitrix24/installs/app-info.ts'
import type { CallPortal } from '../../bitrix24/servers/rest-client.ts'
import { alignSubscriptions } from '../../bitrix24/installs/subscriptions.ts'
import type { RelayEvent } from '../../core/log/event.ts'
import type { AppendRequest } from '../log/appender.ts'
import type { PortalState } from '../state.ts'
import type { PortalConfig, World } from '../settings.ts'

/** The path at which every portal's events arrive. */
const EVENTS_PATH = '/bitrix24/events'

/** Visits that bring nothing new ask the portal at most this often. */
const REST_MS = 60_000

/** What the subscriber needs from the object around it. */
export interface SubscriberDeps {
  readonly memberId: string
  readonly state: PortalState
  readonly config: Pick<PortalConfig, 'publicUrl' | 'wantedEvents'>
  readonly world: Pick<World, 'now' | 'log'>
  /** Calls with the pair of an administrator, where there is one. */
  readonly call: CallPortal
}

/** The subscriptions of one portal. */
export class Subscriber {
  readonly #deps: SubscriberDeps
  #running: Promise<void> | null = null
  #alignedWith: string | null = null
  #alignedAt = 0

  constructor(deps: SubscriberDeps) {
    this.#deps = deps
  }

  /** Compares and mends, once at a time. Best effort: never rejects for an answer. */
  align(): Promise<void> {
    this.#running ??= this.#align().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  /** An event of the application has come: Bitrix24 sends none before the installation is finished. */
  noteEvent(): void {
    const { state } = this.#deps
    if (state.install().application?.finished !== false) return
    this.#noteFinished(true)
  }

  #noteFinished(finished: boolean): void {
    this.#deps.state.changeInstall((install) =>
      install.application === null
        ? install
        : { ...install, application: { ...install.application, finished } },
    )
  }

  /** The same after a visit, which may have brought nothing new. */
  async alignAfterVisit(): Promise<void> {
    const isNew = this.#alignedWith !== this.#subject()
    if (isNew || this.#deps.world.now() - this.#alignedAt >= REST_MS) await this.align()
  }

  /**
   * Takes the user off an event that is bound to one: such events carry that user whoever acted. Handlers of
   * both kinds for one event cannot be told apart, so then nobody is named.
   */
  withoutFixedUser(request: AppendRequest): AppendRequest {
    const { fixedUser } = this.#deps.state.install().subscriptions
    if (fixedUser.length === 0) return request
    // Sound: the edge made it of a `RelayEvent`; it travels as text.
    const event = JSON.parse(request.event) as RelayEvent
    if (!fixedUser.includes(event.name)) return request
    return { ...request, event: JSON.stringify({ ...event, userId: null }) }
  }

  /** What an alignment depends on. */
  #subject(): string {
    const { application } = this.#deps.state.install()
    return `${application?.tokens ?? ''} ${application?.clientId ?? ''} ${this.#handler() ?? ''}`
  }

  #handler(): string | null {
    const { publicUrl } = this.#deps.config
    return publicUrl === null ? this.#deps.state.install().handlerUrl : `${publicUrl}${EVENTS_PATH}`
  }

  async #align(): Promise<void> {
    const { memberId, state, config, world, call } = this.#deps
    const { application, generation } = state.install()
    const handler = this.#handler()
    if (application === null || handler === null) return
    const isOver = (): boolean => state.install().generation !== generation
    const installed = await askInstalled(call)
    const aligned = await alignSubscriptions({ handler, events: config.wantedEvents }, call)
    if (isOver()) return
    if (installed.ok && installed.value !== state.install().application?.finished) {
      this.#noteFinished(installed.value)
    }
    if (!aligned.ok) return
    this.#alignedWith = this.#subject()
    this.#alignedAt = world.now()
    const { missing, unbound, fixedUser } = aligned.value
    if (missing.length > 0) {
      world.log('warn', 'not_subscribed', { memberId, missing: missing.join(' ') })
    }
    if (unbound.length > 0) {
      world.log('info', 'unsubscribed', { memberId, unbound: unbound.join(' ') })
    }
    state.changeInstall((install) => ({
      ...install,
      subscriptions: { checkedAt: world.now(), missing, fixedUser },
    }))
  }
}
