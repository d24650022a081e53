/** The page of the destinations, and its acts. */
import type { Hono } from 'hono'
import { parseFeedback, type Feedback } from '../../../dashboard/parts/feedback.tsx'
import {
  destinationsPage,
  type TestedDestination,
} from '../../../dashboard/pages/destinations-page.tsx'
import type { PreviewMessage } from '../../../dashboard/parts/message.tsx'
import { replayOrderPage } from '../../../dashboard/pages/replay-order-page.tsx'
import { DESTINATIONS_PATH } from '../../../dashboard/paths.ts'
import { isMemberId } from '../../../core/access/member-id.ts'
import { NO_MEMORY } from '../../../core/lanes/state/receiver-memory.ts'
import { previewParcel, sampleParcel } from '../../../destinations/preview.ts'
import { openReceiver, type Destination } from '../../../destinations/settings/destination.ts'
import type { OrderProgress } from '../../../edge/orders.ts'
import { ORDER_ACTS, type OrderAct } from '../../../objects/order-store.ts'
import { withTimeout } from '../../../storage/with-timeout.ts'
import { dryRunInAllPortals, listDestinations, orderInAllPortals } from '../api/destinations.ts'
import { outcomeView, sendTestMessage } from '../api/try-destination.ts'
import { ADMIN_MS } from '../api/json-route.ts'
import { replyPage } from './answer.ts'
import { replyProblem, replyToAct, type PageDeps, type PageDepsOf } from './page-route.ts'
import type { PageContext, PageEnv } from './page-context.ts'

/** Adds the page and its acts. */
export function addDestinationPages(routes: Hono<PageEnv>, depsOf: PageDepsOf): void {
  routes.get(DESTINATIONS_PATH, (c) => show(c, depsOf(c)))
  routes.get(`${DESTINATIONS_PATH}/:destination/preview`, (c) =>
    withDestination(c, depsOf(c), async (destination) => {
      const deps = depsOf(c)
      return show(c, deps, { message: await sampleOf(destination, deps) })
    }),
  )
  routes.post(`${DESTINATIONS_PATH}/:destination/test`, (c) =>
    withDestination(c, depsOf(c), async (destination) => {
      const deps = depsOf(c)
      return show(c, deps, { tested: await testOf(destination, deps) })
    }),
  )
  routes.get(`${DESTINATIONS_PATH}/:destination/replay`, (c) =>
    withDestination(c, depsOf(c), ({ name }) => showReplay(c, depsOf(c), name)),
  )
  for (const act of ['test', 'pause', 'resume']) {
    routes.get(`${DESTINATIONS_PATH}/:destination/${act}`, (c) =>
      c.redirect(DESTINATIONS_PATH, 303),
    )
  }
  for (const act of ORDER_ACTS) {
    routes.post(`${DESTINATIONS_PATH}/:destination/${act}`, (c) =>
      withDestination(c, depsOf(c), async ({ name }) => {
        const progress = await orderInAllPortals(depsOf(c).admin, { destination: name, act })
        return replyToAct(c, DESTINATIONS_PATH, feedbackOf(act, progress))
      }),
    )
  }
}

/** What the page says of an order: how far it has come, and whether a portal has not answered. */
export function feedbackOf(act: OrderAct, { portals, failed, left }: OrderProgress): Feedback {
  if (failed > 0) return 'ordered_in_part'
  if (act === 'replay' && portals === 0 && left === 0) return 'nothing_to_replay'
  return left > 0 ? 'ordered_on' : 'ordered'
}

/** Does the work with the destination that the path names, or says that there is none. */
function withDestination(
  c: PageContext,
  deps: PageDeps,
  work: (destination: Destination) => Promise<Response>,
): Promise<Response> {
  const name = c.req.param('destination')
  const destination = deps.admin.sending.destinations.find((known) => known.name === name)
  return destination === undefined ? replyProblem(c, deps, 'not_found') : work(destination)
}

async function show(
  c: PageContext,
  deps: PageDeps,
  {
    tested = null,
    message = null,
  }: { tested?: TestedDestination | null; message?: PreviewMessage | null } = {},
): Promise<Response> {
  const destinations = await withTimeout(listDestinations(deps.admin), ADMIN_MS)
  const feedback = parseFeedback(new URL(c.req.url).searchParams)
  const page = { feedback, destinations, tested, message }
  return replyPage(c, (terms) => destinationsPage({ ...page, terms }), deps.auth)
}

/** The page that asks before a replay in all portals. */
async function showReplay(c: PageContext, deps: PageDeps, destination: string): Promise<Response> {
  const cursor = new URL(c.req.url).searchParams.get('cursor') ?? ''
  const after = isMemberId(cursor) ? cursor : ''
  const [dryRun, totals] = await Promise.all([
    dryRunInAllPortals(deps.admin, { destination, after }),
    withTimeout(deps.admin.directory.sumReports(deps.admin.now()), ADMIN_MS),
  ])
  const reported = totals.destinations[destination]?.parked ?? 0
  const page = { destination, dryRun, reported, isContinued: after !== '' }
  return replyPage(c, (terms) => replayOrderPage({ ...page, terms }), deps.auth)
}

async function testOf(destination: Destination, { admin }: PageDeps): Promise<TestedDestination> {
  const outcome = await withTimeout(sendTestMessage(destination, admin.sending), ADMIN_MS)
  return { destination: destination.name, ...outcomeView(outcome) }
}

/** The message about an invented event. */
async function sampleOf(destination: Destination, { admin }: PageDeps): Promise<PreviewMessage> {
  const { policy, world } = admin.sending
  const receiver = openReceiver(destination, new Map(), policy)
  if (!receiver.ok) return { destination: destination.name, preview: null }
  const terms = { now: world.now(), memory: NO_MEMORY }
  const preview = await previewParcel(receiver.value, sampleParcel(null, terms.now), terms)
  return { destination: destination.name, preview }
}
