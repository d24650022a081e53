import { describe, expect, it } from 'vitest'
import {
  hasNewPair,
  recordPairs,
  type InstallPairs,
} from '../../../../src/core/access/installs/install-pairs.ts'

/** When the recorded pairs were issued, in unix seconds. */
const THEN = 1_789_996_400

const FORMER: InstallPairs = {
  tokens: 'sealed-old',
  tokensIssuedAt: THEN,
  systemTokens: 'sealed-system-old',
  systemTokensIssuedAt: THEN,
  systemUserId: 90,
}

function brought(partial: Partial<InstallPairs> = {}): InstallPairs {
  return {
    tokens: 'sealed-new',
    tokensIssuedAt: THEN + 3600,
    systemTokens: null,
    systemTokensIssuedAt: 0,
    systemUserId: null,
    ...partial,
  }
}

const NEW = { tokens: 'sealed-new', tokensIssuedAt: THEN + 3600 }
const SYSTEM = { systemTokens: 'sealed-system-new', systemTokensIssuedAt: THEN }
const OWNER = { mayChange: true, isLost: false }

describe('recordPairs()', () => {
  it.each<[string, Partial<InstallPairs>, Partial<InstallPairs>]>([
    ['takes a newer pair', {}, NEW],
    ['takes a pair of the same second', { tokensIssuedAt: THEN }, { ...NEW, tokensIssuedAt: THEN }],
    ['never replaces a pair by an older one', { tokensIssuedAt: THEN - 1 }, {}],
    ['keeps a pair beside a new one that could not be sealed', { tokens: null }, {}],
    [
      'takes the pair of another system user with its id',
      { ...SYSTEM, systemUserId: 91 },
      { ...NEW, ...SYSTEM, systemUserId: 91 },
    ],
    [
      'drops the pair of the former system user when another one has none',
      { systemUserId: 91 },
      { ...NEW, systemTokens: null, systemTokensIssuedAt: 0, systemUserId: 91 },
    ],
    [
      'renews the pair of the same system user',
      { ...SYSTEM, systemUserId: 90 },
      { ...NEW, ...SYSTEM },
    ],
    [
      'never takes an older pair of another system user',
      { ...SYSTEM, systemTokensIssuedAt: THEN - 1, systemUserId: 91 },
      NEW,
    ],
  ])('%s', (_name, pairs, changes) => {
    expect(recordPairs(FORMER, brought(pairs), OWNER)).toEqual({ ...FORMER, ...changes })
  })

  it('takes nothing from a sender who may not change what is recorded', () => {
    const forged = brought({ ...SYSTEM, systemUserId: 5 })
    expect(recordPairs(FORMER, forged, { mayChange: false, isLost: false })).toEqual(FORMER)
  })

  it('takes even older pairs in the place of lost ones', () => {
    const older = brought({
      tokensIssuedAt: THEN - 1,
      systemTokens: 'sealed-system-older',
      systemTokensIssuedAt: THEN - 1,
      systemUserId: 90,
    })
    expect(recordPairs(FORMER, older, { mayChange: true, isLost: true })).toEqual(older)
  })

  it('takes the first pairs as they are, and nothing else of the application', () => {
    const application = { ...brought(), domain: 'acme.bitrix24.com' }
    expect(recordPairs(null, application, { mayChange: false, isLost: false })).toEqual(brought())
  })
})

describe('hasNewPair()', () => {
  it.each<[string, InstallPairs | null, Partial<InstallPairs>, boolean]>([
    ['yes for the first pair', null, {}, true],
    [
      'no for a first installation without a pair',
      null,
      { tokens: null, systemTokens: null },
      false,
    ],
    ['yes for another pair of the installer', FORMER, { tokens: 'sealed-new' }, true],
    ['yes for another system pair', FORMER, { systemTokens: 'sealed-system-new' }, true],
    ['no for the same pairs', FORMER, {}, false],
  ])('%s', (_name, former, changes, expected) => {
    expect(hasNewPair(former, { ...FORMER, ...changes })).toBe(expected)
  })
})
