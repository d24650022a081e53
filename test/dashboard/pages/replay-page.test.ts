import { expect, test } from 'vitest'
import { replayPage, type ReplayPage } from '../../../src/dashboard/pages/replay-page.tsx'
import { aPage, contentOf, textOf } from '../../support/builders/a-page.ts'
import { anEventView, MEMBER_ID } from '../../support/builders/a-view.ts'

function pageOf(partial: Partial<ReplayPage> = {}) {
  return replayPage({
    terms: aPage(),
    memberId: MEMBER_ID,
    destination: 'erp',
    form: { from: '1', to: '9', parked: false },
    planned: null,
    cursor: 42,
    parked: 0,
    state: 'active',
    ...partial,
  })
}

test('before anything is asked for there is nothing to send', async () => {
  const html = await contentOf(pageOf({ parked: 3 }))
  expect(html).not.toContain('method="post"')
  expect(html).toContain('Show the 3 parked events')
})

test('a dry run says what would be sent, and its button sends just that', async () => {
  const page = pageOf({ planned: { count: 60, events: [anEventView()] } })
  const html = await contentOf(page)
  expect(await textOf(page)).toMatch(/60 events would be sent to erp .*and 59 more events/)
  expect(html).toContain('name="from" value="1"/><input type="hidden" name="to" value="9"/>')
  const parked = pageOf({
    planned: { count: 1, events: [] },
    form: { from: '', to: '', parked: true },
  })
  expect(await contentOf(parked)).toContain('name="parked" value="true"/>')
})

test('a lane that stands still is said to send nothing again yet', async () => {
  const planned = { count: 1, events: [] }
  const paused = await textOf(pageOf({ planned, state: 'paused' }))
  expect(paused).toContain('The lane is paused, and sends nothing again until it goes on.')
  expect(await textOf(pageOf({ planned }))).not.toContain('until it goes on')
})

test('parked events of the relay itself are counted, and stand in no list', async () => {
  const form = { from: '', to: '', parked: true }
  const text = await textOf(pageOf({ form, planned: { count: 1, events: [] } }))
  expect(text).toMatch(/1 event would be sent to erp .*events of the relay itself/)
})

test('nothing to send has no button', async () => {
  const html = await contentOf(pageOf({ planned: { count: 0, events: [] } }))
  expect(html).toContain('Nothing would be sent')
  expect(html).not.toContain('method="post"')
})
