/** The page of a portal, and its stamp. */
import type { Hono } from 'hono'
import { parseFeedback } from '../../../dashboard/parts/feedback.tsx'
import { parseEventSearch } from '../../../dashboard/pages/portal/event-search.ts'
import { portalPage } from '../../../dashboard/pages/portal/portal-page.tsx'
import type { HistoryView } from '../../../core/views/history-view.ts'
import type { PortalClient } from '../../../edge/portal-client.ts'
import { countWaitingRequests } from '../api/portal.ts'
import { replyPage } from './answer.ts'
import { aboutPortal, type PageDepsOf, type AskedPortal } from './page-route.ts'
import type { PageEnv } from './page-context.ts'
import { findEvents } from './find-events.ts'

/** Adds the pages. */
export function addPortalPages(routes: Hono<PageEnv>, depsOf: PageDepsOf): void {
  routes.get('/admin/portals/:memberId', aboutPortal(depsOf, showPortal))
  routes.get(
    '/admin/portals/:memberId/stamp',
    aboutPortal(depsOf, async ({ c, client }) => {
      const stamp = await client.stamp()
      return stamp === null ? null : c.text(stamp)
    }),
  )
}

async function showPortal({ c, deps, client, memberId }: AskedPortal): Promise<Response | null> {
  const query = new URL(c.req.url).searchParams
  const search = parseEventSearch(query)
  // The object answers its calls in turn: a change behind the stamp is seen by the next look at it.
  const isRenewal = c.req.header('x-renewal') !== undefined
  const [stamp, view, shown, outside, history] = await Promise.all([
    client.stamp(),
    client.view(),
    findEvents(client, search),
    // A page that is watched is asked for often, and the lists of KV are the dearest thing on it.
    isRenewal ? null : countWaitingRequests(deps.admin.drain, memberId),
    isRenewal ? null : readHistory(client),
  ])
  if (stamp === null || view === null || shown === null) return null
  const feedback = parseFeedback(query)
  const page = { view, outside, history, shown, search, feedback, stamp }
  return replyPage(c, (terms) => portalPage({ ...page, terms }), deps.auth)
}

/** The page is worth more than its plots: an object of the former release does not know them. */
async function readHistory(client: Pick<PortalClient, 'history'>): Promise<HistoryView | null> {
  try {
    return await client.history()
  } catch {
    // Swallowed: the other calls of the page tell whether the object answers at all.
    return null
  }
}
