/** What people see in Teams: one golden card of each kind. */
import { describe, expect, test } from 'vitest'
import type { ReceiverTerms, Parcel } from '../../../src/destinations/receiver.ts'
import { NO_MEMORY } from '../../../src/core/lanes/receiver-memory.ts'
import { teams } from '../../../src/destinations/teams/receiver.ts'
import { findCardProblems } from '../../../playground/receivers/teams-cards.ts'
import { RECEIVED_AT, SENT_AT, aDelivery, anEnrichment, anEvent } from '../../support/a-delivery.ts'
import { readTeamsCard } from '../../support/node/teams-reader.ts'

const URL_TEXT =
  'https://prod-12.westeurope.logic.azure.com/workflows/x/triggers/manual?sig=abcdefgh'
const LINK = 'https://acme.bitrix24.com/crm/configs/fields/CRM_DEAL/edit/UF_CRM_TAX/'
const DASHBOARD = 'https://relay.example.com/admin/portals/a223'
const TIME = '{{DATE(2026-09-21T14:13:20Z, SHORT)}} {{TIME(2026-09-21T14:13:20Z)}}'

describe('teams card', () => {
  test('a change tells label, code, user and every difference', async () => {
    const delivery = aDelivery({
      link: LINK,
      enrichment: anEnrichment({
        changes: [
          { attribute: 'MANDATORY', before: 'N', after: 'Y' },
          { attribute: 'HELP_MESSAGE.en', before: null, after: 'As on the letter <of> the office' },
        ],
      }),
    })
    expect(await layOut({ deliveries: [delivery] })).toEqual(
      message(
        [
          rich('', [
            strong('Tax number', 'Medium'),
            run(' ', 'Medium'),
            code('UF_CRM_TAX', 'Medium'),
          ]),
          rich('None', [run('Requisite field: settings changed by '), strong('Anna Petrova')]),
          rich('Small', [run('•\u00A0Mandatory: '), code('no'), run(' → '), code('yes')]),
          rich('Small', [
            run('•\u00A0Help text (en): '),
            faint('empty'),
            run(' → '),
            code('As on the letter <of> the office'),
          ]),
          time(TIME),
          footer('acme.bitrix24.com'),
        ],
        [{ type: 'Action.OpenUrl', title: 'Open in Bitrix24', url: LINK }],
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
      message([
        rich('', [code('UF_CRM_TAX', 'Medium')]),
        rich('None', [run('Requisite field: settings changed by '), strong('user 1')]),
        time(TIME),
        footer('acme.bitrix24.com · Details are not known: the portal did not answer in time'),
      ]),
    )
  })

  test('an event that is not about user fields tells its name and ids', async () => {
    const event = anEvent({
      name: 'ONCRMDYNAMICITEMUPDATE',
      field: null,
      data: { FIELDS: { ID: '12', TITLE: 'Confidential' } },
    })
    expect(await layOut({ deliveries: [aDelivery({ event })] })).toEqual(
      message([
        rich('', [strong('onCrmDynamicItemUpdate', 'Medium')]),
        rich('None', [
          run('Bitrix24 event caused by '),
          strong('user 1'),
          run('; ID: '),
          code('12'),
        ]),
        time(TIME),
        footer('acme.bitrix24.com'),
      ]),
    )
  })

  test('a test says that it is one, also where no portal is known', async () => {
    const delivery = aDelivery({ sequence: null, domain: null, memberId: '' })
    expect(await layOut({ deliveries: [delivery] })).toEqual(
      message([
        rich('', [strong('Test message of bitrix24-event-relay', 'Medium')]),
        rich('None', [run('The relay reaches this channel. Nothing changed in Bitrix24')]),
        time(TIME),
      ]),
    )
  })

  test('a digest groups by field and links what it leaves out', async () => {
    const changes = Array.from({ length: 70 }, (_, index) => ({
      attribute: `SETTINGS.S${index}`,
      before: null,
      after: 'a',
    }))
    const later = aDelivery({
      receivedAt: RECEIVED_AT + 600_000,
      event: anEvent({ ts: 1_790_000_600 }),
      enrichment: anEnrichment({ changes }),
    })
    const first = aDelivery({ enrichment: anEnrichment({ userName: 'Max' }) })
    const digest = await layOut({ deliveries: [first, later], dashboard: DASHBOARD })
    const { shown, actions } = readTeamsCard(cardOf(digest))
    expect(shown.slice(0, 3).map(({ text }) => text)).toEqual([
      '2 changes of settings in 1 field',
      'Tax number UF_CRM_TAX: settings changed by Max and Anna Petrova (2 edits)',
      '•\u00A0Label (en): Tax no. → Tax number',
    ])
    expect(shown).toHaveLength(65)
    expect(shown.at(62)?.text).toBe('and 11 more')
    expect(actions).toEqual([{ title: expect.any(String), url: DASHBOARD }])
    expect(bodyOf(digest).at(63)).toEqual(time(`${TIME} – ${TIME.replaceAll('14:13', '14:23')}`))
    expect(findCardProblems(cardOf(digest))).toEqual([])
  })

  test('a text that would be a date or a mention is shown as it is', async () => {
    const label = '{{DATE(2026-09-21T14:13:20Z)}} <at>Anna</at> {{{time(x)}}'
    const delivery = aDelivery({ enrichment: anEnrichment({ field: { label }, changes: [] }) })
    const rendered = await layOut({ deliveries: [delivery] })
    expect(readTeamsCard(cardOf(rendered)).shown[0]?.text).toBe(`${label} UF_CRM_TAX`)
    expect(JSON.stringify(rendered)).not.toMatch(/\{\{time\(x|<\/?at/i)
  })
})

describe('teams template', () => {
  test('each line is a block of its own, an empty one makes room', async () => {
    const template = '**{{label}}** ({{code}})\n{{lead}}\n\n[Open]({{link}})\n{{time}}'
    const rendered = await layOut({ deliveries: [aDelivery({ link: LINK })] }, template)
    expect(rendered).toEqual(
      message([
        { type: 'TextBlock', text: '**** (UF_CRM_TAX)', wrap: true },
        {
          type: 'TextBlock',
          text: 'Requisite field: settings changed by user 1',
          wrap: true,
          spacing: 'None',
        },
        { type: 'TextBlock', text: `[Open](${LINK})`, wrap: true },
        { type: 'TextBlock', text: '2026-09-21 14:13 UTC', wrap: true, spacing: 'None' },
      ]),
    )
  })
})

async function layOut(
  { deliveries, dashboard = null }: Partial<Parcel> & Pick<Parcel, 'deliveries'>,
  template: string | null = null,
): Promise<unknown> {
  const terms: ReceiverTerms = { policy: { allowLocal: false }, language: 'en', template }
  const created = teams.create({ url: URL_TEXT }, terms)
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  const parcel = { deliveries, dashboard }
  const { body } = await created.value.prepare(parcel, { now: SENT_AT, memory: NO_MEMORY })
  return JSON.parse(body)
}

function cardOf(rendered: unknown): unknown {
  // Sound: every golden message above has this form.
  return (rendered as ReturnType<typeof message>).attachments[0]?.content
}

function bodyOf(rendered: unknown): readonly unknown[] {
  // Sound: as above.
  return (rendered as ReturnType<typeof message>).attachments[0]?.content.body ?? []
}

function message(body: readonly object[], actions?: readonly object[]) {
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.2',
          body,
          ...(actions === undefined ? {} : { actions }),
          msteams: { width: 'full' },
        },
      },
    ],
  }
}

function rich(spacing: string, inlines: readonly object[]) {
  return { type: 'RichTextBlock', ...(spacing === '' ? {} : { spacing }), inlines }
}

function run(text: string, size?: string) {
  return { type: 'TextRun', text, ...(size === undefined ? {} : { size }) }
}

function strong(text: string, size?: string) {
  return { ...run(text, size), weight: 'Bolder' }
}

function code(text: string, size?: string) {
  return { ...run(text, size), fontType: 'Monospace' }
}

function faint(text: string) {
  return { ...run(text), isSubtle: true }
}

function time(text: string) {
  return { type: 'TextBlock', text, wrap: true, spacing: 'Medium', size: 'Small', isSubtle: true }
}

function footer(text: string) {
  return rich('None', [{ type: 'TextRun', text, size: 'Small', isSubtle: true }])
}
