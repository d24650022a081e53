/** The parts of bulletins joined: each goes alone, and the connections and the pace of the portal are those of events. */
import { afterEach, expect, it } from 'vitest'
import { MAX_CONNECTIONS } from '../../../src/core/lanes/connections.ts'
import { machine, person } from '../../support/builders/entries.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { gate, until } from '../../support/until.ts'

let scenario: PortalScenario

afterEach(() => scenario.close())

it('a channel that is behind is told each bulletin by itself, in the pace of its address', async () => {
  const chat = person('chat', { events: ['relay.*'], digest: { seconds: 600, max: 10 } })
  const gone = ['one', 'two', 'three'].map((name) => machine(name))
  scenario = new PortalScenario([...gone, chat])
  await scenario.portal.becomesKnown()
  for (const { name } of gone) scenario.receiver(name).answers(410)
  const times: number[] = []
  scenario.receiver('chat').answers(() => {
    times.push(scenario.time.now())
    return new Response('ok')
  })
  await scenario.portal.sends()
  await scenario.time.passesUntil(() => times.length === 3)
  const apart = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  expect(Math.min(...apart)).toBeGreaterThanOrEqual(1000)
})

it('bulletins and events together hold no more connections than a portal has', async () => {
  const tellers = Array.from({ length: 6 }, (_, n) =>
    machine(`t${n}`, { events: ['*', 'relay.*'] }),
  )
  scenario = new PortalScenario([machine('erp'), ...tellers])
  await scenario.portal.becomesKnown()
  scenario.receiver('erp').answers(410)
  let under = 0
  let most = 0
  const held = gate()
  for (const { name } of tellers) {
    scenario.receiver(name).answers(async () => {
      under += 1
      most = Math.max(most, under)
      await held.opened
      under -= 1
      return new Response('')
    })
  }
  await scenario.portal.sends()
  await until(() => most === MAX_CONNECTIONS)
  held.open()
  await until(() => tellers.every(({ name }) => scenario.receiver(name).count === 2))
  expect(most).toBe(MAX_CONNECTIONS)
})
