/** The pairs as they are stored: which are worth a try, and which one a fresh pair replaces. */
import { describe, expect, it } from 'vitest'
import { err } from '../../../src/core/result.ts'
import { issuedAt, pairOf, type PairField } from '../../../src/portal/tokens/pairs.ts'
import { createSealer } from '../../../src/storage/seal.ts'
import { NOW } from '../../support/time.ts'
import {
  TokenScenario,
  aPair,
  aTokenScenarioWithSystemUser,
  aTokenScenario,
} from '../../support/scenarios/token-scenario.ts'
import { EVENT_TS } from '../../support/builders/a-delivery.ts'

describe('usable()', () => {
  it.each([
    ['background', ['systemTokens', 'tokens']],
    ['administration', ['tokens', 'systemTokens']],
  ] as const)('puts the best pair for %s first', async (purpose, fields) => {
    const { pairs } = (await aTokenScenarioWithSystemUser()).start()
    expect(pairs.usable(purpose).map(({ field }) => field)).toEqual(fields)
  })

  it('leaves out a pair that was given up, until another one takes its place', async () => {
    const scenario = await aTokenScenario()
    const { pairs } = scenario.start()
    for (const pair of pairs.usable('background')) pairs.giveUp(pair)
    expect(pairs.usable('background')).toEqual([])
    scenario.change({ tokens: await scenario.seal('tokens', 'newer') })
    expect(pairs.usable('background')).toHaveLength(1)
  })

  it('leaves out a pair whose key is not configured', async () => {
    const scenario = await aTokenScenario()
    scenario.sealer = createSealer([])
    expect(scenario.start().pairs.usable('background')).toEqual([])
  })

  it('is empty without an application', () => {
    expect(new TokenScenario().start().pairs.usable('background')).toEqual([])
  })
})

describe('open()', () => {
  it('opens a pair, and only at its own place', async () => {
    const scenario = await aTokenScenario()
    const { pairs } = scenario.start()
    const sealed = await scenario.seal('tokens', 'old')
    expect(await pairs.open({ field: 'tokens', sealed })).toEqual(aPair('old'))
    expect(await pairs.open({ field: 'systemTokens', sealed })).toBeNull()
  })

  it('opens what is stored now, whatever it has opened before', async () => {
    const scenario = await aTokenScenario()
    const { pairs } = scenario.start()
    await pairs.open({ field: 'tokens', sealed: await scenario.seal('tokens', 'old') })
    const sealed = await scenario.seal('tokens', 'newer')
    expect(await pairs.open({ field: 'tokens', sealed })).toEqual(aPair('newer'))
  })
})

/** Puts a fresh pair in the place of the one with this refresh token, as a refresh does. */
async function replace(scenario: TokenScenario, field: PairField, spent: string): Promise<void> {
  const { pairs } = scenario.start()
  const replacement = await pairs.prepare(field, { spent, fresh: aPair('fresh') })
  if (replacement?.isOldStored()) pairs.change(replacement.changes)
}

describe('prepare()', () => {
  it.each([
    ['tokens', 'old'],
    ['systemTokens', 'system'],
  ] as const)('puts a fresh pair in the place of %s', async (field, name) => {
    const scenario = await aTokenScenarioWithSystemUser()
    const access = { trouble: 'suspended', code: '', at: NOW } as const
    scenario.install = { ...scenario.install, access }
    await replace(scenario, field, `canary-refresh-${name}`)
    expect(await scenario.stored(field)).toBe('canary-refresh-fresh')
    expect(scenario.install).toMatchObject({ kvDirty: true, access })
  })

  it('replaces nothing when somebody else presents a pair', async () => {
    const scenario = await aTokenScenario()
    const before = scenario.install
    await replace(scenario, 'tokens', 'canary-refresh-of-a-stranger')
    expect(scenario.install).toBe(before)
  })

  it.each([
    ['has no refresh token', { ...aPair('old'), refreshToken: null }],
    ['cannot be opened', null],
  ])('replaces nothing where the stored pair %s', async (_, pair) => {
    const scenario = await aTokenScenario()
    const tokens = pair && (await scenario.start().pairs.seal('tokens', pair))
    scenario.change({ tokens: tokens ?? 'damaged' })
    const before = scenario.install
    await replace(scenario, 'tokens', '')
    expect(scenario.install).toBe(before)
  })

  it('replaces a pair that is sealed again while it is opened', async () => {
    const scenario = await aTokenScenario()
    const { sealer } = scenario
    let isFirst = true
    scenario.sealer = {
      ...sealer,
      open: async (...sealed) => {
        if (isFirst) scenario.change({ tokens: await scenario.seal('tokens', 'old') })
        isFirst = false
        return sealer.open(...sealed)
      },
    }
    await replace(scenario, 'tokens', 'canary-refresh-old')
    expect(await scenario.stored()).toBe('canary-refresh-fresh')
  })

  it('replaces nothing when there is no key to seal it with', async () => {
    const scenario = await aTokenScenario()
    const before = scenario.install
    scenario.sealer = { ...scenario.sealer, seal: async () => err('no_key') }
    await replace(scenario, 'tokens', 'canary-refresh-old')
    expect(scenario.install).toBe(before)
  })
})

describe('issuedAt()', () => {
  it.each([
    ['is an hour before the end', EVENT_TS + 1800, EVENT_TS - 1800],
    ['is not later than now', EVENT_TS + 7200, EVENT_TS],
    ['is the time of the request where no end was told', null, EVENT_TS - 60],
  ])('%s', (_, expiresAt, expected) => {
    expect(issuedAt(expiresAt, { ts: EVENT_TS - 60, now: NOW })).toBe(expected)
  })
})

describe('pairOf()', () => {
  const fresh = {
    accessToken: 'canary-access-fresh',
    refreshToken: 'canary-refresh-fresh',
    expiresAt: EVENT_TS,
    memberId: 'm',
    userId: null,
    clientEndpoint: null,
    serverEndpoint: null,
    scope: null,
    status: null,
  }

  it('is the presented pair without a fresh one, and nothing else of what was presented', () => {
    const presented = { ...aPair('old'), scope: 'crm' }
    expect(pairOf(presented, null)).toEqual(aPair('old'))
  })

  it.each([
    ['is known from the fresh pair', 7, 7],
    ['stays the one of the presented pair', null, 1],
  ])('is the fresh pair, whose user %s', (_, userId, expected) => {
    expect(pairOf(aPair('old'), { ...fresh, userId })).toEqual({
      ...aPair('fresh'),
      userId: expected,
    })
  })
})
