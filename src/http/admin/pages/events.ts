/** The pages of one event, and of the parked and quarantined ones. */
import type { Hono } from 'hono'
import { parseFeedback } from '../../../dashboard/parts/feedback.tsx'
import { eventPage } from '../../../dashboard/pages/event/event-page.tsx'
import { parkedPage } from '../../../dashboard/pages/parked-page.tsx'
import { parseEventSearch } from '../../../dashboard/pages/portal/event-search.ts'
import type { PortalClient } from '../../../edge/portal-client.ts'
import type { PageEnv } from './admission.ts'
import {
  parseNumber,
  reply,
  withPortal,
  type PageContext,
  type PageDeps,
  type PageDepsOf,
} from './exchange.ts'
import { findEvents } from './find-events.ts'

/** Adds the pages. */
export function addEventPages(routes: Hono<PageEnv>, depsOf: PageDepsOf): void {
  routes.get('/admin/portals/:memberId/events/:sequence', (c) => {
    const deps = depsOf(c)
    return withPortal(c, deps, (portal, memberId) => showEvent(c, deps, { portal, memberId }))
  })
  routes.get('/admin/portals/:memberId/parked', (c) => {
    const deps = depsOf(c)
    return withPortal(c, deps, (portal, memberId) => showParked(c, deps, { portal, memberId }))
  })
}

interface AskedPortal {
  readonly portal: PortalClient
  readonly memberId: string
}

async function showEvent(c: PageContext, deps: PageDeps, { portal, memberId }: AskedPortal) {
  const sequence = parseNumber(c.req.param('sequence'))
  if (sequence === null) return null
  const query = new URL(c.req.url).searchParams
  const destination = query.get('preview')
  const [shown, view, preview] = await Promise.all([
    portal.view(),
    portal.event(sequence),
    destination === null ? null : portal.preview(destination, sequence),
  ])
  if (shown === null || view === null) return null
  const message =
    destination === null || preview === null
      ? null
      : { destination, preview: preview.ok ? preview.value : null }
  const feedback = parseFeedback(query)
  const { domain, head } = shown
  return reply(c, deps, (terms) =>
    eventPage({ terms, memberId, domain, view, head, feedback, message }),
  )
}

/** Quarantined events have no list of their own, so they are looked for among the newest ones. */
const QUARANTINED = parseEventSearch(new URLSearchParams({ fate: 'quarantined' }))

async function showParked(c: PageContext, deps: PageDeps, { portal, memberId }: AskedPortal) {
  const [shown, parked, found] = await Promise.all([
    portal.view(),
    portal.parked(),
    findEvents(portal, QUARANTINED),
  ])
  if (shown === null || parked === null || found === null) return null
  const { domain } = shown
  const looked = found.before === null ? null : found.looked
  const feedback = parseFeedback(new URL(c.req.url).searchParams)
  const page = { memberId, domain, parked, quarantined: found.events, looked, feedback }
  return reply(c, deps, (terms) => parkedPage({ ...page, terms }))
}
