/** What an installation brings with it beside the decision about it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { checkPending } from '../../../../src/portal/tasks/installs/installation.ts'
import { anInstall } from '../../../support/builders/an-install.ts'
import { RelayScenario } from '../../../support/scenarios/relay-scenario.ts'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(() => scenario.close())

describe('an installation that is trusted', () => {
  it('stands in KV when its answer leaves, so that the edge knows the portal', async () => {
    expect(await scenario.record()).toBeNull()
    const answer = await scenario.portal.installs()
    expect(answer.status).toBe(200)
    expect(await scenario.record()).toMatchObject({ domain: scenario.domain })
  })

  it('is subscribed behind its answer', async () => {
    await scenario.portal.installs()
    await vi.waitFor(() => expect(scenario.bitrix24.rest.bound).not.toEqual([]))
  })
})

describe('the wait for the portal to be subscribed', () => {
  it.each<[string, () => Promise<Response>, boolean]>([
    [
      'is not made by an event, for whose answer nobody waits',
      () => scenario.portal.installs(),
      false,
    ],
    ['is made by the page, which tells what was bound', () => scenario.portal.opensPage(), true],
  ])('%s', async (_, install, waits) => {
    const slept: number[] = []
    scenario.adapt = (settings) => ({
      ...settings,
      sleep: (ms, ends) => {
        slept.push(ms)
        return settings.sleep(ms, ends)
      },
    })
    expect((await install()).status).toBe(200)
    expect(slept.includes(5000)).toBe(waits)
  })
})

describe('the alarm that looks at pending installs again', () => {
  it.each([
    ['leaves the subscriptions of a portal alone whose install it did not change', false],
    ['subscribes a portal whose install it has trusted, and writes KV', true],
  ])('%s', async (_, trusts) => {
    let install = anInstall()
    const did: string[] = []
    await checkPending({
      state: { install: () => install },
      installer: {
        checkPending: async () => {
          if (trusts) install = anInstall()
        },
      },
      mirror: { follow: async () => void did.push('KV') },
      subscriber: {
        align: async () => {
          did.push('bindings')
          return true
        },
      },
      scheduler: { background: () => {} },
    })
    expect(did).toEqual(trusts ? ['KV', 'bindings'] : [])
  })
})

describe('an installation that is refused', () => {
  it('leaves nothing in KV, and binds nothing', async () => {
    const answer = await scenario.portal.installs({ 'auth[member_id]': '0'.repeat(32) })
    expect(answer.status).toBe(403)
    expect(await scenario.record()).toBeNull()
    expect(scenario.bitrix24.rest.bound).toEqual([])
  })
})
