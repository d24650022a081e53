/** How an operator sees refused requests and hands them over again. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { EdgeScenario } from '../../../support/scenarios/edge-scenario.ts'
import { said } from '../../../support/scenarios/relay-scenario.ts'

let scenario: EdgeScenario

beforeEach(async () => {
  scenario = await EdgeScenario.create()
})

afterEach(() => scenario.close())

it('shows each with its reason, and replays them', async () => {
  const receivedAt = new Date(scenario.now).toISOString()
  await scenario.spillsInVain(1)
  const line = {
    receipt: 'receipt-1',
    kind: 'append',
    event: 'ONCRMREQUISITEUSERFIELDUPDATE',
    reason: 'untrusted',
    receivedAt,
    refusedAt: new Date(scenario.now).toISOString(),
  }
  expect(await said(scenario.admin('/refused'))).toEqual({ status: 200, body: { refused: [line] } })
  expect(await scenario.view()).toMatchObject({ spilled: 0, spillRefused: 1 })
  expect(await said(scenario.admin('/refused/replay', { method: 'POST' }))).toEqual({
    status: 202,
    body: { replayed: 1, refused: 0, left: 0 },
  })
  expect(await scenario.logged()).toEqual([{ sequence: 1, receipt: 'receipt-1' }])
  expect(await said(scenario.admin('/refused'))).toEqual({ status: 200, body: { refused: [] } })
})
