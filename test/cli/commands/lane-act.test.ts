import { expect, it } from 'vitest'
import { progressText } from '../../../cli/commands/lane-act.ts'
import { CliScenario } from '../../support/scenarios/cli-scenario.ts'

it('says how far an order has come', () => {
  expect(progressText({ portals: 1 })).toBe('1 portal')
  expect(progressText({ portals: 12, failed: 2, left: 30 })).toBe(
    '12 portals, 2 did not answer, 30 follow within minutes',
  )
})

it('an act says where, or nothing is done', async () => {
  const scenario = new CliScenario()
  await scenario.begins()
  await scenario.sends()
  expect(await scenario.run(['pause', 'erp'])).toMatchObject({ code: 2 })
  const { out } = await scenario.run(['status', 'acme.bitrix24.com', '--json'])
  expect(JSON.parse(out).lanes[0].state).toBe('active')
})
