/// <reference types="vite/types/importMeta.d.ts" />
import { describe, expect, test } from 'vitest'

import { attributesOf } from '../../../src/bitrix24/fields/field-attributes.ts'
import type { Json } from '../../../src/core/log/event.ts'
import requisite from '../../fixtures/bitrix24/rest/crm.requisite.userfield.get-200.json'
import smartProcess from '../../fixtures/bitrix24/rest/userfieldconfig.get-200.json'

const FIELD = { ID: '235', ENTITY_ID: 'CRM_DEAL', FIELD_NAME: 'UF_CRM_1' }

describe('attributesOf()', () => {
  test('returns the recorded definition of a requisite field as it came', () => {
    expect(attributesOf('requisite', requisite.result)).toEqual(requisite.result)
  })

  test('brings the recorded definition of a smart process field into the same form', () => {
    const labels = { en: null, de: null }
    expect(attributesOf('type', smartProcess.result)).toEqual({
      ID: '7095',
      ENTITY_ID: 'CRM_7',
      FIELD_NAME: 'UF_CRM_7_NEW_REST_LIST_2026',
      USER_TYPE_ID: 'enumeration',
      XML_ID: null,
      SORT: '100',
      MULTIPLE: 'Y',
      MANDATORY: 'N',
      SHOW_FILTER: 'N',
      SHOW_IN_LIST: 'Y',
      EDIT_IN_LIST: 'Y',
      IS_SEARCHABLE: 'N',
      SETTINGS: { DISPLAY: 'LIST', LIST_HEIGHT: 1, CAPTION_NO_VALUE: '', SHOW_NO_VALUE: 'Y' },
      EDIT_FORM_LABEL: { en: 'List of characteristics', de: 'Liste der Merkmale' },
      LIST_COLUMN_LABEL: labels,
      LIST_FILTER_LABEL: labels,
      ERROR_MESSAGE: labels,
      HELP_MESSAGE: labels,
      LIST: [
        {
          ID: '3671',
          VALUE: 'Characteristic 1',
          DEF: 'N',
          SORT: '100',
          XML_ID: '38a8c98a5de02f8ccdca2244e5065ecd',
        },
        {
          ID: '3673',
          VALUE: 'Characteristic 2',
          DEF: 'Y',
          SORT: '200',
          XML_ID: '9520e17b39f3525b820b809914b52207',
        },
      ],
    })
  })

  test.for<[string, Json, Json]>([
    ['an empty map of labels', { EDIT_FORM_LABEL: [] }, { EDIT_FORM_LABEL: {} }],
    ['empty settings', { SETTINGS: [] }, { SETTINGS: {} }],
    ['no list values', { LIST: [] }, { LIST: [] }],
    [
      'list values in a map',
      { LIST: { 2: { ID: '7', VALUE: 'x' } } },
      { LIST: [{ ID: '7', VALUE: 'x' }] },
    ],
    ['null for the list values', { LIST: null }, { LIST: null }],
    ['an attribute of tomorrow', { NEW_ONE: [] }, { NEW_ONE: [] }],
  ])('reads %s', ([, more, expected]) => {
    expect(attributesOf('deal', { ...FIELD, ...Object(more) })).toEqual({
      ...FIELD,
      ...Object(expected),
    })
  })

  test.for<[string, 'deal' | 'type', Json]>([
    ['nothing', 'deal', null],
    ['a list', 'deal', [FIELD]],
    ['a map without id', 'deal', { FIELD_NAME: 'UF_CRM_1' }],
    ['an id that is no number', 'deal', { ...FIELD, ID: 'x' }],
    ['a list value that is text', 'deal', { ...FIELD, LIST: ['a'] }],
    ['a list value without id', 'deal', { ...FIELD, LIST: [{ VALUE: 'a' }] }],
    ['list values that are text', 'deal', { ...FIELD, LIST: 'a' }],
    ['a CRM definition for a smart process', 'type', FIELD],
    ['no field', 'type', { field: null }],
    ['a field without id', 'type', { field: { fieldName: 'UF_CRM_1' } }],
    ['an enum value without id', 'type', { field: { id: 1, enum: [{ value: 'a' }] } }],
    ['an enum value that is text', 'type', { field: { id: 1, enum: ['a'] } }],
  ])('finds no field in %s', ([, family, result]) => {
    expect(attributesOf(family, result)).toBe(null)
  })

  test('keeps the 500 Cyrillic values of a list as they are', () => {
    const LIST = Array.from({ length: 500 }, (_, index) => ({
      ID: String(3671 + index),
      SORT: String(index * 10),
      VALUE: `Основной вид деятельности по классификатору, строка № ${index}`,
      DEF: 'N',
      XML_ID: '38a8c98a5de02f8ccdca2244e5065ecd',
    }))
    expect(JSON.stringify(LIST).length).toBeGreaterThan(64 * 1024)
    expect(attributesOf('deal', { ...FIELD, LIST })).toEqual({ ...FIELD, LIST })
  })

  test('keeps a checksum for what makes a definition too large', () => {
    const LIST = Array.from({ length: 9000 }, (_, index) => ({ ID: index + 1, VALUE: 'x' }))
    expect(attributesOf('deal', { ...FIELD, LIST })).toEqual({
      ...FIELD,
      LIST: expect.stringMatching(/^checksum:[0-9a-f]{16}$/),
    })
  })
})
