/** The last hours of a portal: counted by sequences, with few looks into the log. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../../src/core/durations.ts'
import { hourOf, KEPT_HOURS } from '../../../src/core/tallies/lane-hours.ts'
import { historyView } from '../../../src/portal/views/history-view.ts'
import { aLane, anEntry } from '../../support/builders/a-lane.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { NOW } from '../../support/time.ts'

/** A portal whose log holds events received so many hours ago, oldest first, from sequence `first` on. */
function aPortal(hoursAgo: readonly number[], { first = 1, lanes = [aLane()] } = {}) {
  const entries = hoursAgo.map((hours, n) =>
    anEntry({ sequence: first + n, receivedAt: NOW - hours * HOUR_MS }),
  )
  let reads = 0
  const view = historyView({
    state: { head: () => first + entries.length - 1 },
    log: {
      outlinesBefore: (sequence, limit) => {
        reads += 1
        return entries
          .filter((one) => one.sequence < sequence)
          .toReversed()
          .slice(0, limit)
      },
    },
    book: { all: () => lanes },
    world: { now: () => NOW },
  })
  const events = view.hours.map((hour) => hour.events)
  return { view, reads, events }
}

/** The numbers of the last hours, with zeros before. */
function last(...numbers: number[]): number[] {
  return [...Array<number>(KEPT_HOURS - numbers.length).fill(0), ...numbers]
}

describe('historyView()', () => {
  it('counts the events of each hour, and none of those before', () => {
    expect(aPortal([99, 99, 60, 2, 2, 2, 0, 0]).events).toEqual(last(3, 0, 2))
    expect(aPortal([]).events).toEqual(last())
    expect(aPortal([0]).events).toEqual(last(1))
  })

  it('counts right where the log begins later than the hours', () => {
    expect(aPortal([3, 1, 1], { first: 500 }).events).toEqual(last(1, 0, 2, 0))
  })

  it('counts each number of events in each hour', () => {
    for (let count = 0; count < 40; count += 1) {
      const hours = [...Array<number>(count).fill(5), ...Array<number>(41 - count).fill(3)]
      expect(aPortal(hours).events).toEqual(last(count, 0, 41 - count, 0, 0, 0))
    }
  })

  it('looks at few rows of a large log, and at one for an hour without events', () => {
    expect(aPortal([]).reads).toBe(0)
    expect(aPortal([99]).reads).toBeLessThanOrEqual(KEPT_HOURS)
    const busy = Array.from({ length: 4800 }, (_, n) => 47 - Math.floor(n / 100))
    const { events, reads } = aPortal(busy)
    expect(events).toEqual(Array(KEPT_HOURS).fill(100))
    expect(reads).toBeLessThan(KEPT_HOURS * 16)
  })

  it('tells of a lane its deliveries, their bounds, and what waited', () => {
    const hour = hourOf(NOW)
    const lane = aLane({ cursor: 1, hours: [[hour - 1, 7, 9, 0, 1]] })
    const { view } = aPortal([2, 0], { lanes: [lane] })
    expect(view.lanes[0]?.hours.slice(-3)).toEqual([
      { delivered: 0, medianMs: null, p95Ms: null, waiting: 0 },
      { delivered: 10, medianMs: 250, p95Ms: 1000, waiting: 7 },
      { delivered: 0, medianMs: null, p95Ms: null, waiting: 1 },
    ])
  })
})

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
})

afterEach(() => scenario.close())

describe('the history of an object', () => {
  it('is null for an unknown portal', async () => {
    expect(await scenario.object.history()).toBeNull()
  })

  it('tells of a delivered event, also in the next life of the object, and writes nothing', async () => {
    await scenario.relay.passesOn()
    await scenario.relay.restarts()
    const observed = await scenario.observe()
    const view = await scenario.object.history()
    expect(view?.hours.at(-1)?.events).toBe(1)
    const erp = view?.lanes.find(({ destination }) => destination === 'erp')
    expect(erp?.hours.at(-1)).toMatchObject({ delivered: 1, waiting: 1 })
    expect(observed).toMatchObject({ writes: [], commits: [], alarms: [] })
  })
})
