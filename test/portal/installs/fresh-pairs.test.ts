/** What a refresh on the way of an installation leaves behind. */
import { describe, expect, it } from 'vitest'
import type { InstallVerdict } from '../../../src/bitrix24/installs/verify-install.ts'
import { freshOf, keepFresh, withFresh } from '../../../src/portal/installs/fresh-pairs.ts'
import {
  NO_FRESH_PAIRS,
  VERIFIED,
  install,
  pairOf,
  refusal,
  unanswered,
  userReady,
} from '../../support/install-servers.ts'
import { aTokenScenarioWithSystemUser } from '../../support/token-scenario.ts'

const FRESH = { freshPair: pairOf('main'), freshSystemPair: pairOf('system') }
const MAIN = {
  accessToken: 'canary-fresh-access-main',
  refreshToken: 'canary-fresh-refresh-main',
}
const SYSTEM = {
  accessToken: 'canary-fresh-access-system',
  refreshToken: 'canary-fresh-refresh-system',
}

describe('freshOf()', () => {
  it.each<[string, InstallVerdict, unknown]>([
    ['a confirmed one', { kind: 'confirmed', install: { ...VERIFIED, ...FRESH } }, FRESH],
    [
      'one of an unknown application',
      { kind: 'unknown_application', install: { ...VERIFIED, ...FRESH } },
      FRESH,
    ],
    ['an unanswered one', { ...unanswered('portal_unanswered'), ...FRESH }, FRESH],
    ['a refused one', { kind: 'refused', reason: 'user_mismatch', fresh: FRESH }, FRESH],
    ['a refused one that nothing was refreshed for', refusal('user_mismatch'), NO_FRESH_PAIRS],
  ])('finds the pairs of %s', (_, verdict, expected) => {
    expect(freshOf(verdict)).toMatchObject(Object(expected))
  })
})

describe('withFresh()', () => {
  it('puts each fresh pair in the place of the presented one, and keeps the claims', () => {
    const request = userReady({})
    const renewed = withFresh(request, FRESH)
    expect(renewed).toEqual({
      ...request,
      credentials: { ...request.credentials, ...MAIN },
      systemUser: { ...request.systemUser, ...SYSTEM, userId: 1 },
    })
  })

  it('leaves a request as it is that was not refreshed', () => {
    const request = userReady({})
    expect(withFresh(request, NO_FRESH_PAIRS)).toEqual(request)
  })

  it('adds no system user to a request that has none', () => {
    expect(withFresh(install(), FRESH).systemUser).toBeNull()
  })
})

describe('keepFresh()', () => {
  it.each([
    ["the installer's pair", 'canary-refresh-old', 'tokens'],
    ['the system pair', 'canary-refresh-system', 'systemTokens'],
  ] as const)('stores a fresh pair where %s was presented', async (_, refreshToken, field) => {
    const scenario = await aTokenScenarioWithSystemUser()
    const request = install({ refreshToken })
    await keepFresh(
      request,
      { ...NO_FRESH_PAIRS, freshPair: pairOf('main') },
      scenario.start().pairs,
    )
    expect(await scenario.stored(field)).toBe('canary-fresh-refresh-main')
  })

  it('stores a fresh system pair as well', async () => {
    const scenario = await aTokenScenarioWithSystemUser()
    const request = userReady({ refreshToken: 'canary-refresh-system' })
    await keepFresh(request, FRESH, scenario.start().pairs)
    expect(await scenario.stored('systemTokens')).toBe('canary-fresh-refresh-system')
  })

  it.each([
    ['the pair of somebody else', { refreshToken: 'canary-of-somebody' }, FRESH],
    ['a pair without refresh token', { refreshToken: null }, FRESH],
    ['a pair that was not refreshed', { refreshToken: 'canary-refresh-old' }, NO_FRESH_PAIRS],
  ])('stores nothing for %s', async (_, claims, fresh) => {
    const scenario = await aTokenScenarioWithSystemUser()
    const before = scenario.install
    await keepFresh(install(claims), fresh, scenario.start().pairs)
    expect(scenario.install).toBe(before)
  })
})
