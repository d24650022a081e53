import { beforeEach, describe, expect, it } from 'vitest'
import { CliScenario } from '../../support/scenarios/cli-scenario.ts'

let scenario: CliScenario

beforeEach(async () => {
  scenario = new CliScenario()
  await scenario.begins()
})

describe('test', () => {
  it('sends a test message, with and without a portal', async () => {
    expect(await scenario.run(['test', 'crm'])).toEqual({
      code: 0,
      err: '',
      out: 'crm: delivered (HTTP 200)\n',
    })
    const { out } = await scenario.run(['test', 'erp', '--portal', 'acme.bitrix24.com', '--json'])
    expect(JSON.parse(out)).toMatchObject({ outcome: 'delivered', status: 200 })
    expect([scenario.crm.taken.length, scenario.erp.taken.length]).toEqual([1, 1])
  })

  it('tells a refusal with exit code 1', async () => {
    scenario.crm.becomes('gone')
    const { code, out } = await scenario.run(['test', 'crm'])
    expect(code).toBe(1)
    expect(out).toMatch(/^crm: rejected \(.+, HTTP 410, .+\)\n$/u)
  })

  it('says how a destination gets the values of a portal', async () => {
    scenario.deploys({ DESTINATIONS: [{ name: 'own', type: 'slack', url: '$portal.SLACK_URL' }] })
    expect((await scenario.run(['test', 'own'])).out).toBe(
      'own: rejected (no_value)\nName a portal that has the values: --portal <portal>\n',
    )
    const { out } = await scenario.run(['test', 'own', '--portal', 'acme.bitrix24.com'])
    expect(out).toContain('`npm run relay -- values set acme.bitrix24.com NAME`')
  })

  it('knows no other destination', async () => {
    expect(await scenario.run(['test', 'epr'])).toMatchObject({ code: 5, out: '' })
  })
})
