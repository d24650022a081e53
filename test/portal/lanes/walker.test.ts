/**
 * G2 order, G3 at least once, G4 isolation, and the race rules of the lanes: what is stored before the next
 * send, and what a crash may repeat.
 */
import { abortAllDurableObjects } from 'cloudflare:test'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../../src/core/durations.ts'
import { createNotice } from '../../../src/core/access/installs/uninstall-notice.ts'
import { NO_INSTALL } from '../../../src/core/access/installs/install.ts'
import { oneTo } from '../../support/builders/a-lane.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { gate, until } from '../../support/until.ts'
import { machine, person } from '../../support/builders/entries.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
  scenario.losesReports()
})

afterEach(() => scenario.close())

/** The object ends in the middle of whatever it does; the next call constructs it anew. */
async function crash(): Promise<void> {
  await abortAllDurableObjects()
  await scenario.object.view()
}

describe('G2 order', () => {
  it('200 concurrent events arrive once each, in sequence order, each naming the one before', async () => {
    await scenario.relay.passesOn(200)
    const erp = scenario.receiver('erp')
    expect(erp.ids()).toEqual(oneTo(200).map((sequence) => `${scenario.memberId}-${sequence}`))
    expect(erp.links()).toEqual(oneTo(200).map((n) => [n, n === 1 ? null : n - 1]))
  })
})

describe('G3 at least once', () => {
  it('stores an outcome before the next send where a person reads', async () => {
    await scenario.relay.deploys([person('chat')])
    const cursors: number[] = []
    scenario.receiver('chat').answers(async () => {
      cursors.push((await scenario.storedLane('chat')).cursor)
      return null
    })
    await scenario.portal.sendsMany(4)
    await scenario.time.passesUntil(() => cursors.length === 4)
    expect(cursors).toEqual([0, 1, 2, 3])
  })

  it('a crash between send and save repeats one message at most where a person reads', async () => {
    await scenario.relay.deploys([person('chat')])
    scenario.receiver('chat').hangs(() => scenario.receiver('chat').count === 3)
    await scenario.portal.sendsMany(5)
    await scenario.time.passesUntil(() => scenario.receiver('chat').count === 3)
    await crash()
    await scenario.time.alarmFires()
    await scenario.time.passesUntil(() => scenario.receiver('chat').count === 6)
    await scenario.settled()
    const texts = scenario.network.to('hooks.slack.com').map(({ body }) => body)
    expect(texts).toHaveLength(6)
    await scenario.time.passes('1 s')
    expect((await scenario.storedLane('chat')).cursor).toBe(5)
  })

  it('a crash between send and save repeats ten deliveries at most to a machine, with the same ids', async () => {
    let isUp = true
    scenario
      .receiver('erp')
      .hangs(({ headers }) => isUp && headers.get('webhook-id')?.endsWith('-20') === true)
    await scenario.portal.sendsMany(25)
    await until(() => scenario.receiver('erp').received().length === 20)
    isUp = false
    await crash()
    await scenario.time.alarmFires()
    await scenario.settled()
    const ids = scenario.receiver('erp').ids()
    expect(ids.slice(0, 20)).toEqual(oneTo(20).map((n) => `${scenario.memberId}-${n}`))
    expect(ids.slice(20)).toEqual(oneTo(15).map((n) => `${scenario.memberId}-${n + 10}`))
    const [first, again] = scenario
      .receiver('erp')
      .received()
      .filter(({ sequence }) => sequence === 15)
    expect(again).toEqual(first)
  })

  it('stores where a machine stands every three seconds', async () => {
    scenario
      .receiver('erp')
      .hangs(({ headers }) => headers.get('webhook-id')?.endsWith('-4') === true)
    await scenario.portal.sendsMany(5)
    await until(() => scenario.receiver('erp').received().length === 4)
    expect((await scenario.storedLane('erp')).cursor).toBe(0)
    await scenario.time.passes('3 s')
    await until(async () => (await scenario.storedLane('erp')).cursor === 3)
    await crash()
    expect((await scenario.lane('erp')).cursor).toBe(3)
  })

  it('stores a lane that has come to rest in time as well, while another one hangs', async () => {
    await scenario.relay.deploys([machine('erp'), machine('slow')])
    scenario.receiver('slow').hangs()
    await scenario.portal.sends()
    await until(() => scenario.time.sleepers > 0)
    expect((await scenario.storedLane('erp')).cursor).toBe(0)
    await scenario.time.passes('3 s')
    await until(async () => (await scenario.storedLane('erp')).cursor === 1)
    await crash()
  })

  it('G1: an event that was acknowledged before a crash is delivered after it', async () => {
    await scenario.object.recognises(await scenario.portal.tokenHash())
    await scenario.operator.pauses('erp')
    await scenario.portal.sendsMany(3)
    await scenario.operator.resumes('erp')
    await crash()
    await scenario.time.alarmFires()
    await scenario.settled()
    expect(new Set(scenario.receiver('erp').sequences())).toEqual(new Set([1, 2, 3]))
  })
})

describe('an uninstall that is confirmed while a send is under way', () => {
  /** Sends event 1, and lets the installation end before the receiver answers. */
  async function endsDuringSend(status: number): Promise<void> {
    await scenario.portal.becomesKnown()
    const hash = 'a'.repeat(64)
    // Nobody has said for a day whether the uninstall is true, so the next alarm ends the installation.
    const notice = createNotice({ ts: 0, clean: false }, scenario.time.now() - DAY_MS)
    const uninstallNotice = { ...notice, nextAskAt: 0 }
    const install = { ...NO_INSTALL, hashes: [{ hash, until: null }], uninstallNotice }
    await scenario.rows('UPDATE install SET install = ?', JSON.stringify(install))
    await scenario.relay.restarts()
    const held = gate()
    scenario.receiver('erp').answers(async () => {
      await held.opened
      return new Response('', { status })
    })
    await scenario.portal.sends({ tokenHash: hash })
    await until(() => scenario.receiver('erp').count === 1)
    expect(await scenario.time.alarmFires()).toBe(true)
    await scenario.inside(() => held.open())
    await scenario.settled()
  }

  it('and keeps the log also keeps its outcome: the event is not sent again', async () => {
    await endsDuringSend(200)
    await scenario.relay.restarts()
    await scenario.time.passesUntilQuiet()
    expect(scenario.receiver('erp').sequences()).toEqual([1])
    expect(await scenario.lane('erp')).toMatchObject({ cursor: 1, backlog: 0 })
  })

  it('and keeps the log also keeps a refusal: the event is parked', async () => {
    await endsDuringSend(422)
    expect(await scenario.object.parked()).toMatchObject([{ sequence: 1, reason: 'http_422' }])
  })
})

describe('G4 isolation', () => {
  it('while one receiver hangs, three others get all of 50 events', async () => {
    await scenario.relay.deploys(['slow', 'a', 'b', 'c'].map((name) => machine(name)))
    const held = scenario.receiver('slow').holds()
    await scenario.portal.sendsMany(50)
    await until(() =>
      ['a', 'b', 'c'].every((name) => scenario.receiver(name).sequences().length === 50),
    )
    expect(scenario.receiver('slow').sequences()).toEqual([1])
    for (const name of ['a', 'b', 'c'])
      expect(scenario.receiver(name).sequences()).toEqual(oneTo(50))
    await scenario.inside(() => held.open())
    await scenario.settled()
    expect(scenario.receiver('slow').sequences()).toEqual(oneTo(50))
  })

  it('while 19 receivers take 25 s for each event, a fast one gets 20 events without waiting in between', async () => {
    const slow = oneTo(19).map((n) => `slow-${n}`)
    await scenario.relay.deploys([...slow, 'erp'].map((name) => machine(name)))
    for (const name of slow) {
      scenario.receiver(name).answers(async () => {
        await scenario.time.clock.sleep(25 * SECOND_MS)
        return new Response('')
      })
    }
    await scenario.portal.sendsMany(20)
    await scenario.time.passes('100 s')
    await until(() => scenario.receiver('erp').sequences().length === 20)
    expect(scenario.receiver('erp').sequences()).toEqual(oneTo(20))
    // Four connections work for the slow ones all the time.
    await scenario.time.passes('100 s')
    const sent = slow.reduce((sum, name) => sum + scenario.receiver(name).count, 0)
    expect(sent).toBeGreaterThanOrEqual(4 * 7)
  })

  it('while one receiver asks for an hour, another gets everything', async () => {
    await scenario.relay.deploys([machine('limited'), machine('erp')])
    scenario.receiver('limited').answers(429, { 'retry-after': '3600' })
    await scenario.portal.sendsMany(20)
    await until(() => scenario.receiver('erp').sequences().length === 20)
    expect(scenario.receiver('limited').sequences()).toEqual([1])
    const { nextAttemptAt } = await scenario.lane('limited')
    expect(Date.parse(nextAttemptAt ?? '')).toBe(scenario.time.now() + HOUR_MS)
  })

  it('of 5 connections, 6 dead lanes share 2, and 2 living ones get everything', async () => {
    const dead = oneTo(6).map((n) => `dead-${n}`)
    await scenario.relay.deploys([...dead, 'erp', 'crm'].map((name) => machine(name)))
    const held = gate()
    for (const name of dead) {
      scenario.receiver(name).holds(held)
      scenario.receiver(name).failsOnce({ 1: 503 })
    }
    const open = () => dead.filter((name) => scenario.receiver(name).count === 2)
    await scenario.portal.sends()
    await until(() => scenario.time.sleepers >= 6)
    await scenario.time.passes('1 s')
    await until(() => open().length === 2)
    await scenario.portal.sendsMany(30)
    await until(() =>
      ['erp', 'crm'].every((name) => scenario.receiver(name).sequences().length === 31),
    )
    expect(open()).toHaveLength(2)
    expect(dead.filter((name) => scenario.receiver(name).count === 1)).toHaveLength(4)
    await scenario.inside(() => held.open())
    await scenario.settled()
  })

  it('a lane whose last event was given up still counts as failing', async () => {
    const dead = oneTo(6).map((n) => `dead-${n}`)
    await scenario.relay.deploys([...dead, 'erp'].map((name) => machine(name)))
    const held = gate()
    for (const name of dead) {
      scenario.receiver(name).holds(held)
      scenario.receiver(name).failsOnce({ 1: 503 })
    }
    await scenario.portal.sends({ receivedAt: scenario.time.now() - 100 * HOUR_MS })
    await scenario.settled()
    expect(await scenario.fate('dead-1', 1)).toMatchObject({ state: 'parked', reason: 'http_503' })
    await scenario.portal.sendsMany(30)
    await until(() => scenario.receiver('erp').sequences().length === 31)
    expect(dead.filter((name) => scenario.receiver(name).count > 1)).toHaveLength(2)
    await scenario.inside(() => held.open())
    await scenario.settled()
  })

  it('at most 5 deliveries of a portal are under way', async () => {
    const names = oneTo(8).map((n) => `dest-${n}`)
    await scenario.relay.deploys(names.map((name) => machine(name)))
    const held = gate()
    for (const name of names) scenario.receiver(name).holds(held)
    await scenario.portal.sends()
    await until(() => scenario.network.sent.length === 5)
    await scenario.object.view()
    expect(scenario.network.sent).toHaveLength(5)
    await scenario.inside(() => held.open())
    await scenario.settled()
    expect(names.map((name) => scenario.receiver(name).sequences())).toEqual(names.map(() => [1]))
  })
})

describe('lanes see only rows whose commit has returned', () => {
  it('a rolled-back event is delivered nowhere', async () => {
    await scenario.relay.passesOn()
    await scenario.failNextTransaction()
    await expect(scenario.portal.sends()).rejects.toThrow('disk is full')
    await scenario.relay.passesOn()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2])
  })
})

describe('G10 liveness: a clock that was five hours ahead', () => {
  /** The object's clock jumps ahead while the receiver answers the first message so, and is right again afterwards. */
  async function isAheadDuring(answer: ResponseInit): Promise<void> {
    let aheadMs = 0
    scenario.settings = { ...scenario.settings, now: () => scenario.time.now() + aheadMs }
    await scenario.relay.restarts()
    let answers = 0
    scenario.receiver('erp').answers(() => {
      answers += 1
      if (answers > 1) return null
      aheadMs = 5 * HOUR_MS
      return new Response('', answer)
    })
    await scenario.portal.sends()
    await until(async () => {
      const { cursor, attempts } = await scenario.lane('erp')
      return cursor === 1 || attempts === 1
    })
    aheadMs = 0
  }

  it.each<[string, number]>([
    ['a delivery', 200],
    ['a failure', 503],
  ])('during %s makes the lane wait no longer than a right one', async (_case, status) => {
    await isAheadDuring({ status })
    await scenario.portal.sends()
    await scenario.time.passes('2 s')
    await scenario.settled()
    expect(scenario.receiver('erp').sequences().at(-1)).toBe(2)
  })

  it('makes a lane wait once, also when each life of the object is shorter than the wait', async () => {
    await isAheadDuring({ status: 503, headers: { 'retry-after': '40' } })
    for (let life = 0; life < 5; life += 1) {
      await scenario.relay.restarts()
      await scenario.time.passesWithoutAlarm('10 s')
    }
    await scenario.time.passes('1 s')
    await scenario.settled()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 1])
  })
})
