import { beforeEach, describe, expect, it } from 'vitest'
import { CliScenario } from '../../support/scenarios/cli-scenario.ts'

let scenario: CliScenario

beforeEach(async () => {
  scenario = new CliScenario()
  await scenario.begins()
  await scenario.sends()
})

async function stateOf(destination: string): Promise<string> {
  const { out } = await scenario.run(['status', 'acme.bitrix24.com', '--json'])
  const { lanes } = JSON.parse(out)
  return lanes.find((lane: { destination: string }) => lane.destination === destination).state
}

describe('pause', () => {
  it('acts in one portal', async () => {
    const { code, out } = await scenario.run(['pause', 'erp', '--portal', 'acme.bitrix24.com'])
    expect([code, out]).toEqual([0, 'erp in acme.bitrix24.com: paused\n'])
    expect([await stateOf('erp'), await stateOf('crm')]).toEqual(['paused', 'active'])
  })

  it('acts in all portals', async () => {
    const { code, out } = await scenario.run(['pause', 'erp', '--all-portals'])
    expect([code, out]).toEqual([0, 'paused in 1 portal.\n'])
    expect(await stateOf('erp')).toBe('paused')
  })

  it('gives JSON', async () => {
    const one = await scenario.run(['pause', 'erp', '--portal', 'acme.bitrix24.com', '--json'])
    expect(JSON.parse(one.out)).toEqual({ state: 'paused' })
    const all = await scenario.run(['pause', 'erp', '--all-portals', '--json'])
    expect(JSON.parse(all.out)).toEqual({ portals: 1 })
  })

  it('of a lane that is not known is a failure', async () => {
    expect(await scenario.run(['pause', 'epr', '--portal', 'acme.bitrix24.com'])).toMatchObject({
      code: 5,
    })
    expect(await scenario.run(['pause', 'epr', '--all-portals'])).toMatchObject({ code: 5 })
  })
})
