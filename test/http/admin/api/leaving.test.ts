/** How a portal's data leave: by an export, by the erasure of an event, by the erasure of the portal. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adminOf, refusal } from '../../../support/worker/admin-api.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
})

afterEach(() => scenario.close())

const { ask, call } = adminOf(() => scenario.memberId)

describe('GET /portals/{memberId}/export', () => {
  async function lines(query = ''): Promise<{ sequence: number }[]> {
    const response = await call(`GET /portals/{portal}/export${query}`)
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    const text = await response.text()
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }

  it('gives the log as lines, oldest event first, over several pages', async () => {
    await scenario.relay.deploys([])
    await scenario.portal.sendsMany(250)
    const sequences = (await lines()).map(({ sequence }) => sequence)
    expect(sequences).toEqual(Array.from({ length: 250 }, (_, index) => index + 1))
    expect((await lines('?after=248')).map(({ sequence }) => sequence)).toEqual([249, 250])
  })

  it('gives each event as its own route shows it, and no token', async () => {
    await scenario.relay.passesOn()
    const exported = await lines()
    const { body } = await ask('GET /portals/{portal}/events/1')
    expect(exported).toEqual([body])
    expect(JSON.stringify(exported)).not.toContain('scenario-token')
  })

  it.each(['?after=x', '?before=1'])('400 for %s', async (query) => {
    await scenario.portal.sends()
    const answer = await ask(`GET /portals/{portal}/export${query}`)
    expect(answer).toEqual(refusal(400, 'invalid_request'))
  })
})

describe('DELETE /portals/{memberId}/events/{sequence}', () => {
  it('204: erased; 404 and 409 where it cannot be', async () => {
    await scenario.relay.passesOn()
    await scenario.operator.pauses('erp')
    await scenario.portal.sends()
    expect((await call('DELETE /portals/{portal}/events/1')).status).toBe(204)
    const waits = await ask('DELETE /portals/{portal}/events/2')
    expect(waits).toEqual(refusal(409, 'still_waiting'))
    expect(await ask('DELETE /portals/{portal}/events/3')).toEqual(refusal(404, 'not_found'))
    expect(await ask('DELETE /portals/{portal}/events/x')).toEqual(refusal(404, 'not_found'))
  })
})

describe('DELETE /portals/{memberId}', () => {
  it('erases a portal whose member id stands for its domain, and nothing by mistake', async () => {
    await scenario.relay.passesOn()
    const wrong = await ask('DELETE /portals/{portal}', { body: { domain: 'acme.bitrix24.com' } })
    expect(wrong).toEqual(refusal(409, 'wrong_domain'))
    expect(await ask('DELETE /portals/{portal}')).toEqual(refusal(400, 'invalid_request'))
    const body = { domain: scenario.memberId }
    expect(await ask('DELETE /portals/{portal}', { body })).toEqual({
      status: 200,
      body: { erased: 0 },
    })
    const view = await ask('GET /portals/{portal}')
    expect(view.body).toMatchObject({ state: 'uninstalled', head: 1, events: 0 })
  })
})
