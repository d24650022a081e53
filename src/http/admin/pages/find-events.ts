/** Looks for events of a portal, a bounded number of pages at a time. */
import type { EventsPage } from '../../../core/views/event-views.ts'
import type { PortalClient } from '../../../edge/portal-client.ts'
import type { FoundEvents } from '../../../dashboard/pages/portal/event-list.tsx'
import {
  isFound,
  isSearching,
  type EventSearch,
} from '../../../dashboard/pages/portal/event-search.ts'

/** The most events on one page of the dashboard. */
const MAX_SHOWN = 50

/** The number of events that a search looks at in one request, in pages of the portal's object. */
const MAX_PAGES = 5

/** The size of such a page. */
const PAGE = 200

/** The first events that are looked for; null when nothing is known of the portal. */
export async function findEvents(
  client: Pick<PortalClient, 'events'>,
  search: EventSearch,
): Promise<FoundEvents | null> {
  const before = search.before ?? Number.MAX_SAFE_INTEGER
  if (!isSearching(search)) {
    const page = await client.events(before, MAX_SHOWN)
    return page === null ? null : { ...page, looked: page.events.length }
  }
  let shown: FoundEvents = { events: [], before, looked: 0 }
  for (let pages = 0; pages < MAX_PAGES && shown.before !== null; pages += 1) {
    const page = await client.events(shown.before, PAGE)
    if (page === null) return null
    shown = addFound(shown, page, search)
    if (shown.events.length === MAX_SHOWN) break
  }
  return shown
}

/**
 * Adds the events found among further ones, up to the size of a page. The next page begins behind the last event that
 * was looked at.
 */
function addFound(shown: FoundEvents, page: EventsPage, search: EventSearch): FoundEvents {
  const events = [...shown.events]
  let looked = shown.looked
  for (const view of page.events) {
    looked += 1
    if (isFound(search, view)) events.push(view)
    if (events.length === MAX_SHOWN) {
      const isLast = view === page.events.at(-1)
      return { events, looked, before: isLast ? page.before : view.sequence }
    }
  }
  return { events, looked, before: page.before }
}
