/** What an installation brings with it beside the decision about it: KV follows, and the portal is subscribed. */
import type { InstallRequest } from '../bitrix24/wire/request.ts'
import type { InstallStatus } from '../core/access/portal-status.ts'
import type { InstallAnswer } from './installs/decision.ts'
import type { PortalParts } from './parts.ts'
import { installStatus, type PortalViewParts } from './views/portal-view.ts'

/** How long the application's page waits for the portal's subscriptions, in milliseconds. */
const PAGE_PATIENCE_MS = 5000

/** The parts that a new installation concerns. */
export type InstallParts = PortalViewParts &
  Pick<PortalParts, 'installer' | 'mirror' | 'subscriber' | 'world' | 'scheduler'>

/** Decides about an installation, and answers with the portal's status for a user who may see it. */
export async function installPortal(
  parts: InstallParts,
  request: InstallRequest,
): Promise<InstallAnswer & { status?: InstallStatus | null }> {
  const { installer, mirror, subscriber, state, world, scheduler } = parts
  const answer = await installer.install(request)
  scheduler.advance()
  if (answer.kind !== 'installed') return answer
  await mirror.follow()
  const aligned = subscriber.alignAfterVisit()
  scheduler.background(aligned)
  // A person waits for the page, and wants to know which events could not be bound; nobody waits behind an event.
  if (request.cause === 'page') await Promise.race([aligned, world.sleep(PAGE_PATIENCE_MS)])
  // The portal knows best whether its installation is finished; the OAuth server may be ahead of it.
  const finished = state.install().application?.finished ?? answer.finished
  return { ...answer, finished, status: answer.isOwner ? installStatus(parts) : null }
}

/** Looks at the pending installs again. One that is trusted now is subscribed like any other. */
export async function checkPending(
  parts: Pick<PortalParts, 'state' | 'installer' | 'subscriber' | 'scheduler'>,
): Promise<void> {
  const { state, installer, subscriber, scheduler } = parts
  const { application } = state.install()
  await installer.checkPending()
  if (state.install().application !== application) scheduler.background(subscriber.align())
}
