/** The budget of an isolate's installations, and how what is over it waits. */
import { describe, expect, it } from 'vitest'
import { InstallBudget } from '../../../src/edge/installs/install-budget.ts'
import { oneTo } from '../../support/builders/a-lane.ts'
import { HOUR_MS } from '../../../src/core/durations.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { NOW } from '../../support/time.ts'

/** A budget by a clock that stands still until the test moves it. */
function aBudget() {
  const budget = new InstallBudget()
  const clock = new ManualClock(NOW)
  const spend = (portal: number | string) => budget.spend(`portal ${portal}`, clock.now())
  const wait = (network: string) => budget.waitForTurn(network, clock)
  return { budget, clock, spend, wait, exhaust: () => oneTo(600).map(spend) }
}

describe('InstallBudget', () => {
  it('hands on 600 installations a minute', () => {
    const { clock, spend, exhaust } = aBudget()
    expect(exhaust().every((spent) => spent === null)).toBe(true)
    expect(spend('next')).toBe('isolate')
    clock.advance(99)
    expect(spend('next')).toBe('isolate')
    clock.advance(1)
    expect(spend('next')).toBeNull()
  })

  it('counts 20 of one portal, so that one caller does not use up the budget of all', () => {
    const { spend } = aBudget()
    const spent = oneTo(1000).map(() => spend('one'))
    expect(spent.filter((one) => one === null)).toHaveLength(20)
    expect(new Set(spent.slice(20))).toEqual(new Set(['portal']))
    expect(
      oneTo(580)
        .map(spend)
        .every((one) => one === null),
    ).toBe(true)
    expect(spend('next')).toBe('isolate')
  })

  it('gives a turn to one that waits, and lets nobody overtake it', async () => {
    const { clock, spend, wait, exhaust } = aBudget()
    exhaust()
    const turn = wait('a')
    clock.advance(99)
    expect(spend('overtaker')).toBe('isolate')
    clock.advance(1)
    expect(await turn).toBe(true)
    expect(spend('early')).toBe('isolate')
    clock.advance(100)
    expect(spend('later')).toBeNull()
  })

  it('lets 4 of one network wait, and 80 in all', async () => {
    const { clock, wait, exhaust } = aBudget()
    exhaust()
    const four = oneTo(4).map(() => wait('flood'))
    expect(await wait('flood')).toBe(false)
    const others = oneTo(76).map((network) => wait(`${network}`))
    expect(await wait('77')).toBe(false)
    clock.advance(8000)
    expect(await Promise.all([...four, ...others])).not.toContain(false)
    // Their places are free again.
    const again = wait('flood')
    clock.advance(100)
    expect(await again).toBe(true)
  })

  it('gives turns in the order in which they were asked for, however a flood goes on', async () => {
    const { budget, clock, exhaust } = aBudget()
    exhaust()
    const turns: string[] = []
    const wait = (network: string) =>
      budget.waitForTurn(network, clock).then((isTurn) => {
        turns.push(isTurn ? network : `${network} refused`)
      })
    // The true one begins to wait just before a turn comes up, and the flood a moment later, each time.
    const waits: Promise<void>[] = []
    for (const tenth of oneTo(20)) {
      waits.push(wait(`early ${tenth}`))
      clock.advance(95)
      await Promise.resolve()
      if (tenth === 1) waits.push(wait('true'))
      clock.advance(5)
      await Promise.resolve()
    }
    while (clock.sleepers > 0) {
      clock.advance(100)
      await Promise.resolve()
    }
    await Promise.all(waits)
    const others = oneTo(19).map((tenth) => `early ${tenth + 1}`)
    expect(turns).toEqual(['early 1', 'true', ...others])
  })

  it('lets none wait for longer than 8 s', async () => {
    const waits: number[] = []
    const { budget, exhaust } = aBudget()
    exhaust()
    const sleep = async (ms: number): Promise<void> => void waits.push(ms)
    const clock = { now: () => NOW, sleep }
    for (const network of oneTo(80)) void budget.waitForTurn(`${network}`, clock)
    expect(await budget.waitForTurn('81', clock)).toBe(false)
    expect(waits).toEqual(oneTo(80).map((place) => place * 100))
    // The clock was five hours ahead when the budget was used up.
    const late = { now: () => NOW - 5 * HOUR_MS, sleep }
    expect(await budget.waitForTurn('82', late)).toBe(false)
  })

  it('does not wait for the turn of a request that has ended', () => {
    const { budget, clock, spend, exhaust } = aBudget()
    exhaust()
    // The isolate has dropped the request, and its timer never fires.
    const sleep = () => new Promise<void>(() => undefined)
    void budget.waitForTurn('a', { now: clock.now, sleep })
    clock.advance(199)
    expect(spend('next')).toBe('isolate')
    clock.advance(1)
    expect(spend('next')).toBeNull()
  })
})
