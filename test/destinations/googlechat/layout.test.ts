/** Messages for Google Chat that have no golden file: long digests and templates. */
import { describe, expect, test } from 'vitest'
import type { ReceiverTerms } from '../../../src/destinations/receiver.ts'
import { googleChat } from '../../../src/destinations/googlechat/receiver.ts'
import { aDelivery, anEnrichment, anEvent, someChanges } from '../../support/builders/a-delivery.ts'
import { aParcel, bodyOf, opened } from '../../support/messages/opened-receiver.ts'
import { NOW } from '../../support/time.ts'
import { WORKING_SETTINGS } from '../../support/builders/working-settings.ts'
import { MEMBER_ID } from '../../support/identity.ts'

const LINK = 'https://acme.bitrix24.com/crm/configs/fields/CRM_DEAL/edit/UF_CRM_TAX/'
const DASHBOARD = 'https://relay.example.com/admin/portals/a223'

describe('googlechat message', () => {
  test('a digest is a card of groups, with the page that shows what it leaves out', async () => {
    const changes = someChanges(70, null, 'a')
    const later = aDelivery({
      event: anEvent({ ts: NOW / 1000 + 600 }),
      enrichment: anEnrichment({ changes }),
    })
    const first = aDelivery({ enrichment: anEnrichment({ userName: 'Max' }) })
    const digest = await bodyOf(open(), aParcel([first, later], DASHBOARD))
    const lines = Array.from(
      { length: 59 },
      (_, index) => `<br>• Setting S${index}: <i>empty</i> → <b>a</b>`,
    )
    expect(digest).toEqual(
      message(
        '*1 field*: 1 changed — *Max*, *Anna Petrova* (acme.bitrix24.com)',
        `${MEMBER_ID}-digest`,
        [
          paragraph(
            '🔄 <b>Settings changed</b>: <b>Tax number</b> — <b>Max</b>, <b>Anna Petrova</b>' +
              ' · Company details field <b>UF_CRM_TAX</b> · 2 edits' +
              '<br>• Label (en): <b>Tax no.</b> → <b>Tax number</b>' +
              lines.join(''),
          ),
          paragraph('and 11 more'),
          paragraph('2026-09-21 14:13 – 14:23 UTC'),
          buttons([expect.any(String), DASHBOARD]),
        ],
      ),
    )
  })
})

describe('googlechat template', () => {
  test('its text is the message, in the thread of the field', async () => {
    const template = '*{{label}}* ({{code}})\n{{lead}} <{{link}}|open>'
    const enrichment = anEnrichment({ field: { label: '*Tax* <users/all>' } })
    const rendered = await bodyOf(
      open({ template }),
      aParcel(aDelivery({ link: LINK, enrichment })),
    )
    expect(rendered).toEqual({
      text:
        '*\u2217Tax\u2217 \uFF1Cusers/all\uFF1E* (UF_CRM_TAX)\n' +
        `Company details field UF_CRM_TAX <${LINK}|open>`,
      thread: { threadKey: `${MEMBER_ID}-requisite-235` },
    })
  })
})

function open(terms: Partial<ReceiverTerms> = {}) {
  return opened(googleChat, WORKING_SETTINGS.googlechat, terms)
}

function message(text: string, threadKey: string, widgets: readonly object[]) {
  return { text, cardsV2: [{ card: { sections: [{ widgets }] } }], thread: { threadKey } }
}

function paragraph(text: string) {
  return { textParagraph: { text } }
}

function buttons(...links: readonly (readonly [text: string, url: string])[]) {
  return {
    buttonList: { buttons: links.map(([text, url]) => ({ text, onClick: { openLink: { url } } })) },
  }
}
