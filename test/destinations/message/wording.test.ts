import { describe, expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/durations.ts'
import type { Change, Enrichment, UserField } from '../../../src/core/log/event.ts'
import type { Delivery } from '../../../src/destinations/receiver.ts'
import { en } from '../../../src/destinations/language/en.ts'
import { catalogueOf, LANGUAGES } from '../../../src/destinations/language/languages.ts'
import {
  deedBy,
  describeAction,
  describeCode,
  describeDeed,
  describeKind,
  describeLabel,
  describePortal,
  describeUser,
  formatSpanUtc,
  formatUtc,
  knownUser,
  nameOf,
} from '../../../src/destinations/message/wording.ts'
import {
  EVENT_TS,
  aDelivery,
  anEnrichment,
  anEvent,
  aUserField,
} from '../../support/builders/a-delivery.ts'
import { showLine } from '../../support/messages/show-line.ts'
import { foreign, own } from '../../../src/destinations/message/text/line.ts'

describe('describeUser()', () => {
  test.each([
    [1, 'Anna Petrova', '*«Anna Petrova»*'],
    [1, null, '*user 1*'],
    [1, '\u200B ', '*user 1*'],
    [null, null, '*an unknown user*'],
    [null, 'Anna Petrova', '*an unknown user*'],
  ])('calls user %s with the name %j "%s"', (userId, userName, expected) => {
    const delivery = aDelivery({
      event: anEvent({ userId }),
      enrichment: anEnrichment({ userName }),
    })
    expect(showLine(describeUser(delivery, en))).toBe(expected)
  })
})

describe('the system user of the application', () => {
  const system = { systemUserId: 512, event: anEvent({ userId: 512 }) }

  test('is named as such, alone, among others and in every language', () => {
    const alone = aDelivery({ ...system, enrichment: anEnrichment({ userName: null }) })
    expect(showLine(describeUser(alone, en))).toBe('*system user 512*')
    const users = [
      { id: 1, name: 'Anna Petrova' },
      { id: 512, name: null },
    ]
    const enrichment = anEnrichment({ userName: null, covers: [42, 43], users })
    const together = aDelivery({ ...system, enrichment })
    expect(showLine(describeDeed(together, aUserField(), en))).toBe(
      'settings changed by *«Anna Petrova»* and *system user 512*',
    )
    const words = LANGUAGES.map((language) => showLine(describeUser(alone, catalogueOf(language))))
    expect(new Set(words).size).toBe(LANGUAGES.length)
  })

  test('is anybody else when the portal tells a name', () => {
    const named = aDelivery({ ...system, enrichment: anEnrichment({ userName: 'CRM Robot' }) })
    expect(showLine(describeUser(named, en))).toBe('*«CRM Robot»*')
  })
})

describe('describeDeed()', () => {
  const anna = { id: 1, name: 'Anna Petrova' }
  const max = { id: 2, name: 'Max Weber' }
  const nobody = { id: 3, name: null }
  const eve = { id: 4, name: 'Eve Stone' }
  const label = { attribute: 'EDIT_FORM_LABEL.en', before: 'A', after: 'B' }
  const item = { attribute: 'LIST.7.VALUE', before: 'A', after: 'B' }

  test.each<readonly [UserField['action'], string]>([
    ['added', 'created by *«Anna Petrova»*'],
    ['updated', 'settings changed by *«Anna Petrova»*'],
    ['deleted', 'deleted by *«Anna Petrova»*'],
    ['enum_values_set', 'list values changed by *«Anna Petrova»*'],
  ])('says of the action %s "%s"', (action, expected) => {
    expect(deed(action, { changes: [] })).toBe(expected)
    expect(deed(action, { changes: null })).toBe(expected)
  })

  test.each<readonly [readonly Change[], string]>([
    [[item], 'list values changed by *«Anna Petrova»*'],
    [[item, label], 'settings changed by *«Anna Petrova»*'],
  ])('names what one read found for a list whose values were set: %j', (changes, expected) => {
    expect(deed('enum_values_set', { changes })).toBe(expected)
  })

  test.each<readonly [Enrichment['users'], string]>([
    [[], 'settings changed by *«Anna Petrova»*'],
    [[max], 'settings changed by *«Max Weber»*'],
    [[anna, max], 'settings changed by *«Anna Petrova»* and *«Max Weber»*'],
    [[anna, nobody], 'settings changed by *«Anna Petrova»* and *user 3*'],
    [[anna, max, nobody], 'settings changed by *«Anna Petrova»*, *«Max Weber»* and 1 more'],
    [[anna, max, nobody, eve], 'settings changed by *«Anna Petrova»*, *«Max Weber»* and 2 more'],
  ])('names of the people %j "%s"', (users, expected) => {
    expect(deed('updated', { users, covers: [42, 43] })).toBe(expected)
  })

  test.each<readonly [Enrichment['users'], string]>([
    [[anna], 'created by *«Anna Petrova»*'],
    [[anna, max], 'created by *«Anna Petrova»*, changed by *«Max Weber»*'],
    [
      [anna, max, nobody, eve],
      'created by *«Anna Petrova»*, changed by *«Max Weber»*, *user 3* and 1 more',
    ],
  ])('tells who created a field from who changed it then: %j', (users, expected) => {
    expect(deed('added', { users, covers: [42, 43] })).toBe(expected)
  })

  test('names nobody for a change that was found by comparing', () => {
    expect(deed('updated', {}, { origin: 'reconciled', userId: null })).toBe('settings changed')
    expect(deed('added', {}, { origin: 'reconciled', userId: null })).toBe('created')
    expect(deed('updated', {}, { origin: 'reconciled', userId: 1 })).toBe(
      'settings changed by *«Anna Petrova»*',
    )
    expect(deed('updated', {}, { origin: 'event', userId: null })).toBe(
      'settings changed by *an unknown user*',
    )
  })

  test('makes no name of an invisible one', () => {
    const users = [anna, { id: 9, name: '\u200B' }]
    expect(deed('updated', { users, covers: [42, 43] })).toBe(
      'settings changed by *«Anna Petrova»* and *user 9*',
    )
  })

  function deed(
    action: UserField['action'],
    enrichment: Partial<Enrichment>,
    { origin = 'event', userId = 1 }: { origin?: Delivery['origin']; userId?: number | null } = {},
  ): string {
    const field = aUserField({ action })
    const event = anEvent({ field, userId })
    const delivery = aDelivery({ origin, event, enrichment: anEnrichment(enrichment) })
    return showLine(describeDeed(delivery, field, en))
  }
})

describe('describeLabel()', () => {
  test.each([
    [{ label: 'Tax number' }, 'Tax number'],
    [{ label: '' }, null],
    [{ label: { en: 'Tax number' } }, null],
    [{}, null],
    [null, null],
  ])('reads from %j the label %j', (field, expected) => {
    expect(describeLabel(aDelivery({ enrichment: anEnrichment({ field }) }))).toBe(expected)
  })
})

describe('describeKind()', () => {
  test.each<readonly [UserField['family'], string, string]>([
    ['requisite', 'CRM_REQUISITE', 'Company details field'],
    ['deal', 'CRM_DEAL', 'Deal field'],
    ['type', 'CRM_13', 'SPA field'],
    ['type', 'CRM_SMART_INVOICE', 'Invoice field'],
    ['type', 'CRM_SMART_DOCUMENT', 'Document field'],
    ['invoice', 'CRM_SMART_INVOICE', 'Invoice field (old version)'],
  ])('calls a field of %s and %s "%s"', (family, entityId, expected) => {
    const field = { family, action: 'updated', id: 1, entityId, fieldName: 'UF_X' } as const
    expect(describeKind(field, en)).toBe(expected)
  })
})

describe('describePortal()', () => {
  test('names the host, else the member_id', () => {
    expect(describePortal(aDelivery())).toBe('acme.bitrix24.com')
    expect(describePortal(aDelivery({ domain: null }))).toBe('a223c6b3710f85df22e9377d6c4f7553')
  })
})

test('formatUtc() names the zone', () => {
  expect(formatUtc(EVENT_TS * 1000)).toBe('2026-09-21 14:13 UTC')
})

test.each([
  [[0, 0], '2026-09-21 14:13 UTC'],
  [[0, 39_999], '2026-09-21 14:13 UTC'],
  [[0, 40_000], '2026-09-21 14:13 – 14:14 UTC'],
  [[0, DAY_MS], '2026-09-21 14:13 – 2026-09-22 14:13 UTC'],
] as const)('formatSpanUtc() tells %j ms after the event as "%s"', ([first, last], expected) => {
  const at = EVENT_TS * 1000
  expect(formatSpanUtc(at + first, at + last)).toBe(expected)
})

test.each([
  ['UF_CRM_TAX', '`«UF_CRM_TAX»`'],
  ['\u200B', '`field 235`'],
  ['x'.repeat(81), `\`«${'x'.repeat(79)}…»\``],
])('describeCode() shows the code %j as %s', (fieldName, expected) => {
  expect(showLine(describeCode(aUserField({ fieldName }), en))).toBe(expected)
})

test.each([
  ['enum_values_set', ['LIST.7.VALUE'], 'enum_values_set'],
  ['enum_values_set', ['LIST.7.VALUE', 'LISTS'], 'updated'],
  ['enum_values_set', [], 'enum_values_set'],
  ['added', ['MANDATORY'], 'added'],
  ['deleted', ['MANDATORY'], 'deleted'],
] as const)('describeAction() judges %s with changes of %j as %s', (action, names, expected) => {
  const changes = names.map((attribute) => ({ attribute, before: null, after: 'x' }))
  expect(describeAction(aUserField({ action }), changes)).toBe(expected)
})

test('nameOf() cuts a name of any length', () => {
  expect(showLine(nameOf({ id: 1, name: 'x'.repeat(81) }, en))).toBe(`*«${'x'.repeat(79)}…»*`)
})

test('knownUser() is nobody only where nobody is known to have acted', () => {
  const nobody = aDelivery({ event: anEvent({ userId: null }) })
  expect(knownUser(nobody, en).map(showLine)).toEqual(['*an unknown user*'])
  expect(knownUser({ ...nobody, origin: 'reconciled' }, en)).toEqual([])
  expect(knownUser(aDelivery({ origin: 'reconciled' }), en).map(showLine)).toEqual(['*user 1*'])
})

test('deedBy() leaves a deed without people as it is', () => {
  const deed = [own('created')]
  expect(deedBy(deed, [], en)).toBe(deed)
  expect(showLine(deedBy(deed, [[foreign('Anna', 'strong')]], en))).toBe('created by *«Anna»*')
})
