/**
 * Keeps the bindings of a portal as the configuration wants them: after an installation or update, once a day,
 * and when the portal is silent for longer than usual, they are compared with the wanted events and mended. Events that
 * could not be bound are recorded for the operator.
 */
import { EVENTS_PATH } from '../../bitrix24/events-path.ts'
import { askInstalled } from '../../bitrix24/installs/app-info.ts'
import { askOffer } from '../../bitrix24/installs/event-offer.ts'
import type { CallPortal } from '../../bitrix24/servers/rest-client.ts'
import { alignSubscriptions, type Alignment } from '../../bitrix24/installs/subscriptions.ts'
import { changeApplication } from '../../core/access/installs/install-mirror.ts'
import { DAY_MS, MINUTE_MS } from '../../core/durations.ts'
import {
  explainRefusals,
  unmatchedOf,
  type EventOffer,
  type MissingEvent,
} from '../../core/events/missing-events.ts'
import { withoutTwins } from '../../core/events/twins.ts'
import { expandWanted, isByGlob, KNOWN_OFFER } from '../../core/events/wanted-events.ts'
import { REMEMBERED_EVENTS, silenceDueAt } from '../../core/access/silence.ts'
import { alarmForNextEvent } from '../../core/pace/rhythm.ts'
import { SAFETY_ALARM_MS } from '../../core/pace/schedule.ts'
import type { AppendRequest } from '../log/append-request.ts'
import { parseEvent } from '../log/rows/event-schemas.ts'
import type { YoungestStore } from '../log/youngest-store.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'

/** The time after which a portal is asked again which events it offers, in milliseconds. */
const OFFER_MS = DAY_MS

/** The time after which an alignment is made again that can bring nothing new, in milliseconds. */
const REST_MS = MINUTE_MS

/** The dependencies of the subscriber. */
export interface SubscriberDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install' | 'changeInstall'>
  readonly youngest: Pick<YoungestStore, 'lastEventTimes'>
  readonly config: Pick<PortalConfig, 'publicUrl' | 'wanted'>
  readonly world: Pick<World, 'now' | 'logLine'>
  /** Calls that prefer the pair of an administrator. */
  readonly call: CallPortal
}

/** The subscriptions of one portal. */
export class Subscriber {
  readonly #deps: SubscriberDeps
  #running: Promise<boolean> | null = null
  /** The times of the last events, in unix milliseconds; null until they were read. */
  #eventTimes: readonly number[] | null = null
  /** The end of the last alignment that has failed. */
  #failedAt = 0
  #alignedWith: string | null = null
  #alignedAt = 0
  /** The offer of the portal, when it was told, and to whom; null until the portal was asked. */
  #offered: { readonly offer: EventOffer; readonly at: number; readonly subject: string } | null =
    null

  constructor(deps: SubscriberDeps) {
    this.#deps = deps
  }

  /**
   * Compares and mends the bindings, one alignment at a time. True when bindings were lost since the last
   * alignment, and events with them. It never rejects for an answer.
   */
  align(): Promise<boolean> {
    this.#running ??= this.#align().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  /**
   * Notes that an event of the application has come. Bitrix24 sends none before the installation is finished, so it
   * is finished now.
   */
  noteEvent(): void {
    this.#recordFinished(true)
    this.#eventTimes = [...this.#times(), this.#deps.world.now()].slice(-REMEMBERED_EVENTS)
  }

  /**
   * The time at which the bindings have to be looked at because no event came for longer than usual, in unix
   * milliseconds; null while nothing can be bound, or when the daily visit is soon enough.
   */
  dueAt(): number | null {
    const { state, world } = this.#deps
    const { application, subscriptions } = state.install()
    if (application === null || this.#handler() === null) return null
    const now = world.now()
    if (this.#running !== null) return now + SAFETY_ALARM_MS
    const checkedAt = Math.max(subscriptions.checkedAt ?? 0, this.#failedAt)
    return silenceDueAt(this.#times(), { checkedAt, now })
  }

  /**
   * The time of an alarm that is near enough for the next event of the portal, in unix milliseconds; null while that
   * is not known, or when no silence is looked into.
   */
  alarmForNextEvent(): number | null {
    return this.#deps.state.install().application === null ? null : alarmForNextEvent(this.#times())
  }

  #times(): readonly number[] {
    this.#eventTimes ??= this.#deps.youngest.lastEventTimes(REMEMBERED_EVENTS)
    return this.#eventTimes
  }

  /**
   * Aligns after an installation or a visit of the page, unless it was done a moment ago and nothing has
   * changed since.
   */
  async alignAfterVisit(): Promise<void> {
    const isNew = this.#alignedWith !== this.#subject()
    if (isNew || this.#deps.world.now() - this.#alignedAt >= REST_MS) await this.align()
  }

  /**
   * Takes the user off an event whose binding is tied to one: Bitrix24 names this user in it, and not the one
   * who has acted. A portal may have a tied and a free binding for one event; their events look the same, so
   * the user goes from both.
   */
  withoutFixedUser(request: AppendRequest): AppendRequest {
    const { fixedUser } = this.#deps.state.install().subscriptions
    if (fixedUser.length === 0) return request
    const event = parseEvent(request.event)
    if (event === null || !fixedUser.includes(event.name)) return request
    return { ...request, event: JSON.stringify({ ...event, userId: null }) }
  }

  /** Everything on which an alignment depends, as one text. */
  #subject(): string {
    const { application } = this.#deps.state.install()
    return `${application?.tokens ?? ''} ${application?.clientId ?? ''} ${this.#handler() ?? ''}`
  }

  #handler(): string | null {
    const { publicUrl } = this.#deps.config
    return publicUrl === null ? this.#deps.state.install().handlerUrl : `${publicUrl}${EVENTS_PATH}`
  }

  /** The hosts at which this relay may be bound: those of its last alignment, and the one that was called. */
  #hosts(): readonly string[] {
    const { handlerUrl, subscriptions } = this.#deps.state.install()
    return [...subscriptions.hosts, ...(handlerUrl === null ? [] : [new URL(handlerUrl).host])]
  }

  #recordFinished(finished: boolean): void {
    const { state } = this.#deps
    const { application } = state.install()
    if (application === null || application.finished === finished) return
    state.changeInstall((install) => changeApplication(install, { finished }))
  }

  async #align(): Promise<boolean> {
    const { memberId, state, config, world, call } = this.#deps
    const { application, generation, subscriptions } = state.install()
    const handler = this.#handler()
    if (application === null || handler === null) return false
    const isOver = (): boolean => state.install().generation !== generation
    const installed = await askInstalled(call)
    // The portal is asked for its offer only where that decides something.
    const offer = config.wanted.globs.length > 0 ? await this.#offer() : null
    const events = expandWanted(config.wanted, offer?.own ?? KNOWN_OFFER)
    // The twin of all types is bound in the place of this event.
    const isTwin = (event: string): boolean => !withoutTwins([...events, event]).includes(event)
    const keeps = (event: string): boolean =>
      offer === null && isByGlob(event, config.wanted) && !isTwin(event)
    const wanted = { handler, events, keeps, hosts: this.#hosts() }
    const aligned = await alignSubscriptions(wanted, call)
    const missing = aligned.ok ? await this.#explain(aligned.value, offer) : []
    if (isOver()) return false
    if (installed.ok) this.#recordFinished(installed.value)
    if (!aligned.ok) {
      this.#failedAt = world.now()
      return false
    }
    this.#alignedWith = this.#subject()
    this.#alignedAt = world.now()
    const { bound, unbound, fixedUser, formerHosts, others } = aligned.value
    // A former host without bindings is forgotten: another relay may be reached there one day.
    const hosts = [...formerHosts, new URL(handler).host]
    if (missing.length > 0) {
      const told = missing.map(({ event, reason }) => `${event}:${reason}`)
      world.logLine('warn', 'not_subscribed', { memberId, missing: told.join(' ') })
    }
    if (bound.length > 0) world.logLine('info', 'subscribed', { memberId, bound: bound.join(' ') })
    if (others.length > 0) {
      world.logLine('warn', 'another_relay', { memberId, others: others.join(' ') })
    }
    if (unbound.length > 0) {
      world.logLine('info', 'unsubscribed', { memberId, unbound: unbound.join(' ') })
    }
    state.changeInstall((install) => ({
      ...install,
      subscriptions: {
        checkedAt: world.now(),
        missing: missing.map(({ event }) => event),
        missingBecause: missing,
        fixedUser,
        hosts,
        others,
      },
    }))
    return subscriptions.checkedAt !== null && bound.length > 0
  }

  /** The reason why events are not bound, and which entries of the configuration stand for none. */
  async #explain(
    { missing }: Alignment,
    offer: EventOffer | null,
  ): Promise<readonly MissingEvent[]> {
    const { wanted } = this.#deps.config
    const known = offer ?? (missing.length > 0 ? await this.#offer() : null)
    // While nobody knows what the portal offers, a glob may stand for events that it does not have.
    const named = missing.filter(
      ({ event, kind }) =>
        known !== null || kind !== 'unknown_event' || wanted.names.includes(event),
    )
    return [...explainRefusals(named, known), ...unmatchedOf(wanted, known)]
  }

  /**
   * The offer of the portal, asked for once a day; null when the portal does not tell it. Then the documentation
   * counts.
   */
  async #offer(): Promise<EventOffer | null> {
    const { world, call } = this.#deps
    const { application } = this.#deps.state.install()
    const subject = `${application?.clientId ?? ''} ${application?.scope ?? ''}`
    const known = this.#offered
    const isFresh = known !== null && known.subject === subject && world.now() - known.at < OFFER_MS
    if (isFresh) return known.offer
    const asked = await askOffer(call)
    if (!asked.ok) return null
    this.#offered = { offer: asked.value, at: world.now(), subject }
    return asked.value
  }
}
