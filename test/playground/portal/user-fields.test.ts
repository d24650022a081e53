/** All families of user fields in the simulated portal: their methods, their events and their truth. */
import { readFileSync } from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { fieldEventNames, MODULE_EVENTS } from '../../../playground/portal/field-families.ts'
import type { FieldFamily } from '../../../src/core/log/event.ts'
import { createPortalSimulator } from '../../../playground/portal/portal.ts'
import type { PortalSimulator } from '../../../playground/portal/portal.ts'
import { startRecorder } from '../../../playground/receivers/recorder.ts'
import type { EventRecorder } from '../../../playground/receivers/recorder.ts'
import { started } from '../../support/network/started.ts'

const REST_FIXTURES = new URL('../../fixtures/bitrix24/rest/', import.meta.url)
const FAMILIES = ['requisite', 'lead', 'deal', 'contact', 'company', 'quote', 'invoice'] as const
const VIEW_DENIED = {
  error: '',
  error_description: 'You are not allowed to view custom field settings',
}

let recorder: EventRecorder
let portal: PortalSimulator

beforeEach(async () => {
  recorder = await started(startRecorder())
  portal = await started(
    createPortalSimulator({
      handlerUrl: recorder.url,
      boundEvents: fieldEventNames(),
      scope: 'crm,userfieldconfig',
    }),
  )
  await portal.install()
})

/** Calls a method with a JSON body; as user 1 unless told otherwise. */
async function call(method: string, params: Record<string, unknown> = {}, userId = 1) {
  const auth = portal.oauth.issue({ ...portal, userId }).accessToken
  const response = await fetch(portal.clientEndpoint + method, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...params, auth }),
  })
  // Sound: every answer of the portal is a JSON object.
  const { time: _, ...body } = (await response.json()) as Record<string, unknown>
  return { status: response.status, body }
}

function readRecorded(name: string): { result: Record<string, unknown> } {
  return JSON.parse(readFileSync(new URL(name, REST_FIXTURES), 'utf8'))
}

/** The keys of an object and of the objects in it, so that a shape can be compared. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]))
}

test.each(FAMILIES)(
  'a %s field is added, read, listed, changed and deleted by REST',
  async (family) => {
    const prefix = `crm.${family}.userfield`
    const fields = { FIELD_NAME: 'x', USER_TYPE_ID: 'enumeration', LIST: [{ VALUE: 'a' }] }
    expect((await call(`${prefix}.add`, { fields })).body).toEqual({ result: 235 })
    const got = await call(`${prefix}.get`, { id: 235 })
    expect(got.body['result']).toMatchObject({
      ID: '235',
      ENTITY_ID: `CRM_${family.toUpperCase()}`,
      FIELD_NAME: 'UF_CRM_X',
      EDIT_FORM_LABEL: { en: null, de: null },
      LIST: [{ ID: '101', VALUE: 'a' }],
    })
    const listed = await call(`${prefix}.list`)
    expect(listed.body).toMatchObject({ result: [{ ID: '235' }], total: 1 })
    await call(`${prefix}.update`, {
      id: 235,
      fields: { SORT: 5, LIST: [{ ID: 101, VALUE: 'b' }] },
    })
    expect((await call(`${prefix}.delete`, { id: '235' })).body).toEqual({ result: true })
    expect(await call(`${prefix}.get`, { id: 235 })).toEqual({
      status: 400,
      body: {
        error: 'ERROR_NOT_FOUND',
        error_description: "The entity with ID '235' is not found.",
      },
    })
    await portal.settled()
    const code = `ONCRM${family.toUpperCase()}USERFIELD`
    expect(recorder.eventNames().slice(1)).toEqual([
      `${code}ADD`,
      `${code}SETENUMVALUES`,
      `${code}UPDATE`,
      `${code}SETENUMVALUES`,
      `${code}DELETE`,
    ])
    expect(JSON.stringify(recorder.bodies.at(-1)?.['data'])).toBe(
      `{"FIELDS":{"ID":"235","ENTITY_ID":"CRM_${family.toUpperCase()}","FIELD_NAME":"UF_CRM_X"}}`,
    )
  },
)

test('the answers of crm.requisite.userfield.get and userfieldconfig.get have the recorded shape', async () => {
  await portal.createField({ FIELD_NAME: 'a', USER_TYPE_ID: 'string', EDIT_FORM_LABEL: 'A' })
  await portal.createField(
    { FIELD_NAME: 'b', USER_TYPE_ID: 'enumeration', LIST: ['x'], EDIT_FORM_LABEL: 'B' },
    { family: 'type', entityId: 'CRM_7' },
  )
  const [upper, camel] = portal.describe()
  const recordedUpper = readRecorded('crm.requisite.userfield.get-200.json').result
  const recordedCamel = readRecorded('userfieldconfig.get-200.json').result
  expect(Object.keys(upper?.attributes ?? {})).toEqual(Object.keys(recordedUpper))
  expect(upper?.attributes['SETTINGS']).toEqual(recordedUpper['SETTINGS'])
  const labels = { listColumnLabel: { en: null, de: null } }
  expect(shapeOf({ ...recordedCamel, ...labels })).toEqual(
    shapeOf({ ...asRecord(camel), ...labels }),
  )
})

function asRecord(described: { answer: unknown } | undefined): object {
  return typeof described?.answer === 'object' && described.answer !== null ? described.answer : {}
}

test('ids count over the whole portal, and each family only knows its own', async () => {
  for (const family of [...FAMILIES, 'type'] satisfies FieldFamily[]) {
    await portal.createField({ FIELD_NAME: 'SAME', USER_TYPE_ID: 'string' }, { family })
  }
  expect(portal.describe().map(({ id, entityId }) => `${id} ${entityId}`)).toEqual([
    '235 CRM_REQUISITE',
    '236 CRM_LEAD',
    '237 CRM_DEAL',
    '238 CRM_CONTACT',
    '239 CRM_COMPANY',
    '240 CRM_QUOTE',
    '241 CRM_INVOICE',
    '242 CRM_1',
  ])
  expect((await call('crm.lead.userfield.get', { id: 235 })).body['error']).toBe('ERROR_NOT_FOUND')
  expect((await call('crm.lead.userfield.update', { id: 235, fields: {} })).status).toBe(400)
  expect((await call('crm.lead.userfield.delete', { id: 235 })).status).toBe(400)
  const twice = await portal.createField({ FIELD_NAME: 'SAME', USER_TYPE_ID: 'string' })
  expect(twice.ok).toBe(false)
  expect(await portal.createField({}, { entityId: 'CRM_NOTHING' })).toMatchObject({ ok: false })
})

test('a field of users is shown by its own module only, and its events tell its number alone', async () => {
  const users = await started(
    createPortalSimulator({
      handlerUrl: recorder.url,
      boundEvents: MODULE_EVENTS,
      scope: 'crm,user,userfieldconfig',
    }),
  )
  await users.install()
  const field = { FIELD_NAME: 'SKYPE', USER_TYPE_ID: 'string' }
  const created = await users.createField(field, { family: 'module', entityId: 'USER' })
  expect(created).toMatchObject({ ok: true, value: { field: { FIELD_NAME: 'UF_SKYPE' } } })
  const [sent] = created.ok ? created.value.sends : []
  expect(sent?.event).toBe('MAIN.ON.USER.TYPE.ADD')
  expect(decodeURIComponent(sent?.body ?? '')).toContain('data[FIELDS][ID]=235&ts=')
  const auth = users.oauth.issue({ ...users, userId: 1 }).accessToken
  const read = async (moduleId: string) => {
    const query = new URLSearchParams({ moduleId, id: '235', auth })
    const response = await fetch(`${users.clientEndpoint}userfieldconfig.get?${query.toString()}`)
    const answer: unknown = await response.json()
    const { result, error, error_description: words } = Object(answer)
    return result?.field.fieldName ?? (error || words)
  }
  expect(await read('main')).toBe('UF_SKYPE')
  expect(await read('crm')).toBe(VIEW_DENIED.error_description)
  expect(await read('tasks')).toBe('insufficient_scope')
  expect(await read('forum')).toBe('The module is not known')
})

test('userfieldconfig adds, changes and deletes fields of smart processes and tells TYPE events', async () => {
  const field = {
    entityId: 'CRM_SMART_INVOICE',
    fieldName: 'UF_CRM_SMART_INVOICE_1',
    userTypeId: 'enumeration',
    editFormLabel: { en: 'Kind' },
    enum: [{ value: 'a' }, { value: 'b', def: 'Y' }],
  }
  const added = await call('userfieldconfig.add', { moduleId: 'crm', field })
  expect(added.body['result']).toMatchObject({
    field: {
      id: '235',
      entityId: 'CRM_SMART_INVOICE',
      editFormLabel: { en: 'Kind', de: null },
      languageId: { en: 'en', de: 'de' },
      enum: [
        { id: '101', userFieldId: '235', value: 'a', def: 'N', sort: '100' },
        { id: '102', userFieldId: '235', value: 'b', def: 'Y', sort: '200' },
      ],
    },
  })
  const changes = { mandatory: 'Y', enum: [{ id: 102, value: 'B' }, { value: 'c' }] }
  const updated = await call('userfieldconfig.update', { moduleId: 'crm', id: 235, field: changes })
  expect(updated.body['result']).toMatchObject({
    field: {
      mandatory: 'Y',
      enum: [
        { id: '102', value: 'B' },
        { id: '103', value: 'c' },
      ],
    },
  })
  expect(
    (await call('userfieldconfig.get', { moduleId: 'crm', id: '235' })).body['result'],
  ).toEqual(updated.body['result'])
  await call('userfieldconfig.delete', { moduleId: 'crm', id: 235 })
  expect((await call('userfieldconfig.get', { moduleId: 'crm', id: 235 })).body).toEqual(
    VIEW_DENIED,
  )
  await portal.settled()
  expect(recorder.eventNames().slice(1)).toEqual([
    'ONCRMTYPEUSERFIELDADD',
    'ONCRMTYPEUSERFIELDSETENUMVALUES',
    'ONCRMTYPEUSERFIELDUPDATE',
    'ONCRMTYPEUSERFIELDSETENUMVALUES',
    'ONCRMTYPEUSERFIELDDELETE',
  ])
})

test('userfieldconfig.get answers null for a field that is gone where the portal is of that kind', async () => {
  portal.conditions.goneConfig = 'null'
  const recorded = readRecorded('userfieldconfig.get-null.json').result
  const gone = await call('userfieldconfig.get', { moduleId: 'crm', id: 999 })
  expect(gone).toEqual({ status: 200, body: { result: recorded } })
  portal.conditions.fieldRights = 'denied'
  const denied = await call('userfieldconfig.get', { moduleId: 'crm', id: 999 })
  expect(denied.body).toEqual(VIEW_DENIED)
})

test('userfieldconfig.list pages by 50 and tells labels only in a language', async () => {
  for (let count = 0; count < 103; count++) {
    const fields = { FIELD_NAME: `N${count}`, USER_TYPE_ID: 'string', EDIT_FORM_LABEL: `L${count}` }
    await portal.createField(fields, { family: 'type', entityId: count < 102 ? 'CRM_4' : 'CRM_5' })
  }
  const list = async (params: Record<string, unknown>) => {
    const { body } = await call('userfieldconfig.list', { moduleId: 'crm', ...params })
    // Sound: the method's documented answer.
    const { result, ...rest } = body as { result: { fields: { id: string }[] } }
    return { ids: result.fields.map(({ id }) => Number(id)), first: result.fields[0], ...rest }
  }
  const filter = { entityId: 'CRM_4' }
  expect(await list({ filter })).toMatchObject({ total: 102, next: 50, ids: { length: 50 } })
  expect(await list({ filter, start: 50 })).toMatchObject({ next: 100, ids: { 0: 285 } })
  const last = await list({ filter, start: 100 })
  expect([last.ids, Object.keys(last)]).toEqual([
    [335, 336],
    ['ids', 'first', 'total'],
  ])
  expect(last.first).not.toHaveProperty('editFormLabel')
  const narrow = await list({ select: ['id', 'entityId'], filter: { entityId: 'CRM_5' } })
  expect(narrow.first).toEqual({ id: '337', entityId: 'CRM_5' })
  portal.conditions.cutListsAt = 60
  expect(await list({ filter })).toMatchObject({ total: 102, next: 50, ids: { length: 50 } })
  const cut = await list({ filter, start: 50 })
  expect([cut.ids.length, Object.keys(cut)]).toEqual([10, ['ids', 'first', 'total']])
  portal.conditions.cutListsAt = null
  const spoken = await list({ select: { 0: '*', language: 'en' }, order: { id: 'DESC' } })
  expect(spoken).toMatchObject({ total: 103, first: { id: '337', editFormLabel: 'L102' } })
})

test('crm.*.userfield.list tells everything at once, labels only for the language of the filter', async () => {
  for (let count = 0; count < 60; count++) {
    const fields = { FIELD_NAME: `N${count}`, USER_TYPE_ID: 'double', EDIT_FORM_LABEL: `L${count}` }
    await portal.createField(fields, { family: 'deal' })
  }
  await portal.createField({ FIELD_NAME: 'N0', USER_TYPE_ID: 'double' }, { family: 'lead' })
  const plain = await call('crm.deal.userfield.list')
  expect(plain.body).toMatchObject({ total: 60, result: { length: 60 } })
  expect(JSON.stringify(plain.body)).not.toContain('EDIT_FORM_LABEL')
  portal.conditions.cutListsAt = 10
  const cut = await call('crm.deal.userfield.list')
  expect(cut.body).toMatchObject({ total: 60, result: { length: 10 } })
  portal.conditions.cutListsAt = null
  const filter = { LANG: 'de', FIELD_NAME: 'UF_CRM_N7' }
  const spoken = await call('crm.deal.userfield.list', { filter })
  expect(spoken.body).toMatchObject({ total: 1, result: [{ EDIT_FORM_LABEL: 'L7' }] })
})

test('userfieldconfig needs its own scope beside crm, and a module', async () => {
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'string' }, { family: 'type' })
  expect((await call('userfieldconfig.get', { moduleId: 'forum', id: 235 })).status).toBe(400)
  expect((await call('userfieldconfig.get', { moduleId: 'rpa', id: 235 })).status).toBe(403)
  const url = portal.addIncomingWebhook({ scope: 'crm' })
  const response = await fetch(`${url}userfieldconfig.get?moduleId=crm&id=235`)
  expect([response.status, await response.json()]).toEqual([
    403,
    {
      error: 'insufficient_scope',
      error_description: 'The request requires higher privileges than provided by the access token',
    },
  ])
})

test('every method needs the scope it belongs to', async () => {
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'string' })
  const fieldUrl = portal.addIncomingWebhook({ scope: 'user_brief,userfieldconfig' })
  const userUrl = portal.addIncomingWebhook({ scope: 'crm,userfieldconfig' })
  const answers = await Promise.all([
    fetch(`${fieldUrl}crm.requisite.userfield.get?id=235`),
    fetch(`${fieldUrl}userfieldconfig.get?moduleId=crm&id=235`),
    fetch(`${userUrl}user.get`),
    fetch(`${fieldUrl}user.get`),
    fetch(`${userUrl}userfieldconfig.get?moduleId=crm&id=235`),
  ])
  expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 200, 200])
})

test('missing rights look like a missing field in userfieldconfig and are told elsewhere', async () => {
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'string' })
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'string' }, { family: 'type' })
  const denied = { error: '', error_description: 'Access denied.' }
  portal.conditions.fieldRights = 'denied'
  expect((await call('userfieldconfig.get', { moduleId: 'crm', id: 236 })).body).toEqual(
    VIEW_DENIED,
  )
  expect((await call('userfieldconfig.list', { moduleId: 'crm' })).body).toEqual(VIEW_DENIED)
  expect((await call('crm.requisite.userfield.get', { id: 235 })).body).toEqual(denied)
  expect((await call('crm.requisite.userfield.list')).body).toEqual(denied)
  portal.conditions.fieldRights = 'hidden'
  expect((await call('crm.requisite.userfield.list')).body).toEqual({ result: [], total: 0 })
  expect((await call('userfieldconfig.list', { moduleId: 'crm' })).body).toEqual({
    result: { fields: [] },
    total: 0,
  })
  portal.conditions.fieldRights = 'full'
  expect((await call('userfieldconfig.delete', { moduleId: 'crm', id: 236 }, 7)).status).toBe(400)
  expect(portal.fields).toHaveLength(2)
})

test('values keep their ids by id or by text, and settings stay numbers however they are sent', async () => {
  await portal.createField({ FIELD_NAME: 'E', USER_TYPE_ID: 'enumeration', LIST: ['a', 'b', 'c'] })
  await portal.updateField('235', {
    LIST: [{ ID: '102', VALUE: 'a' }, { VALUE: 'a' }, { ID: '103', DEL: 'Y' }, { VALUE: 'a' }],
  })
  expect(portal.fields[0]?.LIST?.map(({ ID, VALUE }) => `${ID}${VALUE}`)).toEqual([
    '102a',
    '101a',
    '104a',
  ])
  await portal.updateField('235', { LIST: [{ VALUE: 'a' }, { ID: '102', VALUE: 'd' }] })
  expect(portal.fields[0]?.LIST?.map(({ ID, VALUE }) => `${ID}${VALUE}`)).toEqual(['101a', '102d'])
  await portal.updateField('235', { LIST: [{ VALUE: 'd' }, { ID: '102', VALUE: 'e' }] })
  expect(portal.fields[0]?.LIST?.map(({ ID, VALUE }) => `${ID}${VALUE}`)).toEqual(['105d', '102e'])
  await portal.createField({ FIELD_NAME: 'S', USER_TYPE_ID: 'string' })
  await portal.updateField('236', { SETTINGS: { SIZE: '40', DEFAULT_VALUE: '7' } })
  expect(portal.fields[1]?.SETTINGS).toMatchObject({ SIZE: 40, DEFAULT_VALUE: '7', ROWS: 1 })
})

test('describe() is a copy that later changes do not touch', async () => {
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'string' })
  const before = portal.describe()
  expect(before[0]?.attributes['SETTINGS']).not.toBe(portal.fields[0]?.SETTINGS)
  await portal.updateField('235', { MANDATORY: 'Y' })
  expect(before[0]?.attributes['MANDATORY']).toBe('N')
  expect(portal.describe()[0]).toMatchObject({
    id: '235',
    family: 'requisite',
    fieldName: 'UF_CRM_X',
    attributes: { MANDATORY: 'Y' },
  })
})
