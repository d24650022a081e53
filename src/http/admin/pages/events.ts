/** The pages of one event, and of the parked and quarantined ones. */
import type { Hono } from 'hono'
import { parseFeedback } from '../../../dashboard/parts/feedback.tsx'
import { eventPage } from '../../../dashboard/pages/event/event-page.tsx'
import { parkedPage } from '../../../dashboard/pages/parked-page.tsx'
import { parseEventSearch } from '../../../dashboard/pages/portal/event-search.ts'
import { replyPage } from './answer.ts'
import { aboutPortal, parseNumber, type PageDepsOf, type AskedPortal } from './page-route.ts'
import type { PageEnv } from './page-context.ts'
import { findEvents } from './find-events.ts'

/** Adds the pages. */
export function addEventPages(routes: Hono<PageEnv>, depsOf: PageDepsOf): void {
  routes.get('/admin/portals/:memberId/events/:sequence', aboutPortal(depsOf, showEvent))
  routes.get('/admin/portals/:memberId/parked', aboutPortal(depsOf, showParked))
}

async function showEvent({ c, deps, client, memberId }: AskedPortal) {
  const sequence = parseNumber(c.req.param('sequence'))
  if (sequence === null) return null
  const query = new URL(c.req.url).searchParams
  const destination = query.get('preview')
  const [shown, view, preview] = await Promise.all([
    client.view(),
    client.event(sequence),
    destination === null ? null : client.preview(destination, sequence),
  ])
  if (shown === null || view === null) return null
  const message =
    destination === null || preview === null
      ? null
      : { destination, preview: preview.ok ? preview.value : null }
  const feedback = parseFeedback(query)
  const { domain, head } = shown
  const page = { memberId, domain, view, head, feedback, message }
  return replyPage(c, (terms) => eventPage({ ...page, terms }), deps.auth)
}

/** Quarantined events have no list of their own, so they are looked for among the newest ones. */
const QUARANTINED = parseEventSearch(new URLSearchParams({ fate: 'quarantined' }))

async function showParked({ c, deps, client, memberId }: AskedPortal) {
  const [shown, parked, found] = await Promise.all([
    client.view(),
    client.parked(),
    findEvents(client, QUARANTINED),
  ])
  if (shown === null || parked === null || found === null) return null
  const { domain } = shown
  const looked = found.before === null ? null : found.looked
  const feedback = parseFeedback(new URL(c.req.url).searchParams)
  const counts = new Map(shown.lanes.map((lane) => [lane.destination, lane.parked]))
  const page = { memberId, domain, parked, counts, quarantined: found.events, looked, feedback }
  return replyPage(c, (terms) => parkedPage({ ...page, terms }), deps.auth)
}
