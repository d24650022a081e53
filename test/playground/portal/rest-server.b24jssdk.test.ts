/**
 * The simulated portal seen by the official JavaScript SDK, a client that this project did not write: it
 * logs in with the pair of ONAPPINSTALL, calls single methods and batches, renews the pair by itself and
 * understands the errors.
 *
 * Two things that the SDK cannot do against any portal, so that they are not tested: there is no login by
 * authorization code in it (`AuthOAuthManager` only knows `grant_type=refresh_token`), and `B24Hook` builds
 * `https://` addresses whatever it is given. The hook's tests therefore send the SDK's own requests through
 * an interceptor on its public `ajaxClient` that turns `https:` into `http:` and changes nothing else.
 */
import { AjaxError, ApiVersion, B24Hook, B24OAuth, RefreshTokenError } from '@bitrix24/b24jssdk'
import { beforeEach, expect, test } from 'vitest'
import { createPortalSimulator } from '../../../playground/portal/portal.ts'
import type { PortalSimulator } from '../../../playground/portal/portal.ts'
import { readParams, readText } from '../../../playground/portal/php-query.ts'
import { startRecorder } from '../../../playground/receivers/recorder.ts'
import type { EventRecorder } from '../../../playground/receivers/recorder.ts'
import { started } from '../../support/network/started.ts'

/** No retries with a wait: every answer is looked at as it came. */
const restrictionParams = { maxRetries: 1 }

let recorder: EventRecorder
let portal: PortalSimulator

beforeEach(async () => {
  recorder = await started(startRecorder())
  portal = await started(
    createPortalSimulator({
      handlerUrl: recorder.url,
      scope: 'crm,user_brief,userfieldconfig',
    }),
  )
  await portal.createField({ FIELD_NAME: 'TAX', USER_TYPE_ID: 'string', EDIT_FORM_LABEL: 'Tax' })
  await portal.createField(
    { FIELD_NAME: 'KIND', USER_TYPE_ID: 'enumeration', LIST: ['one', 'two'] },
    { family: 'type', entityId: 'CRM_7' },
  )
  await portal.install()
})

/** Logs in with what ONAPPINSTALL brought. */
function logIn(): B24OAuth {
  const install = recorder.bodies[0] ?? {}
  const auth = readParams(install, 'auth')
  const text = (name: string) => readText(auth, name) ?? ''
  return new B24OAuth(
    {
      applicationToken: text('application_token'),
      userId: Number(text('user_id')),
      memberId: text('member_id'),
      accessToken: text('access_token'),
      refreshToken: text('refresh_token'),
      expires: Number(text('expires')),
      expiresIn: Number(text('expires_in')),
      scope: text('scope'),
      domain: text('domain'),
      clientEndpoint: text('client_endpoint'),
      serverEndpoint: text('server_endpoint'),
      status: 'L',
    },
    { clientId: portal.clientId, clientSecret: portal.clientSecret },
    { restrictionParams },
  )
}

function openHook(): B24Hook {
  const url = portal.addIncomingWebhook().replace('http://', 'https://').replace(/\/$/, '')
  const hook = B24Hook.fromWebhookUrl(url, { restrictionParams })
  hook.getHttpClient(ApiVersion.v2).ajaxClient.interceptors.request.use((config) => {
    config.url = config.url?.replace(/^https:/, 'http:') ?? ''
    return config
  })
  return hook
}

test('the SDK reads a field of each form with the pair of ONAPPINSTALL', async () => {
  const b24 = logIn()
  const tax = await b24.actions.v2.call.make({
    method: 'crm.requisite.userfield.get',
    params: { id: 235 },
  })
  expect(tax.getData()?.result).toEqual(portal.describe()[0]?.answer)
  const kind = await b24.actions.v2.call.make({
    method: 'userfieldconfig.get',
    params: { moduleId: 'crm', id: 236 },
  })
  expect(kind.getData()?.result).toEqual(portal.describe()[1]?.answer)
})

test('the SDK writes nested parameters, and the portal tells the change', async () => {
  const b24 = logIn()
  const done = await b24.actions.v2.call.make({
    method: 'crm.requisite.userfield.update',
    params: { id: 235, fields: { EDIT_FORM_LABEL: { en: 'VAT' }, MANDATORY: 'Y' } },
  })
  expect(done.getData()?.result).toBe(true)
  await portal.settled()
  expect(recorder.eventNames()).toEqual(['ONAPPINSTALL', 'ONCRMREQUISITEUSERFIELDUPDATE'])
  expect(portal.describe()[0]?.attributes).toMatchObject({
    MANDATORY: 'Y',
    EDIT_FORM_LABEL: { en: 'VAT', de: 'Tax' },
  })
})

test('the SDK knows the installer for an administrator', async () => {
  const b24 = logIn()
  await b24.initIsAdmin()
  expect(b24.auth.isAdmin).toBe(true)
})

test('the SDK gets every answer of a named batch and of a listed one', async () => {
  const b24 = logIn()
  const named = await b24.actions.v2.batch.make({
    calls: {
      me: { method: 'profile', params: {} },
      users: { method: 'user.get', params: { FILTER: { ID: 7 } } },
    },
    options: { isHaltOnError: false },
  })
  expect(named.getData()).toMatchObject({ me: { ID: '1' }, users: [{ NAME: 'Max' }] })
  const listed = await b24.actions.v2.batch.make({
    calls: [
      ['crm.requisite.userfield.get', { id: 235 }],
      ['userfieldconfig.get', { moduleId: 'crm', id: 236 }],
    ],
  })
  expect(listed.getData()).toEqual(portal.describe().map(({ answer }) => answer))
})

test('the SDK finds the error of one command beside the results of the others', async () => {
  const b24 = logIn()
  const calls = [
    ['profile', {}],
    ['crm.requisite.userfield.get', { id: 999 }],
    ['profile', {}],
  ] satisfies [string, object][]
  const answer = await b24.actions.v2.batch.make({
    calls,
    options: { isHaltOnError: false, returnAjaxResult: true },
  })
  expect(answer.getErrorMessages()).toEqual(["The entity with ID '999' is not found."])
  const halted = await b24.actions.v2.batch.make({ calls, options: { isHaltOnError: true } })
  expect(halted.isSuccess).toBe(false)
  expect(portal.calls.at(-1)?.params['halt']).toBe(1)
})

test('the SDK renews the pair once for many calls that find the token expired', async () => {
  const b24 = logIn()
  const told: unknown[] = []
  b24.setCallbackRefreshAuth(async ({ authData }) => void told.push(authData))
  portal.oauth.expireAccessTokens()
  const answers = await Promise.all(
    [1, 2, 3].map(() => b24.actions.v2.call.make({ method: 'profile' })),
  )
  expect(answers.map((answer) => answer.isSuccess)).toEqual([true, true, true])
  const [renewal, ...more] = portal.oauth.renewals
  expect(more).toEqual([])
  expect(told).toMatchObject([
    { access_token: renewal?.accessToken, refresh_token: renewal?.refreshToken },
  ])
  portal.oauth.expireAccessTokens()
  expect((await b24.actions.v2.call.make({ method: 'profile' })).isSuccess).toBe(true)
  expect(portal.oauth.renewals).toHaveLength(2)
})

test('the SDK rejects when the refresh token is dead', async () => {
  const b24 = logIn()
  portal.oauth.expireAccessTokens()
  portal.oauth.killRefreshTokens()
  const call = b24.actions.v2.call.make({ method: 'profile' })
  const error = await call.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(AjaxError)
  expect(String(error)).toContain('400')
  await expect(b24.auth.refreshAuth()).rejects.toBeInstanceOf(RefreshTokenError)
  await expect(b24.auth.refreshAuth()).rejects.toMatchObject({ code: 'invalid_grant', status: 400 })
})

test.each([
  ['wrong_client', 'Token update error: wrong_client'],
  ['PAYMENT_REQUIRED', 'Payment required'],
  ['NOT_INSTALLED', 'Application not installed'],
] as const)('the SDK rejects a refresh that is answered with %s', async (code, message) => {
  const b24 = logIn()
  portal.failures.oauth = { kind: 'error', code }
  await expect(b24.auth.refreshAuth()).rejects.toThrow(message)
})

test.each([
  ['QUERY_LIMIT_EXCEEDED', 503],
  ['OPERATION_TIME_LIMIT', 429],
  ['insufficient_scope', 403],
  ['PORTAL_DELETED', 403],
] as const)('the SDK tells %s with its status', async (code, status) => {
  const b24 = logIn()
  portal.failures.rest = { kind: 'error', code }
  const call = b24.actions.v2.call.make({ method: 'profile' })
  await expect(call).rejects.toMatchObject({ code, status })
})

test('the SDK binds, lists and unbinds a handler', async () => {
  const b24 = logIn()
  const params = { event: 'onCrmDealUserFieldUpdate', handler: recorder.url }
  const bound = await b24.actions.v2.call.make({ method: 'event.bind', params })
  expect(bound.getData()?.result).toBe(true)
  const listed = await b24.actions.v2.call.make({ method: 'event.get' })
  expect(listed.getData()?.result).toContainEqual({
    event: 'ONCRMDEALUSERFIELDUPDATE',
    handler: recorder.url,
    auth_type: '0',
    offline: 0,
  })
  const unbound = await b24.actions.v2.call.make({ method: 'event.unbind', params })
  expect(unbound.getData()?.result).toEqual({ count: 1 })
})

test('the SDK calls through an incoming webhook, alone and in a batch', async () => {
  const hook = openHook()
  const profile = await hook.actions.v2.call.make({ method: 'profile' })
  expect(profile.getData()?.result).toMatchObject({ ID: '1', ADMIN: true })
  const batch = await hook.actions.v2.batch.make({
    calls: [['crm.requisite.userfield.get', { id: 235 }]],
  })
  expect(batch.getData()).toEqual([portal.describe()[0]?.answer])
})

test('the SDK is refused to bind events through an incoming webhook', async () => {
  const hook = openHook()
  const params = { event: 'ONCRMDEALUSERFIELDADD', handler: recorder.url }
  const call = hook.actions.v2.call.make({ method: 'event.bind', params })
  await expect(call).rejects.toMatchObject({ code: 'WRONG_AUTH_TYPE', status: 403 })
})
