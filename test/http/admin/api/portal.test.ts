/** The admin API of one portal: what is shown of it (docs/admin-api.md), and the change of its values. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSealer } from '../../../../src/storage/seal.ts'
import { anEvent } from '../../../support/builders/a-delivery.ts'
import { ANY_TIME, adminOf, refusal } from '../../../support/worker/admin-api.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { aLaneView } from '../../../support/builders/a-view.ts'
import { machine } from '../../../support/builders/entries.ts'
import { until } from '../../../support/until.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
})

afterEach(() => scenario.close())

const { ask, call } = adminOf(() => scenario.memberId)

/** The fate of an event that a destination does not get. */
function filtered(reason: string) {
  return { state: 'filtered', at: null, attempts: null, status: null, reason }
}

/** The fate of an event that a destination got. */
function delivered(attempts: number) {
  return { state: 'delivered', at: ANY_TIME, attempts, status: null, reason: null, digest: null }
}

describe('GET /portals/{memberId}', () => {
  it('shows everything that the contract names', async () => {
    await scenario.relay.passesOn()
    const { status, body } = await ask('GET /portals/{portal}')
    expect(status).toBe(200)
    expect(body).toEqual({
      memberId: scenario.memberId,
      domain: null,
      domainHolder: null,
      state: 'active',
      remedy: null,
      install: {
        kinds: ['outgoing_webhook'],
        clientId: null,
        applicationStatus: null,
        scope: null,
        installedAt: ANY_TIME,
        tokens: 'none',
        pinnedWebhooks: [{ portal: scenario.memberId, since: ANY_TIME }],
      },
      pins: [],
      access: null,
      pending: null,
      uninstallNotice: null,
      recovery: null,
      damaged: [],
      head: 1,
      events: 1,
      thin: 0,
      quarantined: 0,
      reconciled: 0,
      erased: 0,
      lastEventAt: ANY_TIME,
      lastReconcileAt: null,
      unreadable: [],
      subscriptions: {
        checkedAt: null,
        missing: [],
        others: [],
        remedy: null,
        tick: expect.arrayContaining(['onCrmRequisiteUserFieldUpdate']),
      },
      refused: { count: 0, lastAt: null, reason: null, remedy: null },
      lanes: [aLaneView({ cursor: 1 })],
      spilled: 0,
      spillRefused: 0,
      storage: {
        bytes: expect.any(Number),
        maxBytes: 1024 ** 3,
        full: false,
        crowdedOut: 0,
        heldBy: [],
      },
      robotAddress: null,
      bulletins: [],
      openBulletins: [],
    })
  })

  it('takes the member_id in either case', async () => {
    await scenario.portal.sends()
    const { body } = await ask(`GET /portals/${scenario.memberId.toUpperCase()}`)
    expect(body).toMatchObject({ memberId: scenario.memberId })
  })

  it('tells of a lane that retries what it waits for', async () => {
    scenario.receiver('erp').answers(() => new Response('down for maintenance', { status: 503 }))
    await scenario.portal.sendsMany(2)
    await until(async () => (await scenario.lane('erp')).attempts === 1)
    const { body } = await ask('GET /portals/{portal}')
    expect(body).toMatchObject({
      lanes: [
        {
          state: 'retrying',
          cursor: 0,
          backlog: 2,
          attempts: 1,
          oldestWaitingAt: new Date(scenario.time.now()).toISOString(),
          nextAttemptAt: new Date(scenario.time.now() + 1000).toISOString(),
          waitsFor: 'retry',
          lastError: {
            reason: 'http_503',
            status: 503,
            detail: 'down for maintenance',
            at: new Date(scenario.time.now()).toISOString(),
          },
        },
      ],
    })
  })
})

describe('GET /portals/{memberId}/events', () => {
  interface Page {
    readonly events: readonly { readonly sequence: number }[]
    readonly before: number | null
  }

  async function page(query: string): Promise<[sequences: number[], before: number | null]> {
    const response = await call(`GET /portals/{portal}/events${query}`)
    const { events, before }: Page = await response.json()
    return [events.map(({ sequence }) => sequence), before]
  }

  it('pages from the newest to the oldest', async () => {
    await scenario.portal.sendsMany(5)
    expect(await page('?limit=2')).toEqual([[5, 4], 4])
    expect(await page('?limit=2&before=4')).toEqual([[3, 2], 2])
    expect(await page('?limit=2&before=2')).toEqual([[1], null])
    expect(await page('?before=1')).toEqual([[], null])
    expect(await page('?limit=5')).toEqual([[5, 4, 3, 2, 1], null])
  })

  it('holds 50 events unless asked for another number, and 200 at most', async () => {
    await scenario.relay.deploys([])
    await scenario.portal.sendsMany(210)
    expect((await page(''))[0]).toHaveLength(50)
    expect((await page('?limit=1000'))[0]).toHaveLength(200)
  })

  it.each(['before=0', 'before=-1', 'before=abc', 'before=1.5', 'before=', 'limit=0', 'limit=x'])(
    '400 for ?%s',
    async (query) => {
      await scenario.portal.sends()
      const answer = await ask(`GET /portals/{portal}/events?${query}`)
      expect(answer).toEqual(refusal(400, 'invalid_request'))
    },
  )

  it('shows an event with everything that the contract names', async () => {
    await scenario.relay.passesOn()
    const { body } = await ask('GET /portals/{portal}/events')
    expect(body).toEqual({
      events: [
        {
          sequence: 1,
          event: 'onCrmRequisiteUserFieldUpdate',
          receivedAt: ANY_TIME,
          origin: 'event',
          userId: 1,
          userName: null,
          fields: { ID: 235, ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: 'UF_CRM_TAX' },
          changes: null,
          enrichment: 'not_applicable',
          enrichmentReason: null,
          toldBy: null,
          covers: [],
          completes: [],
          readAt: null,
          quarantined: false,
          quarantineReason: null,
          fates: {
            erp: delivered(1),
          },
        },
      ],
      before: null,
    })
    expect(await ask('GET /portals/{portal}/events/1')).toEqual({
      status: 200,
      body: (body as { events: unknown[] }).events[0],
    })
  })

  it.each(['2', '0', 'abc', '1.5', '-1'])('events/%s: 404', async (sequence) => {
    await scenario.portal.sends()
    const answer = await ask(`GET /portals/{portal}/events/${sequence}`)
    expect(answer).toEqual(refusal(404, 'not_found'))
  })

  it('tells the fate of an event: delivered at once, late, parked, waiting', async () => {
    scenario.receiver('erp').failsOnce({ 2: 422, 3: 503, 4: 410 })
    await scenario.portal.sendsMany(5)
    await until(() => scenario.time.sleepers > 0)
    await scenario.time.passes('1 s')
    await until(async () => (await scenario.lane('erp')).state === 'disabled')
    const fates = await Promise.all(
      [1, 2, 3, 4, 5].map((sequence) => scenario.fate('erp', sequence)),
    )
    expect(fates).toEqual([
      delivered(1),
      { ...delivered(1), state: 'parked', reason: 'http_422', status: 422 },
      // A fate that is written down has the status of its last answer.
      { ...delivered(2), status: 200 },
      { ...delivered(1), state: 'waiting', at: null, reason: 'gone' },
      { ...delivered(0), state: 'waiting', at: null, reason: 'gone' },
    ])
  })

  it('tells why an event was filtered', async () => {
    await scenario.relay.deploys([
      machine('erp', { events: ['onCrmDeal*'] }),
      machine('crm', { fields: ['UF_OTHER'] }),
      machine('all', { events: ['*'] }),
    ])
    await scenario.portal.sends()
    const quarantined = { ...anEvent(), field: null, quarantined: 'invalid_fields' }
    await scenario.portal.sends({ event: JSON.stringify(quarantined), quarantined: true })
    await scenario.settled()
    const { body } = await ask('GET /portals/{portal}/events')
    expect(body).toMatchObject({
      events: [
        {
          sequence: 2,
          quarantined: true,
          quarantineReason: 'invalid_fields',
          fates: {
            erp: filtered('quarantined'),
            crm: filtered('quarantined'),
            all: filtered('quarantined'),
          },
        },
        {
          sequence: 1,
          fates: {
            erp: filtered('event'),
            crm: filtered('field'),
            all: delivered(1),
          },
        },
      ],
    })
    expect((await ask('GET /portals/{portal}')).body).toMatchObject({ quarantined: 1 })
  })

  it("shows Bitrix24's data of an event that is not about a user field", async () => {
    const event = {
      ...anEvent(),
      name: 'ONCRMDEALUPDATE',
      field: null,
      data: { FIELDS: { ID: '7' } },
    }
    await scenario.portal.sends({ event: JSON.stringify(event) })
    expect((await ask('GET /portals/{portal}/events/1')).body).toMatchObject({
      event: 'onCrmDealUpdate',
      fields: { FIELDS: { ID: '7' } },
    })
  })
})

describe('GET /portals/{memberId}/parked', () => {
  it('lists what is parked, with its reason', async () => {
    await scenario.portal.sends()
    expect(await ask('GET /portals/{portal}/parked')).toEqual({ status: 200, body: { parked: [] } })
    scenario.receiver('erp').failsOnce({ 2: 413 })
    await scenario.relay.passesOn()
    expect((await ask('GET /portals/{portal}/parked')).body).toEqual({
      parked: [
        {
          destination: 'erp',
          sequence: 2,
          reason: 'http_413',
          status: 413,
          at: ANY_TIME,
          attempts: 1,
        },
      ],
    })
  })
})

describe('PUT and DELETE /portals/{memberId}/values/{NAME}', () => {
  const VALUE = '/portals/{portal}/values/ERP_URL'

  it('204: stored sealed, removed again', async () => {
    await scenario.portal.sends()
    const put = await call(`PUT ${VALUE}`, { body: { value: 'canary-value' } })
    expect([put.status, await put.text()]).toEqual([204, ''])
    const [row] = await scenario.rows('SELECT name, sealed FROM portal_values')
    expect(row).toEqual({ name: 'ERP_URL', sealed: expect.stringMatching(/^v1\.k1\./u) })
    expect(JSON.stringify(row)).not.toContain('canary-value')
    expect((await call(`DELETE ${VALUE}`)).status).toBe(204)
    expect(await scenario.rows('SELECT name FROM portal_values')).toEqual([])
    expect((await call(`DELETE ${VALUE}`)).status).toBe(204)
  })

  it.each([undefined, {}, { value: '' }, { value: 1 }, { value: 'x', more: 1 }, 'x', '"x"'])(
    '400 for the body %j',
    async (body) => {
      await scenario.portal.sends()
      expect(await ask(`PUT ${VALUE}`, { body })).toEqual(refusal(400, 'invalid_request'))
    },
  )

  it('400 for a value of more than 4,096 characters', async () => {
    await scenario.portal.sends()
    expect((await ask(`PUT ${VALUE}`, { body: { value: 'x'.repeat(4096) } })).status).toBe(204)
    const long = { value: 'x'.repeat(4097) }
    expect(await ask(`PUT ${VALUE}`, { body: long })).toEqual(refusal(400, 'invalid_request'))
  })

  it.each(['erp_url', '1NAME', 'A-B', 'A'.repeat(65), '%24A'])(
    '400 for the name %s',
    async (name) => {
      await scenario.portal.sends()
      const path = `/portals/{portal}/values/${name}`
      const body = { value: 'x' }
      expect(await ask(`PUT ${path}`, { body })).toEqual(refusal(400, 'invalid_request'))
      expect(await ask(`DELETE ${path}`)).toEqual(refusal(400, 'invalid_request'))
    },
  )

  it('503 without a key to seal it with', async () => {
    scenario.settings = { ...scenario.settings, sealer: createSealer([]) }
    await scenario.portal.sends()
    const answer = await ask(`PUT ${VALUE}`, { body: { value: 'x' } })
    expect(answer).toEqual(refusal(503, 'misconfigured'))
  })
})
