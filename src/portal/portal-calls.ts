/**
 * The calls that the Worker makes to a portal's object over RPC: the whole contract between the two, in one place. The
 * object implements them (portal.ts), and the edge's client has them as promises (src/edge/portal-client.ts). An object
 * and its caller may be of two releases for some minutes, so a change here is one for
 * test/upgrade/former-calls.test.ts.
 */
import type { InstallRequest } from '../bitrix24/wire/request.ts'
import type { InstallStatus } from '../core/access/portal-status.ts'
import type { DeliveryOutcome } from '../core/lanes/state/outcome.ts'
import type { Result } from '../core/result.ts'
import type { EventsPage, EventView, ParkedView, ReplayView } from '../core/views/event-views.ts'
import type { HistoryView } from '../core/views/history-view.ts'
import type { SealsView } from '../core/views/seals-view.ts'
import type { WholeView } from '../core/views/whole-view.ts'
import type { WhyFacts, WhyQuestion } from '../core/why/why-facts.ts'
import type { Preview } from '../destinations/preview.ts'
import type { InstallAnswer } from './installs/decision.ts'
import type { InstallOrigin } from './installs/installer.ts'
import type { UninstallCall } from './installs/uninstall-notices.ts'
import type { LaneFault, LaneStatus, LaneWish, ReplayWish } from './lanes/control.ts'
import type { AppendAnswer, AppendRequest } from './log/append-request.ts'
import type { EventErasure, PortalErasure } from './tasks/erase.ts'
import type { ReconcileAnswer, PinAnswer, SetValueAnswer } from './tasks/operator.ts'
import type { PreviewRefusal } from './tasks/try-destination.ts'
import type { UninstallAnswer } from './tasks/installs/uninstall.ts'

/** The answer to an installation, with the portal's status; null for a user who may not see it. */
export type InstallCallAnswer =
  | (Extract<InstallAnswer, { readonly kind: 'installed' }> & {
      readonly status: InstallStatus | null
    })
  | Exclude<InstallAnswer, { readonly kind: 'installed' }>

/** The calls that the Worker can make to a portal's object. The caller sees each answer as a promise. */
export interface PortalCalls {
  /**
   * Stores an event durably and in order, or tells its place when it is stored already. Without a trusted token
   * nothing is stored.
   */
  append(request: AppendRequest): Promise<AppendAnswer>

  /**
   * Stores events of one isolate that share a call. In the answer null stands for an event that could not be stored.
   */
  appendAll(requests: readonly AppendRequest[]): Promise<readonly (AppendAnswer | null)[]>

  /** Whether a token, named by its hash, speaks for this portal. */
  recognises(tokenHash: string): Promise<boolean>

  /**
   * Decides about an installation. A user who may see the portal's status gets it. An installation without any proof
   * is not stored.
   */
  install(request: InstallRequest, origin?: InstallOrigin): Promise<InstallCallAnswer>

  /** Takes the notice of an uninstall, and ends the installation as soon as the portal confirms it. */
  uninstall(call: UninstallCall): Promise<UninstallAnswer>

  /** The daily visit. The answer is the number of events that were dropped. */
  touch(): Promise<{ dropped: number }>

  /** The call of the object by itself: a new invocation, in which it may make requests again. */
  goOn(): void

  /** The portal for the admin API; null when nothing is known of it. */
  view(): WholeView | null

  /** A page of events, newest first; null when nothing is known of the portal. */
  events(before: number, limit: number): EventsPage | null

  /** One event with its fates; null when it is not in the log. */
  event(sequence: number): EventView | null

  /** A page of the events after a sequence, oldest first; null when nothing is known of the portal. */
  exportPage(after: number): readonly EventView[] | null

  /** Erases the content of an event. */
  eraseEvent(sequence: number): EventErasure

  /** Erases everything of the portal, if its domain is named. */
  erase(domain: string): Promise<PortalErasure>

  /** Everything that is parked; null when nothing is known of the portal. */
  parked(): readonly ParkedView[] | null

  /** The facts from which `why` answers; null when nothing is known of the portal. */
  why(question: WhyQuestion): WhyFacts | null

  /** The number of the portal's records that each key has sealed; null when nothing is known of the portal. */
  seals(): SealsView | null

  /** A short text that changes with everything that the view and the events show; null when nothing is known. */
  stamp(): Promise<string | null>

  /** The last 48 hours of the portal and its lanes; null when nothing is known. */
  history(): HistoryView | null

  /** Pauses or resumes a lane, or parks its front. The answer is the new status of the lane. */
  controlLane(destination: string, wish: LaneWish): Result<LaneStatus, LaneFault>

  /** Lets a destination have events again. The answer is the number of these events; a dry run only counts them. */
  replay(
    destination: string,
    wish: ReplayWish,
    options: { dryRun: boolean },
  ): Result<number, LaneFault>

  /** The message that a destination would get about an event, or about an invented one (null). */
  preview(destination: string, sequence: number | null): Promise<Result<Preview, PreviewRefusal>>

  /** Sends a test message with the portal's values; null when the destination is not known. */
  sendTestMessage(destination: string): Promise<DeliveryOutcome | null>

  /** The events that a replay would send to a destination: their number, and the first of them. */
  replayList(destination: string, wish: ReplayWish): Result<ReplayView, LaneFault>

  /** Stores a value of the portal, sealed, or removes it (null). */
  setValue(name: string, value: string | null): Promise<SetValueAnswer>

  /** Removes a pin, counted from 1 as the view shows them. */
  removePin(n: number): Promise<PinAnswer>

  /** Makes the portal's robot address, below the origin that the operator called; null where nothing is installed. */
  renewRobotAddress(calledOrigin: string): Promise<string | null>

  /** Removes the portal's robot address; false when there is none. */
  removeRobotAddress(): boolean

  /** Begins a comparison of the portal with everything that is known of it. Differences are told at once. */
  reconcile(): ReconcileAnswer
}
