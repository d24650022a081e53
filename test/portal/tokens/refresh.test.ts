/**
 * Refreshes under races and failures: one however many calls wait, stored before use, and nothing is written
 * for a pair or an installation that has been replaced meanwhile.
 */
import { describe, expect, it } from 'vitest'
import { NO_INSTALL, type InstallState } from '../../../src/core/access/install.ts'
import { DAY_MS } from '../../../src/core/lanes/retry.ts'
import { NOW } from '../../support/time.ts'
import {
  METHOD,
  OAUTH,
  TECH,
  TokenPortal,
  aPortalWithSystemUser,
  anInstalledPortal,
  fail,
  refreshed,
} from '../../support/token-scenario.ts'

describe('an expired access token', () => {
  it('is refreshed exactly once for 50 calls that find it expired at once', async () => {
    const portal = await anInstalledPortal()
    const call = portal.caller()
    const answers = await Promise.all(Array.from({ length: 50 }, () => call(METHOD, { id: 235 })))
    expect(answers.filter(({ ok }) => ok)).toHaveLength(50)
    expect(portal.refreshes()).toBe(1)
    expect(await portal.stored()).toBe('canary-refresh-fresh')
  })

  it('is never refreshed by habit while it is good', async () => {
    const portal = await anInstalledPortal()
    portal.accepted.add('canary-access-old')
    const call = portal.caller()
    for (let n = 0; n < 5; n += 1) await call(METHOD, {})
    expect(portal.refreshes()).toBe(0)
  })
})

describe('a fresh pair', () => {
  it('is stored before it is used', async () => {
    const portal = await anInstalledPortal()
    const seen: (string | null)[] = []
    const answer = portal.onCall
    portal.onCall = async (sent) => {
      if (sent.form.get('auth') === 'canary-access-fresh') seen.push(await portal.stored())
      return answer(sent)
    }
    await portal.caller()(METHOD, {})
    expect(seen).toEqual(['canary-refresh-fresh'])
  })

  it('of another portal is thrown away, and the pair counts as lost', async () => {
    const portal = await anInstalledPortal()
    portal.onRefresh = () => refreshed('stranger', { member_id: 'f'.repeat(32) })
    const answer = await portal.caller()(METHOD, {})
    expect(answer.ok).toBe(false)
    expect(await portal.stored()).toBe('canary-refresh-old')
    expect(portal.install.access?.trouble).toBe('tokens_lost')
  })

  it.each([
    ['is followed to a server of the allow-list', `${TECH}/rest/`, TECH],
    ['is not followed to any other server', 'https://evil.example.com/rest/', OAUTH],
  ])('%s', async (_, server, expected) => {
    const portal = await anInstalledPortal()
    portal.onRefresh = () => refreshed('fresh', { server_endpoint: server })
    await portal.caller()(METHOD, {})
    expect(portal.install.application?.oauthUrl).toBe(expected)
  })

  it('that cannot be stored rejects no caller; the pair is lost only when Bitrix24 says so', async () => {
    const portal = await anInstalledPortal()
    portal.failsToStore = true
    expect((await portal.caller()(METHOD, {})).ok).toBe(false)
    portal.failsToStore = false
    expect(portal.install.access).toBeNull()
    portal.onRefresh = () => fail('invalid_grant', 400)
    await portal.caller()(METHOD, {})
    expect(portal.install.access?.trouble).toBe('tokens_lost')
  })
})

describe('a refresh', () => {
  it.each([
    ['its application is not configured', (portal: TokenPortal) => portal.applications.clear()],
    ['its OAuth server is not configured', (portal: TokenPortal) => (portal.oauthUrls = [TECH])],
  ])('is not tried when %s', async (_, change) => {
    const portal = await anInstalledPortal()
    change(portal)
    const { pairs, refresh } = portal.start()
    const pair = pairs.stored('tokens')
    expect(pair && (await refresh.refresh(pair))).toEqual({
      ok: false,
      error: { kind: 'refused', code: 'not_configured', status: null },
    })
    expect(portal.sent).toEqual([])
  })

  it('is not tried for a pair that cannot be opened', async () => {
    const portal = await anInstalledPortal({ tokens: 'damaged' })
    const { pairs, refresh } = portal.start()
    const pair = pairs.stored('tokens')
    expect(pair && (await refresh.refresh(pair))).toMatchObject({
      error: { kind: 'dead_token', code: 'unreadable_pair' },
    })
    expect(portal.sent).toEqual([])
  })
})

describe('an OAuth server that is down', () => {
  it.each([
    [null, 30_000],
    ['90', 90_000],
  ])('with Retry-After %s is left alone for %i ms', async (retryAfter, restMs) => {
    const portal = await anInstalledPortal()
    const headers = retryAfter === null ? {} : { 'retry-after': retryAfter }
    portal.onRefresh = () => new Response('<html>', { status: 503, headers })
    const call = portal.caller()
    const first = await call(METHOD, {})
    portal.now += restMs - 1
    expect(await call(METHOD, {})).toEqual(first)
    expect(portal.refreshes()).toBe(1)
    expect(portal.install.access).toBeNull()
    portal.now += 1
    portal.onRefresh = () => refreshed('fresh')
    expect((await call(METHOD, {})).ok).toBe(true)
    expect(portal.refreshes()).toBe(2)
  })
})

describe('during a refresh', () => {
  it.each(['invalid_grant', 'NOT_INSTALLED'])(
    'a pair comes, and the late %s of the former one says nothing of it',
    async (code) => {
      const portal = await anInstalledPortal()
      portal.onRefresh = async () => {
        portal.change({ tokens: await portal.seal('tokens', 'fresh') })
        return fail(code, 400)
      }
      const call = portal.caller()
      await call(METHOD, {})
      expect(portal.install.access).toBeNull()
      expect((await call(METHOD, {})).ok).toBe(true)
    },
  )

  it('a pair comes, and the refreshed older one does not replace it', async () => {
    const portal = await anInstalledPortal()
    portal.onRefresh = async () => {
      portal.change({ tokens: await portal.seal('tokens', 'newer') })
      return refreshed('fresh')
    }
    await portal.caller()(METHOD, {})
    expect(await portal.stored()).toBe('canary-refresh-newer')
  })

  it('the same pair is sealed again, and the fresh one replaces it nevertheless', async () => {
    const portal = await anInstalledPortal()
    portal.onRefresh = async () => {
      portal.change({ tokens: await portal.seal('tokens', 'old') })
      return refreshed('fresh')
    }
    await portal.caller()(METHOD, {})
    expect(await portal.stored()).toBe('canary-refresh-fresh')
  })

  it('an uninstall comes, and nothing is written', async () => {
    const portal = await anInstalledPortal()
    let ended: InstallState | null = null
    portal.onRefresh = () => {
      portal.install = { ...NO_INSTALL, generation: 1 }
      ended = portal.install
      return refreshed('fresh')
    }
    await portal.caller()(METHOD, {})
    expect(portal.install).toBe(ended)
  })

  it('an uninstall and a new install with the same pair come, and nothing is written', async () => {
    const portal = await anInstalledPortal()
    portal.onRefresh = () => {
      portal.install = { ...portal.install, generation: 1 }
      return refreshed('fresh')
    }
    await portal.caller()(METHOD, {})
    expect(await portal.stored()).toBe('canary-refresh-old')
  })
})

describe('keepAlive()', () => {
  it.each([
    [19, 0],
    [21, 1],
  ])('refreshes a pair of %i days %i times', async (days, refreshes) => {
    const portal = await anInstalledPortal({ tokensIssuedAt: (NOW - days * DAY_MS) / 1000 })
    await portal.start().refresh.keepAlive()
    expect(portal.refreshes()).toBe(refreshes)
  })

  it('judges the system pair by its own age', async () => {
    const portal = await aPortalWithSystemUser({
      systemTokensIssuedAt: (NOW - 21 * DAY_MS) / 1000,
    })
    await portal.start().refresh.keepAlive()
    expect(portal.sent.map(({ form }) => form.get('refresh_token'))).toEqual([
      'canary-refresh-system',
    ])
  })

  it('remembers that an old pair is lost, and asks nothing while that lasts', async () => {
    const portal = await anInstalledPortal({ tokensIssuedAt: 0 })
    portal.onRefresh = () => fail('invalid_grant', 400)
    await portal.start().refresh.keepAlive()
    expect(portal.install.access?.trouble).toBe('tokens_lost')
    await portal.start().refresh.keepAlive()
    expect(portal.refreshes()).toBe(1)
  })

  it('does nothing for a portal without an application', async () => {
    const portal = new TokenPortal()
    await portal.start().refresh.keepAlive()
    expect(portal.sent).toEqual([])
  })
})
