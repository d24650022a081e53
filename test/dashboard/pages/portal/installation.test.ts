import { expect, test } from 'vitest'
import { Installation, LogNumbers } from '../../../../src/dashboard/pages/portal/installation.tsx'
import type { WholeView } from '../../../../src/core/views/whole-view.ts'
import { aPage } from '../../../support/builders/a-page.ts'
import { aPortalView, ago, MEMBER_ID } from '../../../support/builders/a-view.ts'

const htmlOf = (partial: Partial<WholeView>) =>
  String(Installation({ view: aPortalView(partial), terms: aPage() }))

test('an application is told with its status and its scope', () => {
  expect(htmlOf({})).toContain('<code>local.1</code>, status L')
  expect(htmlOf({})).toContain(', complete')
})

test('a portal of outgoing webhooks has no application, and pins that can be removed', () => {
  const install = { ...aPortalView().install, kinds: ['outgoing_webhook'] as const, clientId: null }
  const pins = [{ n: 2, portal: 'acme.bitrix24.com', since: ago(0), configured: false as const }]
  const html = htmlOf({ install, pins })
  expect(html).toContain('<dd>outgoing webhook</dd>')
  expect(html).not.toContain('Application')
  expect(html).toContain(`action="/admin/portals/${MEMBER_ID}/pins/2/remove"`)
  expect(html).toContain('not configured any more')
})

test('the numbers of the log are told with its limit', () => {
  const html = String(LogNumbers({ view: aPortalView({ erased: 3, reconciled: 2 }) }))
  expect(html).toContain('42 sent by the portal, 2 found by comparing')
  expect(html).toContain('<dd>4 KiB of 1 GiB</dd>')
  expect(html).toContain('Erased by an uninstall')
})
