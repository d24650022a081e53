/** Portals that are read through an incoming webhook. */
import { describe, expect, it } from 'vitest'
import { METHOD, TokenPortal, anInstalledPortal, fail } from '../../support/token-scenario.ts'

const URL_OF_WEBHOOK = 'https://acme.bitrix24.com/rest/1/canarywebhooksecret/'

/** An incoming webhook of this domain is configured, and its token has spoken for the portal. */
function withWebhook(portal: TokenPortal, domain = 'acme.bitrix24.com'): TokenPortal {
  portal.webhooks = [{ token: 't'.repeat(32), portal: domain, rest: URL_OF_WEBHOOK }]
  portal.install = { ...portal.install, webhooks: [{ hash: 'h', portal: domain, since: 1 }] }
  portal.onCall = () => Response.json({ result: {} })
  return portal
}

describe('an incoming webhook', () => {
  it('reads a portal without an application', async () => {
    const portal = withWebhook(new TokenPortal())
    expect((await portal.caller()(METHOD, {})).ok).toBe(true)
    expect(portal.urls()).toEqual([`${URL_OF_WEBHOOK}${METHOD}`])
  })

  it('of another domain than the verified one is not asked', async () => {
    const portal = withWebhook(await anInstalledPortal({ tokens: null }), 'other.bitrix24.com')
    await portal.caller()(METHOD, {})
    expect(portal.sent).toEqual([])
  })

  it.each([
    ['INVALID_CREDENTIALS', 401],
    ['PAYMENT_REQUIRED', 403],
    ['ACCESS_DENIED', 403],
  ])(
    'that is refused with %s is a trouble of the portal, until it answers',
    async (code, status) => {
      const portal = withWebhook(new TokenPortal())
      portal.onCall = () => fail(code, status)
      await portal.caller()(METHOD, {})
      expect(portal.install.access).toEqual({ trouble: 'webhook_refused', code, at: portal.now })
      portal.onCall = () => Response.json({ result: {} })
      await portal.start().webhook.call(METHOD, {})
      expect(portal.install.access).toBeNull()
    },
  )

  it.each([
    ['a server that is down', () => new Response('<html>', { status: 502 })],
    ['a limit', () => fail('QUERY_LIMIT_EXCEEDED', 503)],
    ['a missing scope', () => fail('insufficient_scope', 403)],
    ['a field that is gone', () => fail('ERROR_NOT_FOUND', 400)],
  ])('is in no trouble because of %s', async (_, answer) => {
    const portal = withWebhook(new TokenPortal())
    portal.onCall = answer
    await portal.caller()(METHOD, {})
    expect(portal.install.access).toBeNull()
  })

  it('says nothing of a portal with an application', async () => {
    const portal = withWebhook(await anInstalledPortal({ tokens: null }))
    portal.onCall = () => fail('INVALID_CREDENTIALS')
    await portal.caller()(METHOD, {})
    expect(portal.install.access).toBeNull()
  })
})
