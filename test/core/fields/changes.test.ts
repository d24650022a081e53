import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  diffFields,
  foldChanges,
  isSame,
  leavesOf,
  summaryOf,
} from '../../../src/core/fields/changes.ts'
import type { Json } from '../../../src/core/log/event.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'

/** The documented answer of crm.requisite.userfield.get, shortened. */
const TEXT_FIELD: FieldAttributes = {
  ID: '235',
  ENTITY_ID: 'CRM_REQUISITE',
  FIELD_NAME: 'UF_CRM_TAX',
  USER_TYPE_ID: 'string',
  XML_ID: null,
  SORT: '100',
  MANDATORY: 'N',
  SETTINGS: { SIZE: 20, REGEXP: '', DEFAULT_VALUE: { TYPE: 'NONE', VALUE: '' }, LABEL: ['', 'No'] },
  EDIT_FORM_LABEL: { en: 'Tax no.', de: 'Steuernr.' },
}

function aList(...items: readonly (readonly [id: Json, value: string, more?: object])[]) {
  return items.map(([ID, VALUE, more]) => ({
    ID,
    SORT: '100',
    VALUE,
    DEF: 'N',
    XML_ID: null,
    ...more,
  }))
}

describe('diffFields() between two reads', () => {
  test.each<[string, FieldAttributes, readonly [string, Json, Json][]]>([
    ['a flag', { MANDATORY: 'Y' }, [['MANDATORY', 'N', 'Y']]],
    [
      'a label in one language',
      { EDIT_FORM_LABEL: { en: 'Tax number', de: 'Steuernr.' } },
      [['EDIT_FORM_LABEL.en', 'Tax no.', 'Tax number']],
    ],
    [
      'a language that came and one that went',
      { EDIT_FORM_LABEL: { fr: 'Impôt', en: 'Tax no.' } },
      [
        ['EDIT_FORM_LABEL.fr', null, 'Impôt'],
        ['EDIT_FORM_LABEL.de', 'Steuernr.', null],
      ],
    ],
    [
      'a setting of a setting, keeping types',
      {
        SETTINGS: {
          SIZE: 30,
          REGEXP: '',
          DEFAULT_VALUE: { TYPE: 'NOW', VALUE: '' },
          LABEL: ['Yes', 'No'],
        },
      },
      [
        ['SETTINGS.SIZE', 20, 30],
        ['SETTINGS.DEFAULT_VALUE.TYPE', 'NONE', 'NOW'],
        ['SETTINGS.LABEL.0', '', 'Yes'],
      ],
    ],
    ['a value that was set from nothing', { XML_ID: 'tax' }, [['XML_ID', null, 'tax']]],
    ['a value that was emptied', { SORT: '' }, [['SORT', '100', '']]],
    ['an attribute that vanished', { SORT: null }, [['SORT', '100', null]]],
    ['zero, which is not nothing', { XML_ID: 0 }, [['XML_ID', null, 0]]],
    ['false, which is not nothing', { XML_ID: false }, [['XML_ID', null, false]]],
  ])('tells %s', (_what, partial, expected) => {
    expect(diffFields(TEXT_FIELD, { ...TEXT_FIELD, ...partial })).toEqual(
      expected.map(([attribute, before, after]) => ({ attribute, before, after })),
    )
  })

  test.each<[string, FieldAttributes]>([
    ['null that became an empty text', { XML_ID: '' }],
    ['a number that became its decimal text', { SETTINGS: { ...settings(), SIZE: '20' } }],
    ['a decimal text that became its number', { SORT: 100 }],
    ['an empty text that vanished', { SETTINGS: { ...settings(), REGEXP: null } }],
    ['an empty map that became an empty list', { ERROR_MESSAGE: [], HELP_MESSAGE: {} }],
    [
      'another order of the attributes',
      Object.fromEntries(Object.entries(TEXT_FIELD).toReversed()),
    ],
    ['the identity', { ID: 235, ENTITY_ID: 'CRM_DEAL', FIELD_NAME: 'UF_CRM_OTHER' }],
    ['the languages of the portal', { LANGUAGE_ID: { en: 'en', de: 'de' } }],
    ['the description of the type', { USER_TYPE: { CLASS_NAME: 'CUserTypeString' } }],
    ['the value of a record', { ENTITY_VALUE_ID: 12, VALUE: 'DE123' }],
  ])('does not tell %s', (_what, partial) => {
    expect(diffFields(TEXT_FIELD, { ...TEXT_FIELD, ...partial })).toEqual([])
    expect(diffFields({ ...TEXT_FIELD, ...partial }, TEXT_FIELD)).toEqual([])
  })

  test('tells attributes in the order of the later read, those that vanished last', () => {
    const before = { GONE: 'x', A: '1', B: '1' }
    const after = { B: '2', NEW: 'y', A: '2' }
    expect(diffFields(before, after).map(({ attribute }) => attribute)).toEqual([
      'B',
      'NEW',
      'A',
      'GONE',
    ])
  })

  test('keeps keys with dots and percent signs apart from nested ones', () => {
    const after = { 'A.B': 1, 'A%2EB': 2, A: { B: 3 } }
    expect(diffFields({}, after).map(({ attribute }) => attribute)).toEqual([
      'A%2EB',
      'A%252EB',
      'A.B',
    ])
  })

  test('tells a name of the prototype like any other', () => {
    const after: FieldAttributes = JSON.parse('{"__proto__":{"constructor":"x"}}')
    expect(diffFields({}, after)).toEqual([
      { attribute: '__proto__.constructor', before: null, after: 'x' },
    ])
  })
})

describe('diffFields() for list values', () => {
  test('tells by id what came, went, was renamed, reordered or made the default', () => {
    const before = {
      LIST: aList(['9', 'GmbH'], ['10', 'AG', { XML_ID: 'ag' }], ['11', 'KG', { SORT: '300' }]),
    }
    const after = {
      LIST: aList(['11', 'KG', { SORT: '50', DEF: 'Y' }], ['9', 'GmbH & Co.'], ['100', 'SE']),
    }
    expect(diffFields(before, after)).toEqual([
      { attribute: 'LIST.9.VALUE', before: 'GmbH', after: 'GmbH & Co.' },
      { attribute: 'LIST.10.VALUE', before: 'AG', after: null },
      { attribute: 'LIST.10.SORT', before: '100', after: null },
      { attribute: 'LIST.10.DEF', before: 'N', after: null },
      { attribute: 'LIST.10.XML_ID', before: 'ag', after: null },
      { attribute: 'LIST.11.SORT', before: '300', after: '50' },
      { attribute: 'LIST.11.DEF', before: 'N', after: 'Y' },
      { attribute: 'LIST.100.VALUE', before: null, after: 'SE' },
      { attribute: 'LIST.100.SORT', before: null, after: '100' },
      { attribute: 'LIST.100.DEF', before: null, after: 'N' },
    ])
  })

  test('takes a map of PHP for the same list, whatever its keys and order', () => {
    const list = aList(['9', 'GmbH'], [10, 'AG'])
    const map = { 7: list[1] ?? null, 8: list[0] ?? null }
    expect(diffFields({ LIST: list }, { LIST: map })).toEqual([])
    expect(diffFields({ LIST: map }, { LIST: list.toReversed() })).toEqual([])
  })

  test('names an item of a map without an id by its key, one of an array by its place', () => {
    const names = (LIST: Json) => [...leavesOf({ LIST }).keys()]
    expect(names({ 12: { VALUE: 'a' } })).toEqual(['LIST.12.VALUE'])
    expect(names([{ VALUE: 'a' }, 'b'])).toEqual(['LIST.#0.VALUE', 'LIST.#1'])
    expect(names('a')).toEqual(['LIST'])
  })

  test('leaves out the ids and keeps what a later Bitrix24 adds, behind what is known', () => {
    const item = { COLOUR: 'red', USER_FIELD_ID: '235', XML_ID: 'x', VALUE: 'a', ID: '7' }
    expect([...leavesOf({ LIST: [item] }).keys()]).toEqual([
      'LIST.7.VALUE',
      'LIST.7.XML_ID',
      'LIST.7.COLOUR',
    ])
  })

  test('sorts ids by value, and behind them those that are no numbers', () => {
    const items = ['b', '12345678901', '10', 'a', '9'].map((ID) => ({ ID, VALUE: 'x' }))
    expect([...leavesOf({ LIST: items }).keys()]).toEqual([
      'LIST.9.VALUE',
      'LIST.10.VALUE',
      'LIST.12345678901.VALUE',
      'LIST.a.VALUE',
      'LIST.b.VALUE',
    ])
  })
})

describe('diffFields() for a field that came or went', () => {
  const leaves: readonly [string, Json][] = [
    ['ID', '235'],
    ['ENTITY_ID', 'CRM_REQUISITE'],
    ['FIELD_NAME', 'UF_CRM_TAX'],
    ['USER_TYPE_ID', 'string'],
    ['SORT', '100'],
    ['MANDATORY', 'N'],
    ['SETTINGS.SIZE', 20],
    ['SETTINGS.REGEXP', ''],
    ['SETTINGS.DEFAULT_VALUE.TYPE', 'NONE'],
    ['SETTINGS.DEFAULT_VALUE.VALUE', ''],
    ['SETTINGS.LABEL.0', ''],
    ['SETTINGS.LABEL.1', 'No'],
    ['EDIT_FORM_LABEL.en', 'Tax no.'],
    ['EDIT_FORM_LABEL.de', 'Steuernr.'],
  ]

  test('tells every leaf of a new field without a before', () => {
    expect(diffFields(null, TEXT_FIELD)).toEqual(
      leaves.map(([attribute, after]) => ({ attribute, before: null, after })),
    )
  })

  test('tells every leaf of a deleted field without an after', () => {
    expect(diffFields(TEXT_FIELD, null)).toEqual(
      leaves.map(([attribute, before]) => ({ attribute, before, after: null })),
    )
  })

  test('tells nothing of no field at all', () => {
    expect(diffFields(null, null)).toEqual([])
  })
})

describe('isSame()', () => {
  test.each<[Json, Json, boolean]>([
    [null, '', true],
    [20, '20', true],
    [0.5, '0.5', true],
    [20, '20.0', false],
    [20, '020', false],
    [0, '', false],
    [false, null, false],
    [true, 'true', false],
    ['Y', 'y', false],
  ])('compares %j with %j: %s', (one, other, expected) => {
    expect(isSame(one, other)).toBe(expected)
    expect(isSame(other, one)).toBe(expected)
  })
})

describe('foldChanges()', () => {
  const scalar = fc.oneof(
    fc.constantFrom<Json>(null, '', 'Y', 'N', 20, '20', 0, '0', false, true),
    fc.string({ maxLength: 5 }),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  )
  const key = fc.oneof(
    fc.constantFrom('en', 'de', 'A.B', 'A', 'B', '%', '0', '1', 'ID', 'FIELD_NAME'),
    fc.string(),
  )
  const nested = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      scalar,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(key, tie('value'), { maxKeys: 3 }),
    ),
  })).value
  const item = fc.record(
    {
      ID: fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 12 }).map(String)),
      VALUE: scalar,
      SORT: scalar,
      DEF: scalar,
      COLOUR: nested,
    },
    { requiredKeys: ['VALUE'] },
  )
  const list = fc.oneof(
    fc.array(item, { maxLength: 6 }),
    fc.dictionary(fc.nat({ max: 12 }).map(String), item, { maxKeys: 6 }),
    nested,
  )
  const definitions = fc
    .tuple(
      fc.record(
        { SORT: scalar, SETTINGS: nested, LABELS: nested, LIST: list },
        { requiredKeys: [] },
      ),
      fc.dictionary(key, nested, { maxKeys: 3 }),
    )
    .map(([known, more]): FieldAttributes => ({ ...more, ...known }))

  test('leads from the leaves before to the leaves after, but for the identity, which stays', () => {
    fc.assert(
      fc.property(definitions, definitions, (before, after) => {
        const folded = foldChanges(leavesOf(before), diffFields(before, after))
        const stayed = [...leavesOf(before)].filter(([name]) => isOfIdentity(name))
        const came = [...leavesOf(after)].filter(([name]) => !isOfIdentity(name))
        expect(canonical(folded)).toEqual(canonical(new Map([...stayed, ...came])))
      }),
      { numRuns: 1000 },
    )
  })

  test('builds a field up from nothing and takes it down again', () => {
    fc.assert(
      fc.property(definitions, (definition) => {
        const leaves = leavesOf(definition)
        const built = foldChanges(new Map(), diffFields(null, definition))
        expect([...built]).toEqual([...leaves])
        expect(foldChanges(leaves, diffFields(definition, null))).toEqual(new Map())
      }),
    )
  })

  test('has nothing to do between a definition and itself, and the reverse on the way back', () => {
    fc.assert(
      fc.property(definitions, definitions, (one, other) => {
        expect(diffFields(one, one)).toEqual([])
        const there = diffFields(one, other).map((c) => [c.attribute, c.before, c.after])
        const back = diffFields(other, one).map((c) => [c.attribute, c.after, c.before])
        expect(new Map(back.map((c) => [c[0], c]))).toEqual(new Map(there.map((c) => [c[0], c])))
      }),
    )
  })

  test('does not touch the state that it is given', () => {
    const state = new Map<string, Json>([['A', 1]])
    foldChanges(state, [{ attribute: 'A', before: 1, after: null }])
    expect(state).toEqual(new Map([['A', 1]]))
  })
})

describe('summaryOf()', () => {
  test('tells label, type and flags', () => {
    expect(summaryOf({ ...TEXT_FIELD, MANDATORY: 'Y' })).toEqual({
      label: 'Tax no.',
      userTypeId: 'string',
      multiple: false,
      mandatory: true,
      labels: { en: 'Tax no.', de: 'Steuernr.' },
    })
    expect(summaryOf({})).toEqual({
      label: null,
      userTypeId: null,
      multiple: false,
      mandatory: false,
      labels: {},
    })
  })

  test('names the list values that changed in anything but their text', () => {
    const LIST = [
      { ID: '7', VALUE: 'AG', SORT: '1' },
      { ID: '8', VALUE: 'GmbH', SORT: '2' },
      { ID: '9', VALUE: 'KG', SORT: '3' },
    ]
    const changes = ['LIST.7.DEF', 'LIST.8.VALUE', 'LIST.8.SORT', 'MANDATORY', 'LIST.5.DEF'].map(
      (attribute) => ({ attribute, before: null, after: 'x' }),
    )
    expect(summaryOf({ LIST }, changes)['listValues']).toEqual({ 7: 'AG' })
    expect(summaryOf({ LIST })).not.toHaveProperty('listValues')
    const many = Array.from({ length: 30 }, (_value, id) => ({ ID: String(id), VALUE: `V${id}` }))
    const sorted = many.map(({ ID }) => ({ attribute: `LIST.${ID}.SORT`, before: 1, after: 2 }))
    expect(Object.keys(summaryOf({ LIST: many }, sorted)['listValues'] ?? {})).toHaveLength(20)
  })

  test.each<[string, FieldAttributes, string | null]>([
    ['English', { EDIT_FORM_LABEL: { de: 'Steuer', en: 'Tax' } }, 'Tax'],
    ['the first language', { EDIT_FORM_LABEL: { en: ' ', de: '', ru: 'Н', fr: 'I' } }, 'Н'],
    ['a plain text', { EDIT_FORM_LABEL: 'Tax' }, 'Tax'],
    [
      'the column label',
      { EDIT_FORM_LABEL: { en: null }, LIST_COLUMN_LABEL: { de: 'Spalte' } },
      'Spalte',
    ],
    ['the filter label', { EDIT_FORM_LABEL: null, LIST_FILTER_LABEL: { en: 'Filter' } }, 'Filter'],
    ['the code', { EDIT_FORM_LABEL: ['x'], FIELD_NAME: 'UF_CRM_TAX' }, 'UF_CRM_TAX'],
  ])('calls a field by %s', (_what, attributes, expected) => {
    expect(summaryOf(attributes)['label']).toBe(expected)
  })
})

function settings() {
  return { SIZE: 20, REGEXP: '', DEFAULT_VALUE: { TYPE: 'NONE', VALUE: '' }, LABEL: ['', 'No'] }
}

/** Whether a leaf belongs to what makes two reads one field. */
function isOfIdentity(leaf: string): boolean {
  return ['ID', 'ENTITY_ID', 'FIELD_NAME'].includes(leaf.split('.')[0] ?? '')
}

/** A state up to what Bitrix24 does not tell apart. */
function canonical(state: ReadonlyMap<string, Json>): ReadonlyMap<string, Json> {
  const known = [...state].filter(([, value]) => value !== null && value !== '')
  return new Map(
    known.map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]),
  )
}
