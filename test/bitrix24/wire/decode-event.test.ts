import { describe, expect, it } from 'vitest'
import {
  decodeStored,
  decodeEvent,
  parseTimestamp,
} from '../../../src/bitrix24/wire/decode-event.ts'
import type { JsonObject } from '../../../src/bitrix24/wire/json.ts'
import type { Json, RelayEvent } from '../../../src/core/log/event.ts'
import { APPLICATION_TOKEN } from '../../support/identity.ts'

const UPDATE = 'onCrmRequisiteUserFieldUpdate'
const FIELDS = { ID: '235', ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: 'UF_CRM_TAX' }
function aPayload(changes: JsonObject = {}): JsonObject {
  return {
    event: UPDATE,
    event_handler_id: '661',
    data: { FIELDS },
    ts: '1790000000',
    auth: { application_token: APPLICATION_TOKEN, user_id: '1' },
    ...changes,
  }
}

/** Decodes a payload of the name `UPDATE` unless another is given. */
function decode(changes: JsonObject = {}, name = UPDATE): RelayEvent {
  const payload = aPayload(changes)
  return decodeEvent(name, { payload, auth: Object(payload['auth']) })
}

const UNDERSTOOD: RelayEvent = {
  name: 'ONCRMREQUISITEUSERFIELDUPDATE',
  ts: 1790000000,
  handlerId: '661',
  userId: 1,
  data: { FIELDS },
  field: {
    family: 'requisite',
    action: 'updated',
    id: 235,
    entityId: 'CRM_REQUISITE',
    fieldName: 'UF_CRM_TAX',
  },
  quarantined: null,
}

describe('decodeEvent()', () => {
  it('understands a user-field event', () => {
    expect(decode()).toEqual(UNDERSTOOD)
  })

  it.each(['ONCRMREQUISITEUSERFIELDUPDATE', 'oncrmrequisiteuserfieldupdate'])(
    'reads the name %s in any case',
    (name) => {
      expect(decode({}, name)).toEqual(UNDERSTOOD)
    },
  )

  it.each<[string, JsonObject]>([
    [
      'the keys documented for old invoices',
      { id: 235, entityId: 'CRM_REQUISITE', fieldName: 'UF_CRM_TAX' },
    ],
    ['an integer id', { ...FIELDS, ID: 235 }],
    [
      'both kinds of keys, of which the wire counts',
      { ...FIELDS, id: 1, entityId: 'A', fieldName: 'B' },
    ],
    ['further keys', { ...FIELDS, LANG: 'en' }],
  ])('understands FIELDS with %s', (_, fields) => {
    const data = { FIELDS: fields }
    expect(decode({ data })).toEqual({ ...UNDERSTOOD, data })
  })

  it.each<[string, Json]>([
    ['absent', null],
    ['a text', '235'],
    ['a list', [FIELDS]],
    ['without FIELDS', {}],
    ['with FIELDS as text', { FIELDS: '235' }],
    ['with FIELDS as list', { FIELDS: ['235'] }],
    ['without id', { FIELDS: { ...FIELDS, ID: null } }],
    ['with id 0', { FIELDS: { ...FIELDS, ID: '0' } }],
    ['without entity', { FIELDS: { ID: '235', FIELD_NAME: 'UF_CRM_TAX' } }],
    ['with an empty entity', { FIELDS: { ...FIELDS, ENTITY_ID: '' } }],
    ['with an entity as list', { FIELDS: { ...FIELDS, ENTITY_ID: ['CRM_REQUISITE'] } }],
    ['without field name', { FIELDS: { ID: '235', ENTITY_ID: 'CRM_REQUISITE' } }],
    ['with mark-up as field name', { FIELDS: { ...FIELDS, FIELD_NAME: '<!channel>' } }],
    ['with an overlong field name', { FIELDS: { ...FIELDS, FIELD_NAME: 'A'.repeat(101) } }],
  ])('quarantines a user-field event whose data is %s, and keeps it', (_, data) => {
    expect(decode({ data })).toEqual({
      ...UNDERSTOOD,
      data,
      field: null,
      quarantined: 'invalid_fields',
    })
  })

  it('accepts a field name of 100 characters', () => {
    const fieldName = 'a'.repeat(100)
    expect(
      decode({ data: { FIELDS: { ...FIELDS, FIELD_NAME: fieldName } } }).field?.fieldName,
    ).toBe(fieldName)
  })

  it.each<[Json, Partial<RelayEvent>]>([
    ['', {}],
    ['yesterday', {}],
    ['4102444801', { sentTs: '4102444801' }],
    ['2026-09-21T14:13:20+03:00', { sentTs: '2026-09-21T14:13:20+03:00' }],
    [[1790000000], {}],
  ])('quarantines an event whose ts is %j, and keeps what may be a time', (ts, kept) => {
    expect(decode({ ts })).toEqual({
      ...UNDERSTOOD,
      ts: null,
      field: null,
      quarantined: 'invalid_ts',
      ...kept,
    })
  })

  it.each([
    ['1790000000', 1790000000],
    [0, 0],
  ])('reads ts %j', (sent, ts) => {
    expect(decode({ ts: sent })).toEqual({ ...UNDERSTOOD, ts })
  })

  it('takes an absent ts for no fault', () => {
    const payload: JsonObject = { data: { FIELDS }, event_handler_id: '661' }
    expect(decodeEvent(UPDATE, { payload, auth: { user_id: 1 } })).toEqual({
      ...UNDERSTOOD,
      ts: null,
    })
    expect(decode({ ts: null })).toEqual({ ...UNDERSTOOD, ts: null })
    expect(parseTimestamp(undefined)).toBeNull()
  })

  it.each([
    ['ONCRM\u200bDEALUPDATE', 'ONCRM_DEALUPDATE'],
    ['onCrmDealUpdate\n', 'ONCRMDEALUPDATE_'],
    ['oncrmrequ\u0131siteadd', 'ONCRMREQU_SITEADD'],
    ['😀😀', '__'],
    ['<script>', '_SCRIPT_'],
    ['__proto__', '__PROTO__'],
    ['DEAL/ADD', 'DEAL_ADD'],
    ['ONAPP INSTALL', 'ONAPP_INSTALL'],
    [`on${'a'.repeat(198)}`, `ON${'A'.repeat(118)}`],
  ])('quarantines the unknown name %j under a safe one', (sent, name) => {
    const event = decode({}, sent)
    const quarantined = 'unknown_event_name'
    expect(event).toEqual({ ...UNDERSTOOD, name, field: null, quarantined, sentName: sent })
  })

  it.each([
    ['CATALOG.PRODUCT.ON.ADD', 'CATALOG.PRODUCT.ON.ADD'],
    ['onCrmDynamicItemUpdate_147', 'ONCRMDYNAMICITEMUPDATE_147'],
    ['partner.module:visit-end', 'PARTNER.MODULE:VISIT-END'],
    ['DEALADD', 'DEALADD'],
  ])('understands %s, however the module has named it', (sent, name) => {
    expect(decode({}, sent)).toEqual({ ...UNDERSTOOD, name, field: null, quarantined: null })
  })

  it('understands the longest name that is an event code, and cuts longer ones', () => {
    const longest = `ON${'A'.repeat(120)}`
    expect(decode({}, longest)).toMatchObject({ name: longest, quarantined: null })
    expect(decode({}, `${longest}A`)).toMatchObject({
      name: longest.slice(0, 120),
      quarantined: 'unknown_event_name',
    })
  })

  it('names the first fault when there are several', () => {
    expect(decode({ ts: 'x', data: 1 }, 'no event').quarantined).toBe('unknown_event_name')
    expect(decode({ ts: 'x', data: 1 }).quarantined).toBe('invalid_ts')
  })

  it.each<[string, Json]>([
    ['an object', { FIELDS: { ID: '7405' } }],
    ['a scalar', '107'],
    ['a number', 107],
    ['a list', ['1', { a: '2' }]],
    ['an empty text', ''],
    ['null', null],
  ])('takes any other event with %s as data', (_, data) => {
    expect(decode({ data }, 'onCrmDealUpdate')).toEqual({
      ...UNDERSTOOD,
      name: 'ONCRMDEALUPDATE',
      data,
      field: null,
    })
  })

  it('takes absent data as null', () => {
    expect(decodeEvent('ONOFFLINEEVENT', { payload: {}, auth: {} })).toEqual({
      name: 'ONOFFLINEEVENT',
      ts: null,
      handlerId: null,
      userId: null,
      data: null,
      field: null,
      quarantined: null,
    })
  })

  it.each<[Json, string | null]>([
    ['661', '661'],
    [661, '661'],
    ['6 61', null],
    [null, null],
  ])('reads the handler id %j as %j', (sent, handlerId) => {
    expect(decode({ event_handler_id: sent })).toEqual({ ...UNDERSTOOD, handlerId })
  })

  it.each<[Json, number | null]>([
    ['27', 27],
    [27, 27],
    ['0', null],
    [null, null],
  ])('reads the user id %j as %j', (sent, userId) => {
    expect(decode({ auth: { user_id: sent } })).toEqual({ ...UNDERSTOOD, userId })
  })
})

describe('decodeEvent() takes tokens off', () => {
  const auth = {
    access_token: 'access-access-access',
    refresh_token: 'refresh-refresh',
    application_token: APPLICATION_TOKEN,
  }

  it('the data', () => {
    const data = {
      note: `see ${APPLICATION_TOKEN}`,
      [`k-${APPLICATION_TOKEN}`]: 1,
      list: ['access-access-access', 'refresh-refresh', 'clean'],
      deep: { Access_Token: ['anything'], client_secret: 5 },
    }
    expect(decode({ auth, data }, 'ONCRMDEALUPDATE').data).toEqual({
      note: '[removed]',
      '[removed]': 1,
      list: ['[removed]', '[removed]', 'clean'],
      deep: { Access_Token: '[removed]', client_secret: '[removed]' },
    })
  })

  it('a field name, which is then not understood', () => {
    const event = decode({ auth, data: { FIELDS: { ...FIELDS, FIELD_NAME: APPLICATION_TOKEN } } })
    expect(event.quarantined).toBe('invalid_fields')
    expect(JSON.stringify(event)).not.toContain(APPLICATION_TOKEN)
  })

  it('the handler id', () => {
    expect(decode({ auth, event_handler_id: APPLICATION_TOKEN }).handlerId).toBeNull()
  })

  it('the name, although it is shown in upper case', () => {
    const event = decode({ auth }, `on_${APPLICATION_TOKEN}`)
    expect(event).toMatchObject({ name: '_REMOVED_', sentName: '[removed]', field: null })
  })
})

describe('decodeStored()', () => {
  it.each<[string, Partial<RelayEvent>, Partial<RelayEvent>]>([
    ['a name that was none', { name: 'A_B', sentName: 'a:b' }, { name: 'A:B' }],
    ['a name that is known now', { name: 'ONCRMDEALADD' }, { name: 'ONCRMDEALADD' }],
    ['a time that was none', { sentTs: '1790000000', ts: null }, { ts: 1790000000 }],
  ])('understands %s', (_, changes, expected) => {
    const stored: RelayEvent = {
      ...UNDERSTOOD,
      name: 'ONCRMDEALADD',
      field: null,
      quarantined: 'invalid_fields',
      ...changes,
    }
    expect(decodeStored(stored)).toMatchObject({ quarantined: null, ...expected })
  })

  it('reads the field of an event whose fields were not understood', () => {
    const data = { id: '703', entityId: 'CRM_INVOICE', fieldName: 'UF_CRM_1' }
    const stored = { ...UNDERSTOOD, data, field: null, quarantined: 'invalid_fields' } as const
    expect(decodeStored(stored)?.field).toMatchObject({ id: 703, entityId: 'CRM_INVOICE' })
  })

  it.each<[string, Partial<RelayEvent>]>([
    ['an understood event', {}],
    ['a name that is none still', { quarantined: 'unknown_event_name', sentName: 'a b' }],
    ['a damaged row', { quarantined: 'unreadable_row', name: 'UNREADABLE' }],
    ['an event of which only a part is kept', { quarantined: 'too_deep', bodyLength: 9000 }],
    ['a time that is none still', { quarantined: 'invalid_ts', sentTs: 'yesterday' }],
    ['a time that was not kept', { quarantined: 'invalid_ts', ts: null }],
  ])('gives nothing for %s', (_, changes) => {
    expect(decodeStored({ ...UNDERSTOOD, ...changes })).toBeNull()
  })
})
