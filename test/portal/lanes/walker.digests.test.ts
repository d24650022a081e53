/** Events that a portal's object tells together: what is stored, what the operator sees, over evictions. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PortalScenario, machine, person, until } from '../../support/portal-scenario.ts'

const SECOND_MS = 1000

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario([machine('erp'), person('chat')])
  await scenario.start()
})

afterEach(() => scenario.close())

/** The headlines of a channel's messages. */
function headlines(name: string): unknown[] {
  return scenario.network.sent
    .filter(({ url }) => url.endsWith(`/B0/${name}`))
    .map(({ body }) => {
      // Sound: our own layout, whose first element is the headline.
      const message = JSON.parse(body) as {
        blocks: { elements: { elements: { text: string }[] }[] }[]
      }
      return message.blocks[0]?.elements[0]?.elements.map(({ text }) => text).join('')
    })
}

/** A channel that fails until it is told not to. */
function failing(name: string, status: number, body = ''): { end(): void } {
  let isFailing = true
  scenario.receiveSlack(name, () => (isFailing ? new Response(body, { status }) : null))
  return {
    end: () => {
      isFailing = false
    },
  }
}

/** Twelve events wait while the channel is paused, then the lane goes on. */
async function twelveWaiting(): Promise<void> {
  await scenario.portal().controlLane('chat', { kind: 'pause' })
  await scenario.appendMany(12)
  await scenario.settled()
}

describe('a chat lane that is more than ten events behind', () => {
  it('tells them in one message, and every fate says in which', async () => {
    await twelveWaiting()
    await scenario.portal().controlLane('chat', { kind: 'resume' })
    await until(() => scenario.messages('chat') === 1)
    await scenario.settled()
    expect(headlines('chat')).toEqual(['12 changes of settings in 1 field'])
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
    await scenario.portal().controlLane('chat', { kind: 'resume' })
    await until(() => scenario.messages('chat') === 1)
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
    await scenario.portal().controlLane('chat', { kind: 'resume' })
    await until(() => scenario.messages('chat') === 1)
    await until(async () => (await scenario.storedLane('chat')).attempts === 1)
    const waiting = { state: 'waiting', digest: { first: 1, last: 12, count: 12 } }
    expect(await scenario.fate('chat', 5)).toMatchObject(waiting)
    await scenario.restart()
    failure.end()
    await scenario.append()
    await scenario.advance(60 * SECOND_MS)
    await scenario.alarmIfDue()
    await until(() => headlines('chat').length >= 2)
    expect(headlines('chat').slice(0, 2)).toEqual([
      '12 changes of settings in 1 field',
      '12 changes of settings in 1 field',
    ])
    await until(async () => (await scenario.fate('chat', 12))?.state === 'delivered')
    expect(await scenario.fate('chat', 12)).toMatchObject({ digest: { count: 12 } })
  })

  it('sends its events one by one when the receiver refuses the message', async () => {
    await twelveWaiting()
    const refusal = failing('chat', 400, 'invalid_blocks')
    await scenario.portal().controlLane('chat', { kind: 'resume' })
    await until(() => scenario.messages('chat') === 1)
    refusal.end()
    await until(async () => {
      await scenario.advance(SECOND_MS)
      return scenario.messages('chat') === 13
    })
    await scenario.settled()
    expect(await scenario.portal().parked()).toEqual([])
    expect(await scenario.fate('chat', 3)).toMatchObject({ state: 'delivered', digest: null })
  })

  it('waits as it is over a changed filter and two starts, and is woken in time', async () => {
    await twelveWaiting()
    const failure = failing('chat', 500)
    await scenario.portal().controlLane('chat', { kind: 'resume' })
    await until(async () => (await scenario.storedLane('chat')).attempts === 1)
    await scenario.deploy([machine('erp'), person('chat', { events: ['onCrmDeal*'] })])
    await scenario.restart()
    expect(
      await scenario.portal().controlLane('chat', { kind: 'park', sequence: 13 }),
    ).toMatchObject({
      ok: false,
    })
    failure.end()
    const before = scenario.messages('chat')
    await until(async () => {
      await scenario.alarmInTime()
      return scenario.messages('chat') > before
    })
    expect(headlines('chat').at(-1)).toBe('12 changes of settings in 1 field')
    await until(async () => (await scenario.fate('chat', 12))?.state === 'delivered')
  })

  it('becomes single events when the destination becomes a webhook', async () => {
    await twelveWaiting()
    const failure = failing('chat', 500)
    await scenario.portal().controlLane('chat', { kind: 'resume' })
    await until(async () => (await scenario.storedLane('chat')).attempts === 1)
    failure.end()
    await scenario.deploy([machine('erp'), machine('chat')])
    await until(async () => {
      await scenario.alarmInTime()
      return scenario.sequences('chat').length === 12
    })
    expect(scenario.sequences('chat')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  it('forgets a digest with its events', async () => {
    await twelveWaiting()
    await scenario.portal().controlLane('chat', { kind: 'resume' })
    await until(async () => (await scenario.rows('SELECT * FROM digests')).length === 1)
    await scenario.advance(31 * 86_400_000)
    await scenario.portal().touch()
    expect(await scenario.rows('SELECT * FROM digests')).toEqual([])
  })
})

describe('a lane with `digest`', () => {
  it('gathers for its time, has an alarm for it, and tells what came in one message', async () => {
    await scenario.deploy([person('slow', { digest: { seconds: 30, max: 50 } })])
    await scenario.quiet()
    await scenario.append()
    await scenario.append()
    await until(async () => (await scenario.alarmAt()) === scenario.clock.now() + 30 * SECOND_MS)
    expect(scenario.messages('slow')).toBe(0)
    await scenario.alarmInTime()
    await until(() => scenario.messages('slow') === 1)
    expect(headlines('slow')).toEqual(['2 changes of settings in 1 field'])
  })

  it('does not wait for more than one message may hold', async () => {
    await scenario.deploy([person('slow', { digest: { seconds: 3600, max: 3 } })])
    await scenario.appendMany(3)
    await until(() => scenario.messages('slow') === 1)
    expect(headlines('slow')).toEqual(['3 changes of settings in 1 field'])
  })
})
