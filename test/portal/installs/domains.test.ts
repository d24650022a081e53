/**
 * A domain belongs to the first portal that had it. A portal that was renamed leaves its domain, and another
 * portal may get it; a destination that names this domain still means the first one.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { configured, machine } from '../../support/builders/entries.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { directoryTables } from '../../support/worker/traces.ts'

let scenario: RelayScenario
let portals: string[]

beforeEach(() => {
  scenario = new RelayScenario()
  portals = [scenario.domain]
  scenario.adapt = (settings) => ({
    ...settings,
    destinations: configured([machine('erp', { portals })]),
  })
})

afterEach(async () => {
  await scenario.close()
})

/** Another portal had the domain before; answers its member id. */
async function isReleased(): Promise<string> {
  const memberId = crypto.randomUUID().replaceAll('-', '')
  scenario.bitrix24.memberId = memberId
  const former = { 'auth[member_id]': memberId }
  expect((await scenario.portal.installs(former)).status).toBe(200)
  await vi.waitFor(async () =>
    expect((await directoryTables())['domains']).toEqual([
      { domain: scenario.domain, member_id: memberId },
    ]),
  )
  scenario.bitrix24.memberId = scenario.memberId
  return memberId
}

describe('a domain', () => {
  it('of one portal is its own', async () => {
    await scenario.portal.installs()
    await scenario.portal.sends()
    await vi.waitFor(() => expect(scenario.receiver('erp').sequences()).toEqual([1]))
    expect((await directoryTables())['domains']).toEqual([
      { domain: scenario.domain, member_id: scenario.memberId },
    ])
    expect((await scenario.view()).domainHolder).toBeNull()
  })

  it('that another portal had first does not match `portals`; the member id does', async () => {
    const holder = await isReleased()
    await scenario.portal.installs()
    await scenario.portal.sends()
    expect(await scenario.view()).toMatchObject({
      lanes: [],
      domain: scenario.domain,
      domainHolder: { memberId: holder, remedy: expect.stringContaining('member_id') },
    })
    portals = [scenario.memberId]
    await scenario.relay.restarts()
    expect((await scenario.portal.sends()).status).toBe(200)
    await vi.waitFor(() => expect(scenario.receiver('erp').sequences()).toContain(2))
  })

  it('counts as own while the directory cannot be reached, which is asked again', async () => {
    let isDown = true
    const { adapt } = scenario
    scenario.adapt = (settings) => {
      const adapted = adapt(settings)
      const holdDomain: typeof adapted.directory.holdDomain = (...args) =>
        isDown ? Promise.reject(new Error('down')) : adapted.directory.holdDomain(...args)
      return { ...adapted, directory: { ...adapted.directory, holdDomain } }
    }
    expect((await scenario.portal.installs()).status).toBe(200)
    await scenario.portal.sends()
    await vi.waitFor(() => expect(scenario.receiver('erp').sequences()).toEqual([1]))
    expect((await scenario.stored()).domainHolder).toBeNull()
    isDown = false
    await scenario.object.touch()
    await vi.waitFor(async () => expect((await scenario.stored()).domainHolder).not.toBeNull())
  })
})
