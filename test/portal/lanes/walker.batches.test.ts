/** Batches of a portal's object: what is sent and stored, what the operator sees, over evictions and deployments. */
import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { anEvent } from '../../support/builders/a-delivery.ts'
import { machine, person } from '../../support/builders/entries.ts'
import type { SentRequest } from '../../support/network/network.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import type { ScenarioReceiver } from '../../support/scenarios/scenario-receiver.ts'
import { until } from '../../support/until.ts'
import { SIGNING_SECRET } from '../../support/worker/runtime-bindings.ts'

let scenario: PortalScenario
let erp: ScenarioReceiver

beforeEach(async () => {
  scenario = new PortalScenario([machine('erp', { batch: {} })])
  scenario.losesReports()
  erp = scenario.receiver('erp')
  await scenario.portal.becomesKnown()
})

afterEach(() => scenario.close())

/** Some events wait while the lane is paused; then it goes on. */
async function waiting(count: number): Promise<void> {
  await scenario.operator.pauses('erp')
  await scenario.portal.sendsMany(count)
}

/** A receiver that wants to be left alone for a minute, which no walk sleeps through. */
function busy(): Response {
  return new Response('', { status: 503, headers: { 'retry-after': '60' } })
}

/** The sequences in a request. */
function sequencesIn({ body }: SentRequest): number[] {
  const { data } = JSON.parse(body)
  return (data.events ?? [{ data }]).map(
    (event: { data: { sequence: number } }) => event.data.sequence,
  )
}

/** Answers 422 to whatever holds this event. */
function refusing(poison: number): void {
  erp.answers((request) =>
    sequencesIn(request).includes(poison) ? new Response('no', { status: 422 }) : null,
  )
}

describe('a lane with `batch`', () => {
  it('sends what waits as one message that the official library verifies', async () => {
    await waiting(100)
    await scenario.operator.resumes('erp')
    await scenario.settled()
    expect(erp.count).toBe(1)
    const [request] = erp.requests()
    if (request === undefined) throw new Error('Nothing was sent')
    const headers = Object.fromEntries(request.headers)
    const at = Number(headers['webhook-timestamp']) * 1000
    expect(Math.abs(scenario.time.now() - at)).toBeLessThan(60_000)
    // The clock of a scenario is a day ahead, so the signature is compared and not its time.
    const id = `${scenario.memberId}-1-100`
    expect(headers['webhook-id']).toBe(id)
    expect(headers['webhook-signature']).toBe(
      new Webhook(SIGNING_SECRET).sign(id, new Date(at), request.body),
    )
    expect(JSON.parse(request.body)).toMatchObject({ type: 'bitrix24.batch' })
    expect(erp.links().slice(0, 3)).toEqual([
      [1, null],
      [2, 1],
      [3, 2],
    ])
    expect(erp.ids()).toEqual(
      Array.from({ length: 100 }, (_, index) => `${scenario.memberId}-${index + 1}`),
    )
  })

  it('writes one row before the batch, one when the lane rests, and none for its events', async () => {
    await waiting(100)
    const observed = await scenario.observe()
    await scenario.operator.resumes('erp')
    await scenario.settled()
    await until(async () => (await scenario.storedLane('erp')).cursor === 100)
    const writes = observed.writes.filter(({ query }) => query.startsWith('INSERT INTO lanes'))
    // The first one is the operator's.
    expect(writes).toHaveLength(3)
    expect(await scenario.rows('SELECT * FROM digests')).toEqual([])
    expect(await scenario.rows('SELECT * FROM fates')).toEqual([])
    expect(await scenario.fate('erp', 57)).toMatchObject({
      state: 'delivered',
      attempts: 1,
      digest: null,
    })
  })

  it('sends a single event as without it', async () => {
    await scenario.relay.passesOn()
    expect(erp.requests().map(({ headers }) => headers.get('webhook-id'))).toEqual([
      `${scenario.memberId}-1`,
    ])
  })

  it('is sent again as it was after a failure and an eviction, although more has come', async () => {
    await waiting(5)
    let isFailing = true
    erp.answers(() => (isFailing ? busy() : null))
    await scenario.operator.resumes('erp')
    await until(async () => (await scenario.storedLane('erp')).attempts === 1)
    const digest = { first: 1, last: 5, count: 5 }
    expect(await scenario.fate('erp', 3)).toMatchObject({ state: 'waiting', digest })
    await scenario.relay.restarts()
    isFailing = false
    await scenario.portal.sendsMany(2)
    await scenario.time.passesUntil(() => erp.count === 3)
    await scenario.settled()
    expect(erp.batches()).toEqual([
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
      [6, 7],
    ])
    const [first, second] = erp.requests()
    expect(second?.body).toBe(first?.body)
    expect(await scenario.fate('erp', 3)).toMatchObject({ state: 'delivered', attempts: 2, digest })
    expect(await scenario.rows('SELECT last, sequences, attempts FROM digests')).toEqual([
      { last: 5, sequences: '[1,2,3,4,5]', attempts: 2 },
    ])
  })

  it('finds the event that is refused, parks it alone, and sends it again when asked', async () => {
    await waiting(8)
    refusing(6)
    await scenario.operator.resumes('erp')
    await scenario.settled()
    expect(erp.batches()).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [5, 6],
      [5],
      [6],
      [7, 8],
    ])
    expect((await scenario.object.parked())?.map(({ sequence }) => sequence)).toEqual([6])
    erp.answers(204)
    await scenario.operator.replays('erp', { from: 6, to: 6 })
    await until(async () => (await scenario.fate('erp', 6))?.state === 'delivered')
    expect(erp.received().at(-1)).toMatchObject({
      id: `${scenario.memberId}-6`,
      previousSequence: 5,
      replayed: true,
    })
  })

  it('goes on with its halves after an eviction', async () => {
    await waiting(4)
    let isDown = false
    erp.answers((request) => {
      if (isDown) return busy()
      isDown = true
      return new Response('', { status: sequencesIn(request).length === 4 ? 400 : 204 })
    })
    await scenario.operator.resumes('erp')
    await until(async () => (await scenario.storedLane('erp')).attempts === 1)
    expect(await scenario.storedLane('erp')).toMatchObject({
      gathering: { underWay: [1, 2], halves: [[3, 4]] },
    })
    await scenario.relay.restarts()
    erp.answers(204)
    await scenario.portal.sends()
    await scenario.time.passesUntil(() => erp.count === 5)
    expect(erp.batches()).toEqual([[1, 2, 3, 4], [1, 2], [1, 2], [3, 4], [5]])
  })

  it('holds no more than 1 MiB, and sends a larger event alone', async () => {
    const large = (kilobytes: number) => ({
      event: JSON.stringify(
        anEvent({
          name: 'ONCRMREQUISITEUSERFIELDADD',
          data: { text: 'ж'.repeat(kilobytes * 512) },
          field: null,
        }),
      ),
    })
    await scenario.operator.pauses('erp')
    for (const kilobytes of [200, 200, 200, 200, 200, 1, 10]) {
      await scenario.portal.sends(large(kilobytes))
    }
    // As a former version stored it: today it would be quarantined as too large.
    await scenario.rows('UPDATE log SET event = ? WHERE sequence = 6', large(1100).event)
    await scenario.relay.restarts()
    await scenario.operator.resumes('erp')
    await scenario.settled()
    expect(erp.batches()).toEqual([[1, 2, 3, 4], [5], [6], [7]])
    const bytes = erp.requests().map(({ body }) => Buffer.byteLength(body))
    expect(Math.max(...bytes.filter((_, index) => index !== 2))).toBeLessThanOrEqual(2 ** 20)
  })
})

describe('a deployment while a batch waits', () => {
  beforeEach(async () => {
    await waiting(5)
    erp.answers(busy)
    await scenario.operator.resumes('erp')
    await until(async () => (await scenario.storedLane('erp')).attempts === 1)
    erp.answers(204)
  })

  it('that takes `batch` away sends its events one by one, in their order', async () => {
    await scenario.relay.deploys([machine('erp')])
    await scenario.time.passesUntil(() => erp.count === 6)
    expect(erp.batches().slice(1)).toEqual([[1], [2], [3], [4], [5]])
  })

  it('that allows fewer events sends it in parts', async () => {
    await scenario.relay.deploys([machine('erp', { batch: { max: 2 } })])
    await scenario.portal.sends()
    await scenario.time.passesUntil(() => erp.sequences().length === 11)
    expect(erp.batches().slice(1)).toEqual([[1, 2], [3], [4, 5], [6]])
  })

  it('that changes its filter sends it as it was', async () => {
    const filter = { batch: {}, events: ['onCrmDeal*'] }
    await scenario.relay.deploys([machine('erp', filter)])
    await scenario.time.passesUntil(() => erp.count === 2)
    expect(erp.batches()[1]).toEqual([1, 2, 3, 4, 5])
  })

  it('that makes it a destination for people tells it in one message', async () => {
    await scenario.relay.deploys([person('erp')])
    const slack = () => scenario.network.sent.filter(({ url }) => url.includes('hooks.slack.com'))
    await scenario.time.passesUntil(() => slack().length === 1)
    await scenario.settled()
    expect(slack()[0]?.body).toContain('5 edits')
  })
})
