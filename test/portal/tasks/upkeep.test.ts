/** What the daily visit seals again after a rotation of the keys, and what it must not bring back. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSealer, type Sealer } from '../../../src/storage/seal.ts'
import { parseTokenKeys } from '../../../src/storage/token-keys.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { RUNTIME_BINDINGS } from '../../support/worker/runtime-bindings.ts'
import { gate, until } from '../../support/until.ts'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(() => scenario.close())

function afterRotation(): Sealer {
  const keys = parseTokenKeys(RUNTIME_BINDINGS.TOKEN_KEYS)
  const newest = { id: 'k2', key: new Uint8Array(32).fill(2) }
  return createSealer([newest, ...(keys.ok ? keys.value : [])])
}

it('a pair that comes while the former one is sealed again stays', async () => {
  // Young pairs, so that the visit does not refresh them as well.
  const young = { 'auth[expires]': scenario.portal.ts(3600) }
  await scenario.portal.installs(young)
  await scenario.isSubscribed()
  const sealer = afterRotation()
  const isSealed = gate()
  let seals = 0
  scenario.adapt = (settings) => ({
    ...settings,
    sealer: {
      ...sealer,
      seal: async (...plain) => {
        seals += 1
        if (seals === 1) await isSealed.opened
        return sealer.seal(...plain)
      },
    },
  })
  await scenario.relay.restarts()
  const visit = scenario.object.touch()
  await until(() => seals === 1)
  await scenario.portal.updates({ ...young, 'auth[access_token]': 'newer-access-canary' })
  await scenario.inside(() => isSealed.open())
  await visit
  const sealed = (await scenario.stored()).application?.tokens ?? ''
  const opened = await sealer.open(sealed, { memberId: scenario.memberId, field: 'tokens' })
  expect(opened.ok && opened.value).toContain('newer-access-canary')
})
