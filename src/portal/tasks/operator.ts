/** The acts of an operator on one portal that concern more than one part of its object. */
import { ROBOTS_PATH } from '../../bitrix24/events-path.ts'
import { ok, type Result } from '../../core/result.ts'
import type { LaneFault, LaneStatus, LaneWish, ReplayWish } from '../lanes/control.ts'
import type { PortalParts } from '../parts.ts'
import { canAsk } from '../tokens/portal-access.ts'

/** The parts that an act on a lane concerns. */
type LaneActParts = Pick<
  PortalParts,
  'control' | 'matcher' | 'book' | 'bulletinControl' | 'scheduler'
>

/** The parts that a value of the portal concerns. */
type ValueActParts = Pick<PortalParts, 'state' | 'values' | 'receivers' | 'matcher' | 'scheduler'>

/** The parts that a comparison on demand concerns. */
type ReconcileParts = Pick<
  PortalParts,
  'state' | 'troubles' | 'access' | 'reconciler' | 'scheduler'
>

/**
 * Pauses or resumes a lane, or parks its front. The answer is the new status of the lane. The lane that tells bulletins
 * to the same destination is paused and resumed with it.
 */
export function controlLane(
  { control, matcher, book, bulletinControl, scheduler }: LaneActParts,
  destination: string,
  wish: LaneWish,
): Result<LaneStatus, LaneFault> {
  const changed = control.apply(destination, wish)
  if (!changed.ok) return changed
  // Most destinations are told no bulletins, and have no such lane.
  if (wish.kind !== 'park') bulletinControl.apply(destination, wish)
  // A resumed lane is disabled again here while its destination is not usable.
  matcher.matchNow()
  scheduler.advance()
  return ok((book.findLane(destination) ?? changed.value).status)
}

/** The answer to the wish to store or remove a value of the portal: there may be no key that seals it. */
export type SetValueAnswer = 'done' | 'unknown' | 'no_key'

/** The answer to the wish to remove a pin. */
export type PinAnswer = 'done' | 'unknown'

/** The answer to the wish to compare the portal. */
export type ReconcileAnswer = 'started' | 'unknown' | 'no_access'

/** Stores a value of the portal, sealed, or removes it (null). */
export async function setValue(
  { state, values, receivers, matcher, scheduler }: ValueActParts,
  name: string,
  value: string | null,
): Promise<SetValueAnswer> {
  if (!state.isKnown()) return 'unknown'
  const isDone = await values.set(name, value)
  if (!isDone) return 'no_key'
  await receivers.load()
  matcher.matchNow()
  scheduler.advance()
  return 'done'
}

/** Begins a comparison of the portal with everything that is known of it. Differences are told at once. */
export function reconcile({
  state,
  troubles,
  access,
  reconciler,
  scheduler,
}: ReconcileParts): ReconcileAnswer {
  if (!state.isKnown()) return 'unknown'
  troubles.tryAgain()
  if (!canAsk(access)) return 'no_access'
  reconciler.ask()
  scheduler.background(reconciler.runDue())
  // The run may outlive the object, so an alarm has to stand before the answer.
  scheduler.advance()
  return 'started'
}

/**
 * Lets a destination have events again, and answers how many; a dry run only counts them. With everything that is
 * parked come the parked bulletins.
 */
export function replay(
  {
    control,
    bulletinControl,
    scheduler,
  }: Pick<PortalParts, 'control' | 'bulletinControl' | 'scheduler'>,
  destination: string,
  { wish, dryRun }: { readonly wish: ReplayWish; readonly dryRun: boolean },
): Result<number, LaneFault> {
  const replayed = control.replay(destination, wish, { dryRun })
  if (!replayed.ok) return replayed
  const bulletins =
    wish.kind === 'parked' ? bulletinControl.replay(destination, wish, { dryRun }) : ok(0)
  if (!dryRun) scheduler.advance()
  return ok(replayed.value + (bulletins.ok ? bulletins.value : 0))
}

/** Removes a pin of the portal, counted from 1 as the view shows them. */
export async function removePin(
  { state, trust }: Pick<PortalParts, 'state' | 'trust'>,
  n: number,
): Promise<PinAnswer> {
  return state.isKnown() && (await trust.removePin(n)) ? 'done' : 'unknown'
}

/** The parts that the robot address concerns. */
type RobotParts = Pick<PortalParts, 'robotAddress' | 'mirror' | 'scheduler'>

/** Makes the portal's robot address, below the origin that the operator called; null where nothing is installed. */
export async function renewRobotAddress(
  { robotAddress, mirror, scheduler, config }: RobotParts & Pick<PortalParts, 'config'>,
  calledOrigin: string,
): Promise<string | null> {
  const secret = await robotAddress.renew()
  if (secret === null) return null
  scheduler.background(mirror.follow())
  return `${config.publicUrl ?? calledOrigin}${ROBOTS_PATH}/${secret}`
}

/** Removes the portal's robot address; false when there is none. */
export function removeRobotAddress({ robotAddress, mirror, scheduler }: RobotParts): boolean {
  if (!robotAddress.remove()) return false
  scheduler.background(mirror.follow())
  return true
}
