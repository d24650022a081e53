import { expect, test } from 'vitest'
import { parkedPage, type ParkedPage } from '../../../src/dashboard/pages/parked-page.tsx'
import { aPage, contentOf, textOf } from '../../support/builders/a-page.ts'
import { ago, anEventView, MEMBER_ID } from '../../support/builders/a-view.ts'

const PARKED = {
  destination: 'erp',
  sequence: 7,
  reason: 'http_422',
  status: 422,
  at: ago(0),
  attempts: 2,
} as const

function pageOf(partial: Partial<ParkedPage> = {}) {
  return parkedPage({
    terms: aPage(),
    memberId: MEMBER_ID,
    domain: null,
    parked: [
      PARKED,
      { ...PARKED, sequence: 9 },
      { ...PARKED, destination: 'crm', reason: null, status: null },
    ],
    counts: new Map([['erp', 2]]),
    quarantined: [anEventView({ quarantined: true, quarantineReason: 'invalid_fields' })],
    looked: null,
    feedback: null,
    ...partial,
  })
}

test('each lane has its parked events, each with its reason and what to do', async () => {
  const text = await textOf(pageOf())
  expect(text).toContain('erp: 2 parked events')
  expect(text).toContain('crm: 1 parked event')
  expect(text).toContain(
    'The receiver refused it ( http_422 ), status 422, after 2 attempts. Only this message',
  )
  expect(text).toContain('The reason is not known ( ? ), no answer')
})

test('an event that an operator has set aside was never tried', async () => {
  const parked = [{ ...PARKED, reason: 'set_aside', status: null, attempts: 0 } as const]
  expect(await textOf(pageOf({ parked }))).toContain(
    'An operator has set it aside ( set_aside ). Replay it when its time has come.',
  )
})

test('one, some and all of them can be sent again', async () => {
  const html = await contentOf(pageOf())
  expect(html).toContain(
    `<form method="post" action="/admin/portals/${MEMBER_ID}/lanes/erp/replay"`,
  )
  expect([...html.matchAll(/name="sequence" value="(\d+)"/g)].map(([, n]) => n)).toEqual([
    '7',
    '9',
    '7',
  ])
  expect(html).toContain(`/lanes/erp/replay?parked=true`)
})

test('quarantined events are told with their reason, and how far they were looked for', async () => {
  expect(await textOf(pageOf())).toContain('Its fields do not have the documented form')
  const none = pageOf({ quarantined: [], looked: 1000 })
  expect(await textOf(none)).toContain('No event is quarantined among the newest 1,000.')
  expect(await textOf(pageOf({ parked: [], counts: new Map() }))).toContain('No event is parked.')
})

test('more parked events than are listed are counted all the same', async () => {
  const counts = new Map([
    ['erp', 2400],
    ['sap', 3],
  ])
  const text = await textOf(pageOf({ counts }))
  expect(text).toContain('erp: 2,400 parked events The first 2 of them are listed')
  expect(text).toContain('sap: 3 parked events There are too many parked events to list')
})
