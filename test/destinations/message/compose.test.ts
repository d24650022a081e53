import { describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import { NOT_ENRICHED, type FieldAction } from '../../../src/core/log/event.ts'
import type { Delivery } from '../../../src/destinations/receiver.ts'
import { de } from '../../../src/destinations/language/de.ts'
import { en } from '../../../src/destinations/language/en.ts'
import { composeMessage, linkTo, threadKeyOf } from '../../../src/destinations/message/compose.ts'
import type { Message } from '../../../src/destinations/message/message.ts'
import { countLines } from '../../../src/destinations/message/text/shorten.ts'
import { SAMPLE_PARCEL } from '../../../src/destinations/message/sample.ts'
import {
  EVENT_TS,
  SENT_AT,
  aDelivery,
  anEnrichment,
  anEvent,
  aUserField,
  someChanges,
} from '../../support/builders/a-delivery.ts'
import { showLine } from '../../support/messages/show-line.ts'
import { foreign, own } from '../../../src/destinations/message/text/line.ts'
import { MEMBER_ID } from '../../support/identity.ts'

const DASHBOARD = 'https://relay.example.com/dashboard/acme'

describe('composeMessage() for one event about a field', () => {
  test('says what, who, where and when', () => {
    const link = 'https://acme.bitrix24.com/crm/configs/fields/'
    const message = compose(aDelivery({ link, enrichment: anEnrichment() }))
    expect(message).toEqual({
      kind: 'change',
      title: message.title,
      lead: [own('Company details field'), own(' '), foreign('UF_CRM_TAX', 'code')],
      alert: null,
      groups: [{ heading: [], headlined: message.groups[0]?.headlined, lines: [] }],
      more: null,
      notes: [],
      summary: message.summary,
      portal: 'acme.bitrix24.com',
      firstAt: EVENT_TS * 1000,
      lastAt: EVENT_TS * 1000,
      link: { url: link, text: 'Open in Bitrix24' },
      overview: null,
      threadKey: `${MEMBER_ID}-requisite-235`,
    })
    const headline =
      '🔄 *«Tax number»*: label («en») `«Tax no.»` → `«Tax number»` — *«Anna Petrova»*'
    expect(showLine(message.title)).toBe(headline)
    expect(showLine(message.summary)).toBe(`${headline} · Company details field \`«UF_CRM_TAX»\``)
    expect(message.groups[0]?.headlined.map(({ text }) => showLine(text))).toEqual([
      'Label («en»): `«Tax no.»` → `«Tax number»`',
    ])
  })

  test('says under its headline that access is lost, and how it comes back', () => {
    const lost = anEnrichment({ status: 'unavailable', reason: 'tokens_lost', changes: null })
    const message = compose(aDelivery({ enrichment: lost }))
    expect(message.alert).toBe(
      '❗ Details are not known: the relay lost its access to this account. To restore access, open the application in Bitrix24 as an administrator',
    )
    expect(message.notes).toEqual([])
  })

  test('has no group where nothing is told, and says why in the notes', () => {
    const enrichment = anEnrichment({ status: 'unavailable', reason: 'timeout', changes: null })
    const message = compose(aDelivery({ enrichment }))
    expect(message.groups).toEqual([])
    expect(message.notes).toEqual(['Details are not known: Bitrix24 did not answer in time'])
  })

  test('does without a label that is not known', () => {
    const message = compose(aDelivery())
    expect(showLine(message.title)).toBe('🔄 *Settings changed*: `«UF_CRM_TAX»` — *user 1*')
    expect(showLine(message.lead)).toBe('Company details field')
  })

  test('speaks the language of the destination, and leaves foreign text as it is', () => {
    const parcel = {
      deliveries: [aDelivery({ enrichment: anEnrichment() })],
      dashboard: null,
    } as const
    const message = composeMessage(parcel, { words: de, now: SENT_AT + 10 * MINUTE_MS })
    expect(showLine(message.title)).toBe(
      '🔄 *«Tax number»*: Name («en») `«Tax no.»` → `«Tax number»` – *«Anna Petrova»*',
    )
    const own = JSON.stringify(message)
    for (const word of ['settings', 'Label', 'Delivered']) expect(own).not.toContain(word)
  })

  test.each<readonly [FieldAction, number]>([
    ['updated', 12],
    ['enum_values_set', 12],
    ['added', 6],
    ['deleted', 6],
  ])('tells of a field that was %s at most %i lines', (action, most) => {
    const message = compose(withChanges(action, most + 3))
    expect(countLines(message)).toBe(most)
    expect(message.more).toEqual({ text: 'and 3 more', count: 3, link: null })
    expect(compose(withChanges(action, most)).more).toBeNull()
  })
})

describe('composeMessage() for other events', () => {
  test('tells what happened first, then the code and the further ids', () => {
    const data = { FIELDS_AFTER: { ID: '12', TASK_ID: '555', MESSAGE_ID: '0' }, POST: 'Secret' }
    const message = compose(
      aDelivery({
        event: anEvent({ name: 'ONTASKCOMMENTADD', field: null, data }),
        link: 'https://acme.bitrix24.com/company/personal/user/1/tasks/task/view/555/',
      }),
    )
    expect(message.kind).toBe('event')
    expect(showLine(message.title)).toBe('➕ *Task comment* `«12»` *added* — *user 1*')
    expect(showLine(message.lead)).toBe('`«OnTaskCommentAdd»` · Task `«555»`')
    expect(message.summary).toEqual(message.title)
    expect(message.groups).toEqual([])
    expect(message.link?.text).toBe('Open task 555')
    expect(message.threadKey).toBe(MEMBER_ID)
    expect(JSON.stringify(message)).not.toContain('Secret')
  })

  test('tells the facts that an event carries as lines', () => {
    const data = { CALL_ID: 'x', CALL_TYPE: '2', CALL_FAILED_CODE: '304', CALL_DURATION: '61' }
    const message = compose(
      aDelivery({ event: anEvent({ name: 'ONVOXIMPLANTCALLEND', field: null, data }) }),
    )
    expect(showLine(message.title)).toBe('*Call* `«x»` *missed* — *user 1*')
    expect(message.groups.flatMap(({ lines }) => lines.map(({ text }) => showLine(text)))).toEqual([
      'Direction: `incoming`',
      'Duration: `1:01`',
    ])
  })

  test('names people, pipelines and stages where their names are known', () => {
    const data = { FIELDS: { ID: '6675', CATEGORY_ID: '1', STAGE_ID: 'C1:NEW' } }
    const event = anEvent({ name: 'ONCRMDEALMOVETOCATEGORY', field: null, data })
    const names = new Map([
      ['user 1', 'Anna Petrova'],
      ['funnel 1', 'Sales'],
      ['stage C1:NEW', 'New\u202E'],
    ])
    const message = compose(aDelivery({ event, names }))
    expect(showLine(message.title)).toBe(
      '🔄 *Deal* `«6675»` *moved to another pipeline* — *«Anna Petrova»*',
    )
    expect(showLine(message.lead)).toBe(
      '`«onCrmDealMoveToCategory»` · Pipeline `«1»` («Sales») · Stage `«C1:NEW»` («New»)',
    )
    expect(showLine(compose(aDelivery({ event })).lead)).toBe(
      '`«onCrmDealMoveToCategory»` · Pipeline `«1»` · Stage `«C1:NEW»`',
    )
  })

  test('has a word for an event whose name cannot be seen', () => {
    const event = anEvent({ name: '\u200B', field: null, userId: null, data: null })
    const message = compose(aDelivery({ event }))
    expect(showLine(message.title)).toBe('*event*')
    expect(showLine(message.lead)).toBe('')
  })

  test('tells of a test that nothing changed, whatever its event says', () => {
    const message = compose(aDelivery({ sequence: null, enrichment: anEnrichment() }))
    expect(message).toMatchObject({
      kind: 'test',
      title: [own('Test message from bitrix24-event-relay', 'strong')],
      lead: [own('The relay reaches this channel. Nothing changed in Bitrix24')],
      summary: [own('Test message from bitrix24-event-relay')],
      alert: null,
      groups: [],
      notes: [],
    })
  })
})

describe('composeMessage() for a digest', () => {
  const edits = Array.from({ length: 30 }, (_, id) => ({
    ...withChanges('updated', 3),
    event: anEvent({ field: aUserField({ id }) }),
  }))
  const [first = aDelivery(), ...others] = edits

  test('tells at most 60 lines and links to the dashboard for the rest', () => {
    const message = compose(first, { others, dashboard: DASHBOARD })
    const link = { url: DASHBOARD, text: 'Show all' }
    expect(message.kind).toBe('digest')
    expect(countLines(message)).toBe(60)
    expect(message.groups).toHaveLength(20)
    expect(message.more).toEqual({ text: 'and 30 more', count: 30, link })
    expect(message.overview).toEqual(link)
    expect(message.link).toBeNull()
  })

  test('has no link where the relay does not know its own address', () => {
    const message = compose(first, { others })
    expect(message.overview).toBeNull()
    expect(message.more?.link).toBeNull()
  })

  test('is not what one delivery gives', () => {
    expect(compose(first, { dashboard: DASHBOARD })).toMatchObject({
      kind: 'change',
      overview: null,
    })
  })
})

test('the sample tells an edit of one field with all its parts', () => {
  const message = composeMessage(SAMPLE_PARCEL, { words: en, now: SENT_AT })
  expect(showLine(message.title)).toBe('🔄 *Settings changed*: *«Tax number»* — *«Anna Petrova»*')
  expect(linesOf(message)).toEqual([
    'Label («en»): `«Tax no.»` → `«Tax number»`',
    'Required: `no` → `yes`',
  ])
  expect(message.notes).toEqual([])
  expect(message.link).not.toBeNull()
})

test.each([
  ['https://acme.bitrix24.com/crm/', true],
  ['http://localhost:8787/dashboard/', true],
  ['http://127.0.0.1:8787/', true],
  ['http://acme.bitrix24.com/', false],
  ['javascript:alert(1)', false],
  ['ftp://acme.bitrix24.com/', false],
  ['https://', false],
  ['//acme.bitrix24.com/', false],
  [`https://example.com/${'a'.repeat(1980)}`, true],
  [`https://example.com/${'a'.repeat(1981)}`, false],
  [null, false],
])('linkTo() of %j gives a link: %s', (url, isLink) => {
  expect(linkTo(url, 'Open')).toEqual(isLink ? { url, text: 'Open' } : null)
})

test('threadKeyOf() is the same for all events of a field, and of those about none', () => {
  expect(threadKeyOf(withChanges('added', 1))).toBe(threadKeyOf(withChanges('deleted', 2)))
  const [one, other] = ['ONA', 'ONB'].map((name) =>
    threadKeyOf(aDelivery({ event: anEvent({ name, field: null }) })),
  )
  expect(one).toBe(other)
  expect(one).not.toBe(threadKeyOf(aDelivery()))
})

function compose(
  delivery: Delivery,
  {
    others = [],
    dashboard = null,
  }: { others?: readonly Delivery[]; dashboard?: string | null } = {},
): Message {
  return composeMessage(
    { deliveries: [delivery, ...others], dashboard },
    { words: en, now: SENT_AT },
  )
}

function withChanges(action: FieldAction, count: number): Delivery {
  const changes = someChanges(
    count,
    action === 'added' ? null : 'a',
    action === 'deleted' ? null : 'b',
  )
  return aDelivery({
    event: anEvent({ field: aUserField({ action }) }),
    enrichment: { ...NOT_ENRICHED, status: 'complete', changes },
  })
}

function linesOf({ groups }: Message): readonly string[] {
  return groups.flatMap(({ lines }) => lines.map(({ text }) => showLine(text)))
}
