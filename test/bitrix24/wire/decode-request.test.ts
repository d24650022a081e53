import { describe, expect, it } from 'vitest'
import {
  decodeRequest as decodeSender,
  type DecodeReason,
} from '../../../src/bitrix24/wire/decode-request.ts'
import type { Json } from '../../../src/core/log/event.ts'
import type { Result } from '../../../src/core/result.ts'
import { withEvent, type ReadRequest } from '../../support/builders/with-event.ts'
import { APPLICATION_TOKEN, MEMBER_ID } from '../../support/identity.ts'

const decodeRequest = (...terms: Parameters<typeof decodeSender>) =>
  withEvent(decodeSender(...terms))

const AUTH = { member_id: MEMBER_ID, application_token: APPLICATION_TOKEN }

function kindOf(result: Result<ReadRequest, DecodeReason>): string {
  return result.ok ? result.value.kind : result.error
}

describe('decodeRequest()', () => {
  it.each<Json>([null, 1, 'event', true, [], [{ event: 'ONCRMDEALADD' }]])(
    'refuses the payload %j, which is no object',
    (payload) => {
      expect(decodeRequest(payload)).toEqual({ ok: false, error: 'malformed' })
    },
  )

  it.each<Json>([null, '', 5, ['ONCRMDEALADD'], { a: 1 }, 'A'.repeat(201)])(
    'keeps the event %j for the quarantine, since its sender may be genuine',
    (event) => {
      expect(decodeRequest({ event, auth: AUTH })).toMatchObject({
        ok: true,
        value: { kind: 'event', event: { quarantined: 'unknown_event_name' } },
      })
    },
  )

  it('keeps a payload without event, and refuses one that names no sender', () => {
    expect(decodeRequest({ auth: AUTH })).toMatchObject({
      ok: true,
      value: { event: { name: 'UNNAMED', sentName: '', quarantined: 'unknown_event_name' } },
    })
    expect(decodeRequest({})).toEqual({ ok: false, error: 'invalid_auth' })
  })

  it('accepts an event of 200 characters', () => {
    expect(kindOf(decodeRequest({ event: 'A'.repeat(200), auth: AUTH }))).toBe('event')
  })

  it.each<Json>([null, 'text', [MEMBER_ID, APPLICATION_TOKEN], 5])(
    'refuses the auth block %j',
    (auth) => {
      expect(decodeRequest({ event: 'ONCRMDEALADD', auth })).toEqual({
        ok: false,
        error: 'invalid_auth',
      })
    },
  )

  it.each<Json>([null, MEMBER_ID.slice(1)])('refuses the member id %j', (member_id) => {
    const error = 'invalid_member_id'
    expect(decodeRequest({ event: 'ONCRMDEALADD', auth: { ...AUTH, member_id } })).toEqual({
      ok: false,
      error,
    })
  })

  it.each<Json>([null, '1234567'])('refuses the application token %j', (application_token) => {
    const error = 'invalid_application_token'
    const payload = { event: 'ONAPPUNINSTALL', auth: { ...AUTH, application_token } }
    expect(decodeRequest(payload)).toEqual({ ok: false, error })
  })

  it('returns the member id in lower case', () => {
    const auth = { ...AUTH, member_id: MEMBER_ID.toUpperCase() }
    expect(decodeRequest({ event: 'ONAPPTEST', auth })).toEqual({
      ok: true,
      value: {
        kind: 'notice',
        name: 'ONAPPTEST',
        memberId: MEMBER_ID,
        applicationToken: APPLICATION_TOKEN,
      },
    })
  })

  it.each([
    ['ONAPPINSTALL', { kind: 'install', cause: 'install' }],
    ['onAppInstall', { kind: 'install', cause: 'install' }],
    ['OnAppUpdate', { kind: 'install', cause: 'update' }],
    ['ONAPPUSERREADY', { kind: 'install', cause: 'user_ready' }],
    ['onappuninstall', { kind: 'uninstall', clean: false }],
    ['OnAppSettingsInstall', { kind: 'notice', name: 'ONAPPSETTINGSINSTALL' }],
    ['ONAPPMETHODCONFIRM', { kind: 'notice', name: 'ONAPPMETHODCONFIRM' }],
    ['ONAPP', { kind: 'event', event: { name: 'ONAPP', quarantined: null } }],
    ['onApprovalAdd', { kind: 'event', event: { name: 'ONAPPROVALADD', quarantined: null } }],
    ['ONCRMDEALADD', { kind: 'event' }],
    ['ONAP', { kind: 'event' }],
    ['ONAPP INSTALL', { kind: 'event', event: { quarantined: 'unknown_event_name' } }],
    ['ONAPPINSTALL\u200b', { kind: 'event', event: { quarantined: 'unknown_event_name' } }],
  ])('takes %j for what it is', (event, value) => {
    const result = decodeRequest({ event, auth: { ...AUTH, access_token: 'access' } })
    expect(result).toMatchObject({ ok: true, value })
  })

  it.each(['ONAPPINSTALL', 'ONAPPUPDATE', 'ONAPPUSERREADY'])(
    'refuses %s without access token',
    (event) => {
      expect(decodeRequest({ event, auth: AUTH })).toEqual({
        ok: false,
        error: 'missing_credentials',
      })
    },
  )

  it('reads the frame page when there is no event', () => {
    const page = { AUTH_ID: 'access', member_id: MEMBER_ID }
    const result = decodeRequest(page, { DOMAIN: 'acme.bitrix24.com', LANG: 'de' })
    expect(result).toMatchObject({
      ok: true,
      value: {
        kind: 'install',
        cause: 'page',
        language: 'de',
        credentials: { domain: 'acme.bitrix24.com' },
      },
    })
    expect(kindOf(decodeRequest({ AUTH_ID: 'access' }))).toBe('invalid_member_id')
    expect(kindOf(decodeRequest({ member_id: MEMBER_ID }))).toBe('missing_credentials')
  })

  it('reads the event when a body is both', () => {
    const both = { AUTH_ID: 'access', member_id: MEMBER_ID, event: 'ONCRMDEALADD', auth: AUTH }
    expect(kindOf(decodeRequest(both))).toBe('event')
    expect(kindOf(decodeRequest({ ...both, event: null }))).toBe('event')
  })

  it('takes inherited members for absent', () => {
    const heir: Record<string, Json> = Object.create({ AUTH_ID: 'access', member_id: MEMBER_ID })
    expect(decodeRequest(heir)).toEqual({ ok: false, error: 'invalid_auth' })
  })
})
