/**
 * The daily visit of a portal: old events are dropped, records are sealed again under the newest key, tokens are kept
 * alive, and an alarm stands wherever there is work.
 */
import type { PartsOf, PortalParts } from '../parts.ts'
import { confirmRecovery } from './installs/recovery.ts'
import { dropBulletins } from './log/retention.ts'
import { tidyLog } from './log/tidy-log.ts'
import { askPortal, tidyRecords } from './upkeep.ts'

/** The parts that a visit concerns beside those of its steps. */
type VisitParts = Pick<PortalParts, 'state' | 'domains' | 'alarm' | 'waker' | 'scheduler'>

/** The steps of a visit. */
type VisitSteps = PartsOf<typeof tidyLog> &
  PartsOf<typeof dropBulletins> &
  PartsOf<typeof tidyRecords> &
  PartsOf<typeof confirmRecovery> &
  PartsOf<typeof askPortal>

/** Visits the portal, and answers how many events were dropped. Of an unknown portal there is nothing to tidy. */
export async function visitPortal(parts: VisitParts & VisitSteps): Promise<{ dropped: number }> {
  const { state, domains, alarm, waker, scheduler } = parts
  if (!state.isKnown()) return { dropped: 0 }
  const dropped = await tidyLog(parts)
  dropBulletins(parts)
  await tidyRecords(parts)
  scheduler.background(domains.follow())
  // The portal may be slow to answer, and nobody waits for it.
  scheduler.background(confirmRecovery(parts))
  scheduler.background(askPortal(parts))
  // The alarm that memory knows may be lost: the platform gives an alarm up after some failures.
  await alarm.load()
  await alarm.ensure(waker.wakeAt())
  return { dropped }
}
