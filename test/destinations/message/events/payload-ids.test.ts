import { expect, test } from 'vitest'
import type { Json } from '../../../../src/core/log/event.ts'
import { en } from '../../../../src/destinations/language/en.ts'
import { plainText } from '../../../../src/destinations/message/text/line.ts'
import { listIdLines, listIds } from '../../../../src/destinations/message/events/payload-ids.ts'

test.each<readonly [Json, string]>([
  [{ FIELDS: { ID: '12', ENTITY_TYPE_ID: 130, TITLE: 'x' } }, 'ID=12 ENTITY_TYPE_ID=130'],
  [{ id: 5, Id: 6, userid: 7, USER_ID: null }, 'id=5 Id=6'],
  [{ visitId: 8, paid: 'Y', dialogId: 'chat5' }, 'visitId=8 dialogId=chat5'],
  [{ member_id: 'a', CLIENT_ID: 'b', clientId: 'c', auth: { user_id: 5 }, ID: 1 }, 'ID=1'],
  [{ FIELDS: [{ ID: 1 }, { ID: 2 }] }, 'ID=1 ID=2'],
  ['107', 'ID=107'],
  [107, 'ID=107'],
  [{ ID: '' }, ''],
  [{ ID: 'undefined', OWNER_ID: true, PARENT_ID: '5' }, 'PARENT_ID=5'],
  [null, ''],
  [[], ''],
  [{ ID: { VALUE: 1 } }, ''],
  [{ A: { B: { C: { D: { ID: 'too deep' } } } } }, ''],
  [{ A: { B: { C: { ID: 'deep enough' } } } }, 'ID=deep enough'],
  [{ ID: 'x'.repeat(60) }, `ID=${'x'.repeat(60)}`],
])('listIds() finds in %j the ids %j', (payload, expected) => {
  const ids = listIds(payload, 5)
  expect(ids.map(({ name, value }) => `${name}=${value}`).join(' ')).toBe(expected)
})

test('listIds() stops at the wanted number', () => {
  const payload = { ID: 1, A_ID: 2, B_ID: 3 }
  expect(listIds(payload, 2).map(({ name }) => name)).toEqual(['ID', 'A_ID'])
})

test('listIdLines() tells each id once, ten to a line, and several of one payload together', () => {
  const payloads = [
    ...Array.from({ length: 11 }, (_payload, index) => ({ ID: index })),
    { ID: 0 },
    null,
    { ID: 7, OWNER_ID: 8 },
    { ID: 7, OWNER_ID: 8 },
    { OWNER_ID: 9 },
  ]
  expect(listIdLines(payloads, en).map(plainText)).toEqual([
    'ID: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9',
    'ID: 10',
    'OWNER_ID: 9',
    'ID: 7 · OWNER_ID: 8',
  ])
})
