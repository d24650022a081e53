/**
 * The Durable Object of one portal: the methods that the Worker calls over RPC (portal-calls.ts), the alarm, and the
 * one step that goes on after each commit. The parts that do the work are built in parts.ts. The Worker can call every
 * public method, so everything else is `#private`.
 */
import type { EventsPage, EventView, ParkedView, ReplayView } from '../core/views/event-views.ts'
import { DurableObject } from 'cloudflare:workers'
import type { InstallRequest } from '../bitrix24/wire/request.ts'
import { Allowance } from './allowance.ts'
import { BackgroundWork } from './background.ts'
import { installPortal } from './tasks/installs/installation.ts'
import type { InstallOrigin } from './installs/installer.ts'
import type { UninstallCall } from './installs/uninstall-notices.ts'
import type { LaneFault, LaneStatus, LaneWish, ReplayWish } from './lanes/control.ts'
import type { AppendAnswer, AppendRequest } from './log/append-request.ts'
import { eraseEvent, erasePortal, type EventErasure, type PortalErasure } from './tasks/erase.ts'
import {
  controlLane,
  reconcile,
  removePin,
  removeRobotAddress,
  renewRobotAddress,
  replay,
  setValue,
  type ReconcileAnswer,
  type PinAnswer,
  type SetValueAnswer,
} from './tasks/operator.ts'
import { createParts, type PortalParts } from './parts.ts'
import type { InstallCallAnswer, PortalCalls } from './portal-calls.ts'
import { runDue } from './tasks/run-due.ts'
import type { PortalSettings } from './settings.ts'
import { startPortal } from './tasks/start.ts'
import { appendEvent } from './tasks/log/append-event.ts'
import { seekRoomAfter } from './tasks/log/tidy-log.ts'
import { previewMessage, sendTestMessage, type PreviewRefusal } from './tasks/try-destination.ts'
import { uninstallPortal, type UninstallAnswer } from './tasks/installs/uninstall.ts'
import { visitPortal } from './tasks/visit.ts'
import { eventsPage, exportPage, oneEventView, parkedView } from './views/event-views.ts'
import { historyView } from './views/history-view.ts'
import { installStatus } from './views/portal-status.ts'
import { replayView } from './views/replay-view.ts'
import { sealsView } from './views/seals-view.ts'
import { stampOf } from './views/stamp.ts'
import { wholePortal } from './views/whole-portal.ts'
import { askedEvent, portalFacts, wayFacts } from './views/why-facts.ts'
import type { WhyFacts, WhyQuestion } from '../core/why/why-facts.ts'
import type { SealsView } from '../core/views/seals-view.ts'
import type { HistoryView } from '../core/views/history-view.ts'
import type { WholeView } from '../core/views/whole-view.ts'
import type { DeliveryOutcome } from '../core/lanes/state/outcome.ts'
import type { Result } from '../core/result.ts'
import type { Preview } from '../destinations/preview.ts'

/** One portal with its log, its lanes and its install. Its name is the member id. */
export class PortalObject extends DurableObject<unknown> implements PortalCalls {
  readonly #parts: PortalParts
  readonly #work: BackgroundWork
  readonly #allowance: Allowance
  /** The version of the state that lanes and directory have followed so far. */
  #followedVersion = 0

  constructor(ctx: DurableObjectState, env: unknown, settings: PortalSettings) {
    super(ctx, env)
    const { storage, id } = ctx
    const memberId = id.name ?? ''
    const keepAlive = (work: Promise<unknown>): void => ctx.waitUntil(work)
    const onFailure = (error: unknown): void => seekRoomAfter(error, this.#parts)
    this.#work = new BackgroundWork({ memberId, world: settings.world, keepAlive, onFailure })
    const { background, after, report } = this.#work
    const advance = (): void => this.#advance()
    const laneRested = (): void => this.#laneRested()
    const scheduler = { advance, laneRested, background, after, report }
    const callItself = (): Promise<void> => settings.callItself(memberId)
    this.#allowance = new Allowance({ fetch: settings.world.fetch, callItself })
    const world = { ...settings.world, fetch: this.#allowance.fetch }
    this.#parts = createParts({ storage, memberId, settings: { ...settings, world }, scheduler })
    void ctx.blockConcurrencyWhile(() => startPortal(this.#parts))
  }

  /**
   * Stores an event durably and in order, or tells its place when it is stored already. Without a trusted token
   * nothing is stored.
   */
  async append(request: AppendRequest): Promise<AppendAnswer> {
    const answer = await this.#act((parts) => appendEvent(parts, request))
    if (answer.kind === 'untrusted' && this.#parts.bulletins.noteRefused()) this.#advance()
    return answer
  }

  /**
   * Stores events of one isolate that share a call. In the answer null stands for an event that could not be stored.
   */
  async appendAll(requests: readonly AppendRequest[]): Promise<readonly (AppendAnswer | null)[]> {
    return Promise.all(requests.map((request) => this.append(request).catch(() => null)))
  }

  /** Whether a token, named by its hash, speaks for this portal. */
  async recognises(tokenHash: string): Promise<boolean> {
    return this.#act(({ trust }) => trust.trusts(tokenHash) || trust.verify(tokenHash))
  }

  /**
   * Decides about an installation. A user who may see the portal's status gets it. An installation without any proof
   * is not stored.
   */
  async install(request: InstallRequest, origin?: InstallOrigin): Promise<InstallCallAnswer> {
    const answer = await this.#act((parts) => installPortal(parts, request, origin))
    if (answer.kind !== 'installed') return answer
    return { ...answer, status: answer.isOwner ? installStatus(this.#parts) : null }
  }

  /** Takes the notice of an uninstall, and ends the installation as soon as the portal confirms it. */
  uninstall(call: UninstallCall): Promise<UninstallAnswer> {
    return this.#act((parts) => uninstallPortal(parts, call))
  }

  /** The daily visit. The answer is the number of events that were dropped. */
  async touch(): Promise<{ dropped: number }> {
    return this.#act(visitPortal)
  }

  /** The call of the object by itself: a new invocation, in which it may make requests again. */
  goOn(): void {
    this.#act(() => {})
  }

  /** The portal for the admin API; null when nothing is known of it. */
  view(): WholeView | null {
    return this.#ifKnown(wholePortal)
  }

  /** A page of events, newest first; null when nothing is known of the portal. */
  events(before: number, limit: number): EventsPage | null {
    return this.#ifKnown((parts) => eventsPage(parts, before, limit))
  }

  /** One event with its fates; null when it is not in the log. */
  event(sequence: number): EventView | null {
    return this.#ifKnown((parts) => oneEventView(parts, sequence))
  }

  /** A page of the events after a sequence, oldest first; null when nothing is known of the portal. */
  exportPage(after: number): readonly EventView[] | null {
    return this.#ifKnown((parts) => exportPage(parts, after))
  }

  /** Erases the content of an event. */
  eraseEvent(sequence: number): EventErasure {
    return this.#act((parts) => eraseEvent(parts, sequence))
  }

  /** Erases everything of the portal, if its domain is named. */
  erase(domain: string): Promise<PortalErasure> {
    return this.#act((parts) => erasePortal(parts, domain))
  }

  /** Everything that is parked; null when nothing is known of the portal. */
  parked(): readonly ParkedView[] | null {
    return this.#ifKnown(parkedView)
  }

  /** The facts from which `why` answers; null when nothing is known of the portal. */
  why(question: WhyQuestion): WhyFacts | null {
    const { state, world } = this.#parts
    if (!state.isKnown()) return null
    const event = askedEvent(this.#parts, question)
    const portal = portalFacts(this.#parts, event.name)
    return { portal, event, ways: wayFacts(this.#parts, event, world.now()) }
  }

  /** The number of the portal's records that each key has sealed; null when nothing is known of the portal. */
  seals(): SealsView | null {
    return this.#ifKnown(sealsView)
  }

  /** A short text that changes with everything that the view and the events show; null when nothing is known. */
  async stamp(): Promise<string | null> {
    return this.#ifKnown(stampOf)
  }

  /** The last 48 hours of the portal and its lanes; null when nothing is known. */
  history(): HistoryView | null {
    return this.#ifKnown(historyView)
  }

  /** Pauses or resumes a lane, or parks its front. The answer is the new status of the lane. */
  controlLane(destination: string, wish: LaneWish): Result<LaneStatus, LaneFault> {
    return this.#act((parts) => controlLane(parts, destination, wish))
  }

  /** Lets a destination have events again. The answer is the number of these events. */
  replay(
    destination: string,
    wish: ReplayWish,
    options: { dryRun: boolean },
  ): Result<number, LaneFault> {
    return this.#act((parts) => replay(parts, destination, { ...options, wish }))
  }

  /** The message that a destination would get about an event, or about an invented one (null). */
  preview(destination: string, sequence: number | null): Promise<Result<Preview, PreviewRefusal>> {
    return previewMessage(this.#parts, destination, sequence)
  }

  /** Sends a test message with the portal's values; null when the destination is not known. */
  sendTestMessage(destination: string): Promise<DeliveryOutcome | null> {
    return this.#act((parts) => sendTestMessage(parts, destination))
  }

  /** The events that a replay would send to a destination: their number, and the first of them. */
  replayList(destination: string, wish: ReplayWish): Result<ReplayView, LaneFault> {
    return replayView(this.#parts, destination, wish)
  }

  /** Stores a value of the portal, sealed, or removes it. */
  setValue(name: string, value: string | null): Promise<SetValueAnswer> {
    return this.#act((parts) => setValue(parts, name, value))
  }

  /** Removes a pin, counted from 1 as the view shows them. */
  removePin(n: number): Promise<PinAnswer> {
    return this.#act((parts) => removePin(parts, n))
  }

  /** Makes the portal's robot address, below the origin that the operator called; null where nothing is installed. */
  renewRobotAddress(calledOrigin: string): Promise<string | null> {
    return this.#act((parts) => renewRobotAddress(parts, calledOrigin))
  }

  /** Removes the portal's robot address; false when there is none. */
  removeRobotAddress(): boolean {
    return this.#act(removeRobotAddress)
  }

  /** Begins a comparison of the portal with everything that is known of it. Differences are told at once. */
  reconcile(): ReconcileAnswer {
    return this.#act(reconcile)
  }

  /** The one alarm of all timers. */
  override async alarm(): Promise<void> {
    await this.#act(runDue)
  }

  /**
   * Does work that may write or send. The object may send after a write, so the count of this invocation's requests
   * begins here (allowance.ts). A call that only reads does not begin it.
   */
  #act<T>(work: (parts: PortalParts) => T): T {
    this.#allowance.begin()
    return work(this.#parts)
  }

  /** The answer of `show` about the portal; null when nothing is known of it, so that it has no table. */
  #ifKnown<T>(show: (parts: PortalParts) => T): T | null {
    return this.#parts.state.isKnown() ? show(this.#parts) : null
  }

  /**
   * Goes on after a commit: lanes that have work start, and the alarm is planned in the same turn. A changed
   * install may change the lanes that the portal has, and what the directory knows of it.
   */
  #advance(): void {
    const { state, matcher, pending, missingListing, reporter, domains } = this.#parts
    const { pump, bulletins, waker } = this.#parts
    if (this.#followedVersion !== state.version() || matcher.hasUnstoredMatch()) {
      this.#followedVersion = state.version()
      matcher.follow()
      this.#work.background(pending.followDirectory())
      this.#work.background(missingListing.follow())
      this.#work.background(domains.follow())
    }
    this.#tellBulletins()
    reporter.follow()
    pump.kick()
    bulletins.kick()
    waker.wakeInTime()
  }

  #laneRested(): void {
    const { waker, reporter } = this.#parts
    this.#tellBulletins()
    waker.laneRested()
    reporter.followRest()
  }

  /** A storage that refuses a bulletin stops nothing else: the next step finds again what has to be told. */
  #tellBulletins(): void {
    try {
      this.#parts.bulletins.follow()
    } catch (error) {
      this.#work.report('background_failed', error)
    }
  }
}
