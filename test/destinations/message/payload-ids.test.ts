import { expect, test } from 'vitest'
import type { Json } from '../../../src/core/log/event.ts'
import { listIds } from '../../../src/destinations/message/payload-ids.ts'

test.each<readonly [Json, string]>([
  [{ FIELDS: { ID: '12', ENTITY_TYPE_ID: 130, TITLE: 'x' } }, 'ID=12 ENTITY_TYPE_ID=130'],
  [{ id: 5, Id: 6, userid: 7, USER_ID: null }, 'id=5 Id=6'],
  [{ FIELDS: [{ ID: 1 }, { ID: 2 }] }, 'ID=1 ID=2'],
  ['107', 'ID=107'],
  [107, 'ID=107'],
  [{ ID: '' }, ''],
  [null, ''],
  [[], ''],
  [{ ID: { VALUE: 1 } }, ''],
  [{ A: { B: { C: { D: { ID: 'too deep' } } } } }, ''],
  [{ A: { B: { C: { ID: 'deep enough' } } } }, 'ID=deep enough'],
  [{ ID: 'x'.repeat(50) }, `ID=${'x'.repeat(39)}…`],
])('listIds() finds in %j the ids %j', (payload, expected) => {
  const ids = listIds(payload, 5)
  expect(ids.map(({ name, value }) => `${name}=${value}`).join(' ')).toBe(expected)
})

test('listIds() stops at the wanted number', () => {
  const payload = { ID: 1, A_ID: 2, B_ID: 3 }
  expect(listIds(payload, 2).map(({ name }) => name)).toEqual(['ID', 'A_ID'])
})
