import { describe, expect, test } from 'vitest'
import { nameKey, namesWanted } from '../../../src/core/events/names.ts'
import type { Json } from '../../../src/core/log/event.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'

function wanted(name: string, data: Json, userId: number | null = 1): readonly string[] {
  return namesWanted(anEvent({ name, data, userId, field: null })).map(nameKey)
}

describe('namesWanted()', () => {
  test.each<readonly [string, Json, readonly string[]]>([
    ['ONTASKADD', { FIELDS_AFTER: { ID: '5' } }, ['user 1']],
    [
      'ONCRMDEALMOVETOCATEGORY',
      { FIELDS: { ID: '6675', CATEGORY_ID: '1', STAGE_ID: 'C1:NEW' } },
      ['user 1', 'funnel 1', 'stage C1:NEW'],
    ],
    [
      'ONCRMDYNAMICITEMADD',
      { FIELDS: { ID: '22', ENTITY_TYPE_ID: '1220' } },
      ['user 1', 'smart_process 1220'],
    ],
    ['ONVOXIMPLANTCALLSTART', { CALL_ID: 'x', USER_ID: '1269' }, ['user 1', 'user 1269']],
    ['ONVISITADD', { ID: '5' }, ['user 1']],
  ])('finds in %s with %j the names %j', (name, data, expected) => {
    expect(wanted(name, data)).toEqual(expected)
  })

  test('asks for nobody where nobody caused the event, and for each thing once', () => {
    expect(wanted('ONTASKADD', { FIELDS_AFTER: { ID: '5' } }, null)).toEqual([])
    expect(wanted('ONVOXIMPLANTCALLSTART', { CALL_ID: 'x', USER_ID: '1' })).toEqual(['user 1'])
  })

  test('asks for the title of a smart process by its id, after a change for the present one', () => {
    const ofType = (name: string, ts: number | null) =>
      namesWanted(anEvent({ name, data: { FIELDS: { ID: '45' } }, ts, userId: null, field: null }))
    const ref = { kind: 'smart_process_by_id', id: '45' }
    expect(ofType('ONCRMTYPEUPDATE', 1_790_000_000)).toEqual([{ ...ref, since: 1_790_000_000_000 }])
    expect(ofType('ONCRMTYPEUPDATE', null)).toEqual([ref])
    expect(ofType('ONCRMTYPEDELETE', 1_790_000_000)).toEqual([ref])
  })

  test('asks neither for the subject itself, nor for what cannot be an id, nor for events about fields', () => {
    expect(wanted('ONUSERADD', { ID: '123' })).toEqual(['user 1'])
    const data = { FIELDS: { ID: '6675', CATEGORY_ID: '1', STAGE_ID: "C1:NEW' or 1" } }
    expect(wanted('ONCRMDEALMOVETOCATEGORY', data)).toEqual(['user 1', 'funnel 1'])
    expect(namesWanted(anEvent())).toEqual([])
  })
})
