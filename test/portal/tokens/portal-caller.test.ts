/** Which access is tried in which order, and what the asker is told when there is none. */
import { describe, expect, it } from 'vitest'
import { createSealer } from '../../../src/storage/seal.ts'
import { NOW } from '../../support/time.ts'
import { ENDPOINT, SECRET, fail } from '../../support/network/install-servers.ts'
import {
  METHOD,
  TokenScenario,
  WEBHOOK_URL,
  aTokenScenarioWithSystemUser,
  aTokenScenario,
} from '../../support/scenarios/token-scenario.ts'

describe('a call', () => {
  it.each([
    ['background', 'canary-access-system'],
    ['administration', 'canary-access-old'],
  ] as const)('for %s begins with its own pair', async (purpose, token) => {
    const scenario = await aTokenScenarioWithSystemUser()
    scenario.accepted = new Set(['canary-access-system', 'canary-access-old'])
    await scenario.calls(purpose)(METHOD, {})
    expect(scenario.sent.map(({ form }) => form.get('auth'))).toEqual([token])
  })

  it("goes on with the installer's pair when the system pair is dead, also after a restart", async () => {
    const scenario = await aTokenScenarioWithSystemUser()
    scenario.accepted = new Set(['canary-access-old'])
    scenario.onRefresh = () => fail('invalid_grant', 400)
    expect((await scenario.calls()(METHOD, {})).ok).toBe(true)
    expect((await scenario.calls()(METHOD, {})).ok).toBe(true)
    expect(scenario.refreshes()).toBe(1)
  })

  it('that the portal refuses after a refresh does not refresh again each time', async () => {
    const scenario = await aTokenScenario()
    scenario.onCall = () => fail('invalid_token')
    const call = scenario.calls()
    for (let n = 0; n < 5; n += 1) await call(METHOD, {})
    expect(scenario.refreshes()).toBe(1)
  })

  it('shows no secret in a URL, a log line or an error', async () => {
    const scenario = await aTokenScenario()
    const call = scenario.calls()
    await call(METHOD, {})
    scenario.onCall = () => fail('canary-fresh-access-main')
    const refused = await call(METHOD, {})
    expect(scenario.sent.some(({ form }) => form.get('client_secret') === SECRET)).toBe(true)
    expect(JSON.stringify([scenario.urls(), scenario.lines, refused])).not.toContain('canary')
  })

  it.each([
    ['suspended', 'no_rights'],
    ['tokens_lost', 'dead_token'],
  ] as const)('is not made during the trouble %s, and answered with %s', async (trouble, kind) => {
    const scenario = await aTokenScenario()
    scenario.install = { ...scenario.install, access: { trouble, code: 'CODE', at: NOW } }
    expect(await scenario.calls()(METHOD, {})).toEqual({
      ok: false,
      error: { kind, code: 'CODE', status: null },
    })
    expect(scenario.sent).toEqual([])
  })

  it.each(['PAYMENT_REQUIRED', 'APPLICATION_NOT_FOUND'])(
    'goes to the incoming webhook at once when the application is told %s',
    async (code) => {
      const scenario = await aTokenScenario()
      scenario.hasWebhook()
      scenario.onCall = ({ url }) =>
        url.startsWith(WEBHOOK_URL) ? Response.json({ result: {} }) : fail(code, 403)
      expect((await scenario.calls()(METHOD, {})).ok).toBe(true)
      expect(scenario.urls()).toEqual([`${ENDPOINT}${METHOD}`, `${WEBHOOK_URL}${METHOD}`])
    },
  )

  it('for administration never goes to an incoming webhook', async () => {
    const scenario = new TokenScenario()
    scenario.hasWebhook()
    expect((await scenario.calls('administration')('event.bind', {})).ok).toBe(false)
    expect(scenario.sent).toEqual([])
  })
})

describe('refusal()', () => {
  async function refusalOf(change: (scenario: TokenScenario) => void, scenario?: TokenScenario) {
    const subject = scenario ?? (await aTokenScenario())
    change(subject)
    const { portalCaller } = subject.start()
    return { refusal: portalCaller.refusal(), hasAccess: portalCaller.hasAccess() }
  }

  it('is null while a pair is worth a try', async () => {
    expect(await refusalOf(() => {})).toEqual({ refusal: null, hasAccess: true })
  })

  it('is no_tokens without an application', async () => {
    const nothing = await refusalOf(() => {}, new TokenScenario())
    expect(nothing).toEqual({ refusal: 'no_tokens', hasAccess: false })
  })

  it('is the reason of a trouble while it lasts', async () => {
    const suspended = await refusalOf((scenario) => {
      const access = { trouble: 'suspended', code: '', at: NOW } as const
      scenario.install = { ...scenario.install, access }
    })
    expect(suspended).toEqual({ refusal: 'access_denied', hasAccess: true })
  })

  it('is tokens_lost when no pair can be opened', async () => {
    const lost = await refusalOf((scenario) => (scenario.sealer = createSealer([])))
    expect(lost).toEqual({ refusal: 'tokens_lost', hasAccess: true })
  })

  it('is null for a portal that an incoming webhook can read', async () => {
    const readable = await refusalOf((scenario) => scenario.hasWebhook(), new TokenScenario())
    expect(readable).toEqual({ refusal: null, hasAccess: true })
  })
})
