/** The admin API of `why`: the form of the question, and the answers of a real portal. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adminOf, refusal } from '../../../support/worker/admin-api.ts'
import { machine } from '../../../support/builders/entries.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'

let scenario: PortalScenario

beforeEach(async () => {
  scenario = new PortalScenario([machine('erp')])
  await scenario.relay.passesOn()
})

afterEach(() => scenario.close())

const { ask } = adminOf(() => scenario.memberId)

describe('GET /portals/{memberId}/why', () => {
  it.each([
    '',
    '?sequence=0',
    '?sequence=1&event=onCrmDealAdd',
    '?event=not%20a%20name',
    '?sequence=1&sequence=2',
    '?squence=1',
  ])('refuses the question %o', async (query) => {
    expect(await ask(`GET /portals/{portal}/why${query}`)).toEqual(refusal(400, 'invalid_request'))
  })

  it('answers for all destinations', async () => {
    const { status, body } = await ask('GET /portals/{portal}/why?sequence=1')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      memberId: scenario.memberId,
      sequence: 1,
      destinations: [{ destination: 'erp', answer: 'delivered', cause: null }],
    })
  })

  it('answers for one destination by the name of the event, in any case', async () => {
    await scenario.operator.pauses('erp')
    await scenario.portal.sends()
    const event = 'ONCRMREQUISITEUSERFIELDUPDATE'.toLowerCase()
    const { body } = await ask(`GET /portals/{portal}/why?event=${event}&destination=erp`)
    expect(body).toMatchObject({
      event: 'onCrmRequisiteUserFieldUpdate',
      sequence: 2,
      destinations: [
        { answer: 'waiting', cause: { step: 'lane', reason: 'paused', remedy: 'Resume the lane' } },
      ],
    })
  })

  it('an event of an outgoing webhook that never arrived has to be ticked, whatever the configuration asks for', async () => {
    const { body } = await ask('GET /portals/{portal}/why?event=onCrmLeadAdd')
    expect(body).toMatchObject({
      sequence: null,
      destinations: [
        {
          answer: 'never_arrived',
          cause: {
            reason: 'never_arrived',
            remedy: expect.stringMatching(/^Tick onCrmLeadAdd/u),
          },
        },
      ],
    })
  })

  it('a receiver that refuses is told in words', async () => {
    scenario.receiver('erp').failsOnce({ 2: 422 })
    await scenario.relay.passesOn()
    const { body } = await ask('GET /portals/{portal}/why?sequence=2')
    expect(body).toMatchObject({
      destinations: [{ answer: 'parked', cause: { step: 'delivery', reason: 'http_422' } }],
    })
  })
})
