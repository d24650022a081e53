/** Events that a portal's object tells together: what is stored, what the operator sees, over evictions. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PortalBench, machine, person, until } from '../../support/portal-scenario.ts'

const SECOND_MS = 1000

let bench: PortalBench

beforeEach(async () => {
  bench = new PortalBench([machine('erp'), person('chat')])
  await bench.start()
})

afterEach(() => bench.close())

/** The headlines of a channel's messages. */
function headlines(name: string): unknown[] {
  return bench.network.sent
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
  bench.receiveSlack(name, () => (isFailing ? new Response(body, { status }) : null))
  return {
    end: () => {
      isFailing = false
    },
  }
}

/** Twelve events wait while the channel is paused, then the lane goes on. */
async function twelveWaiting(): Promise<void> {
  await bench.portal().controlLane('chat', { kind: 'pause' })
  await bench.appendMany(12)
  await bench.settled()
}

describe('a chat lane that is more than ten events behind', () => {
  it('tells them in one message, and every fate says in which', async () => {
    await twelveWaiting()
    await bench.portal().controlLane('chat', { kind: 'resume' })
    await until(() => bench.messages('chat') === 1)
    await bench.settled()
    expect(headlines('chat')).toEqual(['12 changes of settings in 1 field'])
    const digest = { first: 1, last: 12, count: 12 }
    for (const sequence of [1, 7, 12]) {
      expect(await bench.fate('chat', sequence)).toMatchObject({ state: 'delivered', digest })
      expect(await bench.fate('erp', sequence)).toMatchObject({ state: 'delivered', digest: null })
    }
  })

  it('writes one row for the message and none for its events', async () => {
    await twelveWaiting()
    await bench.portal().controlLane('chat', { kind: 'resume' })
    await until(() => bench.messages('chat') === 1)
    await until(async () => (await bench.rows('SELECT * FROM digests')).length === 1)
    expect(await bench.rows('SELECT destination, last, sequences, attempts FROM digests')).toEqual([
      { destination: 'chat', last: 12, sequences: '[1,2,3,4,5,6,7,8,9,10,11,12]', attempts: 1 },
    ])
    expect(await bench.rows('SELECT * FROM fates')).toEqual([])
  })

  it('sends the same message again after a failure and an eviction, although more has come', async () => {
    await twelveWaiting()
    const failure = failing('chat', 500)
    await bench.portal().controlLane('chat', { kind: 'resume' })
    await until(() => bench.messages('chat') === 1)
    await until(async () => (await bench.storedLane('chat')).attempts === 1)
    const waiting = { state: 'waiting', digest: { first: 1, last: 12, count: 12 } }
    expect(await bench.fate('chat', 5)).toMatchObject(waiting)
    await bench.restart()
    failure.end()
    await bench.append()
    await bench.advance(60 * SECOND_MS)
    await bench.alarmIfDue()
    await until(() => headlines('chat').length >= 2)
    expect(headlines('chat').slice(0, 2)).toEqual([
      '12 changes of settings in 1 field',
      '12 changes of settings in 1 field',
    ])
    await until(async () => (await bench.fate('chat', 12))?.state === 'delivered')
    expect(await bench.fate('chat', 12)).toMatchObject({ digest: { count: 12 } })
  })

  it('sends its events one by one when the receiver refuses the message', async () => {
    await twelveWaiting()
    const refusal = failing('chat', 400, 'invalid_blocks')
    await bench.portal().controlLane('chat', { kind: 'resume' })
    await until(() => bench.messages('chat') === 1)
    refusal.end()
    await until(async () => {
      await bench.advance(SECOND_MS)
      return bench.messages('chat') === 13
    })
    await bench.settled()
    expect(await bench.portal().parked()).toEqual([])
    expect(await bench.fate('chat', 3)).toMatchObject({ state: 'delivered', digest: null })
  })

  it('waits as it is over a changed filter and two starts, and is woken in time', async () => {
    await twelveWaiting()
    const failure = failing('chat', 500)
    await bench.portal().controlLane('chat', { kind: 'resume' })
    await until(async () => (await bench.storedLane('chat')).attempts === 1)
    await bench.deploy([machine('erp'), person('chat', { events: ['onCrmDeal*'] })])
    await bench.restart()
    expect(await bench.portal().controlLane('chat', { kind: 'park', sequence: 13 })).toMatchObject({
      ok: false,
    })
    failure.end()
    const before = bench.messages('chat')
    await until(async () => {
      await bench.alarmInTime()
      return bench.messages('chat') > before
    })
    expect(headlines('chat').at(-1)).toBe('12 changes of settings in 1 field')
    await until(async () => (await bench.fate('chat', 12))?.state === 'delivered')
  })

  it('becomes single events when the destination becomes a webhook', async () => {
    await twelveWaiting()
    const failure = failing('chat', 500)
    await bench.portal().controlLane('chat', { kind: 'resume' })
    await until(async () => (await bench.storedLane('chat')).attempts === 1)
    failure.end()
    await bench.deploy([machine('erp'), machine('chat')])
    await until(async () => {
      await bench.alarmInTime()
      return bench.sequences('chat').length === 12
    })
    expect(bench.sequences('chat')).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
  })

  it('forgets a digest with its events', async () => {
    await twelveWaiting()
    await bench.portal().controlLane('chat', { kind: 'resume' })
    await until(async () => (await bench.rows('SELECT * FROM digests')).length === 1)
    await bench.advance(31 * 86_400_000)
    await bench.portal().touch()
    expect(await bench.rows('SELECT * FROM digests')).toEqual([])
  })
})

describe('a lane with `digest`', () => {
  it('gathers for its time, has an alarm for it, and tells what came in one message', async () => {
    await bench.deploy([person('slow', { digest: { seconds: 30, max: 50 } })])
    await bench.quiet()
    await bench.append()
    await bench.append()
    await until(async () => (await bench.alarmAt()) === bench.clock.now() + 30 * SECOND_MS)
    expect(bench.messages('slow')).toBe(0)
    await bench.alarmInTime()
    await until(() => bench.messages('slow') === 1)
    expect(headlines('slow')).toEqual(['2 changes of settings in 1 field'])
  })

  it('does not wait for more than one message may hold', async () => {
    await bench.deploy([person('slow', { digest: { seconds: 3600, max: 3 } })])
    await bench.appendMany(3)
    await until(() => bench.messages('slow') === 1)
    expect(headlines('slow')).toEqual(['3 changes of settings in 1 field'])
  })
})
