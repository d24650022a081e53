/** Messages for Mattermost that have no golden file: portals without a plain host, and templates. */
import { expect, test } from 'vitest'
import { mattermost } from '../../../src/destinations/mattermost/receiver.ts'
import type { Delivery, ReceiverTerms } from '../../../src/destinations/receiver.ts'
import { aChange, aDelivery, anEnrichment, someChanges } from '../../support/builders/a-delivery.ts'
import { aParcel, bodyOf, opened } from '../../support/messages/opened-receiver.ts'
import { WORKING_SETTINGS } from '../../support/builders/working-settings.ts'

test('a template is the text of an attachment without a footer', async () => {
  const template = '**{{code}}** by {{user}}: {{#changes}}{{text}}{{/changes}}'
  const delivery = aDelivery({ enrichment: anEnrichment({ userName: '@all' }) })
  expect(await bodyOf(open({ template }), aParcel(delivery))).toEqual({
    attachments: [
      {
        fallback:
          '🔄 Tax number: label (en) Tax no. → Tax number — ＠all ' +
          '· Company details field UF_CRM_TAX (acme.bitrix24.com)',
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
        fallback: expect.stringMatching(/ \(a b․c ＠all\)$/),
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

test('a line of the fallback that has no room bars no shorter one behind it', async () => {
  const help = ['de', 'en', 'fr'].map((language) =>
    aChange(`HELP_MESSAGE.${language}`, language.repeat(75), language.repeat(80)),
  )
  const changes = [...help, aChange('XML_ID', 'a', 'b')]
  const delivery = aDelivery({ enrichment: anEnrichment({ changes }) })
  const { fallback } = await fallbackOf(delivery)
  expect(fallback).toContain('Help text (en)')
  expect(fallback).not.toContain('Help text (fr)')
  expect(fallback).toMatch(/ · External code: a → b$/)
})

async function fallbackOf(delivery: Delivery): Promise<{ readonly fallback: string }> {
  // Sound: the layout above has one attachment with a fallback.
  const body = (await bodyOf(open(), aParcel(delivery))) as {
    readonly attachments: readonly [{ readonly fallback: string }]
  }
  return body.attachments[0]
}

function open(terms: Partial<ReceiverTerms> = {}) {
  return opened(mattermost, WORKING_SETTINGS.mattermost, terms)
}
