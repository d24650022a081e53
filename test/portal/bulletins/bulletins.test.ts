/** What the relay tells of itself: durable, in order, to whom asks, outside of the sequence, and never because of itself. */
import { afterEach, describe, expect, it } from 'vitest'
import { COOLDOWN_MS } from '../../../src/core/bulletins/desk.ts'
import { machine, person, type Entry } from '../../support/builders/entries.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { until } from '../../support/until.ts'

const OPS = machine('ops', { events: ['relay.*'] })

let scenario: PortalScenario

async function begins(...entries: Entry[]): Promise<void> {
  scenario = new PortalScenario(entries)
  await scenario.portal.becomesKnown()
}

afterEach(() => scenario.close())

/** The types that a webhook was told. */
function told(name: string): string[] {
  return scenario
    .receiver(name)
    .received()
    .map(({ type }) => type)
}

/** Erp is gone, and its lane is disabled by the next event. */
async function erpGoes(): Promise<void> {
  scenario.receiver('erp').answers(410)
  await scenario.portal.sends()
  await until(async () => (await scenario.lane('erp')).state === 'disabled')
}

async function bulletins() {
  return (await scenario.object.view())?.bulletins ?? []
}

describe('a lane that is disabled', () => {
  it('is told to whom asks, with its reason and the remedy, outside of the sequence', async () => {
    await begins(machine('erp'), OPS)
    await erpGoes()
    await until(() => told('ops').length === 1)
    const [request] = scenario.receiver('ops').requests()
    const { type, data } = JSON.parse(request?.body ?? '')
    expect(request?.headers.get('webhook-id')).toBe(`${scenario.memberId}-relay-1`)
    expect(type).toBe('relay.lane.disabled')
    expect(data).toMatchObject({
      portal: { memberId: scenario.memberId },
      sequence: null,
      previousSequence: null,
      payload: { destination: 'erp', reason: 'gone', text: 'erp: delivery has stopped' },
    })
    expect(data.payload.remedy).toContain('resume the lane')
    expect(told('erp')).not.toContain('relay.lane.disabled')
  })

  it('is told once, to have recovered once, and again after its rest', async () => {
    await begins(machine('erp'), OPS)
    await erpGoes()
    await scenario.relay.passesOn(3)
    await until(() => told('ops').length === 1)
    scenario.receiver('erp').answers(200)
    await scenario.operator.resumes('erp')
    await until(() => told('ops').length === 2)
    expect(told('ops')).toEqual(['relay.lane.disabled', 'relay.recovered'])
    await erpGoes()
    await scenario.idles()
    expect(told('ops')).toHaveLength(2)
    await scenario.time.passes(COOLDOWN_MS)
    await until(() => told('ops').length === 3)
    expect(told('ops').at(-1)).toBe('relay.lane.disabled')
  })

  it('is told by its fallback, which asks for nothing', async () => {
    await begins(machine('erp', { fallback: 'chat' }), person('chat'))
    await erpGoes()
    await scenario.time.passesUntil(() => scenario.receiver('chat').count === 2)
    expect(scenario.receiver('chat').requests().at(-1)?.body).toContain('erp: delivery has stopped')
  })

  it('that alone asks is not told through itself, and is shown to the operator', async () => {
    await begins(machine('erp', { events: ['*', 'relay.*'] }))
    await erpGoes()
    await until(async () => (await bulletins()).length === 1)
    await scenario.idles()
    expect(told('erp')).toEqual(['bitrix24.crm.requisite_user_field.updated'])
    expect(await bulletins()).toMatchObject([{ n: 1, type: 'relay.lane.disabled', fates: [] }])
  })
})

describe('events that were parked', () => {
  it('are told with their number and the reason', async () => {
    await begins(machine('erp'), OPS)
    scenario.receiver('erp').answers(422)
    await scenario.portal.sends()
    await until(() => told('ops').length === 1)
    const { data } = JSON.parse(scenario.receiver('ops').requests()[0]?.body ?? '')
    expect(data.payload).toMatchObject({ destination: 'erp', count: 1, reason: 'http_422' })
  })
})

describe('a lane that falls behind', () => {
  it('is told after half an hour, by the alarm, and when it has caught up', async () => {
    await begins(machine('erp'), OPS)
    scenario.receiver('erp').answers(503)
    await scenario.portal.sends()
    await scenario.time.passes('29 min')
    expect(told('ops')).toEqual([])
    await scenario.time.passes('2 min')
    await until(() => told('ops').length === 1)
    expect(told('ops')).toEqual(['relay.lane.behind'])
    scenario.receiver('erp').answers(200)
    await scenario.time.passes('1 h')
    await until(() => told('ops').length === 2)
    expect(told('ops').at(-1)).toBe('relay.recovered')
  })
})

describe('the licence of an application', () => {
  const payment = (expired: string) => ({
    event: JSON.stringify(
      anEvent({
        name: 'ONAPPPAYMENT',
        field: null,
        data: { STATUS: 'P', PAYMENT_EXPIRED: expired },
      }),
    ),
  })

  it('is told by bulletins, while its events reach nobody', async () => {
    await begins(machine('erp', { events: ['*'] }), machine('ops', { events: ['relay.portal.*'] }))
    await scenario.portal.sends(payment('N'))
    await scenario.portal.sends(payment('Y'))
    await until(() => told('ops').length === 2)
    expect(told('ops')).toEqual(['relay.portal.paid', 'relay.portal.payment_ended'])
    expect(told('erp')).toEqual([])
  })
})

describe('a bulletin', () => {
  it('is told to nobody who does not ask, and costs no table', async () => {
    await begins(machine('erp', { events: ['*'] }), machine('crm'))
    await erpGoes()
    await scenario.idles()
    expect(told('crm')).toEqual(['bitrix24.crm.requisite_user_field.updated'])
    expect(await scenario.tableNames()).not.toContain('bulletins')
    expect(await bulletins()).toEqual([])
  })

  it('breaks no chain of sequences: the next event names the one before', async () => {
    await begins(machine('erp'), machine('ops', { events: ['*', 'relay.*'] }))
    await erpGoes()
    await until(() => told('ops').includes('relay.lane.disabled'))
    await scenario.portal.sends()
    await until(() => scenario.receiver('ops').count === 3)
    const events = scenario
      .receiver('ops')
      .received()
      .filter(({ sequence }) => sequence !== null)
    expect(events.map(({ sequence, previousSequence }) => [sequence, previousSequence])).toEqual([
      [1, null],
      [2, 1],
    ])
  })

  it('is tried again until its receiver takes it, also by the next life of the object', async () => {
    await begins(machine('erp'), OPS)
    scenario.receiver('ops').answers(503)
    await erpGoes()
    await until(() => scenario.receiver('ops').count === 1)
    await scenario.relay.restarts()
    expect(await bulletins()).toMatchObject([{ fates: [{ destination: 'ops', state: 'waiting' }] }])
    scenario.receiver('ops').answers(200)
    await scenario.time.passes('1 h')
    await until(async () => (await bulletins())[0]?.fates[0]?.state === 'delivered')
    const ids = new Set(scenario.receiver('ops').ids())
    expect([...ids]).toEqual([`${scenario.memberId}-relay-1`])
  })

  it('causes no other: whatever becomes of it, only it is told', async () => {
    await begins(machine('erp'), OPS, machine('vendor', { events: ['relay.*'], fallback: 'ops' }))
    scenario.receiver('vendor').answers(410)
    await erpGoes()
    await until(() => told('ops').length === 1)
    await scenario.time.passes('2 days')
    expect(told('ops')).toEqual(['relay.lane.disabled'])
    expect((await bulletins()).map(({ type }) => type)).toEqual(['relay.lane.disabled'])
  })

  it('that is refused for good is parked, shown, and replayed with everything that is parked', async () => {
    await begins(machine('erp'), OPS)
    scenario.receiver('ops').answers(422)
    await erpGoes()
    await until(async () => (await bulletins())[0]?.fates[0]?.state === 'parked')
    expect(await bulletins()).toMatchObject([{ fates: [{ state: 'parked', reason: 'http_422' }] }])
    scenario.receiver('ops').answers(200)
    // The page that asks before a replay says the number that the replay has.
    expect(await scenario.object.replayList('ops', { kind: 'parked' })).toMatchObject({
      value: { count: 1, events: [] },
    })
    const replayed = await scenario.object.replay('ops', { kind: 'parked' }, { dryRun: false })
    expect(replayed).toEqual({ ok: true, value: 1 })
    await until(async () => (await bulletins())[0]?.fates[0]?.state === 'delivered')
    expect(scenario.receiver('ops').received().at(-1)?.replayed).toBe(true)
  })

  it('waits in a lane that the operator has paused, and goes on with it', async () => {
    await begins(machine('erp'), OPS)
    scenario.receiver('ops').answers(503)
    await erpGoes()
    await until(() => scenario.receiver('ops').count === 1)
    await scenario.operator.pauses('ops')
    scenario.receiver('ops').answers(200)
    await scenario.time.passes('1 h')
    expect(scenario.receiver('ops').count).toBe(1)
    await scenario.operator.resumes('ops')
    await until(async () => (await bulletins())[0]?.fates[0]?.state === 'delivered')
  })

  it('is found again when storage has refused it', async () => {
    await begins(machine('erp'), OPS)
    await erpGoes()
    await until(() => told('ops').length === 1)
    scenario.receiver('erp').answers(200)
    const accepts = await scenario.storageRefuses()
    await scenario.object.controlLane('erp', { kind: 'resume' }).catch(() => undefined)
    await accepts()
    await scenario.operator.resumes('erp')
    await until(() => told('ops').length === 2)
    expect(told('ops')).toEqual(['relay.lane.disabled', 'relay.recovered'])
  })

  it('is told within a minute of being refused, although nothing else happens', async () => {
    await begins(machine('erp'), OPS)
    scenario.receiver('erp').answers(503)
    await scenario.portal.sends()
    // The next attempt of the lane comes in 42 minutes.
    await scenario.time.passes('29 min')
    const accepts = await scenario.storageRefuses()
    await scenario.time.passes('61 s')
    expect(told('ops')).toEqual([])
    await accepts()
    await scenario.time.passes('1 min')
    await until(() => told('ops').length === 1)
  })

  it('keeps its number when the rows of its lanes are damaged', async () => {
    await begins(machine('erp'), OPS)
    await erpGoes()
    await until(() => told('ops').length === 1)
    await scenario.relay.restarts()
    await scenario.rows(`UPDATE bulletin_state SET state = 'x'`)
    await scenario.relay.restarts()
    await scenario.operator.resumes('erp')
    await scenario.time.passes('1 h')
    expect(scenario.logged).toContain('bulletins_damaged')
    expect((await bulletins()).map(({ n }) => n)[0]).toBeGreaterThanOrEqual(1)
    await erpGoes()
    await until(() => told('ops').length >= 2)
    expect(new Set(scenario.receiver('ops').ids()).size).toBe(scenario.receiver('ops').count)
  })
})
