/** The fields of any module: their events hold a number, and are told before → after all the same. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { RelayScenario } from '../support/scenarios/relay-scenario.ts'
import { readDestinations } from '../../src/destinations/settings/read-destinations.ts'
import { SIGNING_SECRET } from '../support/worker/runtime-bindings.ts'

const SKYPE = {
  id: '42',
  entityId: 'USER',
  fieldName: 'UF_SKYPE',
  userTypeId: 'string',
  mandatory: 'N',
  editFormLabel: { en: 'Skype' },
}

let scenario: RelayScenario

beforeEach(async () => {
  scenario = new RelayScenario()
  scenario.bitrix24.rest.users.set(1, 'Anna')
  scenario.adapt = (settings) => {
    const read = readDestinations(
      [
        {
          name: 'erp',
          type: 'webhook',
          url: 'https://erp.example.com/hooks/bitrix24',
          secret: SIGNING_SECRET,
          events: ['MAIN.*', 'onCrmDealUserField*'],
        },
        {
          name: 'chat',
          type: 'slack',
          url: 'https://hooks.slack.com/services/T000/B000/slackcanary000000',
          events: ['MAIN.*', 'onCrmDealUserField*'],
        },
      ],
      () => undefined,
      settings.policy,
    )
    return { ...settings, destinations: read.ok ? read.value : null }
  }
  await scenario.portal.installs()
})

afterEach(() => scenario.close())

let seconds = -1000
function happens(verb: string, id = 42): Promise<Response> {
  seconds += 1
  return scenario.portal.sends({
    event: `MAIN.ON.USER.TYPE.${verb}`,
    'data[FIELDS][ID]': id,
    'data[FIELDS][ENTITY_ID]': null,
    'data[FIELDS][FIELD_NAME]': null,
    ts: scenario.portal.ts(seconds),
  })
}

interface Body {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
}

async function received(count: number): Promise<readonly Body[]> {
  const all = () => scenario.network.to('erp.example.com')
  await vi.waitFor(() => expect(all()).toHaveLength(count), 5000)
  // Sound: the relay's own bodies.
  return all().map(({ body }) => JSON.parse(body) as Body)
}

/** The first words of the messages in the chat. */
async function chat(count: number): Promise<readonly string[]> {
  const all = () => scenario.network.to('hooks.slack.com')
  await vi.waitFor(() => expect(all()).toHaveLength(count), 10_000)
  return all().map(({ body }) => String(JSON.parse(body).text).replace(/ (?:·|\().*/u, ''))
}

function show(changes: Readonly<Record<string, string>> = {}): void {
  scenario.bitrix24.rest.smartFields.set(42, { ...SKYPE, ...changes })
}

it('a field of users is told when it is added, changed and deleted', async () => {
  show()
  await happens('ADD')
  await received(1)
  show({ mandatory: 'Y' })
  await happens('UPDATE')
  await received(2)
  scenario.bitrix24.rest.smartFields.delete(42)
  await happens('DELETE')
  const [added, updated, deleted] = await received(3)
  expect(added).toMatchObject({
    type: 'bitrix24.event.main.on.user.type.add',
    data: {
      event: 'MAIN.ON.USER.TYPE.ADD',
      fields: null,
      field: { label: 'Skype', entityId: 'USER', fieldName: 'UF_SKYPE' },
      payload: { FIELDS: { ID: '42' } },
      subject: { kind: 'user_field', id: '42' },
      enrichment: 'complete',
    },
  })
  expect(updated?.data['changes']).toEqual([{ attribute: 'MANDATORY', before: 'N', after: 'Y' }])
  expect(deleted?.data).toMatchObject({ enrichment: 'complete', field: { label: 'Skype' } })
  expect(deleted?.data['changes']).toContainEqual({
    attribute: 'FIELD_NAME',
    before: 'UF_SKYPE',
    after: null,
  })
  expect(await chat(3)).toEqual([
    '➕ Created: Skype — Anna',
    '🔄 Skype: required no → yes — Anna',
    '❌ Deleted: Skype — Anna',
  ])
  const [first] = scenario.network.to('hooks.slack.com')
  expect(first?.body).toContain('UF_SKYPE')
  expect(first?.body).toContain('User field')
})

it('a field that no module shows is told by its number, with the reason', async () => {
  await happens('UPDATE')
  const [body] = await received(1)
  expect(body?.data).toMatchObject({
    changes: null,
    enrichment: 'unavailable',
    enrichmentReason: 'access_denied',
    payload: { FIELDS: { ID: '42' } },
  })
  expect(await chat(1)).toEqual(['🔄 User field 42 changed — Anna'])
  const [message] = scenario.network.to('hooks.slack.com')
  expect(message?.body).toContain('Bitrix24 denied access to the field')
})

it('what a thin event owes is told once the field can be read', async () => {
  show()
  await happens('ADD')
  await received(1)
  scenario.bitrix24.rest.smartFields.delete(42)
  await happens('UPDATE')
  await received(2)
  show({ mandatory: 'Y' })
  await scenario.time.passes('2 min')
  const [, , owed] = await received(3)
  expect(owed).toMatchObject({
    type: 'bitrix24.event.main.on.user.type.update',
    data: {
      origin: 'reconciled',
      fields: null,
      payload: { FIELDS: { ID: '42' } },
      changes: [{ attribute: 'MANDATORY', before: 'N', after: 'Y' }],
      completes: [2],
    },
  })
})

it('a field of the CRM whose own event tells it as well is told once', async () => {
  const definition = { ID: '42', ENTITY_ID: 'CRM_DEAL', FIELD_NAME: 'UF_CRM_SIZE', MANDATORY: 'N' }
  scenario.bitrix24.rest.fields.set(42, definition)
  show({ entityId: 'CRM_DEAL' })
  await happens('ADD')
  await received(1)
  scenario.bitrix24.rest.fields.set(42, { ...definition, MANDATORY: 'Y' })
  await happens('UPDATE')
  await received(2)
  seconds += 1
  await scenario.portal.sends({
    event: 'ONCRMDEALUSERFIELDUPDATE',
    'data[FIELDS][ID]': 42,
    'data[FIELDS][ENTITY_ID]': 'CRM_DEAL',
    'data[FIELDS][FIELD_NAME]': 'UF_CRM_SIZE',
    ts: scenario.portal.ts(seconds),
  })
  const [, first, second] = await received(3)
  expect(first?.data['changes']).toEqual([{ attribute: 'MANDATORY', before: 'N', after: 'Y' }])
  expect(second?.data).toMatchObject({ changes: [], toldBy: 2 })
})
