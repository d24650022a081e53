import { expect, test } from 'vitest'
import { EventList, type FoundEvents } from '../../../../src/dashboard/pages/portal/event-list.tsx'
import { parseEventSearch } from '../../../../src/dashboard/pages/portal/event-search.ts'
import { aPage } from '../../../support/builders/a-page.ts'
import { anEventView, HOSTILE, MEMBER_ID } from '../../../support/builders/a-view.ts'

function htmlOf(shown: Partial<FoundEvents>, query = ''): string {
  const search = parseEventSearch(new URLSearchParams(query))
  const all = { events: [], before: null, looked: 0, ...shown }
  return String(EventList({ terms: aPage(), memberId: MEMBER_ID, shown: all, search }))
}

test('without any event it says why', () => {
  expect(htmlOf({})).toContain('The portal has sent no event yet.')
  expect(htmlOf({ looked: 1000 }, 'event=x')).toContain('None of the 1,000 events')
})

test('older events keep the search', () => {
  const html = htmlOf({ events: [anEventView()], before: 40 }, 'event=user&before=99')
  expect(html).toContain(`href="/admin/portals/${MEMBER_ID}?event=user&amp;before=40#events"`)
  expect(html).toContain(`href="/admin/portals/${MEMBER_ID}?event=user#events"`)
})

test('nothing that a portal has sent can leave its place', () => {
  const view = anEventView({
    event: HOSTILE,
    userName: HOSTILE,
    fields: { FIELD_NAME: HOSTILE, ENTITY_ID: HOSTILE },
    changes: [{ attribute: HOSTILE, before: HOSTILE, after: HOSTILE }],
  })
  expect(htmlOf({ events: [view] })).not.toMatch(/<img|<script/)
})
