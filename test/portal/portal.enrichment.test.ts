/** What receivers are told of a change, through the real object, its storage and its alarm. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  aDefinition,
  ReadingScenario,
  READING_SECRET,
} from '../support/scenarios/reading-scenario.ts'
import { machine, person } from '../support/builders/entries.ts'
import { NOW } from '../support/time.ts'
import { gate, until } from '../support/until.ts'

const MANDATORY = [{ attribute: 'MANDATORY', before: 'N', after: 'Y' }]
const LEAD = { ID: '77', ENTITY_ID: 'CRM_LEAD', FIELD_NAME: 'UF_CRM_SIZE' }
const COMPLETE = { origin: 'event', changes: [], enrichment: 'complete' }
const THIN = { origin: 'event', changes: null, enrichment: 'unavailable' }

let scenario: ReadingScenario

beforeEach(async () => {
  scenario = new ReadingScenario([
    machine('erp', { events: ['*'] }),
    person('chat', { unchanged: 'skip' }),
  ])
  scenario.rest.fields.set(235, aDefinition())
  scenario.rest.fields.set(77, aDefinition(LEAD))
  scenario.rest.users.set(1, 'Anna')
  await scenario.portal.becomesKnown()
})

afterEach(() => scenario.close())

function makeMandatory(): void {
  scenario.rest.fields.set(235, aDefinition({ MANDATORY: 'Y' }))
}

async function received(count: number): Promise<void> {
  await until(() => scenario.bodies().length >= count)
  expect(scenario.bodies()).toHaveLength(count)
}

/** Holds the portal's answers back until the test opens the gate. */
function hold() {
  const held = gate()
  scenario.portalSays(async () => {
    await held.opened
    return null
  })
  return { open: () => scenario.inside(() => held.open()) }
}

describe('an event of a portal that can be read', () => {
  it('arrives with before and after, user, field, time of reading and link', async () => {
    const receivedAt = scenario.time.now()
    const ts = Math.floor(receivedAt / 1000)
    scenario.rest.fields.set(77, aDefinition({ ...LEAD, MANDATORY: 'Y' }))
    await scenario.changed(77, 'updated', {
      name: 'ONCRMLEADUSERFIELDUPDATE',
      data: { FIELDS: LEAD },
      field: {
        family: 'lead',
        action: 'updated',
        id: 77,
        entityId: 'CRM_LEAD',
        fieldName: 'UF_CRM_SIZE',
      },
    })
    await received(1)
    expect(scenario.bodies().at(-1)).toEqual({
      type: 'bitrix24.crm.lead_user_field.updated',
      timestamp: new Date(ts * 1000).toISOString().replace('.000', ''),
      data: {
        event: 'onCrmLeadUserFieldUpdate',
        portal: { memberId: scenario.memberId, domain: 'acme.bitrix24.com' },
        sequence: 1,
        previousSequence: null,
        origin: 'event',
        receivedAt: new Date(receivedAt).toISOString(),
        user: { id: 1, name: 'Anna' },
        fields: { ID: 77, ENTITY_ID: 'CRM_LEAD', FIELD_NAME: 'UF_CRM_SIZE' },
        field: {
          label: 'Tax number',
          userTypeId: 'string',
          multiple: false,
          mandatory: true,
          labels: { en: 'Tax number' },
        },
        handlerId: '661',
        subject: {
          kind: 'lead_user_field',
          id: '77',
          title: 'Tax number',
          link: 'https://acme.bitrix24.com/crm/configs/fields/CRM_LEAD/edit/UF_CRM_SIZE/',
        },
        changes: MANDATORY,
        readAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        enrichment: 'complete',
        link: 'https://acme.bitrix24.com/crm/configs/fields/CRM_LEAD/edit/UF_CRM_SIZE/',
      },
    })
  })

  it('leaves no secret of the portal in a row, a log line or a message', async () => {
    makeMandatory()
    await scenario.changed()
    await received(1)
    const rows = await Promise.all(
      ['log', 'field_shelves', 'reconciliation', 'lanes', 'install'].map((table) =>
        scenario.rows(`SELECT * FROM ${table}`),
      ),
    )
    const sent = scenario.network.sent.filter(({ url }) => !url.includes('/rest/'))
    const written = JSON.stringify([rows, scenario.lines, sent.map(({ url, body }) => [url, body])])
    expect(written).toContain('MANDATORY')
    expect(written).not.toContain(READING_SECRET)
    expect(written).not.toContain('scenario-token')
  })

  it('waits three seconds for an answer, goes out thin, and a further event completes it', async () => {
    const held = hold()
    makeMandatory()
    await scenario.changed()
    await scenario.time.passes('2999 ms')
    expect(scenario.bodies()).toEqual([])
    await scenario.time.passes('1 ms')
    await received(1)
    await held.open()
    await received(2)
    expect(scenario.told()).toEqual([
      { ...THIN, sequence: 1, previousSequence: null, enrichmentReason: 'timeout' },
      {
        ...COMPLETE,
        sequence: 2,
        previousSequence: 1,
        origin: 'reconciled',
        changes: MANDATORY,
        completes: [1],
      },
    ])
  })

  it('holds later events back while it waits, so that order stays, and not longer', async () => {
    const held = hold()
    await scenario.changed()
    const other = { name: 'ONCRMLEADADD', field: null, data: { FIELDS: { ID: '9' } } }
    await scenario.changed(9, 'updated', other)
    expect(await scenario.lane('erp')).toMatchObject({ cursor: 0, backlog: 2 })
    expect(scenario.bodies()).toEqual([])
    await scenario.time.passes('3 s')
    await received(2)
    expect(scenario.told()).toEqual([
      { ...THIN, sequence: 1, previousSequence: null, enrichmentReason: 'timeout' },
      {
        sequence: 2,
        previousSequence: 1,
        origin: 'event',
        changes: null,
        enrichment: 'not_applicable',
      },
    ])
    await held.open()
  })

  it('is passed by no lane that resumes while it waits', async () => {
    await scenario.operator.pauses('erp')
    const held = hold()
    makeMandatory()
    await scenario.changed()
    await scenario.operator.resumes('erp')
    expect(await scenario.lane('erp')).toMatchObject({ cursor: 0, backlog: 1 })
    await held.open()
    await received(1)
    expect(scenario.told()).toEqual([
      { ...COMPLETE, sequence: 1, previousSequence: null, changes: MANDATORY },
    ])
  })

  it('is left out for people when an earlier one told it, and previousSequence says so', async () => {
    const held = hold()
    await scenario.changed(236)
    makeMandatory()
    await scenario.changed()
    await scenario.changed(235, 'enum_values_set')
    await held.open()
    await received(3)
    expect(scenario.told().slice(1)).toEqual([
      { ...COMPLETE, sequence: 2, previousSequence: 1, changes: MANDATORY, covers: [2, 3] },
      { ...COMPLETE, sequence: 3, previousSequence: 2, toldBy: 2 },
    ])
    await scenario.time.passes('2 s')
    await scenario.settled()
    expect(await scenario.fate('chat', 3)).toMatchObject({ state: 'unchanged' })
    expect(scenario.receiver('chat').count).toBe(2)
  })

  it('tells the change to people whose filter leaves out the earlier one', async () => {
    await scenario.relay.deploys([
      person('chat', { unchanged: 'skip' }),
      person('values', { events: ['*SetEnumValues'], unchanged: 'skip' }),
    ])
    const held = hold()
    makeMandatory()
    await scenario.changed()
    await scenario.changed(235, 'enum_values_set')
    await held.open()
    await until(() => scenario.receiver('values').count > 0)
    expect(scenario.receiver('values').requests()[0]?.body).toContain('required no → yes')
    expect(await scenario.fate('values', 1)).toMatchObject({ state: 'filtered', reason: 'event' })
    expect(await scenario.fate('values', 2)).toMatchObject({ state: 'delivered' })
    expect(await scenario.fate('chat', 2)).toMatchObject({ state: 'unchanged' })
  })

  it('tells a deletion by the snapshot, without asking', async () => {
    const before = scenario.methods().length
    await scenario.changed(235, 'deleted')
    await received(1)
    expect(scenario.told()[0]?.['changes']).toContainEqual({
      attribute: 'FIELD_NAME',
      before: 'UF_CRM_TAX',
      after: null,
    })
    expect(scenario.methods()).toHaveLength(before)
  })

  it('says that its field is gone', async () => {
    scenario.rest.fields.delete(235)
    await scenario.changed()
    await received(1)
    expect(scenario.told()).toEqual([
      { ...THIN, sequence: 1, previousSequence: null, enrichmentReason: 'not_found' },
    ])
  })

  it('writes its row twice: when it is stored, and when it is enriched', async () => {
    makeMandatory()
    await scenario.changed()
    await received(1)
    const observed = await scenario.observe()
    scenario.rest.fields.set(235, aDefinition())
    await scenario.changed()
    await received(2)
    await scenario.time.passes('2 s')
    await scenario.settled()
    const rows = observed.writes.map(({ query, rows: count }) => [
      query.trim().split(/\s+/).slice(0, 3).join(' '),
      count,
    ])
    expect(rows.filter(([query]) => String(query).includes('log'))).toHaveLength(2)
  })
})

describe('an answer of the portal', () => {
  const PRIVATE = 'http://169.254.169.254/latest/meta-data/'
  const FOREIGN = 'https://stranger.example.net/rest/'

  it.each<[string, () => Response, string]>([
    ['of 10 MB', () => new Response('x'.repeat(10_000_000)), 'too_large'],
    ['that is HTML', () => new Response('<html>', { status: 502 }), 'portal_unreachable'],
    ['to a private host', () => Response.redirect(PRIVATE, 302), 'portal_unreachable'],
    ['to a foreign host', () => Response.redirect(FOREIGN, 302), 'portal_unreachable'],
    [
      'that denies access',
      () => Response.json({ error: '', error_description: 'Access denied' }, { status: 400 }),
      'access_denied',
    ],
    [
      'about its operating limit',
      () =>
        Response.json(
          {
            error: 'OPERATION_TIME_LIMIT',
            time: { finish: NOW / 1000, operating_reset_at: NOW / 1000 + 60 },
          },
          { status: 429 },
        ),
      'rate_limited',
    ],
    [
      'with another field',
      () => Response.json({ result: aDefinition({ ID: '999' }) }),
      'portal_unreachable',
    ],
  ])('%s makes a thin event at once', async (_, answer, reason) => {
    scenario.portalSays(answer)
    const before = scenario.methods().length
    await scenario.changed()
    await received(1)
    expect(scenario.told()).toEqual([
      { ...THIN, sequence: 1, previousSequence: null, enrichmentReason: reason },
    ])
    expect(scenario.methods()).toHaveLength(before + 1)
    expect(scenario.network.to('169.254.169.254')).toEqual([])
    expect(scenario.network.to('stranger.example.net')).toEqual([])
  })

  it('that asks for a second of patience is waited for within the budget', async () => {
    let asked = 0
    scenario.portalSays(() => {
      asked += 1
      if (asked > 1) return null
      const headers = { 'retry-after': '1' }
      return Response.json({ error: 'QUERY_LIMIT_EXCEEDED' }, { status: 503, headers })
    })
    makeMandatory()
    await scenario.changed()
    await until(() => asked === 1)
    await scenario.time.passes('900 ms')
    expect(asked).toBe(1)
    await scenario.time.passes('600 ms')
    await received(1)
    expect(scenario.told()).toEqual([
      { ...COMPLETE, sequence: 1, previousSequence: null, changes: MANDATORY },
    ])
  })

  it('is not asked for again before the reset of the operating limit', async () => {
    scenario.portalSays(() => {
      const time = { finish: NOW / 1000, operating_reset_at: NOW / 1000 + 60 }
      return Response.json({ error: 'OPERATION_TIME_LIMIT', time }, { status: 429 })
    })
    await scenario.changed()
    await received(1)
    const before = scenario.methods().length
    await scenario.time.passes('30 s')
    await scenario.changed()
    await received(2)
    expect(scenario.methods()).toHaveLength(before)
    expect(scenario.told()[1]).toMatchObject({ enrichmentReason: 'rate_limited' })
  })
})

describe('storage that refuses what was read', () => {
  it('lets no lane tell the event before it has taken it, also after a restart', async () => {
    const held = hold()
    makeMandatory()
    await scenario.changed()
    await scenario.failNextTransaction()
    await held.open()
    await until(() => scenario.lines.some((line) => line.includes('fields_failed')))
    expect(scenario.bodies()).toEqual([])
    await scenario.time.passes('3 s')
    await received(1)
    await scenario.relay.restarts()
    await scenario.time.passesUntilQuiet()
    await scenario.object.reconcile()
    await scenario.time.passes('1 min')
    expect(scenario.told()).toEqual([
      { ...COMPLETE, sequence: 1, previousSequence: null, changes: MANDATORY },
    ])
  })

  it('lets the event be read anew when the object ends before it has taken it', async () => {
    const held = hold()
    makeMandatory()
    await scenario.changed()
    const accept = await scenario.storageRefuses()
    await held.open()
    await until(() => scenario.lines.some((line) => line.includes('fields_failed')))
    await accept()
    await scenario.evict()
    await scenario.object.view()
    await received(1)
    expect(scenario.told()).toEqual([
      { ...COMPLETE, sequence: 1, previousSequence: null, changes: MANDATORY },
    ])
  })
})

it('an event that waits for its read when the object ends is read after a lane that does not get it has passed it', async () => {
  await scenario.relay.deploys([machine('erp'), machine('other', { fields: ['UF_CRM_OTHER'] })])
  await scenario.operator.pauses('erp')
  makeMandatory()
  await scenario.changed()
  await scenario.time.passesUntilQuiet()
  await scenario.rows(`UPDATE log SET enrichment = ''`)
  await scenario.relay.restarts()
  await scenario.time.passesUntilQuiet()
  await scenario.operator.resumes('erp')
  await received(1)
  expect(scenario.told()).toMatchObject([{ sequence: 1, enrichment: 'complete' }])
})

it('a comparison that an operator has asked for is stored, and an alarm stands for it, before the answer', async () => {
  await scenario.changed()
  await scenario.time.passesUntilQuiet()
  const held = hold()
  expect(await scenario.object.reconcile()).toBe('started')
  expect(await scenario.inside(({ storage }) => storage.getAlarm())).not.toBeNull()
  const isAsked = async () => {
    const [row] = await scenario.rows('SELECT state FROM reconciliation')
    return JSON.parse(String(row?.['state'])).isAsked
  }
  expect(await isAsked()).toBe(true)
  await held.open()
  await until(async () => !(await isAsked()))
})
