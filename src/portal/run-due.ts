/** One alarm: every part whose time has come does what is due now. */
import { checkPending } from './install.ts'
import type { PortalParts } from './parts.ts'
import { waitWithTimeout } from './patience.ts'
import { closeFullSegment } from './retention.ts'
import { checkUninstall } from './uninstall.ts'
import { alignBindings } from './upkeep.ts'

/** How long an alarm waits for the look at the pending installs, in milliseconds. */
const CHECK_PATIENCE_MS = 1000

/**
 * Does everything that is due, and resolves when nothing is left that the alarm has to wait for. What may take
 * long goes on in the background.
 */
export async function runDue(parts: PortalParts): Promise<void> {
  const { enricher, reconciler, subscriber, mirror, world, scheduler } = parts
  const isDue = (at: number | null): boolean => at !== null && at <= world.now()
  enricher.catchUp()
  if (isDue(reconciler.dueAt())) scheduler.background(reconciler.runDue())
  if (isDue(subscriber.dueAt())) scheduler.background(alignBindings(parts))
  scheduler.advance()
  // KV may be silent, and everything else has to go on.
  scheduler.background(mirror.follow())
  scheduler.background(closeFullSegment(parts))
  await checkUninstall(parts)
  // An OAuth server that is silent takes seconds for each pending install, and while `alarm()` works the
  // platform fires no other alarm: the retries of the lanes would wait for it.
  const checked = checkPending(parts)
  const isOver = await waitWithTimeout(checked, CHECK_PATIENCE_MS, world)
  if (!isOver) scheduler.background(checked)
}
