/** Portals that are read through an incoming webhook. */
import { describe, expect, it } from 'vitest'
import { fail } from '../../support/network/install-servers.ts'
import {
  METHOD,
  TokenScenario,
  WEBHOOK_URL,
  aTokenScenario,
} from '../../support/scenarios/token-scenario.ts'

/** A portal that this webhook speaks for, and that answers it. */
function withWebhook(scenario: TokenScenario, domain?: string): TokenScenario {
  scenario.hasWebhook(domain)
  scenario.onCall = () => Response.json({ result: {} })
  return scenario
}

describe('an incoming webhook', () => {
  it('reads a portal without an application', async () => {
    const scenario = withWebhook(new TokenScenario())
    expect((await scenario.calls()(METHOD, {})).ok).toBe(true)
    expect(scenario.urls()).toEqual([`${WEBHOOK_URL}${METHOD}`])
  })

  it('of another domain than the verified one is not asked', async () => {
    const scenario = withWebhook(await aTokenScenario({ tokens: null }), 'other.bitrix24.com')
    await scenario.calls()(METHOD, {})
    expect(scenario.sent).toEqual([])
  })

  it.each([
    ['INVALID_CREDENTIALS', 401, 'webhook_refused'],
    ['PAYMENT_REQUIRED', 403, 'webhook_refused'],
    ['ACCESS_DENIED', 403, 'webhook_refused'],
    ['INVALID_CREDENTIALS', 403, 'webhook_no_rights'],
    ['PORTAL_DELETED', 500, 'closed'],
  ])(
    'that is refused with %s and %i is a trouble of the portal, until it answers',
    async (code, status, trouble) => {
      const scenario = withWebhook(new TokenScenario())
      scenario.onCall = () => fail(code, status)
      await scenario.calls()(METHOD, {})
      expect(scenario.install.access).toEqual({
        trouble,
        code,
        at: scenario.now,
      })
      scenario.onCall = () => Response.json({ result: {} })
      await scenario.start().incomingWebhook.call(METHOD, {})
      expect(scenario.install.access).toBeNull()
    },
  )

  it.each([
    ['a server that is down', () => new Response('<html>', { status: 502 })],
    ['a limit', () => fail('QUERY_LIMIT_EXCEEDED', 503)],
    ['a missing scope', () => fail('insufficient_scope', 403)],
    ['a field that is gone', () => fail('ERROR_NOT_FOUND', 400)],
    [
      'one field that may not be seen',
      () => Response.json({ error: '', error_description: 'Access denied' }, { status: 400 }),
    ],
  ])('is in no trouble because of %s', async (_, answer) => {
    const scenario = withWebhook(new TokenScenario())
    scenario.onCall = answer
    await scenario.calls()(METHOD, {})
    expect(scenario.install.access).toBeNull()
  })

  it('says nothing of a portal with an application', async () => {
    const scenario = withWebhook(await aTokenScenario({ tokens: null }))
    scenario.onCall = () => fail('INVALID_CREDENTIALS')
    await scenario.calls()(METHOD, {})
    expect(scenario.install.access).toBeNull()
  })
})
