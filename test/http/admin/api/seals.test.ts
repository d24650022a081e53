/** The admin API of seals: counts by key, never a record. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { adminOf } from '../../../support/worker/admin-api.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { createSealer } from '../../../../src/storage/seal.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
})

afterEach(() => scenario.close())

const { ask } = adminOf(() => scenario.memberId)

it('GET /portals/{memberId}/seals counts the records of each key', async () => {
  scenario.settings = { sealer: createSealer([{ id: 'k1', key: new Uint8Array(32).fill(1) }]) }
  await scenario.relay.passesOn()
  await scenario.operator.setsValue('SLACK_URL', 'https://hooks.slack.com/services/T/B/secret')
  await scenario.time.passesUntilQuiet()
  expect(await ask('GET /portals/{portal}/seals')).toEqual({
    status: 200,
    body: {
      memberId: scenario.memberId,
      keys: [{ key: 'k1', configured: true, newest: true, records: 1 }],
      copyBehind: false,
      spilled: 0,
      spillRefused: 0,
    },
  })
})
