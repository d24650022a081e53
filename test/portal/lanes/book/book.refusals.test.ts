/**
 * Storage that refuses to write after a message was sent. The receiver has the message, so it must not get it
 * again: the outcome stays in memory, and nothing follows on that lane until it is stored (G3).
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { machine, person } from '../../../support/builders/entries.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { until } from '../../../support/until.ts'

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario([machine('erp'), person('chat')])
  await scenario.portal.becomesKnown()
})

afterEach(() => scenario.close())

/** The receiver answers once with a failure. */
function failsOnce(name: string): void {
  let failures = 1
  scenario
    .receiver(name)
    .answers(() => (failures-- > 0 ? new Response('no', { status: 503 }) : null))
}

/** The disk is full from the moment at which the receiver takes its next message. */
function fullFromNextTo(name: string) {
  let accept: (() => Promise<void>) | null = null
  scenario.receiver(name).answers(async () => {
    accept ??= await scenario.storageRefuses()
    return null
  })
  return {
    begins: () => scenario.time.passesUntil(() => accept !== null),
    ends: () => accept?.() ?? Promise.resolve(),
  }
}

describe.each(['erp', 'chat'])('a message to %s that is sent before storage refuses', (name) => {
  it('is sent once when it was retried, and the next one follows when it is stored', async () => {
    failsOnce(name)
    await scenario.portal.sends()
    await until(async () => (await scenario.lane(name)).attempts === 1)
    const full = fullFromNextTo(name)
    await full.begins()
    await scenario.time.passes('20 min')
    expect(scenario.receiver(name).count).toBe(2)
    await full.ends()
    await scenario.time.passes('2 min')
    expect(await scenario.fate(name, 1)).toMatchObject({ state: 'delivered', attempts: 2 })
    await scenario.portal.sends()
    await until(() => scenario.receiver(name).count === 3)
    expect((await scenario.storedLane(name)).cursor).toBeGreaterThanOrEqual(1)
  })

  it('is stored within a minute after storage takes it, also when nothing follows', async () => {
    const full = fullFromNextTo(name)
    await scenario.portal.sends()
    await full.begins()
    await scenario.settled()
    await scenario.time.passesWithoutAlarm('10 s')
    await full.ends()
    await scenario.time.passesWithoutAlarm('1 min')
    expect((await scenario.storedLane(name)).cursor).toBe(1)
    expect(scenario.receiver(name).count).toBe(1)
  })

  it('is sent once when it is a replay', async () => {
    await scenario.portal.sends()
    await scenario.settled()
    const full = fullFromNextTo(name)
    await scenario.operator.replays(name, { from: 1, to: 1 })
    await full.begins()
    await scenario.time.passes('20 min')
    expect(scenario.receiver(name).count).toBe(2)
    await full.ends()
    await scenario.time.passes('2 min')
    expect((await scenario.storedLane(name)).replays).toEqual([])
  })
})

it('a digest that is sent before storage refuses is sent once', async () => {
  await scenario.operator.pauses('chat')
  await scenario.portal.sendsMany(12)
  await scenario.settled()
  const full = fullFromNextTo('chat')
  await scenario.operator.resumes('chat')
  await full.begins()
  await scenario.time.passes('20 min')
  expect(scenario.receiver('chat').count).toBe(1)
  await full.ends()
  await scenario.time.passes('2 min')
  expect(await scenario.rows('SELECT last FROM digests')).toEqual([{ last: 12 }])
  expect((await scenario.storedLane('chat')).cursor).toBe(12)
})
