/** The lines that a person reads about the changes of a field. */
import { describe, expect, test } from 'vitest'
import type { Change, FieldAction, Json } from '../../../../src/core/log/event.ts'
import { de } from '../../../../src/destinations/language/de.ts'
import { en } from '../../../../src/destinations/language/en.ts'
import { listChangeLines } from '../../../../src/destinations/message/fields/change-lines.ts'
import { type ChangeLine } from '../../../../src/destinations/message/message.ts'
import { showLine } from '../../../support/messages/show-line.ts'
import { own, plainText } from '../../../../src/destinations/message/text/line.ts'
import { aChange } from '../../../support/builders/a-delivery.ts'

describe('listChangeLines()', () => {
  test.each<readonly [Change, FieldAction, string]>([
    [aChange('MANDATORY', 'N', 'Y'), 'updated', 'Required: `no` → `yes`'],
    [aChange('MANDATORY', '*', 'Y'), 'updated', 'Required: `«*»` → `yes`'],
    [aChange('MANDATORY', false, true), 'updated', 'Required: `no` → `yes`'],
    [aChange('SHOW_FILTER', 'N', 'E'), 'updated', 'Show in filter: `no` → `yes`'],
    [aChange('SHOW_FILTER', 'E', 'S'), 'updated', 'Show in filter: `wildcards` → `partial match`'],
    [aChange('SHOW_FILTER', 'I', 'X'), 'updated', 'Show in filter: `yes` → `«X»`'],
    [aChange('USER_TYPE_ID', 'string', 'enumeration'), 'updated', 'Type: `text` → `list`'],
    [aChange('USER_TYPE_ID', 'string', 'rest_1_own'), 'updated', 'Type: `text` → `«rest_1_own»`'],
    [aChange('SETTINGS.DEFAULT_VALUE', 'x', 'y'), 'updated', 'Default value: `«x»` → `«y»`'],
    [
      aChange('SETTINGS.DEFAULT_VALUE.TYPE', 'NONE', 'NOW'),
      'updated',
      'Default value «TYPE»: `«NONE»` → `«NOW»`',
    ],
    [aChange('SORT', 'Y', 'N'), 'updated', 'Sort order: `«Y»` → `«N»`'],
    [aChange('EDIT_FORM_LABEL.en', null, 'A'), 'updated', 'Label («en»): _empty_ → `«A»`'],
    [aChange('XML_ID', 'A', ''), 'updated', 'External code: `«A»` → _empty_'],
    [aChange('SETTINGS.A', 'x', 'y'), 'updated', 'Setting «A»: `«x»` → `«y»`'],
    [aChange('X_NEW.a', 'x', 'y'), 'updated', '«X_NEW.a»: `«x»` → `«y»`'],
    [aChange('LIST.7.SORT', '1', '2'), 'updated', 'List value `«7»`, sort order: `«1»` → `«2»`'],
    [aChange('LIST.7.X', '1', '2'), 'updated', 'List value `«7»`, «X»: `«1»` → `«2»`'],
    [aChange('LIST.7.VALUE', null, 'A'), 'updated', 'New list value: `«A»`'],
    [aChange('MANDATORY', null, 'Y'), 'added', 'Required: `yes`'],
    [aChange('XML_ID', 'A', null), 'deleted', 'External code: `«A»`'],
  ])('tells own words from foreign ones in %j (%s)', (one, action, expected) => {
    expect(show([one], action)).toEqual([expected])
  })

  test('shows a value that is cut alike once and says that it differs', () => {
    const [start, end] = ['a'.repeat(100), 'z'.repeat(100)]
    expect(show([aChange('XML_ID', `${start}1${end}`, `${start}2${end}`)])).toEqual([
      `External code: \`«${'a'.repeat(80)}…${'z'.repeat(79)}»\` differs in a part not shown`,
    ])
  })

  test('keeps the parts of a line apart from its text', () => {
    const line: ChangeLine = {
      text: [own('Required'), own(': '), own('no', 'code'), own(' → '), own('yes', 'code')],
      brief: [own('required'), own(' '), own('no', 'code'), own(' → '), own('yes', 'code')],
      label: [own('Required')],
      before: [own('no', 'code')],
      after: [own('yes', 'code')],
    }
    expect(listChangeLines([aChange('MANDATORY', 'N', 'Y')], { action: 'updated' }, en)).toEqual([
      line,
    ])
  })

  test.each<readonly [string, readonly Change[], readonly string[]]>([
    [
      "leaves out labels of column and filter that changed just as the form's did",
      [
        aChange('EDIT_FORM_LABEL.en', 'A', 'B'),
        aChange('LIST_COLUMN_LABEL.en', 'A', 'B'),
        aChange('LIST_FILTER_LABEL.en', 'A', 'C'),
        aChange('LIST_COLUMN_LABEL.de', 'A', 'B'),
      ],
      ['Label (en)', 'Column label (de)', 'Filter label (en)'],
    ],
    [
      'joins the languages that say the same, and only those',
      [
        aChange('EDIT_FORM_LABEL.en', 'A', 'B'),
        aChange('EDIT_FORM_LABEL.de', 'A', 'B'),
        aChange('EDIT_FORM_LABEL.ru', 'A', 'Б'),
        aChange('LIST_COLUMN_LABEL.en', 'A', 'C'),
      ],
      ['Label (en, de)', 'Label (ru)', 'Column label (en)'],
    ],
    [
      'puts what tells most first and unknown attributes last',
      ['SORT', 'X_NEW', 'MANDATORY', 'SETTINGS.A', 'USER_TYPE_ID', 'EDIT_FORM_LABEL.en'].map(
        (name) => aChange(name, 'N', 'Y'),
      ),
      ['Label (en)', 'Type', 'Required', 'Sort order', 'Setting A', 'X_NEW'],
    ],
    [
      'leaves out what was empty and still is',
      [aChange('HELP_MESSAGE.en', null, ''), aChange('XML_ID', '\u200B', null)],
      [],
    ],
    [
      'does not join attributes without a language that read alike',
      [aChange('LIST.1.VALUE', null, 'A'), aChange('LIST.2.VALUE', null, 'A')],
      ['New list value', 'New list value'],
    ],
  ])('%s', (_what, changes, labels) => {
    expect(tell(changes, 'updated').map(({ label }) => label)).toEqual(labels)
  })

  test('tells a list value that came or went in one line', () => {
    const changes = [
      aChange('LIST.7.ID', null, '7'),
      aChange('LIST.7.SORT', null, '100'),
      aChange('LIST.7.VALUE', null, 'AG'),
      aChange('LIST.8.VALUE', 'OHG', null),
      aChange('LIST.8.XML_ID', 'x', null),
      aChange('LIST.9.SORT', '1', '2'),
    ]
    expect(tell(changes, 'enum_values_set')).toEqual([
      { label: 'New list value', before: null, after: 'AG', isWhole: true },
      { label: 'Removed list value', before: 'OHG', after: null, isWhole: true },
      { label: 'List value 9, sort order', before: '1', after: '2', isWhole: false },
    ])
  })

  test.each(['added', 'deleted'] as const)(
    'tells a field that was %s without its name',
    (action) => {
      const changes = [
        aChange('ID', null, '235'),
        aChange('ENTITY_ID', null, 'CRM_REQUISITE'),
        aChange('FIELD_NAME', null, 'UF_CRM_TAX'),
        aChange('MANDATORY', null, 'Y'),
      ]
      expect(tell(changes, action)).toEqual([
        { label: 'Required', before: null, after: 'yes', isWhole: true },
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
        action === 'added' ? aChange(attribute, null, value) : aChange(attribute, value, null),
      )
      expect(tell(changes, action).map(({ label }) => label)).toEqual([
        'Label (en)',
        'Label (de)',
        'Column label (de)',
        'Help text (de)',
      ])
      // Of an update only the column's label that changed as the form's did says nothing.
      expect(tell(changes, 'updated')).toHaveLength(7)
    },
  )
})

describe('listChangeLines() of a field as a whole', () => {
  const created = (...settings: readonly (readonly [string, Json])[]) =>
    settings.map(([attribute, value]) => aChange(attribute, null, value))

  test('tells its type, its list values in one line, and no setting that every field has', () => {
    const changes = created(
      ['EDIT_FORM_LABEL.en', 'Legal form'],
      ['EDIT_FORM_LABEL.de', 'Rechtsform'],
      ['LIST_COLUMN_LABEL.fr', 'Legal form'],
      ['USER_TYPE_ID', 'enumeration'],
      ['LIST.15.VALUE', 'AG'],
      ['LIST.15.SORT', '10'],
      ['LIST.16.VALUE', 'GmbH'],
      ['MANDATORY', 'N'],
      ['MULTIPLE', 'Y'],
      ['SHOW_IN_LIST', 'Y'],
      ['EDIT_IN_LIST', 'Y'],
      ['SHOW_FILTER', 'N'],
      ['SORT', 100],
      ['SETTINGS.DISPLAY', 'LIST'],
      ['SETTINGS.LIST_HEIGHT', 5],
    )
    const lines = listChangeLines(changes, { action: 'added', label: 'Legal form' }, en)
    expect(lines.map(({ text }) => plainText(text))).toEqual([
      'Label (de): Rechtsform',
      'Type: list',
      'List values: AG, GmbH',
      'Multiple: yes',
      'Visible lines: 5',
    ])
  })

  test('counts the list values behind the tenth', () => {
    const values = Array.from({ length: 12 }, (_value, index): readonly [string, Json] => [
      `LIST.${index}.VALUE`,
      `V${index}`,
    ])
    expect(show(created(...values), 'added')[0]).toMatch(/`«V9»` \+2$/)
  })
})

test('listChangeLines() calls a list value by its text where that is known', () => {
  const changes = [aChange('LIST.7.DEF', 'N', 'Y'), aChange('LIST.8.SORT', '1', '2')]
  const lines = listChangeLines(changes, { action: 'updated', listValues: { 7: 'AG' } }, en)
  expect(lines.map(({ text }) => showLine(text))).toEqual([
    'List value `«AG»`, default: `no` → `yes`',
    'List value `«8»`, sort order: `«1»` → `«2»`',
  ])
})

test('listChangeLines() tells each change inside a sentence as well', () => {
  const brief = (change: Change, words = en) =>
    listChangeLines([change], { action: 'updated' }, words).map((line) => showLine(line.brief))
  expect(brief(aChange('MANDATORY', 'N', 'Y'))).toEqual(['required `no` → `yes`'])
  expect(brief(aChange('LIST.7.VALUE', null, 'AG'))).toEqual(['new list value `«AG»`'])
  expect(brief(aChange('X_NEW', 'a', 'b'))).toEqual(['«X_NEW» `«a»` → `«b»`'])
  expect(brief(aChange('EDIT_FORM_LABEL.en', 'a', 'b'), de)).toEqual(['Name («en») `«a»` → `«b»`'])
})

/** The lines in bare text; a line that tells one value only is whole. */
function tell(changes: readonly Change[], action: FieldAction) {
  return listChangeLines(changes, { action }, en).map(({ text, label, before, after }) => ({
    label: plainText(label),
    before: before === null ? null : plainText(before),
    after: after === null ? null : plainText(after),
    isWhole: !plainText(text).includes(' → '),
  }))
}

function show(changes: readonly Change[], action: FieldAction = 'updated'): readonly string[] {
  return listChangeLines(changes, { action }, en).map(({ text }) => showLine(text))
}
