import { expect, test } from 'vitest'
import { parseEventSearch } from '../../../../src/dashboard/pages/portal/event-search.ts'
import { portalPage, type PortalPage } from '../../../../src/dashboard/pages/portal/portal-page.tsx'
import { aPage, contentOf, textOf } from '../../../support/builders/a-page.ts'
import {
  aDisabledLane,
  anEventView,
  aPortalView,
  MEMBER_ID,
} from '../../../support/builders/a-view.ts'

function pageOf(partial: Partial<PortalPage> = {}) {
  return portalPage({
    terms: aPage(),
    view: aPortalView(),
    shown: { events: [anEventView()], before: null, looked: 1 },
    search: parseEventSearch(new URLSearchParams()),
    feedback: null,
    stamp: 'abc',
    outside: { spilled: 0, spillRefused: 0 },
    history: null,
    ...partial,
  })
}

test('what is wrong comes before everything else', async () => {
  const text = await textOf(pageOf({ view: aPortalView({ lanes: [aDisabledLane()] }) }))
  expect(text).toMatch(
    /^acme\.bitrix24\.com active .* erp is disabled.* Lanes erp webhook disabled .* Events .* Numbers .* Installation/,
  )
})

test('the parts that may change can be put anew, each by its own id', async () => {
  const html = await contentOf(pageOf())
  expect(html).toContain(`data-stamp="abc" data-watch="/admin/portals/${MEMBER_ID}/stamp"`)
  const live = [...html.matchAll(/<[^>]* data-live[^>]*>/g)].map(
    ([tag]) => /id="([^"]*)"/.exec(tag)?.[1],
  )
  expect(live).toEqual(['troubles', 'lanes', 'event-list', 'bulletins', 'numbers'])
})

test('a portal without a domain is named by its member id, and may have no lane', async () => {
  const page = pageOf({ view: aPortalView({ domain: null, lanes: [] }) })
  expect(page.title).toBe(MEMBER_ID)
  expect(await textOf(page)).toContain('No destination takes events of this portal.')
})

test('an act says what it has done', async () => {
  expect(await textOf(pageOf({ feedback: 'paused' }))).toMatch(/^The lane is paused/)
})

test('requests outside of the object are told, unless the script asks for the page anew', async () => {
  const spilled = { spilled: 3, spillRefused: 0 }
  expect(await textOf(pageOf({ outside: spilled }))).toContain('3 requests wait in the spill')
  expect(await textOf(pageOf({ outside: null }))).toContain('The portal and its lanes work.')
})

test('the last hours are shown where they are known', async () => {
  expect(await contentOf(pageOf())).not.toContain('id="history"')
  const history = { hours: [{ at: '2026-03-01T12:00:00.000Z', events: 3 }], lanes: [] }
  expect(await textOf(pageOf({ history }))).toContain('The last 1 hours Events received 3 events')
})
