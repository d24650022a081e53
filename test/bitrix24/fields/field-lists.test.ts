import { describe, expect, test } from 'vitest'

import {
  listFields,
  listSmartProcesses,
  MAX_LISTED_FIELDS,
} from '../../../src/bitrix24/fields/field-lists.ts'
import type { JsonObject } from '../../../src/bitrix24/wire/json.ts'
import type { Json } from '../../../src/core/log/event.ts'
import { simulateCaller } from '../../support/network/simulated-caller.ts'
import recorded from '../../fixtures/bitrix24/rest/crm.requisite.userfield.list-200.json'

const REQUISITE = { family: 'requisite', entityId: 'CRM_REQUISITE' } as const
const TYPE = { family: 'type', entityId: 'CRM_13' } as const
const INCOMPLETE = { ok: false, error: 'incomplete' } as const

function row(id: number, more: JsonObject = {}): JsonObject {
  return { ID: String(id), ENTITY_ID: 'CRM_REQUISITE', ...more }
}

function typeRow(id: number, entityId: Json = 'CRM_13'): JsonObject {
  return { id: String(id), entityId }
}

function rows(from: number, to: number): JsonObject[] {
  return Array.from({ length: to - from + 1 }, (_, index) => row(from + index))
}

/** Lists from pages by their `start`. */
function listFrom(
  pages: Record<string, JsonObject>,
  owner: typeof REQUISITE | typeof TYPE = REQUISITE,
) {
  const portal = simulateCaller((_method, { start = '0' }) => pages[start] ?? { error: 'NO_PAGE' })
  return { portal, list: () => listFields(owner, portal.call) }
}

describe('listFields() of a CRM family', () => {
  test('reads the recorded list', async () => {
    const { portal, list } = listFrom({ 0: recorded })
    expect(await list()).toEqual({ ok: true, value: [232, 233, 234, 235] })
    expect(portal.commands).toEqual(['crm.requisite.userfield.list order[ID]=ASC'])
  })

  test('follows the pages and sorts the ids as numbers', async () => {
    const { portal, list } = listFrom({
      0: { result: [row(100), row(9)], total: 3, next: 2 },
      2: { result: [row(20)], total: 3 },
    })
    expect(await list()).toEqual({ ok: true, value: [9, 20, 100] })
    expect(portal.commands[1]).toBe('crm.requisite.userfield.list order[ID]=ASC start=2')
  })

  test('accepts a list without total, a total in digits and an empty list', async () => {
    expect(await listFrom({ 0: { result: [row(1)] } }).list()).toEqual({ ok: true, value: [1] })
    const digits = { result: [row(1)], total: '1', next: null }
    expect(await listFrom({ 0: digits }).list()).toEqual({ ok: true, value: [1] })
    expect(await listFrom({ 0: { result: [], total: 0 } }).list()).toEqual({ ok: true, value: [] })
  })

  test.for<[string, Record<string, JsonObject>]>([
    ['fewer fields than its total', { 0: { result: [row(1)], total: 2 } }],
    ['more fields than its total', { 0: { result: [row(1), row(2)], total: 1 } }],
    ['no field but a total', { 0: { result: [], total: 4 } }],
    ['a field twice', { 0: { result: [row(1), row(1)] } }],
    [
      'a field on two pages',
      { 0: { result: [row(1), row(2)], next: 2 }, 2: { result: [row(2), row(3)] } },
    ],
    ['an empty page before the end', { 0: { result: [], next: 50 }, 50: { result: [row(1)] } }],
    ['a page that leads to itself', { 0: { result: [row(1)], next: 0 } }],
    [
      'a page that leads back',
      {
        0: { result: [row(1)], next: 2 },
        2: { result: [row(2)], next: 1 },
        1: { result: [row(3)] },
      },
    ],
    ['a total that is text', { 0: { result: [row(1)], total: 'one' } }],
    ['a next that is no offset', { 0: { result: [row(1)], next: -1 } }],
    ['a next that is true', { 0: { result: [row(1)], next: true } }],
    ['no list', { 0: { result: { 1: row(1) } } }],
    ['null', { 0: { result: null } }],
    ['a row that is text', { 0: { result: ['x'] } }],
    ['a row without id', { 0: { result: [{ ENTITY_ID: 'CRM_REQUISITE' }] } }],
    ['a row without entity', { 0: { result: [{ ID: '1' }] } }],
    ['a row of another entity', { 0: { result: [row(1, { ENTITY_ID: 'CRM_DEAL' })] } }],
  ])('takes %s for incomplete', async ([, pages]) => {
    expect(await listFrom(pages).list()).toEqual(INCOMPLETE)
  })

  test('asks no further when a page does not lead further', async () => {
    let id = 0
    const portal = simulateCaller(() => ({ result: [row((id += 1))], next: 1 }))
    expect(await listFields(REQUISITE, portal.call)).toEqual(INCOMPLETE)
    expect(portal.requests).toHaveLength(2)
  })

  test('accepts 5,000 fields and not one more', async () => {
    expect(MAX_LISTED_FIELDS).toBe(5000)
    const most = await listFrom({ 0: { result: rows(1, 5000) } }).list()
    expect(most.ok && most.value.length).toBe(5000)
    expect(await listFrom({ 0: { result: rows(1, 5001) } }).list()).toEqual(INCOMPLETE)
  })

  test('hands on the failure of any page', async () => {
    const pages = { 0: { result: [row(1)], next: 1 }, 1: { error: 'QUERY_LIMIT_EXCEEDED' } }
    expect(await listFrom(pages).list()).toEqual({
      ok: false,
      error: { kind: 'rate_limited', code: 'QUERY_LIMIT_EXCEEDED', status: 400 },
    })
  })
})

describe('listFields() of a smart process', () => {
  test('asks userfieldconfig.list page by page', async () => {
    const { portal, list } = listFrom(
      {
        0: { result: { fields: [typeRow(5)] }, total: 2, next: 50 },
        50: { result: { fields: [typeRow(7)] }, total: 2 },
      },
      TYPE,
    )
    expect(await list()).toEqual({ ok: true, value: [5, 7] })
    const command =
      'userfieldconfig.list moduleId=crm select[0]=id select[1]=entityId select[2]=fieldName' +
      ' order[id]=ASC filter[entityId]=CRM_13'
    expect(portal.commands).toEqual([command, `${command} start=50`])
  })

  test('counts the fields of other entities and leaves them out', async () => {
    const fields = [typeRow(5), typeRow(6, 'CRM_14'), typeRow(7)]
    const { list } = listFrom({ 0: { result: { fields }, total: 3 } }, TYPE)
    expect(await list()).toEqual({ ok: true, value: [5, 7] })
  })

  test.for<[string, Json]>([
    ['no fields', {}],
    ['a plain list', [typeRow(5)]],
    ['a field without entity', { fields: [{ id: '5' }] }],
    ['a field in upper case', { fields: [row(5)] }],
  ])('takes %s for incomplete', async ([, result]) => {
    expect(await listFrom({ 0: { result } }, TYPE).list()).toEqual(INCOMPLETE)
  })
})

describe('listSmartProcesses()', () => {
  test('names each smart process that has fields once, and nothing else of the module', async () => {
    const entities = ['CRM_14', 'CRM_DEAL', 'CRM_13', 'CRM_13', 'CRM_SMART_INVOICE', 'CRM_13X']
    const fields = entities.map((entityId, index) => typeRow(index + 1, entityId))
    const portal = simulateCaller(() => ({ result: { fields }, total: fields.length }))
    expect(await listSmartProcesses(portal.call)).toEqual({
      ok: true,
      value: ['CRM_13', 'CRM_14', 'CRM_SMART_INVOICE'],
    })
    expect(portal.commands).toEqual([
      'userfieldconfig.list moduleId=crm select[0]=id select[1]=entityId select[2]=fieldName order[id]=ASC',
    ])
  })

  test('says nothing when the list is cut short', async () => {
    const portal = simulateCaller(() => ({ result: { fields: [typeRow(1)] }, total: 2 }))
    expect(await listSmartProcesses(portal.call)).toEqual(INCOMPLETE)
  })
})
