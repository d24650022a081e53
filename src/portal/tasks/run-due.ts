/** Runs the work of one alarm: every part whose time has come does what is due now. */
import { checkPending } from './installs/installation.ts'
import type { PartsOf, PortalParts } from '../parts.ts'
import { waitAtMost } from '../wait-at-most.ts'
import { closeFullSegment } from './log/retention.ts'
import { tidyLog } from './log/tidy-log.ts'
import { checkUninstall } from './installs/uninstall.ts'
import { alignBindings } from './upkeep.ts'

/** The time for which an alarm waits for the look at the pending installs, in milliseconds. */
const CHECK_PATIENCE_MS = 1000

/** The parts that do what is due in the background. */
type DueParts = Pick<
  PortalParts,
  'enricher' | 'reconciler' | 'reconciliation' | 'subscriber' | 'mirror' | 'world' | 'scheduler'
>

/** The parts that ask about the installation of the portal. They are nine, since it begins here or ends. */
type InstallationParts = PartsOf<typeof checkUninstall> &
  Pick<PortalParts, 'installer' | 'subscriber'>

/** The parts that an alarm concerns beside those of its steps. */
type AlarmParts = Pick<PortalParts, 'waker' | 'space' | 'scheduler'>

/** The steps of an alarm. */
type AlarmSteps = PartsOf<typeof tidyLog> & DueParts & InstallationParts

/** Runs the work of an alarm. The next alarm is set before the work; a throw means that it could not be set. */
export async function runDue(parts: AlarmParts & AlarmSteps): Promise<void> {
  const { waker, space, scheduler } = parts
  // Every append leaves an alarm behind, so that a log which grows fast is looked at within minutes.
  if (space.mayBeOver()) scheduler.background(tidyLog(parts))
  if (!(await waker.begin())) return
  try {
    startDue(parts)
    scheduler.background(closeFullSegment(parts))
    await checkInstallation(parts)
    waker.atRest()
  } catch (error) {
    // The safety alarm stands, so the work that failed is tried again.
    scheduler.report('alarm_failed', error)
  }
}

/** Starts everything that is due and may take long. It goes on in the background. */
function startDue(parts: DueParts): void {
  const { enricher, reconciler, subscriber, mirror, world, scheduler } = parts
  const isDue = (at: number | null): boolean => at !== null && at <= world.now()
  enricher.catchUp()
  if (isDue(reconciler.dueAt())) scheduler.background(reconciler.runDue())
  if (isDue(subscriber.dueAt())) scheduler.background(alignBindings(parts))
  scheduler.advance()
  // KV may be silent, and everything else has to go on.
  scheduler.background(mirror.follow())
}

/**
 * Asks the questions about the installation that are due: whether a notice of its uninstall is true, and whether a
 * pending install is. Resolves when nothing is left that the alarm has to wait for.
 */
async function checkInstallation(parts: InstallationParts): Promise<void> {
  const { world, scheduler } = parts
  await checkUninstall(parts)
  // An OAuth server that is silent takes seconds for each pending install, and while `alarm()` works the
  // platform fires no other alarm: the retries of the lanes would wait for it.
  const checked = checkPending(parts)
  const isOver = await waitAtMost(checked, CHECK_PATIENCE_MS, world)
  if (!isOver) scheduler.background(checked)
}
