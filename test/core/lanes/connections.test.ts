import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Connections,
  MAX_CONNECTIONS,
  MAX_FAILING_CONNECTIONS,
} from '../../../src/core/lanes/connections.ts'

interface Lane {
  readonly failing: boolean
  release: (() => void) | null
}

/** Lanes that ask for connections, in the order of asking. */
function aScenario() {
  const connections = new Connections()
  const lanes: Lane[] = []
  const ask = (failing: boolean): Lane => {
    const lane: Lane = { failing, release: null }
    lanes.push(lane)
    void connections.acquire({ failing }).then((release) => (lane.release = release))
    return lane
  }
  const release = async (lane: Lane | undefined) => {
    lane?.release?.()
    await settled()
  }
  const served = () => lanes.flatMap((lane, index) => (lane.release === null ? [] : [index]))
  const asked = async (...kinds: ('healthy' | 'failing')[]) => {
    for (const kind of kinds) ask(kind === 'failing')
    await settled()
  }
  return { lanes, ask, asked, release, served }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await Promise.resolve()
}

const H = 'healthy'
const F = 'failing'

describe('G4 isolation: Connections', () => {
  it('hands out 5, of them 2 to failing lanes', () => {
    expect([MAX_CONNECTIONS, MAX_FAILING_CONNECTIONS]).toEqual([5, 2])
  })

  it.each([
    ['6 healthy lanes get 5', [H, H, H, H, H, H], [0, 1, 2, 3, 4]],
    ['3 failing lanes get 2', [F, F, F], [0, 1]],
    ['healthy lanes pass a failing one that waits', [F, F, F, H, H, H, H], [0, 1, 3, 4, 5]],
    ['failing lanes get none while 5 healthy ones send', [H, H, H, H, H, F], [0, 1, 2, 3, 4]],
  ] as const)('%s', async (_name, kinds, expected) => {
    const { asked, served } = aScenario()
    await asked(...kinds)
    expect(served()).toEqual(expected)
  })

  it('serves in the order of asking when one comes back', async () => {
    const { lanes, asked, release, served } = aScenario()
    await asked(H, H, H, H, H, H, H)
    await release(lanes[3])
    expect(served()).toEqual([0, 1, 2, 3, 4, 5])
    await release(lanes[0])
    expect(served()).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it('does not let healthy lanes starve a failing one that asked before them', async () => {
    const { lanes, asked, release, served } = aScenario()
    await asked(H, H, H, H, H, F, H, H)
    await release(lanes[0])
    expect(served()).toContain(5)
    expect(served()).not.toContain(6)
  })

  it('gives the connection of a healthy lane to no third failing one', async () => {
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

  it('keeps both bounds and serves everybody under any order of asking and releasing', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('ask' as const), failing: fc.boolean() }),
      fc.record({ kind: fc.constant('release' as const), pick: fc.nat() }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { lanes, ask, release } = aScenario()
        const released = new Set<Lane>()
        const open = () => lanes.filter((lane) => lane.release !== null && !released.has(lane))
        const check = () => {
          const failing = open().filter((lane) => lane.failing).length
          expect(open().length).toBeLessThanOrEqual(5)
          expect(failing).toBeLessThanOrEqual(2)
          // Nobody waits while there is room.
          const waiting = lanes.filter((lane) => lane.release === null)
          const canServe = waiting.some((lane) => !lane.failing || failing < 2)
          expect(open().length < 5 && canServe).toBe(false)
        }
        for (const one of steps) {
          const lane = one.kind === 'release' ? open()[one.pick % (open().length || 1)] : undefined
          if (one.kind === 'ask') ask(one.failing)
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
