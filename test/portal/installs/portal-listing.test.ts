/** The list of portals in the directory follows the portals' objects. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { realPortalList } from '../../support/builders/an-intake.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { WEBHOOK_TOKEN } from '../../support/worker/runtime-bindings.ts'
import { until } from '../../support/until.ts'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(() => scenario.close())

/** The list once it has this portal, or no portal at all. */
async function listed(isListed: boolean): Promise<readonly string[]> {
  let list: readonly string[] = []
  await until(async () => {
    list = await realPortalList().listPortals('')
    return list.length > 0 === isListed
  })
  return list
}

it('lists a portal with its installation, until nothing is left of it', async () => {
  await scenario.portal.installs()
  expect(await listed(true)).toEqual([scenario.memberId])
  await scenario.portal.uninstalls('clean')
  expect(await listed(true)).toEqual([scenario.memberId])
  await scenario.object.touch()
  expect(await listed(false)).toEqual([])
})

it('lists a portal that is known by an outgoing webhook', async () => {
  const webhooks = [{ token: WEBHOOK_TOKEN, portal: scenario.memberId, rest: null }]
  scenario.adapt = (settings) => ({ ...settings, webhooks })
  await scenario.portal.sendsByWebhook(WEBHOOK_TOKEN)
  expect(await listed(true)).toEqual([scenario.memberId])
})

it('lists no portal that nobody has proved', async () => {
  expect((await scenario.portal.sends()).status).toBe(403)
  expect(await listed(false)).toEqual([])
})

it('says it again with the daily visit when the directory did not hear of it', async () => {
  let isDown = true
  scenario.adapt = (settings) => {
    const { directory } = settings
    const notePortal: typeof directory.notePortal = (...terms) =>
      isDown
        ? Promise.reject(new Error('Network connection lost.'))
        : directory.notePortal(...terms)
    return { ...settings, directory: { ...directory, notePortal } }
  }
  await scenario.portal.installs()
  isDown = false
  await scenario.object.touch()
  expect(await listed(true)).toEqual([scenario.memberId])
})
