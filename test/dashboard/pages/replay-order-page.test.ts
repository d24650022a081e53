import { expect, test } from 'vitest'
import type { ReplayDryRun } from '../../../src/core/views/destination-views.ts'
import {
  replayOrderPage,
  type ReplayOrderPage,
} from '../../../src/dashboard/pages/replay-order-page.tsx'
import { aPage, contentOf, textOf } from '../../support/builders/a-page.ts'
import { HOSTILE, MEMBER_ID } from '../../support/builders/a-view.ts'

const DRY_RUN: ReplayDryRun = {
  dryRun: true,
  replayed: 1200,
  looked: 12,
  byPortal: [{ memberId: MEMBER_ID, domain: 'acme.bitrix24.com', replayed: 1200 }],
  cursor: null,
}

function pageOf(dryRun: Partial<ReplayDryRun> = {}, partial: Partial<ReplayOrderPage> = {}) {
  return replayOrderPage({
    terms: aPage(),
    destination: 'erp',
    dryRun: { ...DRY_RUN, ...dryRun },
    isContinued: false,
    reported: 1300,
    ...partial,
  })
}

test('it says what would be sent, portal by portal, and its button sends it', async () => {
  const text = await textOf(pageOf())
  expect(text).toContain('1,200 parked events would be sent again 12 portals were asked just now.')
  expect(text).toContain('Send 1,200 events again')
  expect(text).toContain('acme.bitrix24.com 1,200')
  const html = await contentOf(pageOf())
  expect(html).toContain('<form method="post" action="/admin/destinations/erp/replay">')
  expect(html).toContain(`href="/admin/portals/${MEMBER_ID}/parked#erp"`)
})

test('of more portals than are asked at once it tells no sum, and leads to the next ones', async () => {
  const page = pageOf({ cursor: 'b'.repeat(32) })
  expect(await textOf(page)).toContain(
    'and not all of them. All together have reported 1,300 parked events within the last hour. Ask the next portals Send all parked events of all portals again',
  )
  expect(await contentOf(page)).toContain(
    `href="/admin/destinations/erp/replay?cursor=${'b'.repeat(32)}"`,
  )
  expect(await textOf(pageOf({}, { isContinued: true }))).toContain('The first portals')
})

test('nothing parked has no button; a portal that is silent may have something', async () => {
  const nothing = { replayed: 0, byPortal: [] }
  expect(await textOf(pageOf(nothing))).toContain('Nothing would be sent')
  expect(await contentOf(pageOf(nothing))).not.toContain('<form')
  const byPortal = [{ memberId: MEMBER_ID, domain: null, replayed: null }]
  const silent = pageOf({ replayed: 0, byPortal })
  expect(await textOf(silent)).toContain(`${MEMBER_ID} It has not answered`)
  expect(await contentOf(silent)).toContain('<form')
})

test('a name cannot leave its place', async () => {
  const byPortal = [{ memberId: HOSTILE, domain: HOSTILE, replayed: 1 }]
  const page = pageOf({ byPortal, cursor: HOSTILE }, { destination: HOSTILE })
  expect(await contentOf(page)).not.toMatch(/<img|<script/)
})
