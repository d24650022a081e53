/**
 * The Durable Object of one portal: the methods that the Worker calls over RPC, the alarm, and the one step that goes
 * on after each commit. Each call is described in its interface (portal-calls.ts). The parts that do the work are built
 * in parts.ts. The Worker can call every public method, so everything else is `#private`.
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
import { installStatus } from './views/install-status.ts'
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

  async append(request: AppendRequest): Promise<AppendAnswer> {
    const answer = await this.#act((parts) => appendEvent(parts, request))
    if (answer.kind === 'untrusted' && this.#parts.bulletins.noteRefused()) this.#advance()
    return answer
  }

  async appendAll(requests: readonly AppendRequest[]): Promise<readonly (AppendAnswer | null)[]> {
    return Promise.all(requests.map((request) => this.append(request).catch(() => null)))
  }

  async recognises(tokenHash: string): Promise<boolean> {
    return this.#act(({ trust }) => trust.trusts(tokenHash) || trust.verify(tokenHash))
  }

  async install(request: InstallRequest, origin?: InstallOrigin): Promise<InstallCallAnswer> {
    const answer = await this.#act((parts) => installPortal(parts, request, origin))
    if (answer.kind !== 'installed') return answer
    return { ...answer, status: answer.isOwner ? installStatus(this.#parts) : null }
  }

  uninstall(call: UninstallCall): Promise<UninstallAnswer> {
    return this.#act((parts) => uninstallPortal(parts, call))
  }

  async touch(): Promise<{ dropped: number }> {
    return this.#act(visitPortal)
  }

  goOn(): void {
    this.#act(() => {})
  }

  view(): WholeView | null {
    return this.#ifKnown(wholePortal)
  }

  events(before: number, limit: number): EventsPage | null {
    return this.#ifKnown((parts) => eventsPage(parts, before, limit))
  }

  event(sequence: number): EventView | null {
    return this.#ifKnown((parts) => oneEventView(parts, sequence))
  }

  exportPage(after: number): readonly EventView[] | null {
    return this.#ifKnown((parts) => exportPage(parts, after))
  }

  eraseEvent(sequence: number): EventErasure {
    return this.#act((parts) => eraseEvent(parts, sequence))
  }

  erase(domain: string): Promise<PortalErasure> {
    return this.#act((parts) => erasePortal(parts, domain))
  }

  parked(): readonly ParkedView[] | null {
    return this.#ifKnown(parkedView)
  }

  why(question: WhyQuestion): WhyFacts | null {
    const { state, world } = this.#parts
    if (!state.isKnown()) return null
    const event = askedEvent(this.#parts, question)
    const portal = portalFacts(this.#parts, event.name)
    return { portal, event, ways: wayFacts(this.#parts, event, world.now()) }
  }

  seals(): SealsView | null {
    return this.#ifKnown(sealsView)
  }

  async stamp(): Promise<string | null> {
    return this.#ifKnown(stampOf)
  }

  history(): HistoryView | null {
    return this.#ifKnown(historyView)
  }

  controlLane(destination: string, wish: LaneWish): Result<LaneStatus, LaneFault> {
    return this.#act((parts) => controlLane(parts, destination, wish))
  }

  replay(
    destination: string,
    wish: ReplayWish,
    options: { dryRun: boolean },
  ): Result<number, LaneFault> {
    return this.#act((parts) => replay(parts, destination, { ...options, wish }))
  }

  preview(destination: string, sequence: number | null): Promise<Result<Preview, PreviewRefusal>> {
    return previewMessage(this.#parts, destination, sequence)
  }

  sendTestMessage(destination: string): Promise<DeliveryOutcome | null> {
    return this.#act((parts) => sendTestMessage(parts, destination))
  }

  replayList(destination: string, wish: ReplayWish): Result<ReplayView, LaneFault> {
    return replayView(this.#parts, destination, wish)
  }

  setValue(name: string, value: string | null): Promise<SetValueAnswer> {
    return this.#act((parts) => setValue(parts, name, value))
  }

  removePin(n: number): Promise<PinAnswer> {
    return this.#act((parts) => removePin(parts, n))
  }

  renewRobotAddress(calledOrigin: string): Promise<string | null> {
    return this.#act((parts) => renewRobotAddress(parts, calledOrigin))
  }

  removeRobotAddress(): boolean {
    return this.#act(removeRobotAddress)
  }

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
