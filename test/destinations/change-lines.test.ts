import { describe, expect, test } from 'vitest'
import type { Change, Json } from '../../src/core/event.ts'
import { listChangeLines } from '../../src/destinations/change-lines.ts'

describe('listChangeLines()', () => {
  test.each<[[string, Json, Json], [string, string | null, string | null]]>([
    [
      ['MANDATORY', 'N', 'Y'],
      ['Mandatory', 'no', 'yes'],
    ],
    [
      ['MULTIPLE', 'Y', 'N'],
      ['Multiple', 'yes', 'no'],
    ],
    [
      ['SHOW_FILTER', 'E', 'S'],
      ['Filter', 'mask', 'substring'],
    ],
    [
      ['SORT', '100', '200'],
      ['Sort order', '100', '200'],
    ],
    [
      ['EDIT_FORM_LABEL.en', null, 'Tax'],
      ['Label (en)', null, 'Tax'],
    ],
    [
      ['EDIT_FORM_LABEL', 'A', 'B'],
      ['Label', 'A', 'B'],
    ],
    [
      ['SETTINGS.DEFAULT_VALUE.TYPE', 'NONE', 'NOW'],
      ['Setting DEFAULT_VALUE.TYPE', 'NONE', 'NOW'],
    ],
    [
      ['SETTINGS.LABEL', ['a', 'b'], { c: 1 }],
      ['Setting LABEL', '["a","b"]', '{"c":1}'],
    ],
    [
      ['LIST.3671.VALUE', 'A', 'B'],
      ['List value', 'A', 'B'],
    ],
    [
      ['LIST.3671.SORT', '1', '2'],
      ['List value 3671, sort order', '1', '2'],
    ],
    [
      ['LIST.3671.DEF', 'N', 'Y'],
      ['List value 3671, default', 'no', 'yes'],
    ],
    [
      ['LIST.3671.COLOUR', 'N', 'Y'],
      ['List value 3671, COLOUR', 'N', 'Y'],
    ],
    [
      ['NEW_ATTRIBUTE', 1, true],
      ['NEW_ATTRIBUTE', '1', 'yes'],
    ],
    [
      ['HELP_MESSAGE.en', 'x', ''],
      ['Help text (en)', 'x', null],
    ],
    [
      ['MANDATORY', 'constructor', 'Y'],
      ['Mandatory', 'constructor', 'yes'],
    ],
    [
      ['FIELD_NAME', 'UF_A', 'UF_B'],
      ['FIELD_NAME', 'UF_A', 'UF_B'],
    ],
  ])('tells the change %j as %j', ([attribute, before, after], [label, ...shown]) => {
    expect(listChangeLines([{ attribute, before, after }], 'updated')).toEqual([
      { label, before: shown[0], after: shown[1], isWhole: false },
    ])
  })

  test('joins the languages that say the same, and only those', () => {
    const changes = [
      change('EDIT_FORM_LABEL.en', 'A', 'B'),
      change('EDIT_FORM_LABEL.de', 'A', 'B'),
      change('EDIT_FORM_LABEL.ru', 'A', 'Б'),
      change('LIST_COLUMN_LABEL.en', 'A', 'B'),
    ]
    expect(listChangeLines(changes, 'updated').map(({ label }) => label)).toEqual([
      'Label (en, de)',
      'Label (ru)',
      'Column label (en)',
    ])
  })

  test('does not join attributes without a language that read alike', () => {
    const changes = [change('LIST.1.VALUE', null, 'A'), change('LIST.2.VALUE', null, 'A')]
    expect(listChangeLines(changes, 'updated')).toHaveLength(2)
  })

  test('puts what tells most first and unknown attributes last', () => {
    const changes = [
      'SORT',
      'X_NEW',
      'MANDATORY',
      'SETTINGS.A',
      'USER_TYPE_ID',
      'EDIT_FORM_LABEL.en',
    ]
    const lines = listChangeLines(
      changes.map((name) => change(name, 'N', 'Y')),
      'updated',
    )
    expect(lines.map(({ label }) => label)).toEqual([
      'Label (en)',
      'Type',
      'Mandatory',
      'Sort order',
      'Setting A',
      'X_NEW',
    ])
  })

  test('leaves out what was empty and still is', () => {
    const changes = [change('HELP_MESSAGE.en', null, ''), change('XML_ID', '\u200B', null)]
    expect(listChangeLines(changes, 'updated')).toEqual([])
  })

  test('tells a list value that came or went in one line', () => {
    const changes = [
      change('LIST.7.ID', null, '7'),
      change('LIST.7.SORT', null, '100'),
      change('LIST.7.VALUE', null, 'AG'),
      change('LIST.8.VALUE', 'OHG', null),
      change('LIST.8.XML_ID', 'x', null),
      change('LIST.9.SORT', '1', '2'),
    ]
    expect(listChangeLines(changes, 'enum_values_set')).toEqual([
      { label: 'New list value', before: null, after: 'AG', isWhole: true },
      { label: 'Removed list value', before: 'OHG', after: null, isWhole: true },
      { label: 'List value 9, sort order', before: '1', after: '2', isWhole: false },
    ])
  })

  test.each(['added', 'deleted'] as const)(
    'tells a field that was %s without its name',
    (action) => {
      const changes = [
        change('ID', null, '235'),
        change('ENTITY_ID', null, 'CRM_REQUISITE'),
        change('FIELD_NAME', null, 'UF_CRM_TAX'),
        change('MANDATORY', null, 'N'),
      ]
      expect(listChangeLines(changes, action)).toEqual([
        { label: 'Mandatory', before: null, after: 'no', isWhole: true },
      ])
    },
  )

  test.each(['added', 'deleted'] as const)(
    'leaves out what Bitrix24 filled in by itself in a field that was %s',
    (action) => {
      const values: readonly [string, Json][] = [
        ['FIELD_NAME', 'UF_CRM_TAX'],
        ['EDIT_FORM_LABEL.en', 'Tax'],
        ['EDIT_FORM_LABEL.de', 'Steuer'],
        ['LIST_COLUMN_LABEL.en', 'Tax'],
        ['LIST_COLUMN_LABEL.de', 'Tax'],
        ['LIST_FILTER_LABEL.en', 'Tax'],
        ['ERROR_MESSAGE.en', 'UF_CRM_TAX'],
        ['HELP_MESSAGE.en', 'UF_CRM_TAX'],
        ['HELP_MESSAGE.de', 'Siehe Brief'],
      ]
      const changes = values.map(([attribute, value]) =>
        action === 'added' ? change(attribute, null, value) : change(attribute, value, null),
      )
      expect(listChangeLines(changes, action).map(({ label }) => label)).toEqual([
        'Label (en)',
        'Label (de)',
        'Column label (de)',
        'Help text (de)',
      ])
      expect(listChangeLines(changes, 'updated')).toHaveLength(8)
    },
  )

  test('cuts long values in the middle and long attributes at the end', () => {
    const changes = [change(`X${'y'.repeat(100)}`, 'v'.repeat(400), 'w')]
    const [line] = listChangeLines(changes, 'updated')
    expect(line?.label).toBe(`X${'y'.repeat(78)}…`)
    expect(line?.before).toBe(`${'v'.repeat(80)}…${'v'.repeat(79)}`)
  })
})

function change(attribute: string, before: Json, after: Json): Change {
  return { attribute, before, after }
}
