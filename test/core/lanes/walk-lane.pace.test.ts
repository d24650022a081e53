/**
 * Many portals that share one receiver: the real walk and the real rules of the common pace, over a clock
 * that jumps from one wake-up to the next. The receiver refuses what Slack would refuse.
 */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SECOND_MS } from '../../../src/core/durations.ts'
import { laneDueAt } from '../../../src/core/lanes/state/lane-state.ts'
import { createPacerState, hold, takeSlot, type PacerState } from '../../../src/core/pace/slots.ts'
import type { DeliveryOutcome } from '../../../src/core/lanes/state/outcome.ts'
import { DELIVERED, oneTo } from '../../support/builders/a-lane.ts'
import { aLaneScenario, type LaneScenario } from '../../support/scenarios/lane-scenario.ts'
import { NOW } from '../../support/time.ts'

const WINDOWS = [{ count: 1, ms: SECOND_MS }]

interface Crowd {
  readonly portals: readonly LaneScenario[]
  /** When the receiver was asked, in order. */
  readonly requests: { readonly at: number; readonly portal: number; readonly status: number }[]
  /** Wakes every lane when it is due, until none is; `lateMs` is how late an alarm comes. */
  run(lateMs: () => number): Promise<void>
}

/** Portals with events that wait for one receiver; the receiver takes one message a second. */
function crowd(
  count: number,
  events: number,
  { refuse = () => null }: { refuse?: (request: number) => number | null } = {},
): Crowd {
  let pacer: PacerState = createPacerState()
  let lastTaken = Number.NEGATIVE_INFINITY
  let closedUntil = Number.NEGATIVE_INFINITY
  const requests: Crowd['requests'] = []
  const judge = (now: number): DeliveryOutcome => {
    const retryAfterMs = refuse(requests.length)
    if (retryAfterMs !== null) closedUntil = now + retryAfterMs
    const isRefused = now < closedUntil || now - lastTaken < SECOND_MS
    if (!isRefused) {
      lastTaken = now
      return DELIVERED
    }
    const waitMs = Math.max(closedUntil - now, SECOND_MS)
    pacer = hold(pacer, now + waitMs)
    return {
      kind: 'unreachable',
      reason: 'rate_limited',
      status: 429,
      retryAfterMs: waitMs,
      detail: null,
    }
  }
  const portals = Array.from({ length: count }, (_, portal) => {
    const scenario = aLaneScenario({
      events,
      minIntervalMs: SECOND_MS,
      digestRule: { waitMs: null, max: 50 },
    })
    scenario.takeSlot = () => {
      const taken = takeSlot(pacer, { waiter: `${portal}`, windows: WINDOWS, now: scenario.now })
      pacer = taken.state
      return taken.at
    }
    scenario.answer = () => {
      const outcome = judge(scenario.now)
      requests.push({ at: scenario.now, portal, status: outcome.status ?? 0 })
      return outcome
    }
    return scenario
  })
  return { portals, requests, run: (lateMs) => wakeInTurn(portals, lateMs) }
}

/** One step of the lane that wakes next, on one clock for all. */
async function wakeInTurn(portals: readonly LaneScenario[], lateMs: () => number): Promise<void> {
  let now = NOW
  const wakeAt = portals.map(() => NOW)
  for (let steps = 0; steps < 50_000; steps += 1) {
    const next = wakeAt.reduce((best, at, index) => (at < (wakeAt[best] ?? 0) ? index : best), 0)
    const scenario = portals[next]
    if (scenario === undefined || wakeAt[next] === Number.POSITIVE_INFINITY) return
    now = Math.max(now, wakeAt[next] ?? now)
    scenario.now = now
    await scenario.walk({ budgetMs: 1 })
    const due = laneDueAt(scenario.lane, scenario.head)
    wakeAt[next] = due === null ? Number.POSITIVE_INFINITY : Math.max(now + 1, due) + lateMs()
  }
  throw new Error('The portals never come to rest')
}

/** The shortest time between two requests. */
function closest({ requests }: Crowd): number {
  const gaps = requests.slice(1).map(({ at }, index) => at - (requests[index]?.at ?? 0))
  return Math.min(...gaps)
}

describe('50 portals with 20 events each that share one Slack webhook', () => {
  test('stay inside its limit, lose nothing and keep their order', async () => {
    const all = crowd(50, 20)
    await all.run(() => 0)
    expect(all.requests.filter(({ status }) => status === 429)).toEqual([])
    expect(closest(all)).toBeGreaterThanOrEqual(SECOND_MS)
    for (const { received, lane } of all.portals) {
      expect(received).toEqual(oneTo(20))
      expect(lane.cursor).toBe(20)
    }
    // Twenty waiting events are one message each.
    expect(all.requests).toHaveLength(50)
  })

  test('take turns: none gets a second message before every other has had its first', async () => {
    const all = crowd(20, 8)
    await all.run(() => 0)
    const turns = all.requests.map(({ portal }) => portal)
    for (let round = 0; round < 8; round += 1) {
      const portals = new Set(turns.slice(round * 20, (round + 1) * 20))
      expect(portals.size).toBe(20)
    }
  })

  test('send nothing before a Retry-After is over', async () => {
    const all = crowd(50, 20, { refuse: (request) => (request === 10 ? 40_000 : null) })
    await all.run(() => 0)
    const refused = all.requests.findIndex(({ status }) => status === 429)
    const at = all.requests[refused]?.at ?? 0
    expect(refused).toBe(10)
    expect(all.requests[refused + 1]?.at).toBeGreaterThanOrEqual(at + 40_000)
    expect(all.requests.filter(({ status }) => status === 429)).toHaveLength(1)
    for (const { received } of all.portals) expect(received).toEqual(oneTo(20))
  })

  test('do all of that however late each of them wakes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.integer({ min: 0, max: 400 })),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 25 }),
        async (lateness, count, events) => {
          const all = crowd(count, events)
          await all.run(() => Number(lateness.next().value))
          expect(all.requests.filter(({ status }) => status === 429)).toEqual([])
          for (const { received } of all.portals) expect(received).toEqual(oneTo(events))
        },
      ),
      { numRuns: 40 },
    )
  })
})

test('portals that all wake later than anybody waits for them are served all the same', async () => {
  const all = crowd(30, 3)
  await all.run(() => 5000)
  expect(all.requests.filter(({ status }) => status === 429)).toEqual([])
  for (const { received } of all.portals) expect(received).toEqual(oneTo(3))
})
