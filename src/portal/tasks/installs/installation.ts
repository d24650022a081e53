/**
 * The steps of an installation beside the decision about it: KV follows the install, and the portal is
 * subscribed to events.
 */
import type { InstallRequest } from '../../../bitrix24/wire/request.ts'
import type { InstallAnswer } from '../../installs/decision.ts'
import type { PortalDomains } from '../../installs/domains.ts'
import type { Installer, InstallOrigin } from '../../installs/installer.ts'
import type { KvMirror } from '../../installs/kv-mirror.ts'
import type { Subscriber } from '../../installs/subscriber.ts'
import type { Scheduler } from '../../scheduler.ts'
import type { World } from '../../world.ts'
import type { PortalState } from '../../state/portal-state.ts'
import { waitAtMost } from '../../wait-at-most.ts'

/** The time for which the application's page waits for the portal's subscriptions, in milliseconds. */
const PAGE_PATIENCE_MS = 5000

/** The time for which an installation waits for the directory, in milliseconds. */
const DIRECTORY_PATIENCE_MS = 1000

/** The parts that a new installation concerns. */
export interface InstallParts {
  readonly state: Pick<PortalState, 'install'>
  readonly installer: Pick<Installer, 'install'>
  readonly domains: Pick<PortalDomains, 'follow'>
  readonly mirror: Pick<KvMirror, 'follow'>
  readonly subscriber: Pick<Subscriber, 'alignAfterVisit'>
  readonly world: Pick<World, 'sleep'>
  readonly scheduler: Pick<Scheduler, 'advance' | 'background'>
}

/** The parts that the second look at pending installs concerns. */
interface PendingParts {
  readonly state: Pick<PortalState, 'install'>
  readonly installer: Pick<Installer, 'checkPending'>
  readonly mirror: Pick<KvMirror, 'follow'>
  readonly subscriber: Pick<Subscriber, 'align'>
  readonly scheduler: Pick<Scheduler, 'background'>
}

/** Decides about an installation. One that is accepted is mirrored in KV, and its portal is subscribed. */
export async function installPortal(
  parts: InstallParts,
  request: InstallRequest,
  origin?: InstallOrigin,
): Promise<InstallAnswer> {
  const { installer, mirror, subscriber, state, world, scheduler } = parts
  const answer = await installer.install(request, origin)
  scheduler.advance()
  if (answer.kind !== 'installed') return answer
  // The holder of the domain is asked for before the first event is matched with destinations that name a domain.
  await holdDomain(parts)
  await mirror.follow()
  const aligned = subscriber.alignAfterVisit()
  scheduler.background(aligned)
  // A person waits for the page, and wants to know which events could not be bound. Nobody waits for the
  // answer to an event.
  if (request.cause === 'page') {
    await waitAtMost(
      aligned.catch(() => undefined),
      PAGE_PATIENCE_MS,
      world,
    )
  }
  // The portal is asked whether its installation is finished, since the OAuth server may be ahead of it.
  const finished = state.install().application?.finished ?? answer.finished
  return { ...answer, finished }
}

async function holdDomain({
  domains,
  world,
  scheduler,
}: Pick<InstallParts, 'domains' | 'world' | 'scheduler'>): Promise<void> {
  const held = domains.follow()
  scheduler.background(held)
  await waitAtMost(
    held.catch(() => undefined),
    DIRECTORY_PATIENCE_MS,
    world,
  )
}

/**
 * Looks at the pending installs again. A portal whose install is trusted now is subscribed like any other.
 */
export async function checkPending({
  state,
  installer,
  mirror,
  subscriber,
  scheduler,
}: PendingParts): Promise<void> {
  const { application } = state.install()
  await installer.checkPending()
  if (state.install().application === application) return
  scheduler.background(mirror.follow())
  scheduler.background(subscriber.align())
}
