import { beforeAll, describe, expect, it } from 'vitest'
import { CliScenario } from '../../support/scenarios/cli-scenario.ts'

const scenario = new CliScenario()

beforeAll(async () => {
  await scenario.begins()
  await scenario.sends()
})

describe('preview', () => {
  it('shows the message about an event, and sends nothing', async () => {
    const before = scenario.erp.seen.length
    const args = ['preview', 'erp', '--portal', 'acme.bitrix24.com', '--event', '1']
    const { code, out } = await scenario.run(args)
    expect(code).toBe(0)
    expect(out).toMatch(/^erp \(webhook\)\n.*content-type: application\/json/su)
    expect(JSON.parse(out.slice(out.indexOf('\n\n')))).toMatchObject({ data: { sequence: 1 } })
    const json = JSON.parse((await scenario.run([...args, '--json'])).out)
    expect(json).toMatchObject({ type: 'webhook', body: { data: { sequence: 1 } } })
    expect(scenario.erp.seen.length).toBe(before)
  })

  it('shows an invented event without a portal', async () => {
    expect((await scenario.run(['preview', 'crm'])).out).toMatch(/^crm \(slack\)\n/u)
  })

  it('an event needs its portal', async () => {
    expect(await scenario.run(['preview', 'crm', '--event', '1'])).toMatchObject({
      code: 2,
      out: '',
    })
  })
})
