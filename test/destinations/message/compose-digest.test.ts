import { describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import {
  NOT_ENRICHED,
  type Change,
  type FieldAction,
  type FieldFamily,
  type Json,
} from '../../../src/core/log/event.ts'
import type { Delivery } from '../../../src/destinations/receiver.ts'
import { en } from '../../../src/destinations/language/en.ts'
import { CATALOGUES, type Language } from '../../../src/destinations/language/languages.ts'
import { composeDigest } from '../../../src/destinations/message/compose-digest.ts'
import { type Message } from '../../../src/destinations/message/message.ts'
import {
  EVENT_TS,
  SENT_AT,
  aDelivery,
  anEnrichment,
  anEvent,
  aUserField,
  aChange,
} from '../../support/builders/a-delivery.ts'
import { showLine } from '../../support/messages/show-line.ts'
import { plainText } from '../../../src/destinations/message/text/line.ts'
import { MEMBER_ID } from '../../support/identity.ts'

const ANNA = { id: 1, name: 'Anna Petrova' }
const MAX = { id: 2, name: 'Max Weber' }

describe('composeDigest() as a whole', () => {
  test('tells two edits of one field by two people', () => {
    const overview = { url: 'https://relay.example.com/dashboard/', text: 'Show all' }
    const deliveries = [
      anEdit({ changes: [aChange('MANDATORY', 'N', 'Y')] }),
      anEdit({ user: MAX, ts: 90, changes: [aChange('SORT', '100', '200')] }),
    ] as const
    const message = composeDigest(deliveries, { words: en, now: SENT_AT, overview })
    expect(message).toEqual({
      kind: 'digest',
      title: message.title,
      lead: [],
      alert: null,
      groups: message.groups,
      more: null,
      notes: [],
      summary: message.title,
      portal: 'acme.bitrix24.com',
      firstAt: EVENT_TS * 1000,
      lastAt: (EVENT_TS + 90) * 1000,
      link: null,
      overview,
      threadKey: `${MEMBER_ID}-digest`,
    })
    expect(showLine(message.title)).toBe('*1 field*: 1 changed — *«Anna Petrova»*, *«Max Weber»*')
    expect(show(message)).toEqual([
      '🔄 *Settings changed*: *«Tax number»* — *«Anna Petrova»*, *«Max Weber»* · Company details field `«UF_CRM_TAX»` · 2 edits',
      '- Required: `no` → `yes`',
      '- Sort order: `«100»` → `«200»`',
    ])
  })

  test('takes the first and the last time wherever they stand', () => {
    const deliveries = [anEdit({ ts: 60 }), anEdit({ ts: 0 }), anEdit({ ts: 30 })] as const
    expect(compose(deliveries)).toMatchObject({
      firstAt: EVENT_TS * 1000,
      lastAt: (EVENT_TS + 60) * 1000,
    })
  })
})

describe('composeDigest() grouping', () => {
  test('tells fields in the order in which their first event came', () => {
    const message = compose([
      anEdit({ id: 2, name: 'UF_B', label: 'B' }),
      anEdit({ id: 1, name: 'UF_A', label: 'A' }),
      anEdit({ id: 2, name: 'UF_B', label: 'B' }),
      anEdit({ id: 3, name: 'UF_C', label: 'C' }),
    ])
    expect(headings(message)).toEqual([
      '🔄 *Settings changed*: *«B»* — *«Anna Petrova»* · Company details field `«UF_B»` · 2 edits',
      '🔄 *Settings changed*: *«A»* — *«Anna Petrova»* · Company details field `«UF_A»`',
      '🔄 *Settings changed*: *«C»* — *«Anna Petrova»* · Company details field `«UF_C»`',
    ])
    expect(showLine(message.title)).toBe('*3 fields*: 3 changed — *«Anna Petrova»*')
  })

  test('tells fields of one number in two families apart', () => {
    const other = aDelivery({ event: anEvent({ field: aUserField({ family: 'deal' }) }) })
    const message = compose([anEdit({}), other])
    expect(message.groups).toHaveLength(2)
    expect(showLine(message.title)).toBe('*2 fields*: 2 changed — *«Anna Petrova»*, *user 1*')
  })

  test.each<readonly [string, EditTerms, EditTerms, string, string]>([
    ['as it was named last', { label: 'Old' }, { label: 'New' }, '*«New»*', ' `«UF_CRM_TAX»`'],
    ['as it was last known', { label: 'Old' }, { label: null }, '*«Old»*', ' `«UF_CRM_TAX»`'],
    ['by its code alone', { label: null }, { label: null }, '`«UF_CRM_TAX»`', ''],
    ['by its last code', { name: 'UF_OLD' }, { name: 'UF_NEW' }, '*«Tax number»*', ' `«UF_NEW»`'],
  ])('names a field %s', (_how, first, second, name, code) => {
    expect(headings(compose([anEdit(first), anEdit(second)]))).toEqual([
      `🔄 *Settings changed*: ${name} — *«Anna Petrova»* · Company details field${code} · 2 edits`,
    ])
  })

  test('tells deletions first, with their number in the title, and tells a lead from a deal', () => {
    const [lead, deal] = (['lead', 'deal'] as const).map((family, index) =>
      anEdit({
        id: index,
        label: 'Source',
        family,
        action: index === 1 ? 'deleted' : 'updated',
        changes: index === 1 ? [] : [aChange('SORT', 1, 2)],
      }),
    )
    if (lead === undefined || deal === undefined) throw new Error('Cannot happen')
    const message = compose([lead, anOther('ONCRMDEALUPDATE'), anOther('ONCRMDEALDELETE'), deal])
    expect(headings(message)).toEqual([
      '❌ *Deal* `«1»` *deleted* — *«Anna Petrova»*',
      '❌ *Deleted*: *«Source»* — *«Anna Petrova»* · Deal field `«UF_CRM_TAX»`',
      '🔄 *«Source»*: sort order `«1»` → `«2»` — *«Anna Petrova»* · Lead field `«UF_CRM_TAX»`',
      '🔄 *Deal* `«1»` *changed* — *«Anna Petrova»*',
    ])
    expect(showLine(compose([lead, deal]).title)).toBe(
      '*2 fields*: 1 deleted, 1 changed — *«Anna Petrova»*',
    )
  })

  test('says once under its title that access is lost', () => {
    const edit = anEdit({ changes: null })
    const lost = { ...edit, enrichment: { ...edit.enrichment, reason: 'tokens_lost' as const } }
    expect(compose([lost, lost]).alert).toContain('the relay lost its access')
    expect(compose([edit, edit]).alert).toBeNull()
  })
})

describe('composeDigest() for several edits of one field', () => {
  const sort = (before: Json, after: Json) => aChange('SORT', before, after)
  const mandatory = (before: Json, after: Json) => aChange('MANDATORY', before, after)

  test.each<
    readonly [string, readonly [Delivery, ...Delivery[]], string, number, readonly string[]]
  >([
    [
      'an attribute as it was first and is last',
      [
        edited(sort('1', '2'), aChange('XML_ID', 'a', 'b')),
        edited(sort('2', '3')),
        edited(sort('3', '4')),
      ],
      '🔄 *Settings changed*: *«Tax number»* — *«Anna Petrova»*',
      3,
      ['Sort order: `«1»` → `«4»`', 'External code: `«a»` → `«b»`'],
    ],
    [
      'nothing of what was changed back',
      [edited(sort('1', '2'), mandatory('N', 'Y')), edited(sort('2', '1'))],
      '🔄 *«Tax number»*: required `no` → `yes` — *«Anna Petrova»*',
      2,
      [],
    ],
    [
      'of no way back where a change only cannot be seen',
      [edited(aChange('XML_ID', null, '\u200B')), edited()],
      '🔄 *Settings changed*: *«Tax number»* — *«Anna Petrova»*',
      2,
      [],
    ],
    [
      'of a field that was created and changed the settings that it has now',
      [
        anEdit({
          action: 'added',
          changes: [
            aChange('FIELD_NAME', null, 'UF_CRM_TAX'),
            mandatory(null, 'N'),
            aChange('USER_TYPE_ID', null, 'string'),
          ],
        }),
        anEdit({ user: MAX, changes: [mandatory('N', 'Y')] }),
      ],
      '➕ *Created, settings changed*: *«Tax number»* — *«Anna Petrova»*, *«Max Weber»*',
      2,
      ['Type: `text`', 'Required: `yes`'],
    ],
    [
      'of a field that was created and deleted no more than that',
      [
        anEdit({ action: 'added', changes: [mandatory(null, 'N')] }),
        edited(mandatory('N', 'Y')),
        anEdit({ action: 'deleted', changes: [mandatory('Y', null)] }),
      ],
      '❌ *Created, settings changed, deleted*: *«Tax number»* — *«Anna Petrova»*',
      3,
      ['Created, then deleted'],
    ],
    [
      'the last settings of a field that was changed and deleted',
      [
        edited(sort('1', '2'), aChange('XML_ID', 'gone', null)),
        anEdit({ action: 'deleted', changes: [sort('2', null), mandatory('Y', null)] }),
      ],
      '❌ *Settings changed, deleted*: *«Tax number»* — *«Anna Petrova»*',
      2,
      ['Required: `yes`', 'Sort order: `«2»`'],
    ],
    [
      'of a deletion without details what was told before',
      [edited(sort('1', '2')), anEdit({ action: 'deleted', changes: null })],
      '❌ *Settings changed, deleted*: *«Tax number»* — *«Anna Petrova»*',
      2,
      ['Sort order: `«2»`', 'Details of 1 edit are not known'],
    ],
    [
      'list values that were set apart from other settings',
      [
        anEdit({ action: 'enum_values_set', changes: [aChange('LIST.7.VALUE', null, 'A')] }),
        edited(),
      ],
      '🔄 *«Tax number»*: new list value `«A»` — *«Anna Petrova»*',
      2,
      [],
    ],
    [
      'list values that were set with other settings as these',
      [anEdit({ action: 'enum_values_set', changes: [sort('1', '2')] }), edited()],
      '🔄 *«Tax number»*: sort order `«1»` → `«2»` — *«Anna Petrova»*',
      2,
      [],
    ],
  ])('tells %s', (_what, edits, headline, count, lines) => {
    const message = compose(edits)
    expect(headings(message)).toEqual([
      `${headline} · Company details field \`«UF_CRM_TAX»\` · ${count} edits`,
    ])
    expect(linesOf(message)).toEqual(lines)
  })

  test('says so when all was changed back', () => {
    const message = compose([edited(sort('1', '2')), edited(sort('2', '1'))])
    expect(linesOf(message)).toEqual(['Changed and changed back'])
    expect(message.groups[0]?.lines[0]).toMatchObject({ label: [], before: null, after: null })
  })
})

describe('composeDigest() for edits without details', () => {
  test('counts them', () => {
    const thin = anEdit({ changes: null })
    expect(linesOf(compose([thin, anEdit({ changes: [aChange('SORT', '1', '2')] })]))).toEqual([
      'Details of 1 edit are not known',
    ])
    expect(linesOf(compose([thin, thin, thin]))).toEqual(['Details of 3 edits are not known'])
  })

  test('counts those whose former settings are not known', () => {
    const edit = anEdit({})
    const blind = { ...edit, enrichment: anEnrichment({ changes: null }) }
    expect(linesOf(compose([blind, blind]))).toEqual(['Details of 2 edits are not known'])
  })

  test('does not count what was not looked for, nor what an earlier event told', () => {
    const plain = { ...anEdit({}), enrichment: NOT_ENRICHED }
    const told = { ...anEdit({}), enrichment: anEnrichment({ changes: [], toldBy: 41 }) }
    expect(linesOf(compose([plain, told]))).toEqual([])
  })

  test('says nothing about them in the notes, which belong to all', () => {
    expect(compose([anEdit({ changes: null }), anEdit({})]).notes).toEqual([])
  })
})

describe('composeDigest() for people', () => {
  test('names everybody once, in the order in which they came', () => {
    const message = compose([
      anEdit({ user: MAX }),
      anEdit({ user: ANNA }),
      anEdit({ user: MAX }),
      anEdit({ user: { id: 3, name: null } }),
    ])
    expect(headings(message)[0]).toContain(' — *«Max Weber»*, *«Anna Petrova»* +1 · ')
  })

  test('names everybody whose events one read explains', () => {
    const edit = anEdit({ changes: [aChange('SORT', '1', '2')] })
    const together = { ...edit.enrichment, covers: [42, 43], users: [ANNA, MAX] }
    const message = compose([
      { ...edit, enrichment: together },
      { ...anEdit({ user: MAX }), enrichment: anEnrichment({ changes: [], toldBy: 42 }) },
    ])
    expect(headings(message)[0]).toContain(' — *«Anna Petrova»*, *«Max Weber»* · ')
    expect(message.notes).toEqual([])
  })

  test('does not name the users of a delivery that covers nothing', () => {
    const edit = anEdit({})
    const message = compose([
      { ...edit, enrichment: { ...edit.enrichment, users: [MAX] } },
      anEdit({}),
    ])
    expect(headings(message)[0]).not.toContain('Max')
  })

  test('names nobody for changes that were found by comparing, and says it once', () => {
    const found = anEdit({ user: null, origin: 'reconciled' })
    const message = compose([found, found])
    expect(headings(message)).toEqual([
      '🔄 *Settings changed*: *«Tax number»* · Company details field `«UF_CRM_TAX»` · 2 edits',
    ])
    expect(message.notes).toEqual(['Found by comparing with Bitrix24; no event arrived'])
  })

  test('does not name the unknown user of an event', () => {
    expect(headings(compose([anEdit({ user: null }), anEdit({})]))[0]).toContain(
      ': *«Tax number»* — *«Anna Petrova»* · ',
    )
  })
})

describe('composeDigest() for events that are about no field', () => {
  test('tells what happened with the number of events and their people', () => {
    const message = compose([
      anOther('ONCRMDEALUPDATE'),
      anOther('ONCRMDEALUPDATE', MAX),
      anOther('ONCRMDEALADD'),
    ])
    expect(show(message)).toEqual([
      '🔄 *Deal changed* (2 events) — *«Anna Petrova»*, *«Max Weber»*',
      '- Deal `«1»`',
      '➕ *Deal* `«1»` *created* — *«Anna Petrova»*',
    ])
    expect(showLine(message.title)).toBe('*3 events* — *«Anna Petrova»*, *«Max Weber»*')
    expect(message.summary).toEqual(message.title)
  })

  test('keeps the ids of all of them', () => {
    const deals = Array.from({ length: 12 }, (_deal, index) =>
      anOther('ONCRMDEALUPDATE', ANNA, { FIELDS: { ID: String(index + 1) } }),
    )
    const item = { FIELDS: { ID: '7', ENTITY_TYPE_ID: '128' } }
    const message = compose([
      anOther('ONCRMDEALUPDATE', ANNA, { FIELDS: { ID: '3' } }),
      ...deals,
      anOther('ONCRMDYNAMICITEMUPDATE', ANNA, item),
      anOther('ONCRMDYNAMICITEMUPDATE', ANNA, item),
      anOther('ONCRMCOMPANYUPDATE', ANNA, null),
      anOther('ONVISITADD', ANNA, { ID: '5' }),
      anOther('ONVISITADD', ANNA, { ID: '6' }),
    ])
    expect(show(message)).toEqual([
      '🔄 *Deal changed* (13 events) — *«Anna Petrova»*',
      '- Deal `«3»`, `«1»`, `«2»`, `«4»`, `«5»`, `«6»`, `«7»`, `«8»`, `«9»`, `«10»`',
      '- Deal `«11»`, `«12»`',
      '🔄 *SPA item changed* (2 events) — *«Anna Petrova»*',
      '- SPA item `«7»` · SPA `«128»`',
      '🔄 *Company changed* — *«Anna Petrova»*',
      'Unknown event: *«visit add»* (2 events) — *«Anna Petrova»*',
      '- «ID»: `«5»`, `«6»`',
    ])
  })

  test('names an event without a visible name by a word of its own', () => {
    expect(headings(compose([anOther('\u200B'), anOther('\u200B')]))).toEqual([
      '*event* (2 events) — *«Anna Petrova»*',
    ])
  })

  test('counts events where some are about fields and some are not', () => {
    const message = compose([anEdit({}), anOther('ONCRMDEALUPDATE'), anEdit({ id: 9 })])
    expect(showLine(message.title)).toBe('*3 events* — *«Anna Petrova»*')
    expect(headings(message)).toEqual([
      '🔄 *Settings changed*: *«Tax number»* — *«Anna Petrova»* · Company details field `«UF_CRM_TAX»`',
      '🔄 *Deal* `«1»` *changed* — *«Anna Petrova»*',
      '🔄 *Settings changed*: *«Tax number»* — *«Anna Petrova»* · Company details field `«UF_CRM_TAX»`',
    ])
  })
})

describe('composeDigest() notes', () => {
  test('tell how late the youngest is, since the others waited for it', () => {
    const deliveries = [
      anEdit({ origin: 'reconciled' }),
      anEdit({ origin: 'reconciled', ts: 120 }),
      anEdit({ ts: 240 }),
    ] as const
    const found = '2 changes found by comparing with Bitrix24; no event arrived'
    expect(compose(deliveries, EVENT_TS * 1000 + 20 * MINUTE_MS).notes).toEqual([
      found,
      'Delivered 19 min late',
    ])
    expect(compose(deliveries, EVENT_TS * 1000 + 5 * MINUTE_MS + 500).notes).toEqual([found])
  })

  const FOUND = 'Found by comparing with Bitrix24; no event arrived'
  const sort = (before: Json, after: Json) => [aChange('SORT', before, after)]
  const found = (terms: EditTerms) => anEdit({ ...terms, origin: 'reconciled', user: null })

  test('tell how changes were found only when all were found so', () => {
    const all = [
      found({ id: 1, changes: sort(1, 2) }),
      found({ id: 2, changes: sort(1, 2) }),
    ] as const
    expect(compose(all).notes).toEqual([FOUND])
  })

  test('count the changes that were found so among others', () => {
    const message = compose([
      anEdit({ id: 1, changes: sort(1, 2) }),
      found({ id: 2, changes: sort(3, 4) }),
    ])
    expect(message.notes).toEqual(['1 change found by comparing with Bitrix24; no event arrived'])
    expect(show(message)).toEqual([
      '🔄 *«Tax number»*: sort order `«1»` → `«2»` — *«Anna Petrova»* · Company details field `«UF_CRM_TAX»`',
      '🔄 *«Tax number»*: sort order `«3»` → `«4»` · Company details field `«UF_CRM_TAX»`',
    ])
  })

  test('and the change of one field that was found stands apart from the edits of people', () => {
    const message = compose([
      anEdit({ changes: sort(1, 2) }),
      anEdit({ user: MAX, changes: sort(2, 3) }),
      found({ changes: sort(3, 4) }),
      anEdit({ user: MAX, changes: sort(4, 5) }),
    ])
    expect(showLine(message.title)).toBe('*1 field*: 1 changed — *«Anna Petrova»*, *«Max Weber»*')
    expect(show(message)).toEqual([
      '🔄 *«Tax number»*: sort order `«1»` → `«3»` — *«Anna Petrova»*, *«Max Weber»* · Company details field `«UF_CRM_TAX»` · 2 edits',
      '🔄 *«Tax number»*: sort order `«3»` → `«4»` · Company details field `«UF_CRM_TAX»`',
      '🔄 *«Tax number»*: sort order `«4»` → `«5»` — *«Max Weber»* · Company details field `«UF_CRM_TAX»`',
    ])
  })

  test('tell what any of them completes, once, and nothing of a repeated event', () => {
    const completing = { ...anEdit({ id: 2 }), enrichment: anEnrichment({ completes: [40] }) }
    const repeated = { ...found({}), enrichment: anEnrichment({ repeats: 41 }) }
    expect(compose([anEdit({ id: 1 }), completing, completing, repeated]).notes).toEqual([
      en.notes.completes,
    ])
  })
})

// One change, five and 21 as a title, and two other events; then three edits without details.
test.each<readonly [Language, string, string, string]>([
  [
    'en',
    '1 field: 1 changed | 3 fields: 3 changed | 21 fields: 21 changed | 2 events',
    '3 edits',
    'Details of 3 edits are not known',
  ],
  [
    'ru',
    '1 поле: изменено 1 | 3 поля: изменено 3 | 21 поле: изменено 21 | 2 события',
    '3 правки',
    'Подробности 3 правок неизвестны',
  ],
  [
    'de',
    '1 Feld: 1 geändert | 3 Felder: 3 geändert | 21 Felder: 21 geändert | 2 Ereignisse',
    '3 Bearbeitungen',
    'Einzelheiten zu 3 Bearbeitungen sind nicht bekannt',
  ],
  [
    'es',
    '1 campo: 1 modificado | 3 campos: 3 modificados | 21 campos: 21 modificados | 2 eventos',
    '3 modificaciones',
    'Se desconocen los detalles de 3 modificaciones',
  ],
  [
    'pt',
    '1 campo: 1 alterado | 3 campos: 3 alterados | 21 campos: 21 alterados | 2 eventos',
    '3 edições',
    'Detalhes de 3 edições desconhecidos',
  ],
  [
    'fr',
    '1 champ\u00A0: 1 modifié | 3 champs\u00A0: 3 modifiés | 21 champs\u00A0: 21 modifiés | 2 événements',
    '3 modifications',
    'Les détails de 3 modifications ne sont pas connus',
  ],
])('composeDigest() counts in the forms of %s', (language, titles, edits, unknown) => {
  const terms = { words: CATALOGUES[language], now: SENT_AT, overview: null }
  const others = [anOther('ONA'), anOther('ONA')] as const
  const digests = [editsIn(1, 1), editsIn(5, 3), editsIn(21, 21), others]
  const shown = digests.map((deliveries) => plainText(composeDigest(deliveries, terms).title))
  expect(shown.map((title) => title.split(/ [—–·]/)[0]).join(' | ')).toBe(titles)
  const thin = anEdit({ changes: null })
  const message = composeDigest([thin, thin, thin], terms)
  expect(headings(message)[0]?.slice(-edits.length)).toBe(edits)
  expect(linesOf(message)).toEqual([unknown])
})

interface EditTerms {
  readonly id?: number
  readonly name?: string
  readonly family?: FieldFamily
  readonly label?: string | null
  readonly action?: FieldAction
  readonly user?: { readonly id: number; readonly name: string | null } | null
  /** Seconds after `EVENT_TS`. */
  readonly ts?: number
  readonly origin?: Delivery['origin']
  readonly replayed?: boolean
  /** Null: thin. */
  readonly changes?: readonly Change[] | null
}

function anEdit({
  id = 235,
  name = 'UF_CRM_TAX',
  family = 'requisite',
  label = 'Tax number',
  action = 'updated',
  user = ANNA,
  ts = 0,
  origin = 'event',
  replayed = false,
  changes = [],
}: EditTerms): Delivery {
  return aDelivery({
    origin,
    replayed,
    event: anEvent({
      ts: EVENT_TS + ts,
      userId: user?.id ?? null,
      field: aUserField({ action, family, id, fieldName: name }),
    }),
    enrichment: anEnrichment({
      userName: user?.name ?? null,
      field: label === null ? null : { label },
      changes,
      ...(changes === null && { status: 'unavailable', reason: 'timeout' }),
    }),
  })
}

function edited(...changes: readonly Change[]): Delivery {
  return anEdit({ changes })
}

function anOther(name: string, user = ANNA, data: Json = { FIELDS: { ID: '1' } }): Delivery {
  return aDelivery({
    event: anEvent({ name, userId: user.id, field: null, data }),
    enrichment: { ...NOT_ENRICHED, userName: user.name },
  })
}

function editsIn(count: number, fields: number): readonly [Delivery, ...Delivery[]] {
  const others = Array.from({ length: count - 1 }, (_, index) =>
    anEdit({ id: (index + 1) % fields }),
  )
  return [anEdit({ id: 0 }), ...others]
}

function compose(deliveries: readonly [Delivery, ...Delivery[]], now = SENT_AT): Message {
  return composeDigest(deliveries, { words: en, now, overview: null })
}

function show({ groups }: Message): readonly string[] {
  return groups.flatMap(({ heading, lines }) => [
    showLine(heading),
    ...lines.map(({ text }) => `- ${showLine(text)}`),
  ])
}

function headings({ groups }: Message): readonly string[] {
  return groups.map(({ heading }) => showLine(heading))
}

function linesOf({ groups }: Message): readonly string[] {
  return groups.flatMap(({ lines }) => lines.map(({ text }) => showLine(text)))
}
