/** The admin API of one portal, as design section 5 names it: who may call, and what is shown. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anEvent } from '../support/a-delivery.ts'
import { ANY_TIME, askAdmin, callAdmin, refusal } from '../support/admin-api.ts'
import type { AdminAnswer, AdminCall } from '../support/admin-api.ts'
import { PortalBench, machine, until } from '../support/portal-bench.ts'
import { ADMIN_TOKEN } from '../support/runtime-bindings.ts'

const UNKNOWN = 'f'.repeat(32)

let bench: PortalBench

beforeEach(() => {
  bench = new PortalBench()
})

afterEach(() => bench.close())

/** Calls the API; `{portal}` in the path is the portal under test. */
function call(route: string, options: AdminCall = {}): Promise<Response> {
  return callAdmin(route.replace('{portal}', bench.memberId), options)
}

/** The answer as status and JSON. */
function ask(route: string, options: AdminCall = {}): Promise<AdminAnswer> {
  return askAdmin(route.replace('{portal}', bench.memberId), options)
}

/** The fate of an event that a destination does not get. */
function filtered(reason: string) {
  return { state: 'filtered', at: null, attempts: null, reason }
}

const ROUTES = [
  'GET /portals/{portal}',
  'GET /portals/{portal}/events',
  'GET /portals/{portal}/events/1',
  'GET /portals/{portal}/parked',
  'POST /portals/{portal}/lanes/erp/replay',
  'POST /portals/{portal}/lanes/erp/pause',
  'POST /portals/{portal}/lanes/erp/resume',
  'POST /portals/{portal}/lanes/erp/park',
  'PUT /portals/{portal}/values/NAME',
  'DELETE /portals/{portal}/values/NAME',
  'POST /destinations/erp/test',
]

describe('who may call', () => {
  it.each(ROUTES)('%s: 404 without ADMIN_TOKEN, whatever token is presented', async (route) => {
    await bench.append()
    const settings = { ADMIN_TOKEN: undefined }
    expect(await ask(route, { settings })).toEqual(refusal(404, 'not_found'))
    expect(await ask(route, { settings, headers: { authorization: 'Bearer undefined' } })).toEqual(
      refusal(404, 'not_found'),
    )
  })

  it.each(ROUTES)('%s: 401 without the token, and nothing happens', async (route) => {
    await bench.append()
    await bench.settled()
    const headers = { authorization: '', 'cf-connecting-ip': `198.51.100.${ROUTES.indexOf(route)}` }
    const response = await call(route, {
      headers,
      body: route.startsWith('GET') ? undefined : '{}',
    })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="bitrix24-event-relay"')
    expect(await response.json()).toEqual(refusal(401, 'unauthorized').body)
    expect((await bench.lane('erp')).state).toBe('active')
    expect(bench.network.sent).toHaveLength(1)
  })

  it.each([
    ['another token', 'Bearer another-admin-token-0123'],
    ['a longer token', `Bearer ${ADMIN_TOKEN}0`],
    ['the beginning of the token', `Bearer ${ADMIN_TOKEN.slice(0, -1)}`],
    ['another scheme', `Basic ${ADMIN_TOKEN}`],
    ['the token alone', ADMIN_TOKEN],
    ['no token', 'Bearer'],
  ])('401 for %s', async (name, authorization) => {
    const headers = { authorization, 'cf-connecting-ip': `2001:db8:${name.length}::1` }
    expect(await ask('GET /portals/{portal}', { headers })).toEqual(refusal(401, 'unauthorized'))
  })

  it('the scheme is compared without case', async () => {
    await bench.append()
    const headers = { authorization: `bearer ${ADMIN_TOKEN}` }
    expect((await ask('GET /portals/{portal}', { headers })).status).toBe(200)
  })

  it('429 after ten wrong tokens a minute from one address; the right token still passes', async () => {
    await bench.append()
    const wrong = { authorization: 'Bearer wrong', 'cf-connecting-ip': '203.0.113.7' }
    const statuses: number[] = []
    for (let count = 0; count < 12; count += 1) {
      statuses.push((await ask('GET /portals/{portal}', { headers: wrong })).status)
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429])
    const limited = await call('GET /portals/{portal}', { headers: wrong })
    expect(limited.headers.get('retry-after')).toBe('60')
    expect(await limited.json()).toEqual(refusal(429, 'too_many_requests').body)
    const right = { 'cf-connecting-ip': '203.0.113.7' }
    expect((await ask('GET /portals/{portal}', { headers: right })).status).toBe(200)
    const elsewhere = { ...wrong, 'cf-connecting-ip': '203.0.113.8' }
    expect((await ask('GET /portals/{portal}', { headers: elsewhere })).status).toBe(401)
  })

  it('answers are never cached, and an unknown address is a 404', async () => {
    await bench.append()
    const view = await call('GET /portals/{portal}')
    expect(view.headers.get('cache-control')).toBe('no-store')
    for (const route of [
      'GET /nothing',
      'DELETE /portals/{portal}',
      'POST /portals/{portal}/events',
    ]) {
      expect(await ask(route)).toEqual(refusal(404, 'not_found'))
    }
  })
})

describe('a portal that is not known', () => {
  it.each(ROUTES.filter((route) => route.includes('{portal}')))('%s: 404', async (route) => {
    const bodies: Readonly<Record<string, unknown>> = {
      replay: { parked: true },
      park: { sequence: 1 },
      NAME: { value: 'x' },
    }
    const body = route.startsWith('GET') ? undefined : bodies[route.split('/').at(-1) ?? '']
    const of = (memberId: string) => ask(route.replace('{portal}', memberId), { body })
    expect(await of(UNKNOWN)).toEqual(refusal(404, 'not_found'))
    expect(await of('acme.bitrix24.com')).toEqual(refusal(404, 'not_found'))
  })
})

describe('GET /portals/{memberId}', () => {
  it('shows everything that the contract names', async () => {
    await bench.append()
    await bench.settled()
    const { status, body } = await ask('GET /portals/{portal}')
    expect(status).toBe(200)
    expect(body).toEqual({
      memberId: bench.memberId,
      domain: null,
      state: 'active',
      remedy: null,
      install: {
        kinds: ['outgoing_webhook'],
        clientId: null,
        applicationStatus: null,
        scope: null,
        installedAt: ANY_TIME,
        tokens: 'none',
        pinnedWebhooks: [{ portal: bench.memberId, since: ANY_TIME }],
      },
      access: null,
      pending: null,
      head: 1,
      events: 1,
      thin: 0,
      quarantined: 0,
      reconciled: 0,
      erased: 0,
      lastEventAt: ANY_TIME,
      lastReconcileAt: null,
      unreadable: [],
      subscriptions: { checkedAt: null, missing: [] },
      refused: { count: 0, lastAt: null, reason: null, remedy: null },
      lanes: [
        {
          destination: 'erp',
          type: 'webhook',
          state: 'active',
          reason: null,
          cursor: 1,
          backlog: 0,
          parked: 0,
          expired: 0,
          replaying: 0,
          attempts: 0,
          oldestWaitingAt: null,
          nextAttemptAt: null,
          lastError: null,
        },
      ],
      spilled: 0,
    })
  })

  it('takes the member_id in either case', async () => {
    await bench.append()
    const { body } = await ask(`GET /portals/${bench.memberId.toUpperCase()}`)
    expect(body).toMatchObject({ memberId: bench.memberId })
  })

  it('tells of a lane that retries what it waits for', async () => {
    bench.receive('erp', () => new Response('down for maintenance', { status: 503 }))
    await bench.appendMany(2)
    await until(async () => (await bench.lane('erp')).attempts === 1)
    const { body } = await ask('GET /portals/{portal}')
    expect(body).toMatchObject({
      lanes: [
        {
          state: 'retrying',
          cursor: 0,
          backlog: 2,
          attempts: 1,
          oldestWaitingAt: new Date(bench.clock.now()).toISOString(),
          nextAttemptAt: new Date(bench.clock.now() + 1000).toISOString(),
          lastError: {
            reason: 'http_503',
            status: 503,
            detail: 'down for maintenance',
            at: new Date(bench.clock.now()).toISOString(),
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
    await bench.appendMany(5)
    expect(await page('?limit=2')).toEqual([[5, 4], 4])
    expect(await page('?limit=2&before=4')).toEqual([[3, 2], 2])
    expect(await page('?limit=2&before=2')).toEqual([[1], null])
    expect(await page('?before=1')).toEqual([[], null])
    expect(await page('?limit=5')).toEqual([[5, 4, 3, 2, 1], null])
  })

  it('holds 50 events unless asked for another number, and 200 at most', async () => {
    await bench.deploy([])
    await bench.appendMany(210)
    expect((await page(''))[0]).toHaveLength(50)
    expect((await page('?limit=1000'))[0]).toHaveLength(200)
  })

  it.each(['before=0', 'before=-1', 'before=abc', 'before=1.5', 'before=', 'limit=0', 'limit=x'])(
    '400 for ?%s',
    async (query) => {
      await bench.append()
      const answer = await ask(`GET /portals/{portal}/events?${query}`)
      expect(answer).toEqual(refusal(400, 'invalid_request'))
    },
  )

  it('shows an event with everything that the contract names', async () => {
    await bench.append()
    await bench.settled()
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
            erp: { state: 'delivered', at: ANY_TIME, attempts: 1, reason: null, digest: null },
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
    await bench.append()
    const answer = await ask(`GET /portals/{portal}/events/${sequence}`)
    expect(answer).toEqual(refusal(404, 'not_found'))
  })

  it('tells the fate of an event: delivered at once, late, parked, waiting', async () => {
    bench.failOnce({ 2: 422, 3: 503, 4: 410 })
    await bench.appendMany(5)
    await until(() => bench.clock.sleepers > 0)
    await bench.advance(1000)
    await until(async () => (await bench.lane('erp')).state === 'disabled')
    const fates = await Promise.all([1, 2, 3, 4, 5].map((sequence) => bench.fate('erp', sequence)))
    expect(fates).toEqual([
      { state: 'delivered', at: ANY_TIME, attempts: 1, reason: null, digest: null },
      { state: 'parked', at: ANY_TIME, attempts: 1, reason: 'http_422', digest: null },
      { state: 'delivered', at: ANY_TIME, attempts: 2, reason: null, digest: null },
      { state: 'waiting', at: null, attempts: 1, reason: 'gone', digest: null },
      { state: 'waiting', at: null, attempts: 0, reason: 'gone', digest: null },
    ])
  })

  it('tells why an event was filtered', async () => {
    await bench.deploy([
      machine('erp', { events: ['onCrmDeal*'] }),
      machine('crm', { fields: ['UF_OTHER'] }),
      machine('all', { events: ['*'] }),
    ])
    await bench.append()
    const quarantined = { ...anEvent(), field: null, quarantined: 'unknown_fields' }
    await bench.append({ event: JSON.stringify(quarantined), quarantined: true })
    await bench.settled()
    const { body } = await ask('GET /portals/{portal}/events')
    expect(body).toMatchObject({
      events: [
        {
          sequence: 2,
          quarantined: true,
          quarantineReason: 'unknown_fields',
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
            all: { state: 'delivered', at: ANY_TIME, attempts: 1, reason: null, digest: null },
          },
        },
      ],
    })
    expect((await ask('GET /portals/{portal}')).body).toMatchObject({ quarantined: 1 })
  })

  it('knows only from the cursor what became of an event more than 100 ago', async () => {
    await bench.appendMany(101)
    await bench.settled()
    const delivered = { state: 'delivered', reason: null, digest: null }
    expect(await bench.fate('erp', 1)).toEqual({ ...delivered, at: null, attempts: null })
    expect(await bench.fate('erp', 2)).toEqual({ ...delivered, at: ANY_TIME, attempts: 1 })
  })

  it("shows Bitrix24's data of an event that is not about a user field", async () => {
    const event = {
      ...anEvent(),
      name: 'ONCRMDEALUPDATE',
      field: null,
      data: { FIELDS: { ID: '7' } },
    }
    await bench.append({ event: JSON.stringify(event) })
    expect((await ask('GET /portals/{portal}/events/1')).body).toMatchObject({
      event: 'onCrmDealUpdate',
      fields: { FIELDS: { ID: '7' } },
    })
  })
})

describe('GET /portals/{memberId}/parked', () => {
  it('lists what is set aside, with its reason', async () => {
    await bench.append()
    expect(await ask('GET /portals/{portal}/parked')).toEqual({ status: 200, body: { parked: [] } })
    bench.failOnce({ 2: 413 })
    await bench.append()
    await bench.settled()
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
