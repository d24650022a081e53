/** The attributes of a field's definition in words. */
import { describe, expect, test } from 'vitest'
import type { Json } from '../../../../src/core/log/event.ts'
import { en } from '../../../../src/destinations/language/en.ts'
import {
  formatLanguages,
  isAddedOrRemovedValue,
  describeChange,
  rankOf,
  splitAttribute,
} from '../../../../src/destinations/message/fields/attributes.ts'
import { plainText, type Line } from '../../../../src/destinations/message/text/line.ts'

const OLD_CHECKSUM = 'checksum:0123456789abcdef'
const NEW_CHECKSUM = 'checksum:fedcba9876543210'

describe('describeChange()', () => {
  test.each<readonly [attribute: string, before: Json, after: Json, words: string]>([
    ['MANDATORY', 'N', 'Y', 'Required | no | yes'],
    ['MULTIPLE', 'Y', 'N', 'Multiple | yes | no'],
    ['SHOW_FILTER', 'E', 'S', 'Show in filter | wildcards | partial match'],
    ['SORT', '100', '200', 'Sort order | 100 | 200'],
    ['EDIT_FORM_LABEL.en', null, 'Tax', 'Label | – | Tax | en'],
    ['EDIT_FORM_LABEL', 'A', 'B', 'Label | A | B'],
    ['SETTINGS.DEFAULT_VALUE.TYPE', 'NONE', 'NOW', 'Default value TYPE | NONE | NOW'],
    ['SETTINGS.LABEL', ['a', 'b'], { c: 1 }, 'Setting LABEL | ["a","b"] | {"c":1}'],
    ['LIST.3671.VALUE', 'A', 'B', 'List value | A | B'],
    ['LIST', OLD_CHECKSUM, NEW_CHECKSUM, `List values | ${OLD_CHECKSUM} | ${NEW_CHECKSUM}`],
    ['LIST.3671.SORT', '1', '2', 'List value 3671, sort order | 1 | 2'],
    ['LIST.3671.DEF', 'N', 'Y', 'List value 3671, default | no | yes'],
    ['LIST.3671.COLOUR', 'N', 'Y', 'List value 3671, COLOUR | N | Y'],
    ['LIST.3671', 'A', 'B', 'List value 3671 | A | B'],
    ['LIST', 'A', 'B', 'List value | A | B'],
    ['NEW_ATTRIBUTE', 1, true, 'NEW_ATTRIBUTE | 1 | yes'],
    ['HELP_MESSAGE.en', 'x', '', 'Help text | x | – | en'],
    ['MANDATORY', 'constructor', 'Y', 'Required | constructor | yes'],
    ['FIELD_NAME', 'UF_A', 'UF_B', 'FIELD_NAME | UF_A | UF_B'],
  ])('puts %s from %j to %j into the words %j', (attribute, before, after, words) => {
    const told = describeChange({ attribute, before, after }, en)
    const values = [told.before, told.after].map((line) => textOf(line) ?? '–')
    const language = told.language === null ? [] : [told.language]
    expect([plainText(told.label), ...values, ...language].join(' | ')).toBe(words)
  })

  test('cuts long values in the middle and long attributes at the end', () => {
    const attribute = `X${'y'.repeat(100)}`
    const { label, before } = describeChange({ attribute, before: 'v'.repeat(400), after: 'w' }, en)
    expect(plainText(label)).toBe(`X${'y'.repeat(78)}…`)
    expect(textOf(before)).toBe(`${'v'.repeat(80)}…${'v'.repeat(79)}`)
  })
})

test.each([
  ['', ['']],
  ['SORT', ['SORT']],
  ['LIST.15.VALUE', ['LIST', '15', 'VALUE']],
])('splitAttribute() parts %j', (attribute, parts) => {
  expect(splitAttribute(attribute)).toEqual(parts)
})

test('rankOf() knows an attribute by its first part, and puts unknown ones last', () => {
  const ordered = ['EDIT_FORM_LABEL.en', 'LIST.1.SORT', 'MANDATORY', 'SETTINGS.A', 'X_NEW']
  expect(ordered.toSorted((one, other) => rankOf(one) - rankOf(other))).toEqual(ordered)
  expect(rankOf('X_NEW')).toBe(rankOf('constructor'))
})

test.each<readonly [string, Json, Json, boolean]>([
  ['LIST.7.VALUE', null, 'A', true],
  ['LIST.7.VALUE', 'A', null, true],
  ['LIST.7.VALUE', 'A', 'B', false],
  ['LIST.7.SORT', null, '1', false],
  ['LIST.VALUE', null, 'A', false],
  ['LIST.7.8.VALUE', null, 'A', false],
])('isAddedOrRemovedValue() of %s from %j to %j is %s', (attribute, before, after, expected) => {
  expect(isAddedOrRemovedValue({ attribute, before, after })).toBe(expected)
})

test('formatLanguages() lists them in brackets', () => {
  expect(plainText(formatLanguages(['en', 'de']))).toBe(' (en, de)')
})

function textOf(line: Line | null): string | null {
  return line === null ? null : plainText(line)
}
