/** From Bitrix24's event to the receiver's before → after, through the real edge, object and network. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { aDefinition } from '../support/scenarios/reading-scenario.ts'
import type { AddressPolicy } from '../../src/core/safety/address.ts'
import { readDestinations } from '../../src/destinations/settings/read-destinations.ts'
import { RelayScenario, said } from '../support/scenarios/relay-scenario.ts'
import { RUNTIME_BINDINGS } from '../support/worker/runtime-bindings.ts'

let scenario: RelayScenario

beforeEach(async () => {
  scenario = new RelayScenario()
  scenario.bitrix24.rest.fields.set(235, aDefinition())
  scenario.bitrix24.rest.users.set(1, 'Anna')
  await scenario.portal.installs()
  await vi.waitFor(async () => {
    await scenario.time.alarmFires()
    expect(await compared()).toBe(true)
  })
})

afterEach(() => scenario.close())

async function compared(): Promise<boolean> {
  const view: unknown = await (await scenario.admin()).json()
  // Sound: the contract names the field.
  return (view as { lastReconcileAt: string | null }).lastReconcileAt !== null
}

/** The event of a change of the field, a while ago; no two are of the same second. */
let seconds = -1000
function changed(action = 'UPDATE'): Promise<Response> {
  seconds += 1
  return scenario.portal.sends({
    event: `ONCRMREQUISITEUSERFIELD${action}`,
    'data[FIELDS][ID]': 235,
    'data[FIELDS][FIELD_NAME]': 'UF_CRM_TAX',
    ts: scenario.portal.ts(seconds),
  })
}

interface Body {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

/** What the signed webhook received so far. */
function bodies(): Body[] {
  // Sound: the relay's own bodies.
  return scenario.network.to('erp.example.com').map(({ body }) => JSON.parse(body) as Body)
}

async function received(count: number): Promise<Body[]> {
  await vi.waitFor(() => expect(bodies()).toHaveLength(count), 5000)
  return bodies()
}

function messages(): string[] {
  return scenario.network.sent
    .filter(({ url }) => url.startsWith('https://hooks.slack.com/'))
    .map(({ body }) => body)
}

it('the deletion of a smart process tells its fields that vanished with it, once', async () => {
  const field = { id: '77', entityId: 'CRM_13', fieldName: 'UF_CRM_13_SIZE', mandatory: 'N' }
  scenario.bitrix24.rest.smartFields.set(77, { ...field, userTypeId: 'string', enum: [] })
  scenario.adapt = (settings) => ({
    ...settings,
    destinations: (settings.destinations ?? []).map((destination) => ({
      ...destination,
      filter: { ...destination.filter, events: ['onCrmType*'] },
    })),
  })
  await scenario.relay.restarts()
  await scenario.portal.sends({
    event: 'ONCRMTYPEUSERFIELDUPDATE',
    'data[FIELDS][ID]': 77,
    'data[FIELDS][ENTITY_ID]': 'CRM_13',
    'data[FIELDS][FIELD_NAME]': 'UF_CRM_13_SIZE',
  })
  await received(1)
  const deletes = (seconds: number) =>
    scenario.portal.sends({
      event: 'ONCRMTYPEDELETE',
      'data[FIELDS][ID]': 13,
      'data[FIELDS][ENTITY_ID]': null,
      'data[FIELDS][FIELD_NAME]': null,
      ts: scenario.portal.ts(seconds),
    })
  await deletes(0)
  const [, deleted, vanished] = await received(3)
  expect(deleted).toMatchObject({ type: 'bitrix24.event.oncrmtypedelete' })
  expect(vanished).toMatchObject({
    type: 'bitrix24.crm.type_user_field.deleted',
    data: { origin: 'reconciled', user: { id: 1 }, fields: { ID: 77, ENTITY_ID: 'CRM_13' } },
  })
  expect(JSON.stringify(vanished)).toContain('"before":"N","after":null')
  // Another deletion of the same smart process has nothing left to tell.
  await deletes(5)
  await received(4)
  expect((await scenario.view()).head).toBe(4)
})

describe('an event of an installed portal', () => {
  it('tells its receiver before and after, who, and what the field is', async () => {
    scenario.bitrix24.rest.fields.set(235, aDefinition({ MANDATORY: 'Y' }))
    expect(await said(changed())).toMatchObject({ status: 200, body: { sequence: 1 } })
    const [body] = await received(1)
    expect(body).toMatchObject({
      type: 'bitrix24.crm.requisite_user_field.updated',
      data: {
        sequence: 1,
        origin: 'event',
        user: { id: 1, name: 'Anna' },
        fields: { ID: 235, ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: 'UF_CRM_TAX' },
        field: { label: 'Tax number', userTypeId: 'string' },
        changes: [{ attribute: 'MANDATORY', before: 'N', after: 'Y' }],
        enrichment: 'complete',
      },
    })
    await vi.waitFor(() => expect(messages().join()).toContain('required no → yes'))
    expect(messages().join()).toContain('Anna')
  })

  it('tells an addition and a deletion leaf by leaf', async () => {
    await changed('DELETE')
    scenario.bitrix24.rest.fields.set(236, aDefinition({ ID: '236', FIELD_NAME: 'UF_CRM_VAT' }))
    const added = { 'data[FIELDS][ID]': 236, 'data[FIELDS][FIELD_NAME]': 'UF_CRM_VAT' }
    await scenario.portal.sends({ event: 'ONCRMREQUISITEUSERFIELDADD', ...added })
    const [deleted, created] = await received(2)
    expect(deleted?.data['changes']).toContainEqual({
      attribute: 'EDIT_FORM_LABEL.en',
      before: 'Tax number',
      after: null,
    })
    expect(created?.data['changes']).toContainEqual({
      attribute: 'FIELD_NAME',
      before: null,
      after: 'UF_CRM_VAT',
    })
  })

  it('says which event told it when nothing is new, and leaves it out where people read', async () => {
    scenario.bitrix24.rest.fields.set(235, aDefinition({ MANDATORY: 'Y' }))
    const answers = await Promise.all([changed(), changed('SETENUMVALUES')])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const told = (await received(2)).map(({ data }) => [data['changes'], data['toldBy']])
    expect(told[1]).toEqual([[], 1])
    const event: unknown = await (await scenario.admin('/events/2')).json()
    expect(event).toMatchObject({ toldBy: 1, fates: { 'crm-alerts': { state: 'unchanged' } } })
    expect(messages()).toHaveLength(1)
  })

  it('goes out thin when the portal answers with a redirect to the metadata service', async () => {
    scenario.network.handle(({ url }) =>
      url.startsWith(`https://${scenario.domain}/rest/`)
        ? Response.redirect('http://169.254.169.254/', 302)
        : null,
    )
    expect((await changed()).status).toBe(200)
    const [body] = await received(1)
    expect(body?.data).toMatchObject({
      enrichment: 'unavailable',
      enrichmentReason: 'portal_unreachable',
    })
    expect(scenario.network.sent.some(({ url }) => url.includes('169.254'))).toBe(false)
  })
})

describe('an event that is about no field', () => {
  it('names who caused it, and an uninstall leaves no name behind', async () => {
    const read = (policy: AddressPolicy) =>
      readDestinations(
        RUNTIME_BINDINGS.DESTINATIONS.map((entry) => ({ ...entry, events: ['*'] })),
        (name) =>
          name === 'SLACK_WEBHOOK_URL' || name === 'ERP_SIGNING_SECRET'
            ? RUNTIME_BINDINGS[name]
            : undefined,
        policy,
      )
    scenario.adapt = (settings) => {
      const destinations = read(settings.policy)
      return { ...settings, destinations: destinations.ok ? destinations.value : null }
    }
    await scenario.relay.restarts()
    await scenario.portal.sends({ event: 'ONCRMDEALUPDATE', 'auth[user_id]': 1 })
    await vi.waitFor(() => expect(messages().join()).toContain('changed — Anna'))
    const stored = async () => JSON.stringify((await scenario.tables())['names'])
    expect(await stored()).toContain('Anna')
    const [body] = await received(1)
    expect(JSON.stringify(body)).not.toContain('Anna')
    await scenario.portal.uninstalls('keep-data')
    expect(await stored()).toBe('[]')
  })
})

describe('a change that no event told', () => {
  it('is told at once when the operator asks for a comparison', async () => {
    scenario.bitrix24.rest.fields.set(235, aDefinition({ MANDATORY: 'Y' }))
    const answer = await scenario.admin('/reconcile', { method: 'POST' })
    expect(await said(answer)).toEqual({ status: 202, body: { started: true } })
    const [body] = await received(1)
    expect(body).toMatchObject({
      type: 'bitrix24.crm.requisite_user_field.updated',
      data: {
        origin: 'reconciled',
        user: null,
        changes: [{ attribute: 'MANDATORY', before: 'N', after: 'Y' }],
      },
    })
    await changed()
    expect((await received(2))[1]?.data).toMatchObject({ changes: [] })
    const view: unknown = await (await scenario.admin()).json()
    expect(view).toMatchObject({ events: 1, reconciled: 1, thin: 0, head: 2 })
  })

  it.each<[string, Record<string, unknown>]>([
    ['an empty list and denied fields', { result: [], total: 0 }],
    ['a list cut short', { result: [], total: 7 }],
    ['a denied list', { error: 'ACCESS_DENIED', error_description: '' }],
  ])('is never a deletion because of %s', async (_, list) => {
    scenario.network.handle(({ url }) => {
      if (url.endsWith('.userfield.list')) return Response.json(list)
      if (!url.endsWith('.userfield.get')) return null
      return Response.json({ error: '', error_description: 'Access denied' }, { status: 400 })
    })
    await scenario.admin('/reconcile', { method: 'POST' })
    await vi.waitFor(() =>
      expect(scenario.network.sent.some(({ url }) => url.endsWith('.userfield.list'))).toBe(true),
    )
    await scenario.idles()
    expect(bodies()).toEqual([])
    expect((await scenario.tables())['log']).toEqual([])
  })

  it('is a deletion when the portal says of the field itself that it is gone', async () => {
    scenario.bitrix24.rest.fields.delete(235)
    await scenario.admin('/reconcile', { method: 'POST' })
    const [body] = await received(1)
    expect(body?.type).toBe('bitrix24.crm.requisite_user_field.deleted')
  })

  it('is asked for at once by an operator whose portal was suspended a moment ago', async () => {
    let isSuspended = true
    scenario.network.handle(({ url }) =>
      isSuspended && new URL(url).host === scenario.domain
        ? Response.json({ error: 'PAYMENT_REQUIRED' }, { status: 402 })
        : null,
    )
    await changed()
    await vi.waitFor(async () => expect((await scenario.view()).state).toBe('suspended'))
    isSuspended = false
    expect((await scenario.admin('/reconcile', { method: 'POST' })).status).toBe(202)
  })

  it('is asked for in vain at a portal that nobody can ask', async () => {
    await scenario.portal.uninstalls('keep-data')
    expect(await said(scenario.admin('/reconcile', { method: 'POST' }))).toMatchObject({
      status: 409,
      body: { error: { code: 'no_access' } },
    })
    const unknown = new RelayScenario()
    expect((await unknown.admin('/reconcile', { method: 'POST' })).status).toBe(404)
  })
})
