import { describe, expect, it } from 'vitest'
import { recordTypeOf, pathOfKind } from '../../../src/core/events/record-types.ts'

describe('recordTypeOf()', () => {
  it.each([
    ['3', 'contact', 3],
    ['CONTACT', 'contact', 3],
    ['contact', 'contact', 3],
    ['8', 'requisite', 8],
    ['31', 'smart_invoice', 31],
    ['SMART_INVOICE', 'smart_invoice', 31],
    ['147', 'dynamic_item', 147],
    ['DYNAMIC_174', 'dynamic_item', 174],
    ['task', 'task', null],
  ])('reads %s as %s', (text, kind, typeId) => {
    expect(recordTypeOf(text)).toEqual({ kind, typeId })
  })

  it.each(['', '0', '6', '127', 'CONTACTS', 'DYNAMIC_', '1e3', '-3'])(
    'knows no type %j',
    (text) => {
      expect(recordTypeOf(text)).toBeNull()
    },
  )
})

describe('pathOfKind()', () => {
  it('is the path of the kind, and that of smart processes for kinds without events of their own', () => {
    expect(pathOfKind('company')).toBe('/crm/company/details/{id}/')
    expect(pathOfKind('smart_invoice')).toBe('/crm/type/{type}/details/{id}/')
    expect(pathOfKind('currency')).toBeNull()
  })
})
