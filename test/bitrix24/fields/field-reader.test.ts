import { describe, expect, test } from 'vitest'

import { readFields, thinReasonOf } from '../../../src/bitrix24/fields/field-reader.ts'
import type { JsonObject } from '../../../src/bitrix24/wire/json.ts'
import type { RestError, RestErrorKind } from '../../../src/bitrix24/servers/rest-error.ts'
import type { FieldFamily, Json, ThinReason } from '../../../src/core/log/event.ts'
import type { FieldRef } from '../../../src/core/fields/field-read.ts'
import { err, ok } from '../../../src/core/result.ts'
import { TIME, simulateCaller } from '../../support/network/simulated-caller.ts'
import type { Answer } from '../../support/network/simulated-caller.ts'
import recorded from '../../fixtures/bitrix24/rest/crm.requisite.userfield.get-200.json'
import notFound from '../../fixtures/bitrix24/rest/crm.requisite.userfield.get-not-found.json'
import noField from '../../fixtures/bitrix24/rest/userfieldconfig.get-null.json'
import smartProcess from '../../fixtures/bitrix24/rest/userfieldconfig.get-200.json'
import { NOW } from '../../support/time.ts'

const TAX: FieldRef = { family: 'requisite', id: 235, entityId: 'CRM_REQUISITE' }
const LISTED: FieldRef = { family: 'type', id: 7095, entityId: 'CRM_7' }
const READ_AT = NOW + 250
// The answer for a field that is gone, and equally for one that may not be seen (docs/bitrix24.md#deleted-fields).
const NOT_ALLOWED = {
  error: '',
  error_description: 'You are not allowed to view custom field settings',
}

function dealField(id: number): FieldRef {
  return { family: 'deal', id, entityId: 'CRM_DEAL' }
}

/** Reads and shows the maps as plain objects. */
async function read(fields: readonly FieldRef[], userIds: readonly number[], answer: Answer) {
  const portal = simulateCaller(answer)
  const result = await readFields(fields, userIds, portal.call)
  if (!result.ok) return { portal, error: result.error }
  const { reads, userNames, readAt, retryAfterMs } = result.value
  return {
    portal,
    reads: Object.fromEntries(reads),
    userNames: Object.fromEntries(userNames),
    readAt,
    retryAfterMs,
  }
}

describe('readFields()', () => {
  test('reads one field with a plain call', async () => {
    const { portal, ...answer } = await read([TAX], [], () => ({ ...recorded }))
    expect(answer).toEqual({
      reads: { 235: { kind: 'found', attributes: recorded.result } },
      userNames: {},
      readAt: 1_717_686_921_825,
      retryAfterMs: null,
    })
    expect(portal.requests).toEqual(['crm.requisite.userfield.get'])
    expect(portal.commands).toEqual(['crm.requisite.userfield.get id=235'])
  })

  test('reads fields of every family and users with one request', async () => {
    const families: FieldFamily[] = ['lead', 'deal', 'contact', 'company', 'quote', 'invoice']
    const twins = families.map((family, index): FieldRef => ({
      family,
      id: index + 1,
      entityId: `CRM_${family}`,
    }))
    const { portal, reads, userNames, readAt } = await read(
      [TAX, LISTED, ...twins],
      [1, 7],
      (method, { id = '', ID = '' }): JsonObject => {
        if (method === 'user.get') return { result: [{ ID, NAME: 'User', LAST_NAME: ID }] }
        if (method === 'userfieldconfig.get') return { result: smartProcess.result }
        const family = method.split('.')[1] ?? ''
        return { result: { ID: id, ENTITY_ID: `CRM_${family}`.replace('requisite', 'REQUISITE') } }
      },
    )
    expect(portal.requests).toEqual(['batch'])
    expect(portal.commands).toEqual([
      'crm.requisite.userfield.get id=235',
      'userfieldconfig.get moduleId=crm id=7095',
      'crm.lead.userfield.get id=1',
      'crm.deal.userfield.get id=2',
      'crm.contact.userfield.get id=3',
      'crm.company.userfield.get id=4',
      'crm.quote.userfield.get id=5',
      'crm.invoice.userfield.get id=6',
      'user.get ID=1',
      'user.get ID=7',
    ])
    expect(Object.values(reads ?? {}).map(({ kind }) => kind)).toEqual(Array(8).fill('found'))
    expect(reads?.['7095']).toMatchObject({
      attributes: { FIELD_NAME: 'UF_CRM_7_NEW_REST_LIST_2026' },
    })
    expect(userNames).toEqual({ 1: 'User 1', 7: 'User 7' })
    expect(readAt).toBe(READ_AT)
  })

  test.for<[string, JsonObject]>([
    ['null', { ...noField }],
    ['an object without a field', { result: { field: null }, time: noField.time }],
  ])(
    "takes %s for a smart process's field that is gone, alone and in a batch",
    async ([, body]) => {
      const alone = await read([LISTED], [], () => ({ ...body }))
      expect(alone.reads).toEqual({ 7095: { kind: 'gone' } })
      const both = await read([TAX, LISTED], [], (method) =>
        method === 'userfieldconfig.get' ? { ...body } : { ...recorded },
      )
      expect(both.reads).toMatchObject({ 235: { kind: 'found' }, 7095: { kind: 'gone' } })
      // The portal has said it, so nobody asks for the list of the entity.
      expect([...alone.portal.requests, ...both.portal.requests]).toEqual([
        'userfieldconfig.get',
        'batch',
      ])
    },
  )

  test('takes null for no answer where it is not documented', async () => {
    const { reads } = await read([TAX], [], () => ({ ...noField }))
    expect(reads).toEqual({ 235: { kind: 'failed', reason: 'portal_unreachable' } })
  })

  test('takes the recorded "not found" of a CRM field for gone', async () => {
    expect(await read([TAX], [], () => notFound)).toMatchObject({
      reads: { 235: { kind: 'gone' } },
      readAt: null,
    })
    const both = await read([TAX, dealField(2)], [], (_method, { id = '' }) =>
      id === '235' ? notFound : { result: { ID: id, ENTITY_ID: 'CRM_DEAL' } },
    )
    expect(both.reads).toEqual({
      235: { kind: 'gone' },
      2: { kind: 'found', attributes: { ID: '2', ENTITY_ID: 'CRM_DEAL' } },
    })
  })

  test.for<[string, JsonObject, ThinReason]>([
    ['empty code', { error: '', error_description: 'Access denied' }, 'access_denied'],
    ['invalid id', { error: '', error_description: 'ID is not defined' }, 'access_denied'],
    ['insufficient_scope', { error: 'insufficient_scope' }, 'access_denied'],
    ['METHOD_CONFIRM_WAITING', { error: 'METHOD_CONFIRM_WAITING' }, 'access_denied'],
    ['QUERY_LIMIT_EXCEEDED', { error: 'QUERY_LIMIT_EXCEEDED' }, 'rate_limited'],
    ['INTERNAL_SERVER_ERROR', { error: 'INTERNAL_SERVER_ERROR' }, 'portal_unreachable'],
    ['another id', { result: { ID: '9', ENTITY_ID: 'CRM_DEAL' } }, 'portal_unreachable'],
    ['another entity', { result: { ID: '1', ENTITY_ID: 'CRM_LEAD' } }, 'portal_unreachable'],
    ['no field', { result: [] }, 'portal_unreachable'],
    ['null', { result: null }, 'portal_unreachable'],
    ['nothing', {}, 'portal_unreachable'],
  ])('fails one field answered with %s as it is, and no other', async ([, answer, reason]) => {
    const { reads, portal } = await read([dealField(1), dealField(2)], [], (_method, { id = '' }) =>
      id === '1' ? answer : { result: { ID: id, ENTITY_ID: 'CRM_DEAL' } },
    )
    expect(reads).toEqual({
      1: { kind: 'failed', reason },
      2: { kind: 'found', attributes: { ID: '2', ENTITY_ID: 'CRM_DEAL' } },
    })
    expect(portal.requests).toEqual(['batch'])
  })

  test('fails as a whole when the portal answers nothing of use', async () => {
    const error = { kind: 'unreachable', code: 'timeout', status: null } as const
    expect(await readFields([TAX], [7], async () => err(error))).toEqual({ ok: false, error })
    expect(await readFields([TAX], [], async () => err(error))).toEqual({ ok: false, error })
  })

  test('hands on the longest wait that an answer asks for', async () => {
    const { retryAfterMs } = await read(
      [dealField(1), dealField(2)],
      [],
      (_method, { id = '' }) => ({
        error: 'OPERATION_TIME_LIMIT',
        time: { finish: 100, operating_reset_at: 100 + Number(id) * 10 },
      }),
    )
    expect(retryAfterMs).toBe(20_000)
  })

  test('takes more than 50 answers and a repeated id for bugs', async () => {
    const fields = Array.from({ length: 50 }, (_, index) => dealField(index + 1))
    const answer: Answer = () => ({ error: 'X' })
    await expect(read(fields, [1], answer)).rejects.toThrow(RangeError)
    expect((await read(fields, [], answer)).portal.commands).toHaveLength(50)
    await expect(read([TAX, TAX], [], answer)).rejects.toThrow(TypeError)
  })

  test('asks nothing when nothing is asked for', async () => {
    const { portal, ...answer } = await read([], [], () => ({ error: 'X' }))
    expect(answer).toEqual({ reads: {}, userNames: {}, readAt: null, retryAfterMs: null })
    expect(portal.requests).toEqual([])
  })
})

describe('readFields() and a smart process field that is refused', () => {
  function list(ids: readonly number[], more: JsonObject = {}): JsonObject {
    const fields = ids.map((id) => ({ id: String(id), entityId: 'CRM_7' }))
    return { result: { fields }, total: ids.length, ...more }
  }

  async function refused(listed: JsonObject, refusal: JsonObject = NOT_ALLOWED) {
    return read([LISTED], [], (method) => (method === 'userfieldconfig.list' ? listed : refusal))
  }

  test('is gone when a complete list of its entity does not have it', async () => {
    const { reads, portal, readAt } = await refused(list([7096, 7097]))
    expect(reads).toEqual({ 7095: { kind: 'gone' } })
    expect(portal.requests).toEqual(['userfieldconfig.get', 'userfieldconfig.list'])
    expect(portal.commands[1]).toContain('filter[entityId]=CRM_7')
    expect(readAt).toBe(READ_AT)
  })

  test.for<[string, JsonObject]>([
    ['has it', list([7095, 7096])],
    ['is empty', list([])],
    ['is cut short', list([7096], { total: 2 })],
    ['holds other entities only', { result: { fields: [{ id: 1, entityId: 'CRM_8' }] } }],
    ['is refused too', NOT_ALLOWED],
    ['fails', { error: 'QUERY_LIMIT_EXCEEDED' }],
  ])('is denied when the list %s', async ([, listed]) => {
    const { reads } = await refused(listed)
    expect(reads).toEqual({ 7095: { kind: 'failed', reason: 'access_denied' } })
  })

  test.for<[string, JsonObject]>([
    ['in another language', { error: '', error_description: 'Вам не разрешён просмотр' }],
    ['as missing rights', { error: 'ACCESS_DENIED' }],
    ['as not found', { error: 'ERROR_NOT_FOUND' }],
  ])('is looked for in the list when it is refused %s', async ([, refusal]) => {
    expect((await refused(list([1]), refusal)).reads).toEqual({ 7095: { kind: 'gone' } })
    expect((await refused(list([7095]), refusal)).reads).toEqual({
      7095: { kind: 'failed', reason: 'access_denied' },
    })
  })

  test.for<[JsonObject, ThinReason]>([
    [{ error: 'insufficient_scope' }, 'access_denied'],
    [{ error: 'INTERNAL_SERVER_ERROR' }, 'portal_unreachable'],
  ])('is not looked for when %j says why', async ([refusal, reason]) => {
    const fields = [LISTED, TAX]
    const { reads, portal } = await read(fields, [], (method) =>
      method === 'userfieldconfig.get' ? refusal : { result: recorded.result },
    )
    expect(reads?.['7095']).toEqual({ kind: 'failed', reason })
    expect(portal.requests).toEqual(['batch'])
  })

  test('is looked for with one list for each entity', async () => {
    const fields = [1, 2, 3].map((id): FieldRef => ({
      family: 'type',
      id,
      entityId: id === 3 ? 'CRM_8' : 'CRM_7',
    }))
    const time = { start: TIME.start + 60 }
    const { reads, portal, readAt } = await read(fields, [], (method, params) => {
      if (method !== 'userfieldconfig.list') return NOT_ALLOWED
      return list(params['filter[entityId]'] === 'CRM_7' ? [2, 9] : [], { time })
    })
    expect(readAt).toBe(READ_AT)
    expect(reads).toEqual({
      1: { kind: 'gone' },
      2: { kind: 'failed', reason: 'access_denied' },
      3: { kind: 'failed', reason: 'access_denied' },
    })
    expect(portal.requests).toEqual(['batch', 'userfieldconfig.list', 'userfieldconfig.list'])
  })
})

describe('readFields() and users', () => {
  test.for<[string, JsonObject, Record<string, string | null>]>([
    ['no scope', { error: 'insufficient_scope' }, { 7: null }],
    ['no rights', { error: 'ACCESS_DENIED' }, { 7: null }],
    ['nobody', { result: [] }, { 7: null }],
    ['a limit', { error: 'OPERATION_TIME_LIMIT' }, {}],
    ['a broken server', { error: 'INTERNAL_SERVER_ERROR' }, {}],
  ])('reads the field when user.get answers %s', async ([, answer, names]) => {
    const { reads, userNames } = await read([TAX], [7], (method) =>
      method === 'user.get' ? answer : { result: recorded.result },
    )
    expect(reads).toEqual({ 235: { kind: 'found', attributes: recorded.result } })
    expect(userNames).toEqual(names)
  })
})

describe('readFields() and the clock of the portal', () => {
  test.for<[string, Json, number | null]>([
    ['start', { ...TIME }, READ_AT],
    [
      'start before date_start',
      { start: 1.79e9, date_start: '2024-06-06T17:15:21+02:00' },
      1.79e12,
    ],
    ['date_start alone', { date_start: '2024-06-06T17:15:21+02:00' }, 1_717_686_921_000],
    ['a date that is none', { date_start: 'yesterday' }, null],
    ['milliseconds', { start: NOW }, null],
    ['a start of 1970', { start: 5 }, null],
    ['a negative start', { start: -NOW / 1000 }, null],
    ['no start', {}, null],
    ['no time', null, null],
  ])('reads %s', async ([, time, expected]) => {
    const call = async () => ok({ result: recorded.result, ...(time === null ? {} : { time }) })
    const answer = await readFields([TAX], [], call)
    expect(answer.ok && answer.value.readAt).toBe(expected)
  })
})

describe('readFields() with an answer that is too large', () => {
  const TOO_LARGE: RestError = { kind: 'unreachable', code: 'answer_too_large', status: 200 }

  test('fails as a whole for several fields, so that the caller asks for fewer', async () => {
    const answer = await readFields([TAX, LISTED], [], async () => err(TOO_LARGE))
    expect(answer).toEqual(err(TOO_LARGE))
  })

  test('says of one field alone that it is too large', async () => {
    const answer = await readFields([TAX], [7], async () => err(TOO_LARGE))
    expect(answer.ok && [...answer.value.reads]).toEqual([
      [235, { kind: 'failed', reason: 'too_large' }],
    ])
  })
})

describe('thinReasonOf()', () => {
  test.for<[RestErrorKind, ThinReason]>([
    ['expired', 'tokens_lost'],
    ['dead_token', 'tokens_lost'],
    ['portal_deleted', 'tokens_lost'],
    ['uninstalled', 'access_denied'],
    ['suspended', 'access_denied'],
    ['no_rights', 'access_denied'],
    ['no_scope', 'access_denied'],
    ['method_confirmation', 'access_denied'],
    ['refused', 'access_denied'],
    ['rate_limited', 'rate_limited'],
    ['not_found', 'not_found'],
    ['unreachable', 'portal_unreachable'],
  ])('tells %s as %s', ([kind, reason]) => {
    expect(thinReasonOf({ kind, code: 'X', status: 400 })).toBe(reason)
  })

  test.for(['timeout', 'too_large'] as const)('tells %s from other silence', (reason) => {
    const code = reason === 'too_large' ? 'answer_too_large' : reason
    expect(thinReasonOf({ kind: 'unreachable', code, status: null })).toBe(reason)
  })
})
