import { expect, test } from 'vitest'
import type { BulletinView } from '../../../../src/core/views/bulletin-view.ts'
import { parseEventSearch } from '../../../../src/dashboard/pages/portal/event-search.ts'
import { portalPage } from '../../../../src/dashboard/pages/portal/portal-page.tsx'
import { aPage, contentOf, textOf } from '../../../support/builders/a-page.ts'
import { ago, aPortalView, HOSTILE } from '../../../support/builders/a-view.ts'

const BULLETIN: BulletinView = {
  n: 3,
  id: 'm-relay-3',
  type: 'relay.lane.disabled',
  about: 'erp',
  at: ago(60_000),
  fates: [
    { destination: 'ops', state: 'delivered', at: ago(0), attempts: 1, reason: null },
    { destination: 'chat', state: 'parked', at: ago(0), attempts: 1, reason: 'http_422' },
  ],
}

function pageOf(...bulletins: readonly BulletinView[]) {
  return portalPage({
    terms: aPage(),
    view: aPortalView({ bulletins }),
    outside: null,
    history: null,
    shown: { events: [], before: null, looked: 0 },
    search: parseEventSearch(new URLSearchParams()),
    feedback: null,
    stamp: 's',
  })
}

test('each bulletin is told with when it was, what it says, and what became of it', async () => {
  const text = await textOf(pageOf(BULLETIN, { ...BULLETIN, n: 2, about: null, fates: [] }))
  expect(text).toContain('What the relay has told')
  expect(text).toContain('erp is disabled, and its events wait relay.lane.disabled')
  expect(text).toMatch(/ops delivered\s+chat parked the receiver refused it/)
  expect(text).toContain('nobody: the only destination that asks is the one that it is about')
})

test('there is no list where nobody asks for bulletins', async () => {
  expect(await textOf(pageOf())).not.toContain('What the relay has told')
})

test('a name cannot leave its place', async () => {
  // Sound: a portal of a later release may tell words that this one does not know.
  const words = {
    type: HOSTILE,
    about: HOSTILE,
    fates: [{ ...BULLETIN.fates[1], destination: HOSTILE, reason: HOSTILE }],
  }
  const html = await contentOf(pageOf({ ...BULLETIN, ...words } as BulletinView))
  expect(html).not.toMatch(/<img|<script/)
})
