/** The budget of an isolate's installations, and how what is over it waits. */
import { describe, expect, it } from 'vitest'
import { InstallBudget } from '../../../src/edge/callers/install-budget.ts'
import { oneTo } from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

/** A budget by a clock that moves when somebody sleeps, or that stands still. */
function aBudget({ stands = false } = {}) {
  const budget = new InstallBudget()
  const clock = {
    at: NOW,
    now: () => clock.at,
    sleep: async (ms: number) => {
      if (!stands) clock.at += ms
    },
  }
  const spend = (portal: number | string) => budget.spend(`portal ${portal}`, clock.at)
  const wait = (network: string) => budget.waitForTurn(network, clock)
  return { budget, clock, spend, wait, exhaust: () => oneTo(600).map(spend) }
}

describe('InstallBudget', () => {
  it('hands on 600 installations a minute', () => {
    const { clock, spend, exhaust } = aBudget()
    expect(exhaust().every((spent) => spent === null)).toBe(true)
    expect(spend('next')).toBe('isolate')
    clock.at += 99
    expect(spend('next')).toBe('isolate')
    clock.at += 1
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
    clock.at += 100
    expect(spend('overtaker')).toBe('isolate')
    expect(await turn).toBe(true)
    expect(clock.at).toBeLessThanOrEqual(NOW + 200)
    clock.at += 100
    expect(spend('later')).toBeNull()
  })

  it('lets 4 of one network wait, and 80 in all', async () => {
    const { wait, exhaust } = aBudget({ stands: true })
    exhaust()
    const refused: string[] = []
    const note = async (network: string) => {
      const before = refused.length
      let isWaiting = true
      const turn = wait(network).then(() => (isWaiting = false))
      // A refusal comes at once, without a sleep.
      await Promise.resolve()
      await Promise.resolve()
      if (!isWaiting) refused.push(network)
      return { turn, before }
    }
    const flood = await Promise.all(oneTo(5).map(() => note('flood')))
    expect(refused).toEqual(['flood'])
    const others = await Promise.all(oneTo(77).map((network) => note(`${network}`)))
    expect(refused).toEqual(['flood', '77'])
    await Promise.all([...flood, ...others].map(({ turn }) => turn))
    // Their places are free again.
    expect((await note('flood')).before).toBe(2)
    expect(refused).toHaveLength(2)
  })

  it('refuses one whose turn does not come in 8 s', async () => {
    let sleptMs = 0
    const { budget, exhaust } = aBudget()
    exhaust()
    const sleep = async (ms: number) => void (sleptMs += ms)
    expect(await budget.waitForTurn('a', { now: () => NOW, sleep })).toBe(false)
    expect(sleptMs).toBe(8000)
  })

  it('does not wait for the turn of a request that has ended', () => {
    const { budget, clock, spend, exhaust } = aBudget()
    exhaust()
    // The isolate has dropped the request, and its timer never fires.
    void budget.waitForTurn('a', { now: clock.now, sleep: () => new Promise(() => {}) })
    clock.at += 7999
    expect(spend('next')).toBe('isolate')
    clock.at += 1
    expect(spend('next')).toBeNull()
  })
})
