import { expect, test } from 'vitest'
import { EventFates } from '../../../../src/dashboard/pages/event/event-fates.tsx'
import { aPage } from '../../../support/builders/a-page.ts'
import {
  anEventView,
  DELIVERED_FATE,
  MEMBER_ID,
  PARKED_FATE,
  WAITING_FATE,
} from '../../../support/builders/a-view.ts'
import type { EventView } from '../../../../src/core/views/event-views.ts'

function htmlOf(fates: EventView['fates']): string {
  return String(
    EventFates({
      terms: aPage(),
      memberId: MEMBER_ID,
      view: anEventView({ fates }),
      message: null,
    }),
  )
}

test('what is not written down is said to be so', () => {
  const text = htmlOf({ erp: { ...DELIVERED_FATE, at: null, attempts: null } })
  expect(text).toContain('time not recorded')
  expect(text).toContain('attempts not recorded')
  expect(text).toContain('HTTP status not recorded')
  expect(htmlOf({ erp: PARKED_FATE })).toContain('HTTP status 422')
})

test('an event that has passed can be sent again, one that waits cannot', () => {
  expect(htmlOf({ erp: PARKED_FATE })).toContain(
    `action="/admin/portals/${MEMBER_ID}/lanes/erp/replay"`,
  )
  expect(htmlOf({ erp: WAITING_FATE })).not.toContain('Send again')
})

test('a digest tells how many events it holds', () => {
  const digest = { first: 40, last: 44, count: 3 }
  expect(htmlOf({ erp: { ...DELIVERED_FATE, digest } })).toContain(
    'tells 3 events together, 40 to 44.',
  )
})

test('an event that was left out was sent nowhere, so it has no facts', () => {
  const fate = { ...WAITING_FATE, state: 'filtered', attempts: null, reason: 'field' } as const
  expect(htmlOf({ erp: fate })).not.toContain('not recorded')
  expect(htmlOf({})).toContain('No destination takes events of this portal.')
})

test('the message that was asked for stands at its destination, and says that it is no copy', () => {
  const preview = { headers: {}, body: { text: 'Hello' } }
  const view = anEventView({ fates: { erp: DELIVERED_FATE, crm: DELIVERED_FATE } })
  const message = { destination: 'erp', preview }
  const html = String(EventFates({ terms: aPage(), memberId: MEMBER_ID, view, message }))
  expect(html.match(/It is no copy of what was sent/g)).toHaveLength(1)
  expect(html.indexOf('Hello')).toBeLessThan(html.indexOf('fate-crm'))
  expect(html).toContain(`href="/admin/portals/${MEMBER_ID}/events/42?preview=crm#fate-crm"`)
})
