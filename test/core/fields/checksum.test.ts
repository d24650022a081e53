/** Definitions that are too large to be kept whole: what is kept of them, and what a comparison finds. */
import { describe, expect, test } from 'vitest'
import { diffFields, leavesOf, summaryOf } from '../../../src/core/fields/changes.ts'
import { boundDefinition, isChecksum, withChecksums } from '../../../src/core/fields/checksum.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import { MAX_LEAVES } from '../../../src/core/fields/leaves.ts'
import type { Json } from '../../../src/core/log/event.ts'

const FIELD = {
  ID: '1',
  ENTITY_ID: 'CRM_DEAL',
  FIELD_NAME: 'UF_CRM_1',
  USER_TYPE_ID: 'enumeration',
}

function aList(count: number, changes: { readonly [index: number]: string } = {}): Json[] {
  return Array.from({ length: count }, (_, index) => ({
    ID: String(index + 1),
    SORT: String(index),
    VALUE: changes[index] ?? `Значение ${index}`,
    DEF: 'N',
  }))
}

function bounded(attributes: FieldAttributes): FieldAttributes {
  return boundDefinition(attributes) ?? {}
}

const HUGE = bounded({ ...FIELD, LIST: aList(3000) })

describe('boundDefinition()', () => {
  test('keeps a definition of 384 KiB, counted in UTF-8, and bounds a larger one', () => {
    const room = 384 * 1024 - JSON.stringify({ ...FIELD, XML_ID: '' }).length
    const fits = { ...FIELD, XML_ID: 'x'.repeat(room) }
    expect(boundDefinition(fits)).toEqual(fits)
    for (const text of ['x'.repeat(room + 1), 'ü'.repeat(room / 2 + 1)]) {
      const { XML_ID, ...others } = bounded({ ...FIELD, XML_ID: text })
      expect(isChecksum(XML_ID)).toBe(true)
      expect(others).toEqual(FIELD)
    }
  })

  test('keeps as many leaves as are compared, and bounds a definition with more', () => {
    const own = leavesOf(FIELD).size
    const fits = { ...FIELD, SETTINGS: Array(MAX_LEAVES - own).fill('a value') }
    expect(boundDefinition(fits)).toEqual(fits)
    const more = { ...FIELD, SETTINGS: Array(MAX_LEAVES - own + 1).fill('a value') }
    expect(isChecksum(bounded(more)['SETTINGS'])).toBe(true)
  })

  test('bounds no more attributes than it has to, the largest first', () => {
    const SETTINGS = { TEXT: 'x'.repeat(2000) }
    const { LIST, ...others } = bounded({ ...FIELD, SETTINGS, LIST: aList(3000) })
    expect(isChecksum(LIST)).toBe(true)
    expect(others).toEqual({ ...FIELD, SETTINGS })
  })

  test('finds no form for too many small attributes, nor for a huge name of a field', () => {
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`A${n}`, 'text']))
    expect(boundDefinition({ ...FIELD, ...many })).toBe(null)
    expect(boundDefinition({ ...FIELD, FIELD_NAME: 'x'.repeat(500_000) })).toBe(null)
  })
})

describe('a checksum', () => {
  test.each<[string, Json[]]>([
    ['in another order', aList(3000).toReversed()],
    ['with other types', JSON.parse(JSON.stringify(aList(3000)).replaceAll(/"(\\d+)"/g, '$1'))],
  ])('is the same for the same list %s', (_, LIST) => {
    expect(bounded({ ...FIELD, LIST })).toEqual(HUGE)
  })

  test('tells that something has changed in a list that is too large', () => {
    const after = bounded({ ...FIELD, LIST: aList(3000, { 1500: 'Другое' }) })
    expect(diffFields(HUGE, after)).toEqual([
      { attribute: 'LIST', before: HUGE['LIST'], after: after['LIST'] },
    ])
  })

  test('tells one change when a list becomes too large, or small enough again', () => {
    const small = { ...FIELD, LIST: aList(10) }
    const [alike] = withChecksums(small, HUGE)
    const change = { attribute: 'LIST', before: alike['LIST'], after: HUGE['LIST'] }
    expect(diffFields(small, HUGE)).toEqual([change])
    expect(diffFields(HUGE, small)).toEqual([
      { attribute: 'LIST', before: HUGE['LIST'], after: alike['LIST'] },
    ])
    const { LIST: _, ...without } = HUGE
    expect(diffFields(without, HUGE)).toEqual([{ ...change, before: null }])
  })

  test('tells nothing when the list is the same, kept whole or not', () => {
    expect(diffFields({ ...FIELD, LIST: aList(3000) }, HUGE)).toEqual([])
  })

  test('is no label of a field', () => {
    const EDIT_FORM_LABEL = 'x'.repeat(400_000)
    const field = bounded({ ...FIELD, EDIT_FORM_LABEL })
    expect(isChecksum(field['EDIT_FORM_LABEL'])).toBe(true)
    expect(summaryOf(field)['label']).toBe('UF_CRM_1')
  })
})
