/** Events that a portal's object tells together: what is stored, what the operator sees, over evictions. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SECOND_MS } from '../../../src/core/durations.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { machine, person } from '../../support/builders/entries.ts'
import { until } from '../../support/until.ts'

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario([machine('erp'), person('chat')])
  await scenario.portal.becomesKnown()
})

afterEach(() => scenario.close())

/** How many edits each message of a channel tells; a digest of one field says it in its heading. */
function countsOf(name: string): unknown[] {
  return scenario.network.sent
    .filter(({ url }) => url.endsWith(`/B0/${name}`))
    .map(({ body }) => {
      // Sound: our own layout, whose elements are the headline and the headings.
      const message = JSON.parse(body) as {
        blocks: { elements: { elements: { text: string }[] }[] }[]
      }
      const text = message.blocks[0]?.elements.flatMap(({ elements }) =>
        elements.map((each) => each.text),
      )
      return /\d+ edits/.exec(text?.join('') ?? '')?.[0]
    })
}

/** A channel that fails until it is told not to. */
function failing(name: string, status: number, body = ''): { end(): void } {
  let isFailing = true
  scenario.receiver(name).answers(() => (isFailing ? new Response(body, { status }) : null))
  return {
    end: () => {
      isFailing = false
    },
  }
}

/** Twelve events wait while the channel is paused, then the lane goes on. */
async function twelveWaiting(): Promise<void> {
  await scenario.operator.pauses('chat')
  await scenario.relay.passesOn(12)
}

describe('a chat lane that is more than ten events behind', () => {
  it('tells them in one message, and every fate says in which', async () => {
    await twelveWaiting()
    await scenario.operator.resumes('chat')
    await until(() => scenario.receiver('chat').count === 1)
    await scenario.settled()
    expect(countsOf('chat')).toEqual(['12 edits'])
    const digest = { first: 1, last: 12, count: 12 }
    for (const sequence of [1, 7, 12]) {
      expect(await scenario.fate('chat', sequence)).toMatchObject({ state: 'delivered', digest })
      expect(await scenario.fate('erp', sequence)).toMatchObject({
        state: 'delivered',
        digest: null,
      })
    }
  })

  it('writes one row for the message and none for its events', async () => {
    await twelveWaiting()
    await scenario.operator.resumes('chat')
    await until(() => scenario.receiver('chat').count === 1)
    await until(async () => (await scenario.rows('SELECT * FROM digests')).length === 1)
    expect(
      await scenario.rows('SELECT destination, last, sequences, attempts FROM digests'),
    ).toEqual([
      { destination: 'chat', last: 12, sequences: '[1,2,3,4,5,6,7,8,9,10,11,12]', attempts: 1 },
    ])
    expect(await scenario.rows('SELECT * FROM fates')).toEqual([])
  })

  it('sends the same message again after a failure and an eviction, although more has come', async () => {
    await twelveWaiting()
    const failure = failing('chat', 500)
    await scenario.operator.resumes('chat')
    await until(() => scenario.receiver('chat').count === 1)
    await until(async () => (await scenario.storedLane('chat')).attempts === 1)
    const waiting = { state: 'waiting', digest: { first: 1, last: 12, count: 12 } }
    expect(await scenario.fate('chat', 5)).toMatchObject(waiting)
    await scenario.relay.restarts()
    failure.end()
    await scenario.portal.sends()
    await scenario.time.passes('60 s')
    await until(() => countsOf('chat').length >= 2)
    expect(countsOf('chat').slice(0, 2)).toEqual(['12 edits', '12 edits'])
    await until(async () => (await scenario.fate('chat', 12))?.state === 'delivered')
    expect(await scenario.fate('chat', 12)).toMatchObject({ digest: { count: 12 } })
  })

  it('sends its events one by one when the receiver refuses the message', async () => {
    await twelveWaiting()
    const refusal = failing('chat', 400, 'invalid_blocks')
    await scenario.operator.resumes('chat')
    await until(() => scenario.receiver('chat').count === 1)
    refusal.end()
    await scenario.time.passesUntil(() => scenario.receiver('chat').count === 13)
    await scenario.settled()
    expect(await scenario.object.parked()).toEqual([])
    expect(await scenario.fate('chat', 3)).toMatchObject({ state: 'delivered', digest: null })
  })

  it('waits as it is over a changed filter and two starts, and is woken in time', async () => {
    await twelveWaiting()
    const failure = failing('chat', 500)
    await scenario.operator.resumes('chat')
    await until(async () => (await scenario.storedLane('chat')).attempts === 1)
    await scenario.relay.deploys([machine('erp'), person('chat', { events: ['onCrmDeal*'] })])
    await scenario.relay.restarts()
    expect(await scenario.object.controlLane('chat', { kind: 'park', sequence: 13 })).toMatchObject(
      {
        ok: false,
      },
    )
    failure.end()
    const before = scenario.receiver('chat').count
    await scenario.time.passesUntil(() => scenario.receiver('chat').count > before)
    expect(countsOf('chat').at(-1)).toBe('12 edits')
    await until(async () => (await scenario.fate('chat', 12))?.state === 'delivered')
  })

  it('becomes single events when the destination becomes a webhook', async () => {
    await twelveWaiting()
    const failure = failing('chat', 500)
    await scenario.operator.resumes('chat')
    // The wait for the third attempt is left to the alarm, so the end of the object has none to wait for.
    await scenario.time.passesUntil(async () => (await scenario.storedLane('chat')).attempts === 2)
    failure.end()
    await scenario.relay.deploys([machine('erp'), machine('chat')])
    await scenario.time.passesUntil(() => scenario.receiver('chat').sequences().length === 12)
    expect(scenario.receiver('chat').sequences()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  it('forgets a digest with its events', async () => {
    await twelveWaiting()
    await scenario.operator.resumes('chat')
    await until(async () => (await scenario.rows('SELECT * FROM digests')).length === 1)
    await scenario.time.passes('31 days')
    await scenario.object.touch()
    expect(await scenario.rows('SELECT * FROM digests')).toEqual([])
  })
})

describe('a lane with `digest`', () => {
  it('gathers for its time, has an alarm for it, and tells what came in one message', async () => {
    await scenario.relay.deploys([person('slow', { digest: { seconds: 30, max: 50 } })])
    await scenario.time.passesUntilQuiet()
    await scenario.portal.sends()
    await scenario.portal.sends()
    await until(
      async () => (await scenario.time.alarmAt()) === scenario.time.now() + 30 * SECOND_MS,
    )
    expect(scenario.receiver('slow').count).toBe(0)
    await scenario.time.passesToAlarm()
    await until(() => scenario.receiver('slow').count === 1)
    expect(countsOf('slow')).toEqual(['2 edits'])
  })

  it('does not wait for more than one message may hold', async () => {
    await scenario.relay.deploys([person('slow', { digest: { seconds: 3600, max: 3 } })])
    await scenario.portal.sendsMany(3)
    await until(() => scenario.receiver('slow').count === 1)
    expect(countsOf('slow')).toEqual(['3 edits'])
  })
})
