import { expect, test } from 'vitest'
import { eventPage } from '../../../../src/dashboard/pages/event/event-page.tsx'
import type { EventView } from '../../../../src/core/views/event-views.ts'
import { aPage, contentOf, textOf } from '../../../support/builders/a-page.ts'
import {
  ago,
  anEventView,
  DELIVERED_FATE,
  HOSTILE,
  MEMBER_ID,
} from '../../../support/builders/a-view.ts'

function pageOf(partial: Partial<EventView> = {}) {
  return eventPage({
    terms: aPage(),
    memberId: MEMBER_ID,
    domain: 'acme.bitrix24.com',
    view: anEventView(partial),
    head: 43,
    feedback: null,
    message: null,
  })
}

test('the way is told from the receipt to the reading', async () => {
  const text = await textOf(pageOf())
  expect(text).toMatch(
    /Received .* Caused by Anna Petrova .* Verified .* Explained .*1 changed attribute/,
  )
  expect(text).toContain('MANDATORY N Y')
})

test('an event of the relay itself says that nobody has sent it', async () => {
  const text = await textOf(pageOf({ origin: 'reconciled' }))
  expect(text).toContain('Found by comparing')
  expect(text).not.toContain('Verified')
})

test('the hint of a robot is not said to have brought a token', async () => {
  const text = await textOf(pageOf({ event: 'robot_hint', changes: null }))
  expect(text).toContain('It came to the secret address')
  expect(text).not.toContain('application token')
})

test('an erased event says so, and offers nothing that cannot be done', async () => {
  const erased = { erasedAt: ago(0), fields: null, changes: null, userName: null, userId: null }
  const html = await contentOf(pageOf({ ...erased, fates: { erp: DELIVERED_FATE } }))
  const text = await textOf(pageOf({ ...erased, fates: { erp: DELIVERED_FATE } }))
  expect(text).toMatch(/An operator has erased its content.* Changes Erased\. .*Data Erased\./)
  expect(html).not.toMatch(/\/lanes\/erp\/replay|preview=erp/)
})

test('it leads to its neighbours and to the events that it belongs to', async () => {
  const html = await contentOf(pageOf({ toldBy: 40, covers: [42, 43], completes: [39] }))
  for (const sequence of [39, 40, 41, 43]) {
    expect(html).toContain(`href="/admin/portals/${MEMBER_ID}/events/${sequence}"`)
  }
})

test('unknown changes and a cut body are said to be so', async () => {
  const text = await textOf(pageOf({ changes: null, bodyLength: 300_000 }))
  expect(text).toContain('Not known.')
  expect(text).toContain('the body had 300,000 characters')
  expect(await textOf(pageOf({ changes: [] }))).toContain('Nothing visible changed.')
})

test('nothing that a portal has sent can leave its place', async () => {
  const html = await contentOf(
    pageOf({
      event: HOSTILE,
      userName: HOSTILE,
      fields: { [HOSTILE]: HOSTILE, FIELD_NAME: HOSTILE },
      changes: [{ attribute: HOSTILE, before: HOSTILE, after: { [HOSTILE]: HOSTILE } }],
      fates: {},
    }),
  )
  expect(html).not.toMatch(/<img|<script|onerror=alert\(1\)>/)
  expect(html.match(/&lt;img src=x onerror=alert\(1\)&gt;/g)?.length).toBeGreaterThan(6)
})
