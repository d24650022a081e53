/** The actions of the page, with real simulators and without a relay: what the portal then answers, and what is said. */
import { beforeEach, describe, expect, test } from 'vitest'
import { GUIDE_START } from '../../playground/guide.ts'
import { startLocalServer } from '../../playground/local-server.ts'
import { createPortalSimulator } from '../../playground/portal/portal.ts'
import type { PortalSimulator } from '../../playground/portal/portal.ts'
import { startRecorder } from '../../playground/receivers/recorder.ts'
import type { EventRecorder } from '../../playground/receivers/recorder.ts'
import { runAction } from '../../playground/session-actions.ts'
import { startReceivers } from '../../playground/session-receivers.ts'
import type { SessionReceivers } from '../../playground/session-receivers.ts'
import { describeSession } from '../../playground/session-state.ts'
import type { Session } from '../../playground/session.ts'
import { started } from '../support/network/started.ts'

let recorder: EventRecorder
let portal: PortalSimulator
let receivers: SessionReceivers
let session: Session

beforeEach(async () => {
  recorder = await started(startRecorder())
  portal = await started(createPortalSimulator({ handlerUrl: recorder.url }))
  await portal.createField({
    FIELD_NAME: 'TAX',
    USER_TYPE_ID: 'string',
    EDIT_FORM_LABEL: 'Tax number',
  })
  await portal.install()
  receivers = await startReceivers({ signing: `whsec_${'A'.repeat(44)}`, onRequest: () => {} })
  for (const { simulator } of Object.values(receivers)) await started(Promise.resolve(simulator))
  session = aSession(new URL(recorder.url).origin)
})

/** A session whose relay is a recorder of events. */
function aSession(url: string): Session {
  const unused = async (): Promise<never> => {
    throw new Error('Nobody asks for this here')
  }
  return {
    portal,
    receivers,
    slack: receivers.slack.simulator,
    webhook: receivers.webhook.simulator,
    relay: {
      url,
      folder: '',
      logs: [],
      running: true,
      kill: async () => {},
      restart: async () => {},
      dispatchScheduled: unused,
      kv: unused,
      dispose: unused,
      disposeNow: () => {},
    },
    lanes: {
      view: null,
      problem: null,
      resume: async () => 200,
      reconcile: async () => 202,
      stop: () => {},
    },
    castId: 'one',
    adminToken: 'an-admin-token',
    guide: GUIDE_START,
    isResetting: false,
    subscribe: () => () => false,
    notify: () => {},
    reset: async () => {},
    close: unused,
    closeNow: () => {},
  }
}

/** Calls the portal as the relay does, with a pair that it was given before. */
async function call(method: string, auth: string) {
  const id = portal.fields[0]?.ID ?? ''
  const body = new URLSearchParams({ auth, id })
  const response = await fetch(portal.clientEndpoint + method, { method: 'POST', body })
  // Sound: every answer of the portal is a JSON object.
  return [response.status, ((await response.json()) as Record<string, unknown>)['error'] ?? null]
}

async function refresh(refresh_token: string) {
  const { clientId: client_id, clientSecret: client_secret } = portal
  const grant_type = 'refresh_token'
  const body = new URLSearchParams({ grant_type, client_id, client_secret, refresh_token })
  const response = await fetch(`${portal.oauth.origin}/oauth/token/`, { method: 'POST', body })
  // Sound: the answer of the OAuth server is a JSON object.
  return [response.status, ((await response.json()) as Record<string, unknown>)['error'] ?? null]
}

const flip = (name: string, on: boolean) => runAction(session, { action: 'switch', name, on })
const GET = 'crm.requisite.userfield.get'

describe('a switch of the portal makes it answer as Bitrix24 does', () => {
  test('with dead tokens, until an administrator opens the application', async () => {
    const opened: string[] = []
    const page = await started(
      startLocalServer(async (request, response) => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(Buffer.from(chunk))
        opened.push(`${request.url} ${Buffer.concat(chunks).toString()}`)
        response.end()
      }),
    )
    session = aSession(page.origin)
    const pair = portal.oauth.issue({ ...portal, userId: 1 })
    expect(await call(GET, pair.accessToken)).toEqual([200, null])
    expect(await flip('tokensExpired', true)).toBeNull()
    expect(describeSession(session).portal.switches.tokensExpired).toBe(true)
    expect(await call(GET, pair.accessToken)).toEqual([401, 'expired_token'])
    expect(await refresh(pair.refreshToken)).toEqual([400, 'invalid_grant'])
    expect(await flip('tokensExpired', false)).toBeNull()
    expect(describeSession(session).portal.switches.tokensExpired).toBe(false)
    const [path = '', body = ''] = opened[0]?.split(' ') ?? []
    expect(path).toMatch(/^\/bitrix24\/install\?DOMAIN=/)
    const sent = new URLSearchParams(body)
    expect(await call(GET, sent.get('AUTH_ID') ?? '')).toEqual([200, null])
    expect(await refresh(sent.get('REFRESH_ID') ?? '')).toEqual([200, null])
  })

  test('with an ended plan, which also ends the events', async () => {
    const { accessToken } = portal.oauth.issue({ ...portal, userId: 1 })
    expect(await flip('planEnded', true)).toBeNull()
    expect(await call(GET, accessToken)).toEqual([401, 'PAYMENT_REQUIRED'])
    const before = portal.sends.length
    await runAction(session, { action: 'createField', label: 'Unheard', type: 'string' })
    expect(portal.sends.length).toBe(before)
    const { silence } = describeSession(session).portal
    expect(silence).toMatchObject({ offer: 'Pay the plan' })
    expect(await runAction(session, { action: 'sendEvent', name: 'OnTaskAdd' })).toBe(silence?.text)
    expect(await runAction(session, { ...silence?.act })).toBeNull()
    expect(await call(GET, accessToken)).toEqual([200, null])
    expect(describeSession(session).portal.silence).toBeNull()
  })

  test('with lost rights, while the events go on', async () => {
    const { accessToken } = portal.oauth.issue({ ...portal, userId: 1 })
    expect(await flip('rightsLost', true)).toBeNull()
    expect(await call(GET, accessToken)).toEqual([400, ''])
    expect(await runAction(session, { action: 'sendEvent', name: 'OnTaskAdd' })).toBeNull()
    expect(portal.sends.at(-1)?.event).toBe('ONTASKADD')
    expect(await flip('rightsLost', false)).toBeNull()
    expect(await call(GET, accessToken)).toEqual([200, null])
  })
})

test('after an uninstall everything says so, and offers the way back', async () => {
  expect(await runAction(session, { action: 'uninstall', clean: true })).toBeNull()
  const { silence } = describeSession(session).portal
  expect(silence?.text).toContain('The application is uninstalled')
  expect(silence?.offer).toBe('Install again')
  expect(await runAction(session, { action: 'sendEvent', name: 'OnTaskAdd' })).toBe(silence?.text)
  expect(await runAction(session, { action: 'reconcile' })).toBe(
    'The application is uninstalled: install it again first',
  )
  expect(await runAction(session, { ...silence?.act })).toBeNull()
  expect(portal.installed).toBe(true)
  expect(describeSession(session).portal.silence).toBeNull()
})

test('the guide does its steps by itself, goes on, and begins anew', async () => {
  const follow = (step: string) => runAction(session, { action: 'guide', step })
  expect(await follow('do')).toBeNull()
  expect(describeSession(session).portal.fields[0]?.label).toBe('Tax ID')
  expect(portal.sends.at(-1)?.event).toBe('ONCRMREQUISITEUSERFIELDUPDATE')
  await follow('next')
  expect(describeSession(session).guide).toMatchObject({ at: 1, offer: null })
  await follow('next')
  expect(await follow('do')).toBeNull()
  expect(receivers.slack.simulator.behaviour.kind).toBe('down')
  await follow('next')
  expect(await follow('do')).toBeNull()
  expect(receivers.slack.simulator.behaviour.kind).toBe('normal')
  session.guide = { at: 5, wasDown: false }
  expect(await follow('do')).toBeNull()
  expect(portal.lost).toMatchObject([{ event: 'ONCRMREQUISITEUSERFIELDUPDATE' }])
  await follow('next')
  expect(describeSession(session).guide).toMatchObject({ at: 6, count: 6, offer: null })
  expect(await follow('again')).toBeNull()
  expect(session.guide).toEqual(GUIDE_START)
  expect(await follow('sideways')).toBe('The guide cannot do this')
})

test('what Bitrix24 sent can be read, and stands there byte for byte as well', async () => {
  await runAction(session, { action: 'createField', label: 'Größe & Maß', type: 'double' })
  const sent = describeSession(session).sends.at(-1)
  expect(sent?.pairs).toContainEqual(['event', 'ONCRMREQUISITEUSERFIELDADD'])
  expect(sent?.pairs).toContainEqual(['data[FIELDS][ENTITY_ID]', 'CRM_REQUISITE'])
  expect(sent?.body).toContain('data%5BFIELDS%5D%5BENTITY_ID%5D=CRM_REQUISITE')
  expect(describeSession(session).portal.fields.at(-1)).toMatchObject({
    label: 'Größe & Maß',
    type: 'double',
    typeName: 'Number',
  })
})

test('nothing is done while the playground begins anew', async () => {
  session = { ...session, isResetting: true }
  expect(await runAction(session, { action: 'createField', label: 'Late', type: 'string' })).toBe(
    'The playground is starting anew: wait a moment',
  )
  expect(describeSession(session).relay).toMatchObject({ isResetting: true, running: false })
})
