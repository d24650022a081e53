/**
 * What may change while a walk waits for a connection or for a slot of the common pace, and how often the walk
 * decides what to send.
 */
import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import { laneDueAt } from '../../../src/core/lanes/state/lane-state.ts'
import { SLOW_ATTEMPT_MS } from '../../../src/core/lanes/connections.ts'
import { SLOT_HOLDS_MS } from '../../../src/core/lanes/send-in-turn.ts'
import { walkLane } from '../../../src/core/lanes/walk-lane.ts'
import { Crash, aLaneScenario, type LaneScenario } from '../../support/scenarios/lane-scenario.ts'
import { DELIVERED, REJECTED, oneTo, times, unreachable } from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

const BEHIND = { waitMs: null, max: 50 }

/** Holds every connection until the answer is called. */
async function occupy(scenario: LaneScenario): Promise<() => void> {
  const held = await Promise.all(oneTo(5).map(() => scenario.connections.acquire('fast')))
  return () => held.forEach(({ release }) => release())
}

/** Lets the walk go on until it waits. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 9; turn += 1) await Promise.resolve()
}

/** Something happens while the first slot is waited for, which is then given. */
function whileSlotIsAwaited(scenario: LaneScenario, action: () => void): void {
  let asked = 0
  scenario.takeSlot = () => {
    asked += 1
    if (asked === 1) action()
    return null
  }
}

/** Counts the questions for a slot. */
function countSlots(scenario: LaneScenario): { asked: number } {
  const count = { asked: 0 }
  scenario.takeSlot = () => {
    count.asked += 1
    return null
  }
  return count
}

describe('a walk decides once for each send', () => {
  it.each([
    ['machine', null],
    ['person', BEHIND],
  ] as const)(
    'for a %s: it reads the log once a send, and not at all at its end',
    async (...row) => {
      const [reader, digestRule] = row
      const scenario = aLaneScenario({ events: 8, reader, digestRule })
      await scenario.walk()
      expect(scenario.order).toEqual(oneTo(8))
      expect(scenario.reads).toBe(8)
    },
  )

  it('once for a send that is retried', async () => {
    const scenario = aLaneScenario({ events: 1, outcomes: { 1: [unreachable(MINUTE_MS)] } })
    await scenario.walk()
    // Once for the send, once to find that the retry is a minute away.
    expect(scenario.reads).toBe(2)
  })

  it('once for a send that has waited for a connection while nothing changed', async () => {
    const scenario = aLaneScenario({ events: 1 })
    const free = await occupy(scenario)
    const walk = scenario.walk()
    await settled()
    scenario.now += 1000
    free()
    await walk
    expect(scenario.sends).toMatchObject([{ sequence: 1, at: NOW + 1000 }])
    expect(scenario.reads).toBe(1)
  })

  it('again when the lane has changed meanwhile', async () => {
    const scenario = aLaneScenario({ events: 2 })
    const free = await occupy(scenario)
    const walk = scenario.walk()
    await settled()
    scenario.operator.parks(1)
    free()
    await walk
    expect(scenario.order).toEqual([2])
    expect(scenario.reads).toBe(2)
  })

  it('again when events have come meanwhile: they join the digest', async () => {
    const scenario = aLaneScenario({ events: 11, digestRule: BEHIND })
    const free = await occupy(scenario)
    const walk = scenario.walk()
    await settled()
    scenario.portal.sends()
    free()
    await walk
    expect(scenario.sends.map(({ sequences }) => sequences)).toEqual([oneTo(12)])
  })
})

describe('a walk', () => {
  it.each<[string, (scenario: LaneScenario) => void, number[]]>([
    ['sends what is still due', () => {}, [1, 2]],
    ['sends after its deadline, and nothing more', (scenario) => (scenario.now += 30_000), [1]],
    ['sends nothing of an erased log', (scenario) => (scenario.erasures += 1), []],
    ['sends nothing of a paused lane', (scenario) => scenario.operator.pauses(), []],
    ['sends what is due then', (scenario) => scenario.operator.parks(1), [2]],
  ])('that has waited for a connection %s', async (_name, meanwhile, expected) => {
    const scenario = aLaneScenario({ events: 2 })
    const free = await occupy(scenario)
    const walk = scenario.walk()
    await settled()
    meanwhile(scenario)
    free()
    await walk
    expect(scenario.order).toEqual(expected)
  })

  it.each<[string, number, number]>([
    ['a second', SLOT_HOLDS_MS, 1],
    ['longer', SLOT_HOLDS_MS + 1, 2],
  ])(
    'that has waited for a connection for %s asks again only after that',
    async (_name, ms, asked) => {
      const scenario = aLaneScenario({ events: 1, minIntervalMs: 1000 })
      const slots = countSlots(scenario)
      const free = await occupy(scenario)
      const walk = scenario.walk()
      await settled()
      scenario.now += ms
      free()
      await walk
      expect(slots.asked).toBe(asked)
      expect(scenario.order).toEqual([1])
    },
  )

  it('G4 that asks for a slot again lets the others have its connection, and keeps its place', async () => {
    const scenario = aLaneScenario({ events: 1, minIntervalMs: 1000 })
    const free = await occupy(scenario)
    const walk = scenario.walk()
    await settled()
    scenario.now += SLOT_HOLDS_MS + 1
    const pacer = Promise.withResolvers<null>()
    scenario.takeSlot = () => pacer.promise
    const order: string[] = []
    const [one, ...rest] = oneTo(6).map(async (lane) => {
      const connection = await scenario.connections.acquire('fast')
      order.push(`lane ${lane}`)
      return connection
    })
    scenario.during(1, () => order.push('walk'))
    free()
    await settled()
    // The pacer is silent, and the walk has no connection: five of the six others have one.
    expect(order).toEqual(oneTo(5).map((lane) => `lane ${lane}`))
    pacer.resolve(null)
    await settled()
    ;(await one)?.release()
    await walk
    expect(order.slice(5)).toEqual(['walk', 'lane 6'])
    expect(await Promise.all(rest)).toHaveLength(5)
  })

  it('asks for a slot after each long wait, and sends although slow lanes take each connection (G4)', async () => {
    const lane = { recent: [{ sequence: 1, state: 'delivered', at: NOW, attempts: 1 }] } as const
    const slow = { ...lane, lastTookMs: SLOW_ATTEMPT_MS + 1 }
    const scenario = aLaneScenario({ events: 1, minIntervalMs: 1000, lane: slow })
    const slots: number[] = []
    let answer = (): void => {}
    scenario.takeSlot = () => {
      slots.push(scenario.now)
      const { promise, resolve } = Promise.withResolvers<null>()
      answer = () => resolve(null)
      return promise
    }
    // Ten lanes without a common pace: each asks for a connection as soon as it has given one back.
    const held: (() => void)[] = []
    const asks = (): void =>
      void scenario.connections.acquire('slow').then(({ release }) => held.push(release))
    for (const _ of oneTo(10)) asks()
    await settled()
    const walk = scenario.walk()
    for (let round = 0; round < 20 && scenario.sends.length === 0; round += 1) {
      await settled()
      answer()
      await settled()
      scenario.now += SLOT_HOLDS_MS + 1
      for (const release of held.splice(0)) {
        release()
        asks()
        await settled()
      }
    }
    await walk
    expect(slots).toHaveLength(3)
    expect(scenario.sends).toMatchObject([{ sequence: 1, at: slots.at(-1) }])
  })

  it('of a receiver without a common pace sends when it has a connection, however long it waited', async () => {
    const scenario = aLaneScenario({ events: 1 })
    const free = await occupy(scenario)
    const walk = scenario.walk()
    await settled()
    scenario.now += SLOT_HOLDS_MS + 1
    const others = oneTo(5).map(() => scenario.connections.acquire('fast'))
    free()
    await walk
    expect(scenario.order).toEqual([1])
    for (const other of await Promise.all(others)) other.release()
  })

  it('sends nothing when the slot that it asks for again is not free', async () => {
    const scenario = aLaneScenario({ events: 1, minIntervalMs: 1000 })
    const free = await occupy(scenario)
    const walk = scenario.walk()
    await settled()
    scenario.now += SLOT_HOLDS_MS + 1
    scenario.slots.push(scenario.now + 60_000)
    free()
    await walk
    expect(scenario.order).toEqual([])
  })

  it('holds no connection while it waits for a slot', async () => {
    const scenario = aLaneScenario({ events: 1 })
    scenario.slots.push(NOW + 60_000)
    await scenario.walk()
    expect(scenario.acquired).toEqual([])
  })

  it.each<[string, (scenario: LaneScenario) => void]>([
    ['is paused', (scenario) => scenario.operator.pauses()],
    ['has no event left', (scenario) => scenario.operator.parks(1)],
    ['is erased', (scenario) => (scenario.erasures += 1)],
    ['has no time left', (scenario) => (scenario.now += 30_000)],
    [
      'has to wait',
      (scenario) => (scenario.lane = { ...scenario.lane, notBefore: scenario.now + 5000 }),
    ],
  ])('that has waited for a slot asks for no connection when it %s', async (_name, meanwhile) => {
    const scenario = aLaneScenario({ events: 1 })
    whileSlotIsAwaited(scenario, () => meanwhile(scenario))
    await scenario.walk()
    expect(scenario.acquired).toEqual([])
  })

  it.each([
    ['is given', null],
    ['is not given', NOW + 5000],
  ])('whose installation has ended until its slot %s asks nothing of it', async (_name, slotAt) => {
    const scenario = aLaneScenario({ events: 1 })
    scenario.takeSlot = () => {
      scenario.erasures += 1
      // An uninstall with CLEAN=1 has deleted the lane.
      Object.defineProperty(scenario, 'lane', {
        get: () => {
          throw new Error('The lane does not exist')
        },
      })
      return slotAt
    }
    await expect(scenario.walk()).resolves.toBeUndefined()
    expect(scenario.acquired).toEqual([])
  })

  it('G4 says of a receiver that took longer than a second that it is slow', async () => {
    const scenario = aLaneScenario({ events: 3 })
    scenario.during(1, () => (scenario.now += SLOW_ATTEMPT_MS + 1))
    scenario.during(2, () => (scenario.now += SLOW_ATTEMPT_MS))
    await scenario.walk()
    expect(scenario.acquired).toEqual(['new', 'slow', 'fast'])
  })

  it('asks for no slot and no connection when nothing is to be sent', async () => {
    const scenario = aLaneScenario({ events: 1, lane: { cursor: 1, lastMeant: 1 } })
    const slots = countSlots(scenario)
    await scenario.walk()
    expect([slots.asked, scenario.acquired]).toEqual([0, []])
  })

  it.each<[string, (scenario: LaneScenario) => void, number[]]>([
    ['sends nothing after its deadline', (scenario) => (scenario.now += 30_000), []],
    ['sends nothing of an erased log', (scenario) => (scenario.erasures += 1), []],
    ['sends nothing of a paused lane', (scenario) => scenario.operator.pauses(), []],
    ['sends what is due then', (scenario) => scenario.operator.parks(1), [2]],
  ])('that has waited for a slot %s', async (_name, meanwhile, expected) => {
    const scenario = aLaneScenario({ events: 2 })
    whileSlotIsAwaited(scenario, () => meanwhile(scenario))
    await scenario.walk()
    expect(scenario.order).toEqual(expected)
  })

  it('that has waited for a slot tells what has come meanwhile in the same digest', async () => {
    const scenario = aLaneScenario({ events: 11, digestRule: BEHIND })
    whileSlotIsAwaited(scenario, () => scenario.portal.sends())
    await scenario.walk()
    expect(scenario.sends.map(({ sequences }) => sequences)).toEqual([oneTo(12)])
  })

  it('that has waited for a slot sends a replay whose live event is gone', async () => {
    const scenario = aLaneScenario({ events: 2, lane: { cursor: 1, lastMeant: 1 } })
    scenario.operator.replays({ to: 1 })
    whileSlotIsAwaited(scenario, () => scenario.operator.parks(2))
    await scenario.walk()
    expect(scenario.mixed).toEqual(['r1'])
  })

  it('starts no send once its budget is spent', async () => {
    const scenario = aLaneScenario({ events: 9 })
    scenario.onAnswer = () => (scenario.now += 10_000)
    await scenario.walk({ budgetMs: 30_000 })
    expect(scenario.order).toEqual([1, 2, 3])
  })

  it('ends when the log is erased while it sleeps', async () => {
    const scenario = aLaneScenario({ events: 2, minIntervalMs: 1000 })
    const ports = scenario.ports()
    const sleep = async () => {
      scenario.now += 1000
      scenario.erasures += 1
    }
    await walkLane({ ...ports, clock: { ...ports.clock, sleep } }, NOW + 30_000)
    expect(scenario.order).toEqual([1])
  })

  it('gives its connection back, also when it ends in the middle', async () => {
    const scenario = aLaneScenario({ events: 1 })
    for (let crash = 0; crash < 8; crash += 1) {
      scenario.during(1, () => {
        throw new Crash()
      })
      await scenario.walk()
    }
    await scenario.walk()
    expect(scenario.order).toEqual(times(9, 1))
  })

  it('G4 says whether the lane’s last attempt failed, of live events and replays', async () => {
    const scenario = aLaneScenario({
      events: 2,
      outcomes: { 1: [unreachable(), DELIVERED, unreachable()] },
    })
    await scenario.time.passesUntilQuiet()
    scenario.operator.replays({ to: 1 })
    await scenario.time.passesUntilQuiet()
    expect(scenario.acquired).toEqual(['new', 'failing', 'fast', 'fast', 'failing'])
  })

  it('G4 says of a receiver whose last event was given up that it fails', async () => {
    const scenario = aLaneScenario({ events: 3, outcomes: { 1: [REJECTED] } })
    await scenario.walk()
    expect(scenario.acquired).toEqual(['new', 'failing', 'fast'])
  })
})

describe("the receiver's common pace", () => {
  it('is waited for, without an attempt being counted', async () => {
    const scenario = aLaneScenario({ events: 1 })
    scenario.slots.push(NOW + 5000, NOW + 9000)
    await scenario.time.passesUntilQuiet()
    expect(scenario.sends.map(({ at }) => at)).toEqual([NOW + 9000])
    expect(scenario.lane.attempts).toBe(0)
  })

  it('holds a replay back as well when an answer asked for it', async () => {
    const scenario = aLaneScenario({ events: 2, lane: { cursor: 2, lastMeant: 2 } })
    scenario.answer = () => ({ kind: 'delivered', status: 200, holdMs: 7000 })
    scenario.operator.replays({ next: 1, to: 2 })
    await scenario.time.passesUntilQuiet()
    expect(scenario.waits).toEqual([7])
  })

  it('is asked for again by a lane that began anew', async () => {
    const scenario = aLaneScenario({ events: 1 })
    scenario.slots.push(NOW + MINUTE_MS)
    await scenario.walk()
    expect(laneDueAt(scenario.lane, scenario.head)).toBe(NOW + MINUTE_MS)
    scenario.relay.restarts()
    await scenario.time.passesUntilQuiet()
    expect(scenario.sends.map(({ at }) => at)).toEqual([NOW])
  })

  it('is not asked for in a loop when its clock is behind', async () => {
    const scenario = aLaneScenario({ events: 1 })
    let asks = 0
    scenario.takeSlot = () => {
      asks += 1
      return scenario.now < NOW + 2000 ? NOW : null
    }
    await scenario.time.passesUntilQuiet()
    expect(asks).toBe(21)
  })

  it('holds back what an answer asked for although it took the message', async () => {
    const scenario = aLaneScenario({ events: 2 })
    scenario.answer = () => ({ kind: 'delivered', status: 200, holdMs: 7000 })
    await scenario.time.passesUntilQuiet()
    expect(scenario.waits).toEqual([7])
  })
})
