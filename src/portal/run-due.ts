/** One alarm: every part whose time has come does what is due now. */
import { checkPending } from './install.ts'
import type { PortalParts } from './parts.ts'
import { checkUninstall } from './uninstall.ts'
import { alignBindings } from './upkeep.ts'

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
  await checkUninstall(parts)
  await checkPending(parts)
}
