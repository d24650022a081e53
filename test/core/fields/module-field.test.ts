import { describe, expect, test } from 'vitest'
import {
  asSent,
  fieldOf,
  moduleFieldCode,
  moduleFieldOf,
  toldField,
} from '../../../src/core/fields/module-field.ts'
import type { Json } from '../../../src/core/log/event.ts'
import { anEnrichment, anEvent } from '../../support/builders/a-delivery.ts'

const UPDATE = 'MAIN.ON.USER.TYPE.UPDATE'

function moduleEvent(name = UPDATE, data: Json = { FIELDS: { ID: '42' } }) {
  return anEvent({ name, data, field: null })
}

describe('moduleFieldOf()', () => {
  test.each([
    ['MAIN.ON.USER.TYPE.ADD', 'added'],
    [UPDATE, 'updated'],
    ['MAIN.ON.USER.TYPE.DELETE', 'deleted'],
  ])('reads the number of the field out of %s', (name, action) => {
    const field = { family: 'module', action, id: 42, entityId: '', fieldName: '' }
    expect(moduleFieldOf(moduleEvent(name))).toEqual(field)
  })

  test.each<readonly [string, Json]>([
    ['ONTASKADD', { FIELDS_AFTER: { ID: '42' } }],
    [UPDATE, null],
    [UPDATE, { FIELDS: {} }],
    [UPDATE, { FIELDS: { ID: '4x' } }],
    [UPDATE, { FIELDS: { ID: '9'.repeat(16) } }],
  ])('finds none in %s with %j', (name, data) => {
    expect(moduleFieldOf(moduleEvent(name, data))).toBeNull()
  })

  test('finds none in an event that was not understood', () => {
    expect(moduleFieldOf({ ...moduleEvent(), quarantined: 'invalid_ts' })).toBeNull()
  })
})

test('fieldOf() takes the field that an event names itself first', () => {
  expect(fieldOf(anEvent())?.family).toBe('requisite')
  expect(fieldOf(moduleEvent())?.family).toBe('module')
  expect(fieldOf(anEvent({ name: 'ONTASKADD', field: null }))).toBeNull()
})

test('moduleFieldCode() tells new list values as an update, since there is no event for them', () => {
  expect(moduleFieldCode('added')).toBe('MAIN.ON.USER.TYPE.ADD')
  expect(moduleFieldCode('enum_values_set')).toBe(UPDATE)
})

test('asSent() takes the field off an event that did not bring it', () => {
  const event = moduleEvent()
  expect(asSent({ ...event, field: fieldOf(event) })).toEqual(event)
  expect(asSent(anEvent())).toEqual(anEvent())
})

describe('toldField()', () => {
  const known = { entityId: 'USER', fieldName: 'UF_SKYPE', label: 'Skype' }

  test('names a field of any module by what the portal has said of it', () => {
    expect(toldField(moduleEvent(), anEnrichment({ field: known }))).toMatchObject({
      id: 42,
      entityId: 'USER',
      fieldName: 'UF_SKYPE',
    })
  })

  test('is none while the field was not read, and the field of the event where it names one', () => {
    expect(toldField(moduleEvent(), anEnrichment({ field: null }))).toBeNull()
    expect(toldField(anEvent(), anEnrichment({ field: known }))).toEqual(anEvent().field)
  })
})
