/** What failures say of the access to a whole portal, for how long, and what ends it. */
import { DAY_MS, HOUR_MS } from '../../../src/core/durations.ts'
import { describe, expect, it } from 'vitest'
import { createSealer } from '../../../src/storage/seal.ts'
import { NOW } from '../../support/time.ts'
import { fail } from '../../support/network/install-servers.ts'
import {
  METHOD,
  TokenScenario,
  aPair,
  aTokenScenario,
  aTokenScenarioWithSystemUser,
} from '../../support/scenarios/token-scenario.ts'

describe('an access trouble', () => {
  it.each([
    ['PAYMENT_REQUIRED', 'suspended'],
    ['ACCESS_DENIED', 'no_rights'],
    ['user_access_error', 'no_rights'],
    ['METHOD_CONFIRM_WAITING', 'method_confirmation'],
    ['INVALID_CREDENTIALS', 'no_rights'],
    // The product sends this for a portal that was stopped, and it may be opened again.
    ['PORTAL_DELETED', 'deleted'],
  ])('%s is remembered for an hour and ends with the first success', async (code, trouble) => {
    const scenario = await aTokenScenario()
    scenario.onCall = () => fail(code, 403)
    const call = scenario.calls()
    await call(METHOD, {})
    expect(scenario.install.access?.trouble).toBe(trouble)
    const asked = scenario.sent.length
    scenario.now += HOUR_MS - 1
    expect((await call(METHOD, {})).ok).toBe(false)
    expect(scenario.sent).toHaveLength(asked)
    scenario.now += 1
    scenario.onCall = () => Response.json({ result: {} })
    expect((await call(METHOD, {})).ok).toBe(true)
    expect(scenario.install.access).toBeNull()
  })

  it('of a portal that is closed for a time keeps no call back, and ends with the first success', async () => {
    const scenario = await aTokenScenario()
    scenario.onCall = () => fail('PORTAL_DELETED', 500)
    const call = scenario.calls()
    await call(METHOD, {})
    const met = { trouble: 'closed', code: 'PORTAL_DELETED', at: scenario.now }
    expect(scenario.install.access).toEqual(met)
    scenario.now += 1000
    await call(METHOD, {})
    expect(scenario.install.access).toEqual(met)
    expect(scenario.sent).toHaveLength(2)
    scenario.onCall = () => Response.json({ result: {} })
    expect((await call(METHOD, {})).ok).toBe(true)
    expect(scenario.install.access).toBeNull()
  })

  it('APPLICATION_NOT_FOUND lasts until a new pair comes', async () => {
    const scenario = await aTokenScenario()
    scenario.onCall = () => fail('APPLICATION_NOT_FOUND')
    const call = scenario.calls()
    await call(METHOD, {})
    expect(scenario.install.access?.trouble).toBe('uninstalled')
    const asked = scenario.sent.length
    scenario.now += 30 * DAY_MS
    await call(METHOD, {})
    expect(scenario.sent).toHaveLength(asked)
  })

  it.each([
    ['invalid_grant', 'tokens_lost'],
    ['invalid_client', 'secret_refused'],
    ['wrong_client', 'secret_refused'],
    ['NOT_INSTALLED', 'uninstalled'],
    ['PAYMENT_REQUIRED', 'suspended'],
  ])('comes from a refresh that says %s: %s, with HTTP 200 too', async (code, trouble) => {
    const scenario = await aTokenScenario()
    scenario.onRefresh = () => fail(code, 200)
    await scenario.calls()(METHOD, {})
    expect(scenario.install.access?.trouble).toBe(trouble)
  })

  it.each([
    [
      'one field is denied',
      METHOD,
      () => Response.json({ error: '', error_description: 'Access denied' }, { status: 400 }),
    ],
    ['event.bind is denied', 'event.bind', () => fail('ACCESS_DENIED', 403)],
    ['user.get is denied', 'user.get', () => fail('ACCESS_DENIED', 403)],
    ['a scope is missing', 'user.get', () => fail('insufficient_scope', 403)],
    [
      'another method waits for confirmation',
      'user.get',
      () => fail('METHOD_CONFIRM_WAITING', 401),
    ],
    ['nobody answers', METHOD, () => new Response('<html>', { status: 502 })],
  ])('is none when %s', async (_, method, answer) => {
    const scenario = await aTokenScenario()
    scenario.onCall = answer
    await scenario.calls()(method, {})
    expect(scenario.install.access).toBeNull()
  })
})

describe('tryAgain()', () => {
  it.each([
    ['forgets a trouble that may have ended', 'suspended', false],
    ['keeps a trouble that only a new pair can end', 'tokens_lost', true],
  ] as const)('%s', async (_, trouble, isKept) => {
    const scenario = await aTokenScenario()
    const access = { trouble, code: '', at: NOW }
    scenario.install = { ...scenario.install, access }
    scenario.start().troubles.tryAgain()
    expect(scenario.install.access).toEqual(isKept ? access : null)
  })
})

describe('pairState()', () => {
  it('is none without an application', () => {
    expect(new TokenScenario().start().troubles.pairState()).toBe('none')
  })

  it('is valid while a pair can be opened', async () => {
    expect((await aTokenScenario()).start().troubles.pairState()).toBe('valid')
  })

  it.each([
    ['its key is not configured', 'key'],
    ['Bitrix24 has refused it for good', 'trouble'],
    ['it could not be sealed', 'sealed'],
  ])('is lost when %s', async (_, cause) => {
    const scenario = await aTokenScenario(cause === 'sealed' ? { tokens: null } : {})
    if (cause === 'key') scenario.sealer = createSealer([])
    if (cause === 'trouble') {
      const access = { trouble: 'uninstalled', code: '', at: NOW } as const
      scenario.install = { ...scenario.install, access }
    }
    expect(scenario.start().troubles.pairState()).toBe('lost')
  })
})

describe('wrong bytes under the id of a key', () => {
  /** Another key under the same id, as after a mistake in one deployment. */
  const WRONG = createSealer([{ id: 'k1', key: new Uint8Array(32).fill(9) }])

  it.each([
    ['one pair', aTokenScenario],
    ['both pairs', aTokenScenarioWithSystemUser],
  ])('lose %s for that deployment alone', async (_, create) => {
    const scenario = await create()
    const { sealer } = scenario
    const before = scenario.install.application
    scenario.sealer = WRONG
    const wrong = scenario.start()
    for (let n = 0; n < 3; n += 1) {
      expect((await wrong.portalCaller.callsFor('background')(METHOD, {})).ok).toBe(false)
    }
    expect(scenario.sent).toEqual([])
    expect(scenario.install.access?.trouble).toBe('tokens_unreadable')
    expect(wrong.troubles.pairState()).toBe('lost')
    expect(wrong.portalCaller.refusal()).toBe('tokens_lost')
    expect(scenario.install.application).toEqual(before)
    // The next deployment has the right bytes again.
    scenario.sealer = sealer
    scenario.accepted.add('canary-access-old').add('canary-access-system')
    const right = scenario.start()
    expect(right.portalCaller.refusal()).toBeNull()
    expect((await right.portalCaller.callsFor('background')(METHOD, {})).ok).toBe(true)
    expect(scenario.install.access).toBeNull()
    expect(right.troubles.pairState()).toBe('valid')
  })

  it('leave a pair in its place when the other one can be opened', async () => {
    const scenario = await aTokenScenarioWithSystemUser()
    const systemTokens = `${scenario.install.application?.systemTokens ?? ''}AAAA`
    scenario.change({ systemTokens })
    scenario.accepted.add('canary-access-old')
    expect((await scenario.calls()(METHOD, {})).ok).toBe(true)
    expect(scenario.install.application?.systemTokens).toBe(systemTokens)
    expect(scenario.install.access).toBeNull()
  })

  it('a pair without a refresh token dies with its access token', async () => {
    const scenario = await aTokenScenario()
    const { pairs } = scenario.start()
    const tokens = await pairs.seal('tokens', { ...aPair('old'), refreshToken: null })
    scenario.change({ tokens })
    await scenario.calls()(METHOD, {})
    expect(scenario.install.access).toMatchObject({
      trouble: 'tokens_lost',
      code: 'no_refresh_token',
    })
  })
})
