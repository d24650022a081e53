import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Connections,
  MAX_CONNECTIONS,
  MAX_FAILING_CONNECTIONS,
  MAX_SLOW_CONNECTIONS,
  SLOW_ATTEMPT_MS,
  type LanePulse,
} from '../../../src/core/lanes/connections.ts'
import { NOW } from '../../support/time.ts'

interface Lane {
  readonly pulse: LanePulse
  release: (() => void) | null
}

/** Lanes that ask for connections, in the order of asking. */
function aScenario() {
  const clock = { now: NOW }
  const connections = new Connections(() => clock.now)
  const lanes: Lane[] = []
  const ask = (pulse: LanePulse): Lane => {
    const lane: Lane = { pulse, release: null }
    lanes.push(lane)
    void connections.acquire(pulse).then(({ release }) => (lane.release = release))
    return lane
  }
  const release = async (lane: Lane | undefined) => {
    lane?.release?.()
    await settled()
  }
  const served = () => lanes.flatMap((lane, index) => (lane.release === null ? [] : [index]))
  const asked = async (...pulses: LanePulse[]) => {
    for (const pulse of pulses) ask(pulse)
    await settled()
  }
  return { clock, lanes, ask, asked, release, served }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await Promise.resolve()
}

const H = 'fast'
const F = 'failing'
const S = 'slow'
const N = 'new'

describe('G4 isolation: Connections', () => {
  it('hands out 5, of them 4 to slow lanes, and 2 to failing ones', () => {
    expect([MAX_CONNECTIONS, MAX_SLOW_CONNECTIONS, MAX_FAILING_CONNECTIONS]).toEqual([5, 4, 2])
  })

  it.each([
    ['6 fast lanes get 5', [H, H, H, H, H, H], [0, 1, 2, 3, 4]],
    ['3 failing lanes get 2', [F, F, F], [0, 1]],
    ['fast lanes pass a failing one that waits', [F, F, F, H, H, H, H], [0, 1, 3, 4, 5]],
    ['6 slow lanes get 4', [S, S, S, S, S, S], [0, 1, 2, 3]],
    ['a fast lane passes slow ones that wait', [S, S, S, S, S, H], [0, 1, 2, 3, 5]],
    ['failing lanes count as slow', [F, F, S, S, S, H], [0, 1, 2, 3, 5]],
    ['failing lanes get none while 5 fast ones send', [H, H, H, H, H, F], [0, 1, 2, 3, 4]],
    ['6 new lanes get 5', [N, N, N, N, N, N], [0, 1, 2, 3, 4]],
    ['new lanes may turn out to be slow', [N, N, N, N, S, H], [0, 1, 2, 3, 5]],
  ] as const)('%s', async (_name, kinds, expected) => {
    const { asked, served } = aScenario()
    await asked(...kinds)
    expect(served()).toEqual(expected)
  })

  it('counts an attempt as slow once it has taken longer than a second', async () => {
    const { clock, lanes, asked, release, served } = aScenario()
    await asked(H, H, H, H, H, S, H)
    clock.now += SLOW_ATTEMPT_MS + 1
    await release(lanes[0])
    expect(served()).toEqual([0, 1, 2, 3, 4, 6])
  })

  it('keeps the last connection from new lanes while slow ones hold the others and a fast one waits', async () => {
    const { clock, lanes, asked, release, served } = aScenario()
    await asked(N, N, N, N, N, N, N, H, H)
    clock.now += SLOW_ATTEMPT_MS + 1
    await release(lanes[0])
    expect(served()).toEqual([0, 1, 2, 3, 4, 7])
    await release(lanes[7])
    await release(lanes[8])
    expect(served()).toEqual([0, 1, 2, 3, 4, 5, 7, 8])
  })

  it('keeps the last connection from new lanes also while nobody knows whether the others are slow', async () => {
    const { lanes, asked, release, served } = aScenario()
    await asked(N, N, N, N, H, N, N, H, H)
    await release(lanes[4])
    expect(served()).toEqual([0, 1, 2, 3, 4, 7])
    await release(lanes[7])
    expect(served()).toEqual([0, 1, 2, 3, 4, 7, 8])
    await release(lanes[0])
    expect(served()).toEqual([0, 1, 2, 3, 4, 5, 7, 8])
  })

  it('does not let fast lanes starve a new one that asked before them', async () => {
    const { lanes, asked, release, served } = aScenario()
    await asked(S, S, S, S, H, N, H, H)
    await release(lanes[0])
    expect(served()).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('counts an attempt of a second as fast', async () => {
    const { clock, lanes, asked, release, served } = aScenario()
    await asked(H, H, H, H, H, S, H)
    clock.now += SLOW_ATTEMPT_MS
    await release(lanes[0])
    expect(served()).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('serves in the order of asking when one comes back', async () => {
    const { lanes, asked, release, served } = aScenario()
    await asked(H, H, H, H, H, H, H)
    await release(lanes[3])
    expect(served()).toEqual([0, 1, 2, 3, 4, 5])
    await release(lanes[0])
    expect(served()).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it('does not let fast lanes starve a failing one that asked before them', async () => {
    const { lanes, asked, release, served } = aScenario()
    await asked(H, H, H, H, H, F, H, H)
    await release(lanes[0])
    expect(served()).toContain(5)
    expect(served()).not.toContain(6)
  })

  it('gives the connection of a fast lane to no third failing one', async () => {
    const { lanes, asked, release, served } = aScenario()
    await asked(F, F, H, H, H, F, H)
    await release(lanes[2])
    expect(served()).toEqual([0, 1, 2, 3, 4, 6])
    await release(lanes[0])
    expect(served()).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it('takes a connection back once, however often it is released', async () => {
    const { lanes, asked, release, served } = aScenario()
    await asked(F, F, H, H, H, H, H, F)
    await release(lanes[0])
    await release(lanes[0])
    await release(lanes[0])
    expect(served()).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('lets others have the connection of a lane that gives way, and keeps its place', async () => {
    const connections = new Connections(() => NOW)
    const order: string[] = []
    const ask = async (name: string, pulse: LanePulse = H) => {
      const connection = await connections.acquire(pulse)
      order.push(name)
      return connection
    }
    const [first, ...held] = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => ask(name)))
    const sixth = ask('f')
    const seventh = ask('g')
    const comeBack = first?.giveWay()
    ;(await sixth).release()
    // The lane that gave way has not come back yet, so the one behind it is next.
    await seventh
    const back = comeBack?.().then(() => order.push('a again'))
    const eighth = ask('h')
    held[0]?.release()
    await back
    held[1]?.release()
    await eighth
    expect(order.slice(5)).toEqual(['f', 'g', 'a again', 'h'])
  })

  it.each<[string, LanePulse, boolean]>([
    ['a fast lane', H, true],
    ['a slow one', S, false],
    ['a failing one', F, false],
    ['a new one', N, false],
  ])('that a lane has lent, since it gives way once more, goes to %s: %s', async (...row) => {
    const [, pulse, expected] = row
    const connections = new Connections(() => NOW)
    const [lane, ...others] = await Promise.all(
      ([S, S, S, S, H] as const).map((one) => connections.acquire(one)),
    )
    await lane?.giveWay()()
    const comeBack = lane?.giveWay()
    let isServed = false
    const asked = connections.acquire(pulse).then(({ release }) => {
      isServed = true
      return release
    })
    await settled()
    expect(isServed).toBe(expected)
    if (expected) (await asked)()
    await comeBack?.()
    for (const { release } of others) release()
    lane?.release()
    await asked
  })

  it('gives every lane back what it has lent, also when all of them have', async () => {
    const connections = new Connections(() => NOW)
    for (const pulses of [
      [S, S, S, S, H],
      [N, N, N, N, N],
      [F, F, S, S, H],
    ] as const) {
      const lanes = await Promise.all(pulses.map((pulse) => connections.acquire(pulse)))
      for (const lane of lanes) await lane.giveWay()()
      const back = lanes.map((lane) => ({ lane, comeBack: lane.giveWay() }))
      const served = back.map(async ({ lane, comeBack }) => {
        await comeBack()
        lane.release()
      })
      expect(await Promise.all(served)).toHaveLength(pulses.length)
    }
  })

  it('gives the last connection to no new lane while a fast one has given way', async () => {
    const connections = new Connections(() => NOW)
    const [fast] = await Promise.all(
      ([H, S, S, S, S] as const).map((pulse) => connections.acquire(pulse)),
    )
    let isNewServed = false
    const asked = connections.acquire(N).then(() => (isNewServed = true))
    const comeBack = fast?.giveWay()
    await settled()
    expect(isNewServed).toBe(false)
    await comeBack?.()
    fast?.release()
    await asked
  })

  it('forgets the place of a lane that gave way and does not come back', async () => {
    const connections = new Connections(() => NOW)
    const [fast] = await Promise.all(
      ([H, S, S, S, S] as const).map((pulse) => connections.acquire(pulse)),
    )
    fast?.giveWay()
    const asked = connections.acquire(N)
    fast?.release()
    fast?.release()
    await expect(asked).resolves.toBeDefined()
  })

  it('keeps both bounds and serves everybody under any order of asking and releasing', async () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('ask' as const),
        pulse: fc.constantFrom<LanePulse>(H, F, S, N),
      }),
      fc.record({ kind: fc.constant('release' as const), pick: fc.nat() }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { lanes, ask, release } = aScenario()
        const released = new Set<Lane>()
        const open = () => lanes.filter((lane) => lane.release !== null && !released.has(lane))
        const check = () => {
          const failing = open().filter(({ pulse }) => pulse === F).length
          const slow = open().filter(({ pulse }) => pulse === S || pulse === F).length
          expect(open().length).toBeLessThanOrEqual(5)
          expect(slow).toBeLessThanOrEqual(4)
          expect(failing).toBeLessThanOrEqual(2)
          // Nobody waits while there is room.
          const waiting = lanes.filter((lane) => lane.release === null)
          const mayBeSlow = open().filter(({ pulse }) => pulse !== H).length
          const canServe = waiting.some(
            ({ pulse }) =>
              pulse === H || pulse === N || (mayBeSlow < 4 && (pulse === S || failing < 2)),
          )
          expect(open().length < 5 && canServe).toBe(false)
        }
        for (const one of steps) {
          const lane = one.kind === 'release' ? open()[one.pick % (open().length || 1)] : undefined
          if (one.kind === 'ask') ask(one.pulse)
          if (lane !== undefined) released.add(lane)
          await release(lane)
          check()
        }
        for (let lane = open()[0]; lane !== undefined; lane = open()[0]) {
          released.add(lane)
          await release(lane)
        }
        expect(lanes.every((lane) => lane.release !== null)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})
