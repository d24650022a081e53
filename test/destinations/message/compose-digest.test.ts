import { describe, expect, test } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import {
  NOT_ENRICHED,
  type Change,
  type FieldAction,
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
import { own, plainText } from '../../../src/destinations/message/text/line.ts'

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
      title: [own('2 changes of settings in 1 field', 'strong')],
      lead: [],
      groups: message.groups,
      more: null,
      notes: [],
      summary: [own('2 changes of settings in 1 field')],
      portal: 'acme.bitrix24.com',
      firstAt: EVENT_TS * 1000,
      lastAt: (EVENT_TS + 90) * 1000,
      link: null,
      overview,
      threadKey: 'a223c6b3710f85df22e9377d6c4f7553-digest',
    })
    expect(show(message)).toEqual([
      '*«Tax number»* `«UF_CRM_TAX»`: settings changed by *«Anna Petrova»* and *«Max Weber»* (2 edits)',
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
      '*«B»* `«UF_B»`: settings changed by *«Anna Petrova»* (2 edits)',
      '*«A»* `«UF_A»`: settings changed by *«Anna Petrova»*',
      '*«C»* `«UF_C»`: settings changed by *«Anna Petrova»*',
    ])
    expect(showLine(message.title)).toBe('*4 changes of settings in 3 fields*')
  })

  test('tells fields of one number in two families apart', () => {
    const other = aDelivery({ event: anEvent({ field: aUserField({ family: 'deal' }) }) })
    const message = compose([anEdit({}), other])
    expect(message.groups).toHaveLength(2)
    expect(showLine(message.title)).toBe('*2 changes of settings in 2 fields*')
  })

  const BY_ANNA = ': settings changed by *«Anna Petrova»* (2 edits)'

  test.each<readonly [string, EditTerms, EditTerms, string]>([
    ['as it was named last', { label: 'Old' }, { label: 'New' }, '*«New»* `«UF_CRM_TAX»`'],
    ['as it was last known', { label: 'Old' }, { label: null }, '*«Old»* `«UF_CRM_TAX»`'],
    ['by its code alone', { label: null }, { label: null }, '`«UF_CRM_TAX»`'],
    ['by its last code', { name: 'UF_OLD' }, { name: 'UF_NEW' }, '*«Tax number»* `«UF_NEW»`'],
  ])('names a field %s', (_how, first, second, name) => {
    expect(headings(compose([anEdit(first), anEdit(second)]))).toEqual([name + BY_ANNA])
  })
})

describe('composeDigest() for several edits of one field', () => {
  const sort = (before: Json, after: Json) => aChange('SORT', before, after)
  const mandatory = (before: Json, after: Json) => aChange('MANDATORY', before, after)

  test.each<readonly [string, readonly [Delivery, ...Delivery[]], string, readonly string[]]>([
    [
      'an attribute as it was first and is last',
      [
        edited(sort('1', '2'), aChange('XML_ID', 'a', 'b')),
        edited(sort('2', '3')),
        edited(sort('3', '4')),
      ],
      'settings changed by *«Anna Petrova»* (3 edits)',
      ['Sort order: `«1»` → `«4»`', 'External code: `«a»` → `«b»`'],
    ],
    [
      'nothing of what was changed back',
      [edited(sort('1', '2'), mandatory('N', 'Y')), edited(sort('2', '1'))],
      'settings changed by *«Anna Petrova»* (2 edits)',
      ['Required: `no` → `yes`'],
    ],
    [
      'of no way back where a change only cannot be seen',
      [edited(aChange('XML_ID', null, '\u200B')), edited()],
      'settings changed by *«Anna Petrova»* (2 edits)',
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
      'created, settings changed by *«Anna Petrova»* and *«Max Weber»* (2 edits)',
      ['Type: `«string»`', 'Required: `yes`'],
    ],
    [
      'of a field that was created and deleted no more than that',
      [
        anEdit({ action: 'added', changes: [mandatory(null, 'N')] }),
        edited(mandatory('N', 'Y')),
        anEdit({ action: 'deleted', changes: [mandatory('Y', null)] }),
      ],
      'created, settings changed, deleted by *«Anna Petrova»* (3 edits)',
      ['Created, then deleted'],
    ],
    [
      'the last settings of a field that was changed and deleted',
      [
        edited(sort('1', '2'), aChange('XML_ID', 'gone', null)),
        anEdit({ action: 'deleted', changes: [sort('2', null), mandatory('Y', null)] }),
      ],
      'settings changed, deleted by *«Anna Petrova»* (2 edits)',
      ['Required: `yes`', 'Sort order: `«2»`'],
    ],
    [
      'of a deletion without details what was told before',
      [edited(sort('1', '2')), anEdit({ action: 'deleted', changes: null })],
      'settings changed, deleted by *«Anna Petrova»* (2 edits)',
      ['Sort order: `«2»`', 'Details of 1 edit are not known'],
    ],
    [
      'list values that were set apart from other settings',
      [
        anEdit({ action: 'enum_values_set', changes: [aChange('LIST.7.VALUE', null, 'A')] }),
        edited(),
      ],
      'list values changed, settings changed by *«Anna Petrova»* (2 edits)',
      ['New list value: `«A»`'],
    ],
    [
      'list values that were set with other settings as these',
      [anEdit({ action: 'enum_values_set', changes: [sort('1', '2')] }), edited()],
      'settings changed by *«Anna Petrova»* (2 edits)',
      ['Sort order: `«1»` → `«2»`'],
    ],
  ])('tells %s', (_what, edits, deeds, lines) => {
    const message = compose(edits)
    expect(headings(message)).toEqual([`*«Tax number»* \`«UF_CRM_TAX»\`: ${deeds}`])
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
      'Sort order: `«1»` → `«2»`',
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
    expect(headings(message)[0]).toContain(
      'by *«Max Weber»*, *«Anna Petrova»* and 1 more (4 edits)',
    )
  })

  test('names everybody whose events one read explains', () => {
    const edit = anEdit({ changes: [aChange('SORT', '1', '2')] })
    const together = { ...edit.enrichment, covers: [42, 43], users: [ANNA, MAX] }
    const message = compose([
      { ...edit, enrichment: together },
      { ...anEdit({ user: MAX }), enrichment: anEnrichment({ changes: [], toldBy: 42 }) },
    ])
    expect(headings(message)[0]).toContain('by *«Anna Petrova»* and *«Max Weber»* (2 edits)')
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
    expect(headings(message)).toEqual(['*«Tax number»* `«UF_CRM_TAX»`: settings changed (2 edits)'])
    expect(message.notes).toEqual(['Found by comparing with the portal, no event arrived'])
  })

  test('names an unknown user of an event as one', () => {
    expect(headings(compose([anEdit({ user: null }), anEdit({})]))[0]).toContain(
      'by *an unknown user* and *«Anna Petrova»*',
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
    expect(message.title).toEqual([own('3 events', 'strong')])
    expect(message.summary).toEqual([own('3 events')])
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
    expect(showLine(message.title)).toBe('*3 events*')
    expect(headings(message)).toEqual([
      '*«Tax number»* `«UF_CRM_TAX»`: settings changed by *«Anna Petrova»*',
      '🔄 *Deal* `«1»` *changed* — *«Anna Petrova»*',
      '*«Tax number»* `«UF_CRM_TAX»`: settings changed by *«Anna Petrova»*',
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
    const found = '2 changes found by comparing with the portal, no event arrived'
    expect(compose(deliveries, EVENT_TS * 1000 + 20 * MINUTE_MS).notes).toEqual([
      found,
      'Delivered 19 min late',
    ])
    expect(compose(deliveries, EVENT_TS * 1000 + 5 * MINUTE_MS + 500).notes).toEqual([found])
  })

  const FOUND = 'Found by comparing with the portal, no event arrived'
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
    expect(message.notes).toEqual(['1 change found by comparing with the portal, no event arrived'])
    expect(show(message)).toEqual([
      '*«Tax number»* `«UF_CRM_TAX»`: settings changed by *«Anna Petrova»*',
      '- Sort order: `«1»` → `«2»`',
      '*«Tax number»* `«UF_CRM_TAX»`: settings changed',
      '- Sort order: `«3»` → `«4»`',
    ])
  })

  test('and the change of one field that was found stands apart from the edits of people', () => {
    const message = compose([
      anEdit({ changes: sort(1, 2) }),
      anEdit({ user: MAX, changes: sort(2, 3) }),
      found({ changes: sort(3, 4) }),
      anEdit({ user: MAX, changes: sort(4, 5) }),
    ])
    expect(show(message)).toEqual([
      '*«Tax number»* `«UF_CRM_TAX»`: settings changed by *«Anna Petrova»* and *«Max Weber»* (2 edits)',
      '- Sort order: `«1»` → `«3»`',
      '*«Tax number»* `«UF_CRM_TAX»`: settings changed',
      '- Sort order: `«3»` → `«4»`',
      '*«Tax number»* `«UF_CRM_TAX»`: settings changed by *«Max Weber»*',
      '- Sort order: `«4»` → `«5»`',
    ])
    expect(showLine(message.title)).toBe('*4 changes of settings in 1 field*')
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
    '1 change of settings in 1 field, 5 changes of settings in 3 fields, 21 changes of settings in 21 fields, 2 events',
    '(3 edits)',
    'Details of 3 edits are not known',
  ],
  [
    'ru',
    '1 изменение настроек в 1 поле, 5 изменений настроек в 3 полях, 21 изменение настроек в 21 поле, 2 события',
    '(3 правки)',
    'Подробности 3 правок неизвестны',
  ],
  [
    'de',
    '1 Einstellungsänderung in 1 Feld, 5 Einstellungsänderungen in 3 Feldern, 21 Einstellungsänderungen in 21 Feldern, 2 Ereignisse',
    '(3 Bearbeitungen)',
    'Einzelheiten zu 3 Bearbeitungen sind nicht bekannt',
  ],
  [
    'es',
    '1 cambio de configuración en 1 campo, 5 cambios de configuración en 3 campos, 21 cambios de configuración en 21 campos, 2 eventos',
    '(3 modificaciones)',
    'Se desconocen los detalles de 3 modificaciones',
  ],
  [
    'pt',
    '1 alteração de configurações em 1 campo, 5 alterações de configurações em 3 campos, 21 alterações de configurações em 21 campos, 2 eventos',
    '(3 edições)',
    'Detalhes de 3 edições desconhecidos',
  ],
  [
    'fr',
    '1 modification de paramètres dans 1 champ, 5 modifications de paramètres dans 3 champs, 21 modifications de paramètres dans 21 champs, 2 événements',
    '(3 modifications)',
    'Les détails de 3 modifications ne sont pas connus',
  ],
])('composeDigest() counts in the forms of %s', (language, titles, edits, unknown) => {
  const terms = { words: CATALOGUES[language], now: SENT_AT, overview: null }
  const others = [anOther('ONA'), anOther('ONA')] as const
  const digests = [editsIn(1, 1), editsIn(5, 3), editsIn(21, 21), others]
  const shown = digests.map((deliveries) => plainText(composeDigest(deliveries, terms).title))
  expect(shown.join(', ')).toBe(titles)
  const thin = anEdit({ changes: null })
  const message = composeDigest([thin, thin, thin], terms)
  expect(headings(message)[0]?.slice(-edits.length)).toBe(edits)
  expect(linesOf(message)).toEqual([unknown])
})

interface EditTerms {
  readonly id?: number
  readonly name?: string
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
      field: aUserField({ action, id, fieldName: name }),
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
