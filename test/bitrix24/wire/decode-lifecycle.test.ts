import { describe, expect, it } from 'vitest'
import {
  decodeInstall,
  decodePage,
  decodeUninstall,
} from '../../../src/bitrix24/wire/decode-lifecycle.ts'
import type { JsonObject } from '../../../src/bitrix24/wire/json.ts'
import type { PresentedCredentials } from '../../../src/bitrix24/wire/request.ts'
import type { Json } from '../../../src/core/log/event.ts'
import { APPLICATION_TOKEN, MEMBER_ID } from '../../support/identity.ts'

const SENDER = {
  memberId: MEMBER_ID,
  applicationToken: APPLICATION_TOKEN,
}

const AUTH = {
  access_token: 'access',
  refresh_token: 'refresh',
  expires: '1790003600',
  server_endpoint: 'https://oauth.bitrix.info/rest/',
  client_endpoint: 'https://acme.bitrix24.com/rest/',
  domain: 'acme.bitrix24.com',
  user_id: '1',
  status: 'L',
  scope: 'crm,user',
}

const CREDENTIALS: PresentedCredentials = {
  accessToken: 'access',
  refreshToken: 'refresh',
  expiresAt: 1790003600,
  serverEndpoint: 'https://oauth.bitrix.info/rest/',
  clientEndpoint: 'https://acme.bitrix24.com/rest/',
  domain: 'acme.bitrix24.com',
  userId: 1,
  status: 'L',
  scope: 'crm,user',
}

const BARE: PresentedCredentials = {
  accessToken: 'access',
  refreshToken: null,
  expiresAt: null,
  serverEndpoint: null,
  clientEndpoint: null,
  domain: null,
  userId: null,
  status: null,
  scope: null,
}

const DATA = { VERSION: '1', LANGUAGE_ID: 'de' }

describe('decodeInstall()', () => {
  it.each(['install', 'update'] as const)(
    'reads sender, time and credentials of an %s',
    (cause) => {
      const payload = { data: DATA, ts: '1790000000' }
      expect(decodeInstall(cause, { sender: SENDER, payload, auth: AUTH })).toEqual({
        ok: true,
        value: {
          kind: 'install',
          cause,
          ...SENDER,
          ts: 1790000000,
          credentials: CREDENTIALS,
          systemUser: null,
          language: 'de',
        },
      })
    },
  )

  it('needs an access token and nothing else', () => {
    const lifecycle = { sender: SENDER, payload: {}, auth: { access_token: 'access' } }
    expect(decodeInstall('install', lifecycle)).toEqual({
      ok: true,
      value: {
        kind: 'install',
        cause: 'install',
        ...SENDER,
        ts: null,
        credentials: BARE,
        systemUser: null,
        language: null,
      },
    })
  })

  it.each<Json>(['', null, 'two words'])('refuses %j as access token', (access_token) => {
    const auth = { ...AUTH, access_token }
    expect(decodeInstall('install', { sender: SENDER, payload: {}, auth })).toEqual({
      ok: false,
      error: 'missing_credentials',
    })
  })

  it.each<[keyof typeof AUTH, Json]>([
    ['refresh_token', ''],
    ['expires', 'soon'],
    ['server_endpoint', 'https://a b/'],
    ['client_endpoint', 5],
    ['domain', 'acme\u200b.bitrix24.com'],
    ['user_id', '0'],
    ['status', 'LL'],
    ['scope', 'a\nb'],
  ])('takes %s as absent when it is %j', (key, value) => {
    const result = decodeInstall('update', {
      sender: SENDER,
      payload: {},
      auth: { ...AUTH, [key]: value },
    })
    const { [key]: _, ...rest } = AUTH
    expect(result).toEqual(decodeInstall('update', { sender: SENDER, payload: {}, auth: rest }))
    expect(result).toMatchObject({ ok: true })
    expect(result).not.toEqual(decodeInstall('update', { sender: SENDER, payload: {}, auth: AUTH }))
  })

  it('reads the system user of ONAPPUSERREADY from data', () => {
    const system = {
      access_token: 'system',
      refresh_token: 'system-refresh',
      user_id: 512,
      expires_in: '3600',
    }
    const lifecycle = {
      sender: SENDER,
      payload: { data: { ...system, LANGUAGE_ID: 'en' } },
      auth: AUTH,
    }
    expect(decodeInstall('user_ready', lifecycle)).toEqual({
      ok: true,
      value: {
        kind: 'install',
        cause: 'user_ready',
        ...SENDER,
        ts: null,
        credentials: CREDENTIALS,
        systemUser: { ...BARE, accessToken: 'system', refreshToken: 'system-refresh', userId: 512 },
        language: 'en',
      },
    })
  })

  it.each<[string, 'install' | 'user_ready', JsonObject]>([
    ['another event', 'install', { data: { access_token: 'system' } }],
    ['data without access token', 'user_ready', { data: { refresh_token: 'x' } }],
    ['data that is no object', 'user_ready', { data: 'system' }],
  ])('reads no system user from %s', (_, cause, payload) => {
    const result = decodeInstall(cause, { sender: SENDER, payload, auth: AUTH })
    expect(result).toMatchObject({
      ok: true,
      value: { systemUser: null, credentials: CREDENTIALS },
    })
  })

  it.each<Json>(['x', '4102444801'])('takes ts %j as none', (ts) => {
    const result = decodeInstall('install', { sender: SENDER, payload: { ts }, auth: AUTH })
    expect(result).toMatchObject({ ok: true, value: { ts: null } })
  })

  it.each<[Json, string | null]>([
    ['ru', 'ru'],
    ['EN', 'en'],
    ['deu', null],
  ])('reads the language %j as %j', (LANGUAGE_ID, language) => {
    const payload = { data: { LANGUAGE_ID } }
    const result = decodeInstall('install', { sender: SENDER, payload, auth: AUTH })
    expect(result).toMatchObject({ ok: true, value: { language } })
  })
})

describe('decodeUninstall()', () => {
  it.each<[Json, boolean]>([
    ['1', true],
    [1, true],
    [true, true],
    ['0', false],
    [0, false],
    [false, false],
    ['true', false],
    ['', false],
    [['1'], false],
    [null, false],
  ])('reads CLEAN %j as %j', (CLEAN, clean) => {
    const payload = { data: { CLEAN }, ts: '1790000100' }
    expect(decodeUninstall({ sender: SENDER, payload, auth: {} })).toEqual({
      kind: 'uninstall',
      ...SENDER,
      ts: 1790000100,
      clean,
    })
  })

  it.each<JsonObject>([{}, { data: '1', ts: 'x' }, { data: ['1'] }, { data: {} }])(
    'cleans nothing and knows no time when the body is %j',
    (payload) => {
      expect(decodeUninstall({ sender: SENDER, payload, auth: {} })).toEqual({
        kind: 'uninstall',
        ...SENDER,
        ts: null,
        clean: false,
      })
    },
  )
})

describe('decodePage()', () => {
  const BODY: JsonObject = {
    AUTH_ID: 'access',
    AUTH_EXPIRES: '3600',
    REFRESH_ID: 'refresh',
    SERVER_ENDPOINT: 'https://oauth.bitrix.info/rest/',
    APPLICATION_TOKEN: SENDER.applicationToken,
    APPLICATION_SCOPE: 'crm,user_brief',
    member_id: SENDER.memberId.toUpperCase(),
    status: 'L',
  }
  const QUERY = { DOMAIN: 'acme.bitrix24.com', LANG: 'en', PROTOCOL: '1', APP_SID: 'x'.repeat(32) }
  const PAGE = {
    kind: 'install',
    cause: 'page',
    ...SENDER,
    ts: null,
    credentials: {
      ...CREDENTIALS,
      scope: 'crm,user_brief',
      expiresAt: null,
      clientEndpoint: null,
      userId: null,
    },
    systemUser: null,
    language: 'en',
  }

  it('reads body and query', () => {
    expect(decodePage(BODY, QUERY)).toEqual({ ok: true, value: PAGE })
  })

  it('reads an older body without application token, endpoint and scope, and no query', () => {
    const { APPLICATION_TOKEN, APPLICATION_SCOPE, SERVER_ENDPOINT, ...older } = BODY
    expect([APPLICATION_TOKEN, APPLICATION_SCOPE, SERVER_ENDPOINT]).not.toContain(undefined)
    expect(decodePage(older, {})).toEqual({
      ok: true,
      value: {
        ...PAGE,
        applicationToken: null,
        language: null,
        credentials: { ...BARE, refreshToken: 'refresh', status: 'L' },
      },
    })
  })

  it('does not take the render id APP_SID for the application token', () => {
    expect(decodePage({ ...BODY, APPLICATION_TOKEN: '' }, QUERY)).toEqual({
      ok: true,
      value: { ...PAGE, applicationToken: null },
    })
  })

  it.each<[string, JsonObject, string]>([
    ['no member id', { member_id: null }, 'invalid_member_id'],
    ['a member id as list', { member_id: ['a'] }, 'invalid_member_id'],
    [
      'a strange application token',
      { APPLICATION_TOKEN: 'a b c d e f' },
      'invalid_application_token',
    ],
    ['an application token as list', { APPLICATION_TOKEN: ['a'] }, 'invalid_application_token'],
    ['no access token', { AUTH_ID: '' }, 'missing_credentials'],
    ['an access token as list', { AUTH_ID: ['access'] }, 'missing_credentials'],
  ])('refuses a body with %s', (_, changes, error) => {
    expect(decodePage({ ...BODY, ...changes }, QUERY)).toEqual({ ok: false, error })
  })

  it('takes strange query parameters as absent', () => {
    const result = decodePage(BODY, { DOMAIN: 'a b', LANG: 'english' })
    const credentials = { ...PAGE.credentials, domain: null }
    expect(result).toEqual({ ok: true, value: { ...PAGE, credentials, language: null } })
  })
})
