/** The admin API of one lane: what an operator may do (docs/admin-api.md). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adminOf, refusal } from '../../../support/worker/admin-api.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { until } from '../../../support/until.ts'
import { machine } from '../../../support/builders/entries.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
})

afterEach(() => scenario.close())

const { ask } = adminOf(() => scenario.memberId)

describe('POST …/lanes/{destination}/replay', () => {
  const REPLAY = 'POST /portals/{portal}/lanes/erp/replay'

  it('sends a range again: same ids, same previousSequence, "replayed":true in the data', async () => {
    await scenario.relay.passesOn(4)
    const answer = await ask(REPLAY, { body: { from: 2, to: 3 } })
    expect(answer).toEqual({ status: 202, body: { replayed: 2 } })
    await until(() => scenario.receiver('erp').received().length === 6)
    const first = scenario.receiver('erp').received().slice(1, 3)
    expect(scenario.receiver('erp').received().slice(4)).toEqual(
      first.map((delivery) => ({ ...delivery, replayed: true })),
    )
    const bodies = scenario
      .receiver('erp')
      .requests()
      .map(({ body }) => JSON.parse(body))
    expect(bodies[4]).toEqual({ ...bodies[1], data: { ...bodies[1].data, replayed: true } })
    expect(bodies[1].data).not.toHaveProperty('replayed')
    expect(await scenario.lane('erp')).toMatchObject({ cursor: 4, replaying: 0 })
    expect(await scenario.fate('erp', 2)).toMatchObject({ state: 'delivered', attempts: 1 })
  })

  it('sends what is parked again, and it is parked no more', async () => {
    scenario.receiver('erp').failsOnce({ 1: 422, 3: 422 })
    await scenario.relay.passesOn(4)
    expect(await ask(REPLAY, { body: { parked: true } })).toEqual({
      status: 202,
      body: { replayed: 2 },
    })
    await until(() => scenario.receiver('erp').received().length === 6)
    expect(scenario.receiver('erp').received().slice(4)).toMatchObject([
      { sequence: 1, previousSequence: null, replayed: true },
      { sequence: 3, previousSequence: 2, replayed: true },
    ])
    await until(async () => (await scenario.lane('erp')).parked === 0)
    expect((await ask('GET /portals/{portal}/parked')).body).toEqual({ parked: [] })
    expect(await scenario.fate('erp', 3)).toMatchObject({ state: 'delivered', attempts: 2 })
  })

  it('sends what was quarantined and is understood now, and no other quarantined event', async () => {
    await scenario.relay.deploys([machine('erp', { events: ['*'] })])
    await scenario.relay.passesOn(1)
    const stored = {
      ts: null,
      handlerId: null,
      userId: null,
      data: { FIELDS: { ID: '7' } },
      field: null,
      quarantined: 'unknown_event_name',
    }
    const names = [
      { name: 'CATALOG_PRODUCT_ON_ADD', sentName: 'CATALOG.PRODUCT.ON.ADD' },
      { name: 'TWO_WORDS', sentName: 'two words' },
    ]
    for (const name of names) {
      await scenario.portal.sends({
        event: JSON.stringify({ ...stored, ...name }),
        quarantined: true,
      })
    }
    await until(async () => (await scenario.lane('erp')).cursor === 3)
    expect(await scenario.fate('erp', 2)).toMatchObject({
      state: 'filtered',
      reason: 'quarantined',
    })
    const answer = await ask(REPLAY, { body: { from: 2, to: 3 } })
    expect(answer).toEqual({ status: 202, body: { replayed: 1 } })
    await until(() => scenario.receiver('erp').received().length === 2)
    const { type, data } = JSON.parse(scenario.receiver('erp').requests()[1]?.body ?? '')
    expect(type).toBe('bitrix24.event.catalog.product.on.add')
    expect(data).toMatchObject({ sequence: 2, subject: { id: '7' }, replayed: true })
  })

  it('only counts with ?dryRun=true', async () => {
    scenario.receiver('erp').failsOnce({ 1: 422 })
    await scenario.relay.passesOn(3)
    const dry = `${REPLAY}?dryRun=true`
    expect(await ask(dry, { body: { from: 1, to: 3 } })).toEqual({
      status: 202,
      body: { replayed: 3, dryRun: true },
    })
    expect((await ask(dry, { body: { parked: true } })).body).toMatchObject({ replayed: 1 })
    expect((await scenario.lane('erp')).replaying).toBe(0)
    await scenario.time.passesUntilQuiet()
    expect(scenario.receiver('erp').received()).toHaveLength(3)
  })

  it.each([
    '?dryRun=1',
    '?dryRun',
    '?dryRun=',
    '?dryRun=TRUE',
    '?dryRun=yes',
    '?dryRun=true&dryRun=false',
    '?dryrun=true',
    '?dry_run=true',
  ])('refuses %s, so that a slip of the pen never replays in earnest', async (query) => {
    await scenario.relay.passesOn(3)
    const answer = await ask(`${REPLAY}${query}`, { body: { from: 1, to: 3 } })
    expect(answer).toEqual(refusal(400, 'invalid_request'))
    expect((await scenario.lane('erp')).replaying).toBe(0)
    await scenario.time.passesUntilQuiet()
    expect(scenario.receiver('erp').received()).toHaveLength(3)
  })

  it('replays in earnest with ?dryRun=false, as without it', async () => {
    await scenario.relay.passesOn()
    expect(await ask(`${REPLAY}?dryRun=false`, { body: { from: 1, to: 1 } })).toEqual({
      status: 202,
      body: { replayed: 1 },
    })
    await until(() => scenario.receiver('erp').received().length === 2)
  })

  it('survives the end of the object', async () => {
    await scenario.relay.passesOn(2)
    await scenario.operator.pauses('erp')
    await ask(REPLAY, { body: { from: 1, to: 2 } })
    await scenario.relay.restarts()
    await scenario.operator.resumes('erp')
    await until(() => scenario.receiver('erp').received().length === 4)
    expect(scenario.receiver('erp').received().slice(2)).toMatchObject([
      { sequence: 1, replayed: true },
      { sequence: 2, replayed: true },
    ])
  })

  it('409 for the eleventh job of a lane', async () => {
    await scenario.relay.passesOn()
    await scenario.operator.pauses('erp')
    const answers: number[] = []
    for (let job = 0; job < 11; job += 1) {
      answers.push((await ask(REPLAY, { body: { from: 1, to: 1 } })).status)
    }
    expect(answers).toEqual([...Array.from({ length: 10 }, () => 202), 409])
    expect(await ask(REPLAY, { body: { from: 1, to: 1 } })).toEqual(refusal(409, 'too_many_jobs'))
  })

  it('takes the JSON whatever content type a client names', async () => {
    await scenario.relay.passesOn()
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'text/plain']) {
      const headers = { 'content-type': type }
      expect((await ask(REPLAY, { body: { parked: true }, headers })).status).toBe(202)
    }
  })

  it.each<[name: string, body: unknown]>([
    ['no body', undefined],
    ['an empty object', {}],
    ['a range that ends before it begins', { from: 3, to: 2 }],
    ['a range from 0', { from: 0, to: 2 }],
    ['half a range', { from: 1 }],
    ['a range of texts', { from: '1', to: '2' }],
    ['a fraction', { from: 1, to: 1.5 }],
    ['both wishes', { from: 1, to: 2, parked: true }],
    ['parked: false', { parked: false }],
    ['a further key', { parked: true, force: true }],
    ['an array', []],
    ['no JSON', '{"parked":tr'],
    ['more than 16 KiB', `{"parked":true}${' '.repeat(16 * 1024)}`],
  ])('400 for %s', async (_, body) => {
    await scenario.relay.passesOn(2)
    expect(await ask(REPLAY, { body })).toEqual(refusal(400, 'invalid_request'))
    expect((await scenario.lane('erp')).replaying).toBe(0)
  })
})

describe('POST …/lanes/{destination}/pause, resume and park', () => {
  const LANE = 'POST /portals/{portal}/lanes/erp'

  it('pauses after the attempt that is under way, and resumes where it stood', async () => {
    const held = scenario.receiver('erp').holds()
    await scenario.portal.sendsMany(3)
    await until(() => scenario.receiver('erp').sequences().length === 1)
    expect(await ask(`${LANE}/pause`)).toEqual({ status: 200, body: { state: 'paused' } })
    await scenario.inside(() => held.open())
    await until(async () => (await scenario.lane('erp')).cursor === 1)
    await scenario.portal.sends()
    await scenario.time.passesUntilQuiet()
    expect(scenario.receiver('erp').sequences()).toEqual([1])
    expect(await scenario.lane('erp')).toMatchObject({ state: 'paused', backlog: 3 })
    expect(await ask(`${LANE}/resume`)).toEqual({ status: 200, body: { state: 'active' } })
    await scenario.settled()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2, 3, 4])
  })

  it('resume tries at once what waits for its retry', async () => {
    scenario.receiver('erp').failsOnce({ 1: 503 })
    await scenario.portal.sends()
    await until(() => scenario.time.sleepers > 0)
    await scenario.portal.sends()
    scenario.receiver('erp').answers(503)
    await scenario.time.passes('1 s')
    await until(async () => (await scenario.lane('erp')).attempts === 2)
    scenario.receiver('erp').answers(() => new Response(''))
    expect(await ask(`${LANE}/resume`)).toEqual({ status: 200, body: { state: 'active' } })
    await scenario.settled()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 1, 1, 2])
  })

  it('resume says honestly that a misconfigured destination stays disabled', async () => {
    await scenario.relay.deploys([machine('erp', { url: 'nonsense' })])
    await scenario.portal.sends()
    expect(await ask(`${LANE}/resume`)).toEqual({ status: 200, body: { state: 'disabled' } })
  })

  it('park parks the front, and the lane goes on', async () => {
    scenario.receiver('erp').failsOnce({ 2: 503 })
    await scenario.portal.sendsMany(3)
    await until(async () => (await scenario.lane('erp')).attempts === 1)
    expect(await ask(`${LANE}/park`, { body: { sequence: 2 } })).toEqual({
      status: 200,
      body: { state: 'active' },
    })
    await scenario.time.passes('1 s')
    await scenario.settled()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2, 3])
    expect((await ask('GET /portals/{portal}/parked')).body).toMatchObject({
      parked: [{ destination: 'erp', sequence: 2, reason: 'set_aside', status: null, attempts: 1 }],
    })
  })

  it('park: 409 for an event that is not the front', async () => {
    scenario.receiver('erp').failsOnce({ 2: 503 })
    await scenario.portal.sendsMany(3)
    await until(async () => (await scenario.lane('erp')).attempts === 1)
    const answer = await ask(`${LANE}/park`, { body: { sequence: 3 } })
    const message = 'Only the event that the lane waits with can be parked'
    expect(answer).toEqual({ status: 409, body: { error: { code: 'not_head', message } } })
  })

  it.each([undefined, {}, { sequence: 0 }, { sequence: '1' }, { sequence: 1, more: 1 }, 'x', null])(
    'park: 400 for %j',
    async (body) => {
      await scenario.portal.sends()
      expect(await ask(`${LANE}/park`, { body })).toEqual(refusal(400, 'invalid_request'))
    },
  )

  it.each(['replay', 'pause', 'resume', 'park'])('%s: 404 for an unknown lane', async (verb) => {
    await scenario.portal.sends()
    const body = verb === 'replay' ? { parked: true } : { sequence: 1 }
    const answer = await ask(`POST /portals/{portal}/lanes/nobody/${verb}`, { body })
    expect(answer).toEqual(refusal(404, 'not_found'))
  })

  it.each(['replay', 'pause', 'resume', 'park'])(
    '%s: 409 for a removed destination',
    async (verb) => {
      await scenario.relay.passesOn()
      await scenario.relay.deploys([machine('crm')])
      await scenario.portal.sends()
      const body = verb === 'replay' ? { parked: true } : { sequence: 2 }
      const answer = await ask(`${LANE}/${verb}`, { body })
      expect(answer).toEqual(refusal(409, 'removed_destination'))
      expect(await scenario.lane('erp')).toMatchObject({ state: 'removed', cursor: 1 })
    },
  )
})
