/**
 * What may change while a walk waits for a connection or for a slot, and how often the walk decides what to
 * send.
 */
import { describe, expect, it } from 'vitest'
import { walkLane } from '../../../src/core/lanes/walk-lane.ts'
import {
  Crash,
  DELIVERED,
  REJECTED,
  laneWorld,
  oneTo,
  times,
  unreachable,
  type LaneWorld,
} from '../../support/lane-scenario.ts'
import { NOW } from '../../support/time.ts'

const BEHIND = { waitMs: null, max: 50 }

/** Holds every connection until the answer is called. */
async function occupy(world: LaneWorld): Promise<() => void> {
  const held = await Promise.all(oneTo(5).map(() => world.connections.acquire(false)))
  return () => held.forEach((release) => release())
}

/** Something happens while the first slot is waited for, which is then given. */
function whileSlotIsAwaited(world: LaneWorld, action: () => void): void {
  let asked = 0
  world.takeSlot = () => {
    asked += 1
    if (asked === 1) action()
    return null
  }
}

/** Counts the questions for a slot. */
function countSlots(world: LaneWorld): { asked: number } {
  const count = { asked: 0 }
  world.takeSlot = () => {
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
    'for a %s: it reads the log once a send, and once to find nothing',
    async (...row) => {
      const [reader, digest] = row
      const world = laneWorld({ events: 8, reader, digest })
      await world.walk()
      expect(world.order).toEqual(oneTo(8))
      expect(world.reads).toBe(9)
    },
  )

  it('once for a send that is retried', async () => {
    const world = laneWorld({ events: 1, outcomes: { 1: [unreachable(60_000)] } })
    await world.walk()
    // Once for the send, once to find that the retry is a minute away.
    expect(world.reads).toBe(2)
  })

  it('once for a send that has waited for a connection while nothing changed', async () => {
    const world = laneWorld({ events: 1 })
    const free = await occupy(world)
    const walk = world.walk()
    world.now += 1000
    free()
    await walk
    expect(world.sends).toMatchObject([{ sequence: 1, at: NOW + 1000 }])
    expect(world.reads).toBe(2)
  })

  it('again when the lane has changed meanwhile', async () => {
    const world = laneWorld({ events: 2 })
    const free = await occupy(world)
    const walk = world.walk()
    world.park(1)
    free()
    await walk
    expect(world.order).toEqual([2])
    expect(world.reads).toBe(3)
  })

  it('again when events have come meanwhile: they join the digest', async () => {
    const world = laneWorld({ events: 11, digest: BEHIND })
    const free = await occupy(world)
    const walk = world.walk()
    world.append()
    free()
    await walk
    expect(world.sends.map(({ sequences }) => sequences)).toEqual([oneTo(12)])
  })
})

describe('a walk', () => {
  it.each<[string, (world: LaneWorld) => void, number[]]>([
    ['sends what is still due', () => {}, [1, 2]],
    ['sends nothing after its deadline', (world) => (world.now += 30_000), []],
    ['sends nothing of another generation', (world) => (world.generation += 1), []],
    ['sends nothing of a paused lane', (world) => world.pause(), []],
    ['sends what is due then', (world) => world.park(1), [2]],
  ])('that has waited for a connection %s', async (_name, meanwhile, expected) => {
    const world = laneWorld({ events: 2 })
    const free = await occupy(world)
    const walk = world.walk()
    meanwhile(world)
    free()
    await walk
    expect(world.order).toEqual(expected)
  })

  it.each<[string, (world: LaneWorld) => void]>([
    ['is paused', (world) => world.pause()],
    ['has no event left', (world) => world.park(1)],
    ['is uninstalled', (world) => (world.generation += 1)],
    ['has no time left', (world) => (world.now += 30_000)],
    ['has to wait', (world) => (world.lane = { ...world.lane, notBefore: world.now + 5000 })],
  ])('that has waited for a connection asks for no slot when it %s', async (_name, meanwhile) => {
    const world = laneWorld({ events: 1 })
    const slots = countSlots(world)
    const free = await occupy(world)
    const walk = world.walk()
    meanwhile(world)
    free()
    await walk
    expect(slots.asked).toBe(0)
  })

  it('asks for no slot and no connection when nothing is to be sent', async () => {
    const world = laneWorld({ events: 1, lane: { cursor: 1, lastMeant: 1 } })
    const slots = countSlots(world)
    await world.walk()
    expect([slots.asked, world.acquired]).toEqual([0, []])
  })

  it.each<[string, (world: LaneWorld) => void, number[]]>([
    ['sends nothing after its deadline', (world) => (world.now += 30_000), []],
    ['sends nothing of another generation', (world) => (world.generation += 1), []],
    ['sends nothing of a paused lane', (world) => world.pause(), []],
    ['sends what is due then', (world) => world.park(1), [2]],
  ])('that has waited for a slot %s', async (_name, meanwhile, expected) => {
    const world = laneWorld({ events: 2 })
    whileSlotIsAwaited(world, () => meanwhile(world))
    await world.walk()
    expect(world.order).toEqual(expected)
  })

  it('that has waited for a slot tells what has come meanwhile in the same digest', async () => {
    const world = laneWorld({ events: 11, digest: BEHIND })
    whileSlotIsAwaited(world, () => world.append())
    await world.walk()
    expect(world.sends.map(({ sequences }) => sequences)).toEqual([oneTo(12)])
  })

  it('that has waited for a slot sends a replay whose live event is gone', async () => {
    const world = laneWorld({ events: 2, lane: { cursor: 1, lastMeant: 1 } })
    world.replay({ to: 1 })
    whileSlotIsAwaited(world, () => world.park(2))
    await world.walk()
    expect(world.mixed).toEqual(['r1'])
  })

  it('starts no send once its budget is spent', async () => {
    const world = laneWorld({ events: 9 })
    world.onAnswer = () => (world.now += 10_000)
    await world.walk({ budgetMs: 30_000 })
    expect(world.order).toEqual([1, 2, 3])
  })

  it('ends with its generation while it sleeps', async () => {
    const world = laneWorld({ events: 2, minIntervalMs: 1000 })
    const ports = world.ports()
    const sleep = async () => {
      world.now += 1000
      world.generation += 1
    }
    await walkLane({ ...ports, clock: { ...ports.clock, sleep } }, NOW + 30_000)
    expect(world.order).toEqual([1])
  })

  it('gives its connection back, also when it ends in the middle', async () => {
    const world = laneWorld({ events: 1 })
    for (let crash = 0; crash < 8; crash += 1) {
      world.during(1, () => {
        throw new Crash()
      })
      await world.walk()
    }
    await world.walk()
    expect(world.order).toEqual(times(9, 1))
  })

  it('G4 says whether the lane’s last attempt failed, of live events and replays', async () => {
    const world = laneWorld({
      events: 2,
      outcomes: { 1: [unreachable(), DELIVERED, unreachable()] },
    })
    await world.run()
    world.replay({ to: 1 })
    await world.run()
    expect(world.acquired).toEqual(['healthy', 'failing', 'healthy', 'healthy', 'failing'])
  })

  it('G4 says of a receiver whose last event was given up that it fails', async () => {
    const world = laneWorld({ events: 3, outcomes: { 1: [REJECTED] } })
    await world.walk()
    expect(world.acquired).toEqual(['healthy', 'failing', 'healthy'])
  })
})
