/**
 * Every cause of a bulletin in the whole relay: one portal, a moved clock, an `erp` that misbehaves, and an `ops` that is told
 * each cause once, in words with a remedy, and its end. Nothing of it ever goes to `erp` itself.
 */
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { BulletinType } from '../../../src/core/bulletins/bulletin.ts'
import { MANY_REFUSALS } from '../../../src/core/bulletins/desk.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import { configured, machine } from '../../support/builders/entries.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import type { AdaptableSettings } from '../../support/worker/overrides.ts'
import { until } from '../../support/until.ts'

let scenario: RelayScenario
let settings: Partial<AdaptableSettings>
/** How many bulletins the steps before have seen. */
let seen: number

beforeEach(async () => {
  scenario = new RelayScenario()
  seen = 0
  settings = {
    destinations: configured([machine('erp'), machine('ops', { events: ['relay.*'] })]),
  }
  scenario.network.handle(({ url }) =>
    new URL(url).host === 'ops.example.com' ? new Response('') : null,
  )
  scenario.adapt = (given) => ({ ...given, ...settings })
  await scenario.portal.installs()
  await scenario.isSubscribed()
  expect(await names(1)).toEqual(['relay.portal.installed'])
})

afterEach(() => scenario.close())

/** The definition of a requisite field. */
function definition(id: number, MANDATORY = 'N'): FieldAttributes {
  const own = { ID: String(id), FIELD_NAME: `UF_CRM_${id}`, MANDATORY }
  return { ...own, ENTITY_ID: 'CRM_REQUISITE', USER_TYPE_ID: 'string' }
}

type Heard = readonly [name: string, payload: Readonly<Record<string, unknown>>]

/** What ops was told, oldest first; the end of a trouble by the type that has ended. */
function told(): Heard[] {
  const requests = scenario.receiver('ops').requests()
  return requests.map(({ body }): Heard => {
    const { type, data } = JSON.parse(body)
    const { from, ...payload } = data.payload
    return [type === 'relay.recovered' ? `the end of ${from}` : type, payload]
  })
}

/** What ops is told since the last look, at rest, when that are so many bulletins at least. */
async function news(count: number): Promise<readonly Heard[]> {
  await until(() => told().length >= seen + count)
  await scenario.idles()
  const fresh = told().slice(seen)
  seen += fresh.length
  return fresh
}

/** The same without what it is about. */
async function names(count: number): Promise<readonly string[]> {
  return (await news(count)).map(([name]) => name)
}

/** What ops is told however often the relay looks, also in another life of the object. */
async function laterNames(): Promise<readonly string[]> {
  await scenario.time.alarmFires()
  await scenario.relay.restarts()
  await scenario.time.alarmFires()
  return names(0)
}

type Life = 'installed' | 'updated' | 'paid' | 'payment_ended' | 'method_confirm' | 'uninstalled'

it('a lane that an operator lets go on has time to catch up before anybody hears of its old events', async () => {
  await scenario.object.controlLane('erp', { kind: 'pause' })
  await scenario.portal.sends()
  scenario.time.passesWithoutAlarm('2 h')
  await scenario.object.controlLane('erp', { kind: 'resume' })
  await until(() => scenario.receiver('erp').count === 1)
  expect(await laterNames()).toEqual([])
})

/** The portal answers every call with an error, until the answer is called with null. */
function refusals(): (refusal: { readonly error: string; readonly status: number } | null) => void {
  let present: { readonly error: string; readonly status: number } | null = null
  scenario.network.handle(({ url }) =>
    present !== null && new URL(url).host === scenario.domain
      ? Response.json({ error: present.error }, { status: present.status })
      : null,
  )
  return (refusal) => {
    present = refusal
  }
}

/** The story of each cause, its own end included. Those of the life of an installation stand in bulletins.life.test.ts. */
const STORIES: Readonly<
  Record<Exclude<BulletinType, `relay.portal.${Life}` | 'relay.recovered'>, () => Promise<void>>
> = {
  /** A lane is disabled: its end is its first delivery, and not the wish of an operator. */
  'relay.lane.disabled': async () => {
    scenario.receiver('erp').answers(410)
    await scenario.portal.sends()
    expect(await news(1)).toMatchObject([
      ['relay.lane.disabled', { destination: 'erp', reason: 'gone' }],
    ])
    expect(await laterNames()).toEqual([])
    await scenario.object.controlLane('erp', { kind: 'resume' })
    expect(await laterNames()).toEqual([])
    scenario.receiver('erp').answers(200)
    await scenario.object.controlLane('erp', { kind: 'resume' })
    expect(await names(1)).toEqual(['the end of relay.lane.disabled'])
    expect(await laterNames()).toEqual([])
  },

  /** A lane is behind, and catches up. */
  'relay.lane.behind': async () => {
    scenario.receiver('erp').answers(503)
    await scenario.portal.sends()
    for (const span of ['1 min', '10 min', '18 min'] as const) await scenario.time.passes(span)
    expect(await names(0)).toEqual([])
    await scenario.time.passes('2 min')
    expect(await news(1)).toMatchObject([
      ['relay.lane.behind', { destination: 'erp', waitingMinutes: 31, reason: 'http_503' }],
    ])
    expect(await laterNames()).toEqual([])
    scenario.receiver('erp').answers(200)
    await scenario.time.passes('40 min')
    expect(await names(1)).toEqual(['the end of relay.lane.behind'])
  },

  /** Events are parked: once for several, with the reason of the last one. */
  'relay.event.parked': async () => {
    scenario.receiver('erp').failsOnce({ 1: 422, 3: 422 })
    await scenario.portal.sends()
    expect(await news(1)).toMatchObject([
      ['relay.event.parked', { destination: 'erp', count: 1, reason: 'http_422' }],
    ])
    await scenario.portal.sends()
    await scenario.portal.sends()
    await scenario.portal.sends()
    await until(() => scenario.receiver('erp').count === 4)
    expect(await laterNames()).toEqual([])
    await scenario.time.passes('1 h')
    expect(await news(1)).toMatchObject([['relay.event.parked', { count: 1 }]])
  },

  /** The plan of the portal ends, and is paid for again. */
  'relay.portal.suspended': async () => {
    const refuses = refusals()
    refuses({ error: 'PAYMENT_REQUIRED', status: 402 })
    await scenario.portal.sends()
    expect(await names(1)).toEqual(['relay.portal.suspended'])
    expect(await laterNames()).toEqual([])
    refuses(null)
    await scenario.admin('/reconcile', { method: 'POST' })
    expect(await names(1)).toEqual(['the end of relay.portal.suspended'])
  },

  /** The access to the portal is lost, until it is installed anew. */
  'relay.portal.tokens_lost': async () => {
    const refuses = refusals()
    scenario.bitrix24.refusal = { error: 'invalid_grant', status: 400 }
    refuses({ error: 'expired_token', status: 401 })
    await scenario.portal.sends()
    expect(await names(1)).toEqual(['relay.portal.tokens_lost'])
    expect(await laterNames()).toEqual([])
    scenario.bitrix24.refusal = null
    refuses(null)
    scenario.time.passesWithoutAlarm('1 min')
    await scenario.portal.installs({ ts: scenario.portal.ts() })
    expect(await names(1)).toEqual(['the end of relay.portal.tokens_lost'])
  },

  /** The installation is not finished, until it is. */
  'relay.portal.unfinished': async () => {
    scenario.bitrix24.rest.finished = false
    await scenario.portal.uninstalls('keep-data')
    expect(await names(1)).toEqual(['relay.portal.uninstalled'])
    scenario.time.passesWithoutAlarm('1 min')
    await scenario.portal.installs({ ts: scenario.portal.ts(), 'data[INSTALLED]': 'N' })
    expect(await names(2)).toEqual(['relay.portal.installed', 'relay.portal.unfinished'])
    expect(await laterNames()).toEqual([])
    scenario.bitrix24.rest.finished = true
    scenario.time.passesWithoutAlarm('1 min')
    await scenario.portal.installs({ ts: scenario.portal.ts() })
    expect(await names(1)).toEqual(['the end of relay.portal.unfinished'])
  },

  /** The portal is quiet for longer than usual, until it sends again. */
  'relay.portal.quiet': async () => {
    for (let event = 0; event < 5; event += 1) await scenario.portal.sends()
    await until(() => scenario.receiver('erp').count === 5)
    await scenario.time.passes('2 days')
    expect(await names(0)).toEqual([])
    await scenario.time.passes('26 h')
    expect(await news(1)).toMatchObject([['relay.portal.quiet', { silentHours: 74 }]])
    expect(await laterNames()).toEqual([])
    // The edge stamps an event by its own clock, which has not moved.
    await scenario.object.append({
      receipt: 'r-1',
      digest: 'd-1',
      receivedAt: scenario.time.now(),
      tokenHash: (await scenario.stored()).hashes[0]?.hash ?? '',
      event: String((await scenario.tables())['log']?.[0]?.['event']),
      quarantined: false,
      drained: false,
    })
    expect(await names(1)).toEqual(['the end of relay.portal.quiet'])
  },

  /** The log is nearly full, until it may be larger. */
  'relay.portal.storage': async () => {
    await scenario.portal.sends()
    await until(() => scenario.receiver('erp').count === 1)
    settings = { ...settings, maxLogBytes: (await scenario.traces()).bytes + 1 }
    await scenario.relay.restarts()
    await scenario.portal.sends()
    expect(await news(1)).toMatchObject([
      ['relay.portal.storage', { maxBytes: settings.maxLogBytes, full: false }],
    ])
    expect(await laterNames()).toEqual([])
    settings = { ...settings, maxLogBytes: 1024 ** 3 }
    await scenario.relay.restarts()
    await scenario.portal.sends()
    expect(await names(1)).toEqual(['the end of relay.portal.storage'])
  },

  /** Callers are refused again and again, also when the object sleeps between two of them. */
  'relay.callers.refused': async () => {
    for (let call = 1; call < MANY_REFUSALS; call += 1) {
      const token = { 'auth[application_token]': `a-token-of-nobody-${call}` }
      expect((await scenario.portal.sends(token)).status).toBe(403)
      await scenario.relay.restarts()
      scenario.time.passesWithoutAlarm('30 min')
    }
    expect(await names(0)).toEqual([])
    const last = { 'auth[application_token]': 'a-token-of-nobody-0' }
    expect((await scenario.portal.sends(last)).status).toBe(403)
    expect(await news(1)).toMatchObject([['relay.callers.refused', { count: MANY_REFUSALS }]])
    expect(await laterNames()).toEqual([])
  },

  /** A comparison finds changes, and tells their number once. */
  'relay.changes.found': async () => {
    scenario.bitrix24.rest.fields.set(235, definition(235))
    scenario.bitrix24.rest.fields.set(236, definition(236))
    await scenario.admin('/reconcile', { method: 'POST' })
    await scenario.idles()
    expect(await names(0)).toEqual([])
    for (const id of [235, 236]) {
      scenario.bitrix24.rest.fields.set(id, definition(id, 'Y'))
    }
    scenario.time.passesWithoutAlarm('1 h')
    await scenario.admin('/reconcile', { method: 'POST' })
    await until(async () => (await scenario.view()).head === 2)
    await scenario.idles()
    expect(await names(0)).toEqual([])
    await scenario.time.passes('2 min')
    expect(await news(1)).toMatchObject([['relay.changes.found', { count: 2 }]])
    expect(await laterNames()).toEqual([])
  },
}

it.each(Object.entries(STORIES))('%s is told once, and its end', async (_, happens) => {
  await expect(happens()).resolves.toBeUndefined()
})
