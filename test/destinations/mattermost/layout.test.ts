/** Messages for Mattermost that have no golden file: portals without a plain host, and templates. */
import { expect, test } from 'vitest'
import { mattermost } from '../../../src/destinations/mattermost/receiver.ts'
import type { ReceiverTerms } from '../../../src/destinations/receiver.ts'
import { aDelivery, anEnrichment, someChanges } from '../../support/a-delivery.ts'
import { aParcel, bodyOf, opened } from '../../support/opened-receiver.ts'
import { WORKING_SETTINGS } from '../../support/working-settings.ts'

test('a template is the text of an attachment without a footer', async () => {
  const template = '**{{code}}** by {{user}}: {{#changes}}{{text}}{{/changes}}'
  const delivery = aDelivery({ enrichment: anEnrichment({ userName: '@all' }) })
  expect(await bodyOf(open({ template }), aParcel(delivery))).toEqual({
    attachments: [
      {
        fallback:
          'Requisite field “Tax number” (UF_CRM_TAX): settings changed by ＠all in ' +
          'acme.bitrix24.com; Label (en): Tax no. → Tax number',
        text: '**UF_CRM_TAX** by ＠all: Label (en): Tax no. → Tax number',
      },
    ],
  })
})

test('a portal that is no plain host is inert in the fallback', async () => {
  const delivery = aDelivery({ domain: 'a b.c @all' })
  expect(await bodyOf(open(), aParcel(delivery))).toMatchObject({
    attachments: [
      {
        fallback: expect.stringMatching(/ in a b․c ＠all$/),
        footer: 'a b.c @all · 2026-09-21 14:13 UTC',
      },
    ],
  })
})

test('the fallback leaves out what has no room, and is never empty', async () => {
  const changes = someChanges(12, 'a'.repeat(150), 'b'.repeat(150))
  const delivery = aDelivery({ enrichment: anEnrichment({ changes }) })
  const body = await bodyOf(open(), aParcel(delivery))
  expect(body).toMatchObject({
    attachments: [{ fallback: expect.stringMatching(/^.{700,1200}$/) }],
  })
  expect(JSON.stringify(body)).toMatch(/S1: a+ → b+"/)
})

function open(terms: Partial<ReceiverTerms> = {}) {
  return opened(mattermost, WORKING_SETTINGS.mattermost, terms)
}
