import { expect, test } from 'vitest'
import type { Json } from '../../../../src/core/log/event.ts'
import { isDefault } from '../../../../src/destinations/message/fields/field-defaults.ts'
import { aChange } from '../../../support/builders/a-delivery.ts'

test.each<readonly [string, Json, boolean]>([
  ['MANDATORY', 'N', true],
  ['MANDATORY', false, true],
  ['MANDATORY', 'Y', false],
  ['EDIT_IN_LIST', 'Y', true],
  ['EDIT_IN_LIST', 'N', false],
  ['SHOW_IN_LIST', 'Y', true],
  ['SHOW_IN_LIST', 'N', true],
  ['SORT', 100, true],
  ['SORT', '500', false],
  ['SETTINGS.ROWS', '1', true],
  ['SETTINGS.ROWS', '3', false],
  ['SETTINGS.DEFAULT_VALUE', '', true],
  ['SETTINGS.DEFAULT_VALUE', 'x', false],
  ['SETTINGS.LEAD', 'Y', false],
  ['USER_TYPE_ID', 'string', false],
  ['LIST.7.VALUE', 'N', false],
  ['EDIT_FORM_LABEL.en', '0', false],
  ['XML_ID', '', false],
])('isDefault() of %s with %j is %s', (attribute, value, expected) => {
  expect(isDefault(aChange(attribute, null, value))).toBe(expected)
  expect(isDefault(aChange(attribute, value, null))).toBe(expected)
})
