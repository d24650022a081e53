/** What an installation brings with it beside the decision about it. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RelayScenario } from '../support/relay-scenario.ts'

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

describe('an installation that is refused', () => {
  it('leaves nothing in KV, and binds nothing', async () => {
    const answer = await scenario.portal.installs({ 'auth[member_id]': '0'.repeat(32) })
    expect(answer.status).toBe(403)
    expect(await scenario.record()).toBeNull()
    expect(scenario.bitrix24.rest.bound).toEqual([])
  })
})
