/**
 * A value of the portal changes during an attempt: the answer that comes then is that of the former receiver.
 * Its refusals and its waits are not those of the present one.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { machine, person } from '../../support/builders/entries.ts'
import { gate, until } from '../../support/until.ts'

const DAY = { 'retry-after': '86400' }
const FORMER = 'https://former.example.com/'
const PRESENT = 'https://present.example.com/'
const CHANNELS = 'https://hooks.slack.com/services/T0/B0/'

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario([machine('erp', { url: '$portal.ERP_URL' })])
  await scenario.portal.becomesKnown()
  await scenario.operator.setsValue('ERP_URL', FORMER)
})

afterEach(() => scenario.close())

/** The value changes while the former receiver is being asked, which then answers so. */
async function changesDuring(
  begin: () => Promise<unknown>,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const held = gate()
  const { count } = scenario.receiver('former')
  scenario.receiver('former').answers(async () => {
    await held.opened
    return new Response('', { status, headers })
  })
  await begin()
  await until(() => scenario.receiver('former').count > count)
  await scenario.operator.setsValue('ERP_URL', PRESENT)
  await scenario.inside(() => held.open())
  await scenario.time.passes('1 s')
  await scenario.settled()
}

describe('an answer of the former receiver', () => {
  it.each([
    ['that asks for a day of rest', 429, DAY],
    ['of an endpoint that is gone', 410, {}],
    ['that refuses the message', 422, {}],
    ['of a server that fails', 503, DAY],
  ])('%s keeps no event from the present one', async (_case, status, headers) => {
    await changesDuring(() => scenario.portal.sends(), status, headers)
    expect(scenario.receiver('present').links()).toEqual([[1, null]])
    expect(await scenario.lane('erp')).toMatchObject({ state: 'active', attempts: 0, parked: 0 })
    expect(await scenario.fate('erp', 1)).toMatchObject({ state: 'delivered', attempts: 1 })
  })

  it('counts when it has taken the event', async () => {
    await changesDuring(() => scenario.portal.sends(), 200)
    await scenario.portal.sends()
    await scenario.settled()
    expect(scenario.receiver('present').links()).toEqual([[2, 1]])
  })

  it('keeps no replayed event from the present one', async () => {
    scenario.receiver('former').answers(200)
    await scenario.relay.passesOn()
    await changesDuring(() => scenario.operator.replays('erp', { from: 1, to: 1 }), 410)
    expect(scenario.receiver('present').sequences()).toEqual([1])
    expect(await scenario.lane('erp')).toMatchObject({ state: 'active', replaying: 0 })
  })
})

describe('the pace of the former receiver', () => {
  it('holds up no message to the present one', async () => {
    const answered = gate()
    let asks = 0
    scenario.settings = {
      ...scenario.settings,
      pacer: {
        take: async () => {
          asks += 1
          if (asks > 1) return null
          await answered.opened
          return scenario.time.now() + 86_400_000
        },
        hold: () => Promise.resolve(),
      },
    }
    await scenario.relay.deploys([person('chat', { url: '$portal.CHANNEL' })])
    await scenario.operator.setsValue('CHANNEL', `${CHANNELS}former`)
    await scenario.portal.sends()
    await until(() => asks === 1)
    await scenario.operator.setsValue('CHANNEL', `${CHANNELS}present`)
    await scenario.inside(() => answered.open())
    await scenario.time.passes('1 s')
    await scenario.settled()
    const { count } = scenario.receiver('present')
    expect([scenario.receiver('former').count, count]).toEqual([0, 1])
  })
})
