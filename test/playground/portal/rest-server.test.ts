/** The simulated portal's REST beside user fields: events, webhooks, limits and a portal in trouble. */
import { readdirSync, readFileSync } from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { USUAL_PACE } from '../../../playground/portal/conditions.ts'
import { createPortalSimulator } from '../../../playground/portal/portal.ts'
import type { PortalSimulator } from '../../../playground/portal/portal.ts'
import { parsePhpQuery, readParams, readText } from '../../../playground/portal/php-query.ts'
import { formatRestError, restError } from '../../../playground/portal/rest-error.ts'
import type { RestErrorCode } from '../../../playground/portal/rest-error.ts'
import { startRecorder } from '../../../playground/receivers/recorder.ts'
import type { EventRecorder } from '../../../playground/receivers/recorder.ts'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import { started } from '../../support/network/started.ts'
import { NOW } from '../../support/time.ts'

const REST_FIXTURES = new URL('../../fixtures/bitrix24/rest/', import.meta.url)
const RECORDED_ERRORS = readdirSync(REST_FIXTURES).filter((name) => name.includes('error-'))

let now = NOW
let recorder: EventRecorder
let portal: PortalSimulator

beforeEach(async () => {
  now = NOW
  recorder = await started(startRecorder())
  portal = await started(createPortalSimulator({ handlerUrl: recorder.url, clock: () => now }))
  await portal.install()
})

async function post(url: string, form: Record<string, string> = {}, init: RequestInit = {}) {
  const body = new URLSearchParams(form)
  const response = await fetch(url, { method: 'POST', body, redirect: 'manual', ...init })
  const text = await response.text()
  const { headers, status } = response
  // Sound: every answer of the portal that is not empty is a JSON object.
  return { status, headers, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> }
}

function call(method: string, form: Record<string, string> = {}, userId = 1) {
  const auth = portal.oauth.issue({ ...portal, userId }).accessToken
  return post(portal.clientEndpoint + method, { ...form, auth })
}

test.each(RECORDED_ERRORS)('the error of %s is answered as recorded', (name) => {
  const recorded = JSON.parse(readFileSync(new URL(name, REST_FIXTURES), 'utf8'))
  // Sound: an unknown code makes restError() throw.
  const error = restError(recorded.error as RestErrorCode)
  expect(formatRestError(error)).toEqual(recorded)
  const status = /-(\d{3})\.json$/.exec(name)?.[1]
  // Two codes are recorded with several statuses, and the portal sends the other one under a condition.
  const hasSeveral = ['INVALID_CREDENTIALS', 'PORTAL_DELETED'].includes(String(error.error))
  const usual = String(error.status)
  expect(usual).toBe(hasSeveral ? usual : (status ?? usual))
})

test('event.test sends ONAPPTEST with the query, a language and a pair of tokens', async () => {
  await call('event.bind', { event: 'onapptest', handler: recorder.url })
  const { body } = await call('event.test', { any: 'thing', 'deep[er]': '1' }, 7)
  expect(body['result']).toBe(true)
  await portal.settled()
  const sent = recorder.bodies.at(-1) ?? {}
  expect(JSON.stringify([sent['event'], sent['data']])).toBe(
    '["ONAPPTEST",{"QUERY":{"any":"thing","deep":{"er":"1"}},"LANGUAGE_ID":"en"}]',
  )
  const auth = readParams(sent, 'auth')
  expect([readText(auth, 'user_id'), readText(auth, 'refresh_token')?.length]).toEqual(['7', 70])
})

test('events lists the codes of a scope in upper case', async () => {
  const all = (await call('events')).body['result']
  expect(all).toContain('ONAPPTEST')
  expect(all).toContain('ONCRMTYPEUSERFIELDSETENUMVALUES')
  const crm = (await call('events', { SCOPE: 'crm' })).body['result']
  expect(crm).not.toContain('ONAPPTEST')
  expect(crm).toContain('ONCRMINVOICEUSERFIELDADD')
})

test('user.get finds one person, and the portal tells its application', async () => {
  const users = await call('user.get', { 'FILTER[ID]': '7' })
  expect(users.body).toMatchObject({ result: [{ ID: '7', LAST_NAME: 'Weber' }], total: 1 })
  expect((await call('user.get')).body).toMatchObject({ total: 2 })
  const info = await call('app.info')
  expect(info.body['result']).toMatchObject({ CODE: portal.clientId, INSTALLED: true, STATUS: 'L' })
})

test('an incoming webhook acts for its owner and may not touch event handlers', async () => {
  const url = portal.addIncomingWebhook({ by: 7 })
  expect(url.startsWith(`${portal.clientEndpoint}7/`)).toBe(true)
  expect((await post(`${url}profile.json`)).body['result']).toMatchObject({ ID: '7', ADMIN: false })
  for (const method of ['event.bind', 'event.get', 'event.unbind', 'event.test']) {
    const { status, body } = await post(url + method, { event: 'ONAPPTEST', handler: recorder.url })
    expect([status, body['error']]).toEqual([403, 'WRONG_AUTH_TYPE'])
  }
  const wrong = await post(`${portal.clientEndpoint}7/${'0'.repeat(16)}/profile`)
  expect([wrong.status, wrong.body['error']]).toEqual([401, 'INVALID_CREDENTIALS'])
  expect((await post(url.replace('/7/', '/1/') + 'profile')).status).toBe(401)
})

test('an outgoing webhook gets its own token, no tokens of users, and outlives the application', async () => {
  const token = portal.addOutgoingWebhook({
    url: recorder.url,
    events: ['onCrmRequisiteUserFieldAdd'],
  })
  await portal.update()
  await portal.uninstall()
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'string' })
  const sent = recorder.bodies.slice(3)
  expect(sent).toHaveLength(1)
  const auth = readParams(sent[0] ?? {}, 'auth')
  expect(Object.keys(auth)).toEqual([
    'domain',
    'client_endpoint',
    'server_endpoint',
    'member_id',
    'application_token',
  ])
  expect(readText(auth, 'application_token')).toBe(token)
})

test('a batch stops at the first error when told to, and takes 50 commands without batches', async () => {
  const cmd = { 'cmd[a]': 'profile', 'cmd[b]': 'nothing', 'cmd[c]': 'user.get' }
  const all = await call('batch', { halt: '0', ...cmd })
  expect(all.body['result']).toMatchObject({
    result: { a: { ID: '1' }, c: [{ ID: '1' }, { ID: '7' }] },
    result_error: { b: { error: 'ERROR_METHOD_NOT_FOUND' } },
    result_total: { c: 2 },
    result_next: [],
  })
  const halted = await call('batch', { halt: '1', ...cmd })
  expect(halted.body['result']).toMatchObject({ result: { a: {} }, result_total: [] })
  expect(JSON.stringify(halted.body)).not.toContain('"c":')
  const nested = await call('batch', { 'cmd[0]': 'batch?cmd[0]=profile' })
  expect(nested.body['result']).toMatchObject({
    result: [],
    result_error: [{ error: 'ERROR_BATCH_METHOD_NOT_ALLOWED' }],
  })
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`cmd[${at}]`, 'profile']))
  expect((await call('batch', many)).body['error']).toBe('ERROR_BATCH_LENGTH_EXCEEDED')
  delete many['cmd[50]']
  expect((await call('batch', many)).body['result']).toMatchObject({ result: { length: 50 } })
})

test('the leaky bucket takes 50 requests at once and two a second from then on', async () => {
  const statuses = async (count: number) => {
    const found: number[] = []
    for (let at = 0; at < count; at++) found.push((await call('profile')).status)
    return found
  }
  portal.conditions.pace = USUAL_PACE
  expect(await statuses(50)).toEqual(Array(50).fill(200))
  const refused = await call('profile')
  expect([refused.status, refused.body]).toEqual([
    503,
    { error: 'QUERY_LIMIT_EXCEEDED', error_description: 'Too many requests' },
  ])
  now += 1000
  expect(await statuses(3)).toEqual([200, 200, 503])
  portal.conditions.pace = null
  expect(await statuses(2)).toEqual([200, 200])
})

test('operating time grows per method, stops it at the limit and starts anew after 10 minutes', async () => {
  portal.conditions.operating.perCall = 200
  const operating = async (method: string) => {
    const { status, body } = await call(method)
    return [status, readTime(body)['operating']]
  }
  expect(await operating('profile')).toEqual([200, 200])
  now += MINUTE_MS
  expect(await operating('profile')).toEqual([200, 400])
  expect(await operating('profile')).toEqual([200, 600])
  expect(await operating('user.get')).toEqual([200, 200])
  const refused = await call('profile')
  expect([refused.status, refused.body['error']]).toEqual([429, 'OPERATION_TIME_LIMIT'])
  expect(readTime(refused.body)['operating_reset_at']).toBe(NOW / 1000 + 600)
  const batch = await call('batch', { 'cmd[a]': 'profile', 'cmd[b]': 'app.info' })
  expect(batch.body['result']).toMatchObject({
    result_error: { a: { error: 'OPERATION_TIME_LIMIT' } },
    result_time: { b: { operating: 200 } },
  })
  now = 1_790_000_600_000
  expect(await operating('profile')).toEqual([200, 200])
})

function readTime(body: Record<string, unknown>): Record<string, unknown> {
  // Sound: the time block of every answer is an object.
  return (body['time'] ?? {}) as Record<string, unknown>
}

test('a renamed portal redirects from its former host and tells the new one everywhere', async () => {
  const former = portal.clientEndpoint
  const auth = portal.oauth.issue({ ...portal, userId: 1 })
  await portal.rename()
  expect(portal.clientEndpoint).not.toBe(former)
  const moved = await post(`${former}profile?a=1`, { auth: auth.accessToken })
  expect([moved.status, moved.headers.get('location')]).toEqual([
    302,
    `${portal.clientEndpoint}profile?a=1`,
  ])
  // A client that follows a redirect turns POST into GET and loses the body, token and all.
  const followed = await post(
    `${former}profile`,
    { auth: auth.accessToken },
    { redirect: 'follow' },
  )
  expect([followed.status, followed.body['error']]).toEqual([401, 'NO_AUTH_FOUND'])
  const again = await post(`${portal.clientEndpoint}profile`, { auth: auth.accessToken })
  expect(again.status).toBe(200)
  const info = await post(`${portal.oauth.origin}/rest/app.info`, { auth: auth.accessToken })
  expect(info.body['result']).toMatchObject({
    install: { domain: portal.domain, client_endpoint: portal.clientEndpoint },
  })
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'string' })
  expect(readText(readParams(recorder.bodies[1] ?? {}, 'auth'), 'domain')).toBe(portal.domain)
})

async function refresh(refreshToken: string) {
  const { status, body } = await post(`${portal.oauth.origin}/oauth/token/`, {
    grant_type: 'refresh_token',
    client_id: portal.clientId,
    client_secret: portal.clientSecret,
    refresh_token: refreshToken,
  })
  return [status, body['error']]
}

test('a lost licence refuses calls and sends nothing until it is paid again', async () => {
  portal.setLicence('lost')
  const { status, body } = await call('profile')
  expect([status, body['error']]).toEqual([401, 'PAYMENT_REQUIRED'])
  const { refreshToken } = portal.oauth.issue({ ...portal, userId: 1 })
  expect(await refresh(refreshToken)).toEqual([401, 'PAYMENT_REQUIRED'])
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'string' })
  expect(recorder.eventNames()).toEqual(['ONAPPINSTALL'])
  portal.setLicence('paid')
  expect(await refresh(refreshToken)).toEqual([200, undefined])
  await portal.updateField('235', { SORT: '7' })
  expect(recorder.eventNames().slice(1)).toEqual(['ONCRMREQUISITEUSERFIELDUPDATE'])
})

test('a deleted portal answers PORTAL_DELETED to everybody and sends nothing', async () => {
  const url = portal.addIncomingWebhook()
  portal.deletePortal()
  for (const answer of [await call('profile'), await post(`${url}profile`)]) {
    expect([answer.status, answer.body]).toEqual([
      403,
      { error: 'PORTAL_DELETED', error_description: 'Portal was deleted' },
    ])
  }
  const { refreshToken } = portal.oauth.issue({ ...portal, userId: 1 })
  expect(await refresh(refreshToken)).toEqual([400, 'invalid_grant'])
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'string' })
  expect(recorder.bodies).toHaveLength(1)
})

test('a portal that is closed for a time answers PORTAL_DELETED with 500, and goes on afterwards', async () => {
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'string' })
  portal.conditions.closed = true
  const closed = await call('profile')
  expect([closed.status, closed.body['error']]).toEqual([500, 'PORTAL_DELETED'])
  await portal.updateField('235', { SORT: '7' })
  portal.conditions.closed = false
  expect((await call('profile')).status).toBe(200)
  await portal.updateField('235', { SORT: '8' })
  expect(recorder.eventNames().slice(1)).toEqual([
    'ONCRMREQUISITEUSERFIELDADD',
    'ONCRMREQUISITEUSERFIELDUPDATE',
  ])
})

test('a user without rights is answered INVALID_CREDENTIALS with 403', async () => {
  portal.conditions.deniesUsers = true
  const { status, body } = await call('profile')
  expect([status, body['error']]).toEqual([403, 'INVALID_CREDENTIALS'])
})

test('an answer can take its time', async () => {
  portal.conditions.answerDelayMs = 30
  const started = performance.now()
  expect((await call('profile')).status).toBe(200)
  expect(performance.now() - started).toBeGreaterThanOrEqual(29)
})

test('failures play 10 MB, HTML, a redirect inwards, silence and a lost answer', async () => {
  portal.failures.rest = { kind: 'huge' }
  const huge = await fetch(`${portal.clientEndpoint}profile`)
  expect(huge.headers.get('content-length')).toBeNull()
  expect((await huge.bytes()).length).toBe(10 * 1024 * 1024 + 13)
  portal.failures.rest = { kind: 'html' }
  const page = await fetch(`${portal.clientEndpoint}profile`)
  expect([page.headers.get('content-type'), (await page.text()).slice(0, 15)]).toEqual([
    'text/html; charset=utf-8',
    '<!doctype html>',
  ])
  portal.failures.rest = { kind: 'redirect' }
  const inwards = await call('profile')
  expect([inwards.status, inwards.headers.get('location')]).toEqual([
    302,
    'http://169.254.169.254/latest/meta-data/',
  ])
  portal.failures.rest = { kind: 'hang' }
  const signal = AbortSignal.timeout(50)
  await expect(post(`${portal.clientEndpoint}profile`, {}, { signal })).rejects.toThrow('timeout')
  portal.failures.rest = { kind: 'lost_answer' }
  const fields = { 'fields[FIELD_NAME]': 'X', 'fields[USER_TYPE_ID]': 'string' }
  await expect(call('crm.requisite.userfield.add', fields)).rejects.toThrow('fetch failed')
  expect(portal.fields).toHaveLength(1)
})

test('an application with an interface stays silent until its installation is finished', async () => {
  await portal.uninstall()
  const page = portal.openInstallPage({ lang: 'de', by: 7 })
  const query = parsePhpQuery(page.search.slice(1))
  const form = parsePhpQuery(page.body)
  expect(Object.keys(query)).toEqual(['DOMAIN', 'PROTOCOL', 'LANG', 'APP_SID'])
  expect(Object.keys(form)).toEqual([
    'AUTH_ID',
    'AUTH_EXPIRES',
    'REFRESH_ID',
    'SERVER_ENDPOINT',
    'APPLICATION_TOKEN',
    'APPLICATION_SCOPE',
    'member_id',
    'status',
    'PLACEMENT',
    'PLACEMENT_OPTIONS',
  ])
  const auth = readText(form, 'AUTH_ID') ?? ''
  const profile = await post(`${portal.clientEndpoint}profile`, { auth })
  expect(profile.body['result']).toMatchObject({ ID: '7' })
  expect((await call('app.info')).body['result']).toMatchObject({ INSTALLED: false })
  const bind = (event: string) => call('event.bind', { event, handler: recorder.url })
  expect((await bind('ONAPPINSTALL')).body['result']).toBe(true)
  await bind('ONCRMREQUISITEUSERFIELDADD')
  const before = recorder.bodies.length
  await portal.createField({ FIELD_NAME: 'X', USER_TYPE_ID: 'string' })
  expect(recorder.bodies).toHaveLength(before)
  await portal.finishInstall()
  await portal.createField({ FIELD_NAME: 'Y', USER_TYPE_ID: 'string' })
  expect(recorder.eventNames().slice(before)).toEqual([
    'ONAPPINSTALL',
    'ONCRMREQUISITEUSERFIELDADD',
  ])
  expect((await call('app.info')).body['result']).toMatchObject({ INSTALLED: true })
})
