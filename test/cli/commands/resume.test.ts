import { beforeEach, describe, expect, it } from 'vitest'
import { CliScenario } from '../../support/scenarios/cli-scenario.ts'

let scenario: CliScenario

beforeEach(async () => {
  scenario = new CliScenario()
  await scenario.begins()
  await scenario.sends()
  for (const name of ['erp', 'crm']) await scenario.run(['pause', name, '--all-portals'])
})

async function stateOf(destination: string): Promise<string> {
  const { out } = await scenario.run(['status', 'acme.bitrix24.com', '--json'])
  const { lanes } = JSON.parse(out)
  return lanes.find((lane: { destination: string }) => lane.destination === destination).state
}

describe('resume', () => {
  it('acts in one portal', async () => {
    const { code, out } = await scenario.run(['resume', 'erp', '--portal', 'acme.bitrix24.com'])
    expect([code, out]).toEqual([0, 'erp in acme.bitrix24.com: active\n'])
    expect([await stateOf('erp'), await stateOf('crm')]).toEqual(['active', 'paused'])
  })

  it('acts in all portals', async () => {
    const { code, out } = await scenario.run(['resume', 'erp', '--all-portals'])
    expect([code, out]).toEqual([0, 'resumed in 1 portal.\n'])
    expect(await stateOf('erp')).toBe('active')
  })

  it('gives JSON', async () => {
    const one = await scenario.run(['resume', 'erp', '--portal', 'acme.bitrix24.com', '--json'])
    expect(JSON.parse(one.out)).toEqual({ state: 'active' })
    const all = await scenario.run(['resume', 'erp', '--all-portals', '--json'])
    expect(JSON.parse(all.out)).toEqual({ portals: 1 })
  })

  it('of a lane that is not known is a failure', async () => {
    expect(await scenario.run(['resume', 'epr', '--portal', 'acme.bitrix24.com'])).toMatchObject({
      code: 5,
    })
    expect(await scenario.run(['resume', 'epr', '--all-portals'])).toMatchObject({ code: 5 })
  })
})
