/** The simulated portal, OAuth server and sender, driven over HTTP. */
import { expect, test } from 'vitest'
import { createOauthSimulator } from '../../../playground/portal/oauth-server.ts'
import { readParams, readText } from '../../../playground/portal/php-query.ts'
import type { Params } from '../../../playground/portal/php-query.ts'
import { createPortalSimulator } from '../../../playground/portal/portal.ts'
import type { PortalOptions } from '../../../playground/portal/portal.ts'
import { HOUR_MS } from '../../../src/core/durations.ts'
import { started } from '../../support/network/started.ts'
import { startRecorder } from '../../../playground/receivers/recorder.ts'
import { NOW } from '../../support/time.ts'

const aHandler = () => started(startRecorder())
const aPortal = (options: PortalOptions) => started(createPortalSimulator(options))

/** A portal with the application, and the handler that was told so. */
async function anInstalledPortal(options: Partial<PortalOptions> = {}) {
  const handler = await aHandler()
  const portal = await aPortal({ handlerUrl: handler.url, ...options })
  await portal.install()
  return { handler, portal }
}

async function call(url: string, form: Record<string, string>) {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) })
  // Every answer of the simulators is a JSON object.
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

function auth(body: Params | undefined): Params {
  return readParams(body ?? {}, 'auth')
}

test('install() sends ONAPPINSTALL whose token app.info and profile confirm', async () => {
  const { handler, portal } = await anInstalledPortal({ memberId: 'a'.repeat(32) })
  const [body] = handler.bodies
  const token = readText(auth(body), 'access_token') ?? ''
  const info = await call(`${portal.oauth.origin}/rest/app.info`, { auth: token })
  expect(info.body['result']).toMatchObject({
    client_id: portal.clientId,
    user_id: 1,
    install: {
      member_id: 'a'.repeat(32),
      domain: portal.domain,
      client_endpoint: portal.clientEndpoint,
    },
  })
  const profile = await call(`${portal.clientEndpoint}profile`, { auth: token })
  expect(profile.body['result']).toMatchObject({ ID: '1', ADMIN: true })
  expect(handler.userAgents).toEqual(['Bitrix24 Webhook Engine'])
  expect(Object.keys(auth(body)).join()).toBe(
    'access_token,expires,expires_in,scope,domain,server_endpoint,status,client_endpoint,member_id,user_id,refresh_token,application_token',
  )
})

test('an access token expires after an hour', async () => {
  let now = NOW
  const { handler, portal } = await anInstalledPortal({ clock: () => now })
  const token = readText(auth(handler.bodies[0]), 'access_token') ?? ''
  expect(token.slice(0, 8)).toBe('9049b16a')
  now += HOUR_MS
  expect(await call(`${portal.clientEndpoint}profile`, { auth: token })).toEqual({
    status: 401,
    body: {
      error: 'expired_token',
      error_description: 'The access token provided has expired.',
    },
  })
})

test('a field is created, changed and deleted with one event each and Bitrix24 names', async () => {
  const { handler, portal } = await anInstalledPortal()
  const created = await portal.createField({ FIELD_NAME: 'tax_no', USER_TYPE_ID: 'string' })
  const id = created.ok ? created.value.field.ID : ''
  await portal.updateField(id, { MANDATORY: 'Y' })
  await portal.deleteField(id)
  expect(handler.bodies.slice(1).map((body) => body['event'])).toEqual([
    'ONCRMREQUISITEUSERFIELDADD',
    'ONCRMREQUISITEUSERFIELDUPDATE',
    'ONCRMREQUISITEUSERFIELDDELETE',
  ])
  expect(JSON.stringify(handler.bodies[1]?.['data'])).toBe(
    '{"FIELDS":{"ID":"235","ENTITY_ID":"CRM_REQUISITE","FIELD_NAME":"UF_CRM_TAX_NO"}}',
  )
  expect(readText(auth(handler.bodies[1]), 'refresh_token')).toBeNull()
})

test('a list field tells its values apart from its settings', async () => {
  const { handler, portal } = await anInstalledPortal()
  await portal.createField({ FIELD_NAME: 'kind', USER_TYPE_ID: 'enumeration', LIST: ['a', 'b'] })
  await portal.setEnumValues('235', ['b', 'c'])
  await portal.updateField('235', { SORT: '5', LIST: ['b'] })
  expect(handler.bodies.slice(1).map((body) => body['event'])).toEqual([
    'ONCRMREQUISITEUSERFIELDADD',
    'ONCRMREQUISITEUSERFIELDSETENUMVALUES',
    'ONCRMREQUISITEUSERFIELDSETENUMVALUES',
    'ONCRMREQUISITEUSERFIELDUPDATE',
    'ONCRMREQUISITEUSERFIELDSETENUMVALUES',
  ])
  expect(portal.fields[0]?.LIST).toMatchObject([{ ID: '102', VALUE: 'b' }])
})

test('the switches take the tokens away, double the event and falsify the application token', async () => {
  const { handler, portal } = await anInstalledPortal()
  portal.switches.robot = true
  portal.switches.twice = true
  portal.switches.wrongToken = true
  const { applicationToken } = portal
  const created = await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'double' })
  expect(created.ok && created.value.sends.map(({ handlerId }) => handlerId)).toEqual([657, 1657])
  const [, first, second] = handler.bodies
  expect(Object.keys(auth(first)).join()).toBe(
    'domain,client_endpoint,server_endpoint,member_id,application_token',
  )
  expect(first?.['ts']).toBe(second?.['ts'])
  expect(readText(auth(first), 'application_token')).not.toBe(applicationToken)
})

test('an event is sent once, however the handler answers', async () => {
  const { handler, portal } = await anInstalledPortal()
  handler.status = 503
  const created = await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'double' })
  expect(created.ok && created.value.sends).toMatchObject([
    { status: 503, answer: 'seen', error: null },
  ])
  expect(handler.bodies).toHaveLength(2)
})

test('a handler that nobody listens at is recorded as an error', async () => {
  const portal = await aPortal({ handlerUrl: 'http://127.0.0.1:1/bitrix24/events' })
  const [sent] = await portal.install()
  expect(sent).toMatchObject({ status: null, error: 'connect ECONNREFUSED 127.0.0.1:1' })
})

test('uninstall() ends the tokens before it tells, and nothing is sent afterwards', async () => {
  const { handler, portal } = await anInstalledPortal()
  const token = readText(auth(handler.bodies[0]), 'access_token') ?? ''
  await portal.uninstall({ clean: true })
  expect(JSON.stringify(handler.bodies[1]?.['data'])).toBe('{"CLEAN":"1","LANGUAGE_ID":"en"}')
  const info = await call(`${portal.oauth.origin}/rest/app.info`, { auth: token })
  expect(info).toMatchObject({ status: 401, body: { error: 'NOT_INSTALLED' } })
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'double' })
  expect(handler.bodies).toHaveLength(2)
})

test('a silent update takes the handlers of the application away, and those of a webhook stay', async () => {
  const { handler, portal } = await anInstalledPortal()
  const events = ['ONCRMREQUISITEUSERFIELDADD']
  const token = portal.addOutgoingWebhook({ url: handler.url, events })
  expect(await portal.update({ silent: true })).toEqual([])
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'double' })
  const tokens = handler.bodies.map((body) => readText(auth(body), 'application_token'))
  expect(tokens.slice(1)).toEqual([token])
})

test('update() can bring a new application token, which later events carry', async () => {
  const { handler, portal } = await anInstalledPortal()
  await portal.update({ newApplicationToken: 'f'.repeat(32) })
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'double' })
  const tokens = handler.bodies.map((body) => readText(auth(body), 'application_token'))
  expect(tokens.slice(1)).toEqual(['f'.repeat(32), 'f'.repeat(32)])
  expect(JSON.stringify(handler.bodies[1]?.['data'])).toBe(
    '{"VERSION":"2","PREVIOUS_VERSION":"1","LANGUAGE_ID":"en"}',
  )
})

test('a system user told by ONAPPUSERREADY may call the portal', async () => {
  const { handler, portal } = await anInstalledPortal()
  await portal.sendUserReady({ systemUserId: 512 })
  const data = readParams(handler.bodies[1] ?? {}, 'data')
  const token = readText(data, 'access_token') ?? ''
  const profile = await call(`${portal.clientEndpoint}profile`, { auth: token })
  expect(profile.body['result']).toMatchObject({ ID: '512', ADMIN: false })
})

test('REST writes need an administrator and cause events in the background', async () => {
  const { handler, portal } = await anInstalledPortal()
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'string' })
  const url = `${portal.clientEndpoint}crm.requisite.userfield.update`
  const form = { id: '235', 'fields[EDIT_FORM_LABEL][en]': 'Tax' }
  const issue = (userId: number) => portal.oauth.issue({ ...portal, userId }).accessToken
  expect(await call(url, { ...form, auth: issue(7) })).toEqual({
    status: 400,
    body: { error: '', error_description: 'Access denied.' },
  })
  expect((await call(url, { ...form, auth: issue(1) })).body['result']).toBe(true)
  await portal.settled()
  expect(handler.bodies.map((body) => body['event'])).toEqual([
    'ONAPPINSTALL',
    'ONCRMREQUISITEUSERFIELDADD',
    'ONCRMREQUISITEUSERFIELDUPDATE',
  ])
  const got = await call(`${portal.clientEndpoint}crm.requisite.userfield.get`, {
    auth: issue(7),
    id: '235',
  })
  expect(got.body['result']).toMatchObject({ EDIT_FORM_LABEL: { en: 'Tax', de: null } })
})

test('handlers are bound once, listed and unbound', async () => {
  const { handler, portal } = await anInstalledPortal({ boundEvents: [] })
  const { accessToken } = portal.oauth.issue({ ...portal, userId: 1 })
  const form = { auth: accessToken, event: 'onCrmRequisiteUserFieldAdd', handler: handler.url }
  const method = (name: string) => `${portal.clientEndpoint}${name}`
  expect((await call(method('event.bind'), form)).body['result']).toBe(true)
  expect((await call(method('event.bind'), form)).body).toEqual({
    error: 'ERROR_CORE',
    error_description: 'Unable to set event handler: Handler already binded',
  })
  const listed = await call(method('event.get'), { auth: accessToken })
  expect(listed.body['result']).toContainEqual({
    event: 'ONCRMREQUISITEUSERFIELDADD',
    handler: handler.url,
    auth_type: '0',
    offline: 0,
  })
  expect((await call(method('event.unbind'), form)).body['result']).toEqual({ count: 1 })
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'double' })
  expect(handler.bodies).toHaveLength(1)
})

test('the OAuth server can be down, wrong or answer with any error', async () => {
  const handler = await aHandler()
  const portal = await aPortal({ handlerUrl: handler.url })
  const url = `${portal.oauth.origin}/rest/app.info`
  portal.failures.oauth = { kind: 'down' }
  await expect(call(url, { auth: 'x' })).rejects.toThrow('fetch failed')
  portal.failures.oauth = { kind: 'error', code: 'wrong_client' }
  expect(await call(url, { auth: 'x' })).toEqual({ status: 200, body: { error: 'wrong_client' } })
  portal.failures.oauth = { kind: 'raw', status: 502, body: '{}' }
  expect(await call(url, { auth: 'x' })).toEqual({ status: 502, body: {} })
  portal.failures.oauth = null
  portal.failures.rest = { kind: 'error', code: 'QUERY_LIMIT_EXCEEDED' }
  expect((await call(`${portal.clientEndpoint}profile`, { auth: 'x' })).status).toBe(503)
  expect((await call(url, { auth: 'x' })).body['error']).toBe('invalid_token')
})

test('portals share an OAuth server and refuse the tokens of each other', async () => {
  const handler = await aHandler()
  const oauth = await started(createOauthSimulator())
  const [one, two] = await Promise.all([
    aPortal({ handlerUrl: handler.url, oauth }),
    aPortal({ handlerUrl: handler.url, oauth }),
  ])
  await one.install()
  await two.install()
  const { accessToken } = oauth.issue({ ...one, userId: 1 })
  expect((await call(`${one.clientEndpoint}profile`, { auth: accessToken })).status).toBe(200)
  expect((await call(`${two.clientEndpoint}profile`, { auth: accessToken })).body['error']).toBe(
    'invalid_token',
  )
})
