/**
 * Refreshes under races and failures: one however many calls wait, stored before use, and nothing is written
 * for a pair or an installation that has been replaced meanwhile.
 */
import { DAY_MS } from '../../../src/core/durations.ts'
import { describe, expect, it } from 'vitest'
import { NO_INSTALL, type InstallState } from '../../../src/core/access/installs/install.ts'
import { NOW } from '../../support/time.ts'
import { INFO, TECH, fail, pairAnswer } from '../../support/network/install-servers.ts'
import {
  METHOD,
  TokenScenario,
  aTokenScenarioWithSystemUser,
  aTokenScenario,
} from '../../support/scenarios/token-scenario.ts'

describe('an expired access token', () => {
  it('is refreshed exactly once for 50 calls that find it expired at once', async () => {
    const scenario = await aTokenScenario()
    const call = scenario.calls()
    const answers = await Promise.all(Array.from({ length: 50 }, () => call(METHOD, { id: 235 })))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(50)
    expect(scenario.refreshes()).toBe(1)
    expect(await scenario.stored()).toBe('canary-fresh-refresh-main')
  })

  it('is never refreshed by habit while it is good', async () => {
    const scenario = await aTokenScenario()
    scenario.accepted.add('canary-access-old')
    const call = scenario.calls()
    for (let n = 0; n < 5; n += 1) await call(METHOD, {})
    expect(scenario.refreshes()).toBe(0)
  })
})

describe('a fresh pair', () => {
  it('is stored before it is used', async () => {
    const scenario = await aTokenScenario()
    const seen: (string | null)[] = []
    const answer = scenario.onCall
    scenario.onCall = async (sent) => {
      if (sent.form.get('auth') === 'canary-fresh-access-main') seen.push(await scenario.stored())
      return answer(sent)
    }
    await scenario.calls()(METHOD, {})
    expect(seen).toEqual(['canary-fresh-refresh-main'])
  })

  it('of another portal is thrown away, and the pair counts as lost', async () => {
    const scenario = await aTokenScenario()
    scenario.onRefresh = () => pairAnswer('stranger', { member_id: 'f'.repeat(32) })
    const answer = await scenario.calls()(METHOD, {})
    expect(answer.ok).toBe(false)
    expect(await scenario.stored()).toBe('canary-refresh-old')
    expect(scenario.install.access?.trouble).toBe('tokens_lost')
  })

  it.each([
    ['is followed to a server of the allow-list', `${TECH}/rest/`, TECH],
    ['is not followed to any other server', 'https://evil.example.com/rest/', INFO],
  ])('%s', async (_, server, expected) => {
    const scenario = await aTokenScenario()
    scenario.onRefresh = () => pairAnswer('main', { server_endpoint: server })
    await scenario.calls()(METHOD, {})
    expect(scenario.install.application?.oauthUrl).toBe(expected)
  })

  it('that cannot be stored rejects no caller; the pair is lost only when Bitrix24 says so', async () => {
    const scenario = await aTokenScenario()
    scenario.failsToStore = true
    expect((await scenario.calls()(METHOD, {})).ok).toBe(false)
    scenario.failsToStore = false
    expect(scenario.install.access).toBeNull()
    scenario.onRefresh = () => fail('invalid_grant', 400)
    await scenario.calls()(METHOD, {})
    expect(scenario.install.access?.trouble).toBe('tokens_lost')
  })
})

describe('a refresh', () => {
  it.each([
    [
      'its application is not configured',
      (scenario: TokenScenario) => scenario.applications.clear(),
    ],
    [
      'its OAuth server is not configured',
      (scenario: TokenScenario) => (scenario.oauthUrls = [TECH]),
    ],
  ])('is not tried when %s', async (_, change) => {
    const scenario = await aTokenScenario()
    change(scenario)
    const { pairs, refresh } = scenario.start()
    const pair = pairs.stored('tokens')
    expect(pair && (await refresh.refresh(pair))).toEqual({
      ok: false,
      error: { kind: 'refused', code: 'not_configured', status: null },
    })
    expect(scenario.sent).toEqual([])
  })

  it('is not tried for a pair that cannot be opened', async () => {
    const scenario = await aTokenScenario({ tokens: 'damaged' })
    const { pairs, refresh } = scenario.start()
    const pair = pairs.stored('tokens')
    expect(pair && (await refresh.refresh(pair))).toMatchObject({
      error: { kind: 'dead_token', code: 'unreadable_pair' },
    })
    expect(scenario.sent).toEqual([])
  })
})

describe('an OAuth server that is down', () => {
  it.each([
    [null, 30_000],
    ['90', 90_000],
  ])('with Retry-After %s is left alone for %i ms', async (retryAfter, waitMs) => {
    const scenario = await aTokenScenario()
    const headers = retryAfter === null ? {} : { 'retry-after': retryAfter }
    scenario.onRefresh = () => new Response('<html>', { status: 503, headers })
    const call = scenario.calls()
    const first = await call(METHOD, {})
    scenario.now += waitMs - 1
    expect(await call(METHOD, {})).toEqual(first)
    expect(scenario.refreshes()).toBe(1)
    expect(scenario.install.access).toBeNull()
    scenario.now += 1
    scenario.onRefresh = () => pairAnswer('main')
    expect((await call(METHOD, {})).ok).toBe(true)
    expect(scenario.refreshes()).toBe(2)
  })
})

describe('during a refresh', () => {
  it.each(['invalid_grant', 'NOT_INSTALLED'])(
    'a pair comes, and the late %s of the former one says nothing of it',
    async (code) => {
      const scenario = await aTokenScenario()
      scenario.onRefresh = async () => {
        scenario.change({ tokens: await scenario.seal('tokens', 'newer') })
        return fail(code, 400)
      }
      scenario.accepted.add('canary-access-newer')
      const call = scenario.calls()
      await call(METHOD, {})
      expect(scenario.install.access).toBeNull()
      expect((await call(METHOD, {})).ok).toBe(true)
    },
  )

  it('a pair comes, and the refreshed older one does not replace it', async () => {
    const scenario = await aTokenScenario()
    scenario.onRefresh = async () => {
      scenario.change({ tokens: await scenario.seal('tokens', 'newer') })
      return pairAnswer('main')
    }
    await scenario.calls()(METHOD, {})
    expect(await scenario.stored()).toBe('canary-refresh-newer')
  })

  it('the same pair is sealed again, and the fresh one replaces it nevertheless', async () => {
    const scenario = await aTokenScenario()
    scenario.onRefresh = async () => {
      scenario.change({ tokens: await scenario.seal('tokens', 'old') })
      return pairAnswer('main')
    }
    await scenario.calls()(METHOD, {})
    expect(await scenario.stored()).toBe('canary-fresh-refresh-main')
  })

  it('an uninstall comes, and nothing is written', async () => {
    const scenario = await aTokenScenario()
    let ended: InstallState | null = null
    scenario.onRefresh = () => {
      scenario.install = { ...NO_INSTALL, generation: 1 }
      ended = scenario.install
      return pairAnswer('main')
    }
    await scenario.calls()(METHOD, {})
    expect(scenario.install).toBe(ended)
  })

  it('an uninstall and a new install with the same pair come, and nothing is written', async () => {
    const scenario = await aTokenScenario()
    scenario.onRefresh = () => {
      scenario.install = { ...scenario.install, generation: 1 }
      return pairAnswer('main')
    }
    await scenario.calls()(METHOD, {})
    expect(await scenario.stored()).toBe('canary-refresh-old')
  })
})

describe('keepAlive()', () => {
  it.each([
    [19, 0],
    [20, 1],
    [21, 1],
  ])('refreshes a pair of %i days %i times', async (days, refreshes) => {
    const scenario = await aTokenScenario({ tokensIssuedAt: (NOW - days * DAY_MS) / 1000 })
    await scenario.start().refresh.keepAlive()
    expect(scenario.refreshes()).toBe(refreshes)
  })

  it('judges the system pair by its own age', async () => {
    const scenario = await aTokenScenarioWithSystemUser({
      systemTokensIssuedAt: (NOW - 21 * DAY_MS) / 1000,
    })
    await scenario.start().refresh.keepAlive()
    expect(scenario.sent.map(({ form }) => form.get('refresh_token'))).toEqual([
      'canary-refresh-system',
    ])
  })

  it('remembers that an old pair is lost, and asks nothing while that lasts', async () => {
    const scenario = await aTokenScenario({ tokensIssuedAt: 0 })
    scenario.onRefresh = () => fail('invalid_grant', 400)
    await scenario.start().refresh.keepAlive()
    expect(scenario.install.access?.trouble).toBe('tokens_lost')
    await scenario.start().refresh.keepAlive()
    expect(scenario.refreshes()).toBe(1)
  })

  it('does nothing for a portal without an application', async () => {
    const scenario = new TokenScenario()
    await scenario.start().refresh.keepAlive()
    expect(scenario.sent).toEqual([])
  })
})
