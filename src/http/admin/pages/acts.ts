/** The acts of the dashboard: the forms of its buttons. Each leads back to its page, which says what was done. */
import type { Hono } from 'hono'
import { MAX_REPLAY_JOBS } from '../../../core/lanes/state/replay-job.ts'
import type { Feedback } from '../../../dashboard/parts/feedback.tsx'
import { portalPath } from '../../../dashboard/paths.ts'
import type { PortalClient } from '../../../edge/portal-client.ts'
import { replayRefused } from '../../../edge/spill/replay-refused.ts'
import type { LaneWish } from '../../../portal/lanes/control.ts'
import { aboutPortal, parseNumber, replyToAct, type PageDepsOf } from './page-route.ts'
import type { PageContext, PageEnv } from './page-context.ts'
import { replayWishes } from './replay.ts'

/** Does one act. */
type Act = (client: PortalClient, c: PageContext) => Promise<Feedback>

/** Adds the acts. */
export function addActs(routes: Hono<PageEnv>, depsOf: PageDepsOf): void {
  const portalRoute = '/admin/portals/:memberId'
  const add = (path: string, act: Act): void => {
    // An act's address is asked for again where a session has ended, or out of the bar of the browser. A replay has a
    // page there.
    if (!path.endsWith('/replay')) {
      routes.get(`${portalRoute}${path}`, (c) =>
        c.redirect(portalPath(c.req.param('memberId') ?? ''), 303),
      )
    }
    routes.post(
      `${portalRoute}${path}`,
      aboutPortal(depsOf, async ({ c, client, memberId }) =>
        replyToAct(c, portalPath(memberId), await act(client, c)),
      ),
    )
  }
  add('/lanes/:destination/pause', (client, c) => control(client, c, { kind: 'pause' }))
  add('/lanes/:destination/resume', (client, c) => control(client, c, { kind: 'resume' }))
  add('/lanes/:destination/park', park)
  add('/lanes/:destination/replay', replay)
  add('/reconcile', async (client) => RECONCILED[await client.reconcile()])
  add('/pins/:n/remove', async (client, c) =>
    (await client.removePin(parseNumber(c.req.param('n')) ?? 0)) === 'done'
      ? 'pin_removed'
      : 'unknown_pin',
  )
  routes.post(
    `${portalRoute}/refused/replay`,
    aboutPortal(depsOf, async ({ c, deps, memberId }) => {
      await replayRefused(deps.admin.drain, memberId)
      return replyToAct(c, portalPath(memberId), 'handed_over')
    }),
  )
}

const RECONCILED = {
  started: 'reconciling',
  unknown: 'no_access',
  no_access: 'no_access',
} as const satisfies Record<string, Feedback>

const destinationOf = (c: PageContext): string => c.req.param('destination') ?? ''

async function control(client: PortalClient, c: PageContext, wish: LaneWish): Promise<Feedback> {
  const changed = await client.controlLane(destinationOf(c), wish)
  if (!changed.ok) return changed.error
  if (wish.kind === 'park') return 'parked'
  // After a resume the status is active, or disabled while the destination cannot be used.
  return changed.value === 'removed' ? 'removed_lane' : changed.value
}

async function park(client: PortalClient, c: PageContext): Promise<Feedback> {
  const sequence = parseNumber(c.get('admission').form.get('sequence'))
  return sequence === null ? 'invalid_request' : control(client, c, { kind: 'park', sequence })
}

async function replay(client: PortalClient, c: PageContext): Promise<Feedback> {
  const wishes = replayWishes(c.get('admission').form)
  if (wishes === null) return 'invalid_request'
  // More wishes than a lane holds jobs are refused before the first one begins.
  if (wishes.length > MAX_REPLAY_JOBS) return 'too_many_chosen'
  let count = 0
  for (const wish of wishes) {
    const replayed = await client.replay(destinationOf(c), wish, { dryRun: false })
    if (!replayed.ok) return count > 0 ? 'replaying_in_part' : replayed.error
    count += replayed.value
  }
  return count === 0 ? 'nothing_to_replay' : 'replaying'
}
