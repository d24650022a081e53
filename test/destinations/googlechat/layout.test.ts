/** What people see in Google Chat: one golden message of each kind. */
import { describe, expect, test } from 'vitest'
import { NO_MEMORY } from '../../../src/core/lanes/receiver-memory.ts'
import type { ReceiverTerms, Parcel } from '../../../src/destinations/receiver.ts'
import { googleChat } from '../../../src/destinations/googlechat/receiver.ts'
import { SENT_AT, aDelivery, anEnrichment, anEvent } from '../../support/a-delivery.ts'

const URL_TEXT = 'https://chat.googleapis.com/v1/spaces/AAAA/messages?key=abcdefgh&token=ijklmnop'
const LINK = 'https://acme.bitrix24.com/crm/configs/fields/CRM_DEAL/edit/UF_CRM_TAX/'
const DASHBOARD = 'https://relay.example.com/admin/portals/a223'
const MEMBER = 'a223c6b3710f85df22e9377d6c4f7553'
const FOOTER = '2026-09-21 14:13 UTC · acme.bitrix24.com'

describe('googlechat message', () => {
  test('a change is a headline with a card of its differences', async () => {
    const delivery = aDelivery({
      link: LINK,
      enrichment: anEnrichment({
        changes: [
          { attribute: 'MANDATORY', before: 'N', after: 'Y' },
          {
            attribute: 'HELP_MESSAGE.en',
            before: null,
            after: 'As on the letter <of> the "office"',
          },
        ],
      }),
    })
    expect(await layOut({ deliveries: [delivery] })).toEqual(
      message(
        'Requisite field “Tax number” (`UF_CRM_TAX`): settings changed by *Anna Petrova*',
        `${MEMBER}-requisite-235`,
        [
          paragraph(
            '• Mandatory: <b>no</b> → <b>yes</b><br>' +
              '• Help text (en): <i>empty</i> → ' +
              '<b>As on the letter &lt;of&gt; the &quot;office&quot;</b>',
          ),
          paragraph(FOOTER),
          buttons(['Open in Bitrix24', LINK]),
        ],
      ),
    )
  })

  test('a thin change tells what is known and why there is no more', async () => {
    const enrichment = anEnrichment({
      status: 'unavailable',
      reason: 'timeout',
      changes: null,
      field: null,
      userName: null,
    })
    expect(await layOut({ deliveries: [aDelivery({ enrichment })] })).toEqual(
      message(
        'Requisite field (`UF_CRM_TAX`): settings changed by *user 1*',
        `${MEMBER}-requisite-235`,
        [paragraph(`${FOOTER} · Details are not known: the portal did not answer in time`)],
      ),
    )
  })

  test('an event that is not about user fields tells its name and ids', async () => {
    const event = anEvent({
      name: 'ONCRMDYNAMICITEMUPDATE',
      field: null,
      data: { FIELDS: { ID: '12', TITLE: 'Confidential' } },
    })
    expect(await layOut({ deliveries: [aDelivery({ event })] })).toEqual(
      message('Bitrix24 event *onCrmDynamicItemUpdate* caused by *user 1*', MEMBER, [
        paragraph('Bitrix24 event caused by <b>user 1</b>; ID: <b>12</b>'),
        paragraph(FOOTER),
      ]),
    )
  })

  test('a test says that it is one, also where no portal is known', async () => {
    const delivery = aDelivery({ sequence: null, domain: null, memberId: '' })
    expect(await layOut({ deliveries: [delivery] })).toEqual(
      message('Test message of bitrix24-event-relay', '-requisite-235', [
        paragraph('The relay reaches this channel. Nothing changed in Bitrix24'),
        paragraph('2026-09-21 14:13 UTC'),
      ]),
    )
  })

  test('a digest is a card of groups, with the page that shows what it leaves out', async () => {
    const changes = Array.from({ length: 70 }, (_, index) => ({
      attribute: `SETTINGS.S${index}`,
      before: null,
      after: 'a',
    }))
    const later = aDelivery({
      event: anEvent({ ts: 1_790_000_600 }),
      enrichment: anEnrichment({ changes }),
    })
    const first = aDelivery({ enrichment: anEnrichment({ userName: 'Max' }) })
    const digest = await layOut({ deliveries: [first, later], dashboard: DASHBOARD })
    const lines = Array.from(
      { length: 59 },
      (_, index) => `<br>• Setting S${index}: <i>empty</i> → <b>a</b>`,
    )
    expect(digest).toEqual(
      message('2 changes of settings in 1 field', `${MEMBER}-digest`, [
        paragraph(
          '<b>Tax number</b> <b>UF_CRM_TAX</b>: settings changed by <b>Max</b> and ' +
            '<b>Anna Petrova</b> (2 edits)' +
            '<br>• Label (en): <b>Tax no.</b> → <b>Tax number</b>' +
            lines.join(''),
        ),
        paragraph('and 11 more'),
        paragraph('2026-09-21 14:13 – 14:23 UTC · acme.bitrix24.com'),
        buttons([expect.any(String), DASHBOARD]),
      ]),
    )
  })

  test('a digest that is too long for Chat is shortened by whole lines', async () => {
    const long = (tail: string) => `${'€'.repeat(158)}${tail}`
    const changes = Array.from({ length: 60 }, (_, index) => ({
      attribute: `SETTINGS.S${index}`,
      before: long('1'),
      after: long('2'),
    }))
    const delivery = aDelivery({ enrichment: anEnrichment({ changes }) })
    const text = JSON.stringify(await layOut({ deliveries: [aDelivery(), delivery] }))
    expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(30_000)
    expect(text.match(/• Setting/g)).toHaveLength(29)
    expect(text).toMatch(/and 31 more/)
  })
})

describe('googlechat template', () => {
  test('its text is the message, in the thread of the field', async () => {
    const template = '*{{label}}* ({{code}})\n{{lead}} <{{link}}|open>'
    const enrichment = anEnrichment({ field: { label: '*Tax* <users/all>' } })
    const rendered = await layOut({ deliveries: [aDelivery({ link: LINK, enrichment })] }, template)
    expect(rendered).toEqual({
      text:
        '*\u2217Tax\u2217 \uFF1Cusers/all\uFF1E* (UF_CRM_TAX)\n' +
        `Requisite field: settings changed by Anna Petrova <${LINK}|open>`,
      thread: { threadKey: `${MEMBER}-requisite-235` },
    })
  })
})

async function layOut(
  { deliveries, dashboard = null }: Partial<Parcel> & Pick<Parcel, 'deliveries'>,
  template: string | null = null,
): Promise<unknown> {
  const terms: ReceiverTerms = { policy: { allowLocal: false }, language: 'en', template }
  const created = googleChat.create({ url: URL_TEXT }, terms)
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  const parcel = { deliveries, dashboard }
  const { body } = await created.value.prepare(parcel, { now: SENT_AT, memory: NO_MEMORY })
  return JSON.parse(body)
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
