import { describe, expect, it } from 'vitest'
import {
  NO_INSTALL,
  countRefusal,
  dropOtherWebhooks,
  recordWebhook,
  type ApplicationInstall,
  type InstallState,
} from '../../../src/core/access/install.ts'
import {
  clampTs,
  isLateInstall,
  isLateUninstall,
  isOwner,
  recordInstall,
  recordUninstall,
  type ConfirmedInstall,
} from '../../../src/core/access/lifecycle.ts'
import { PENDING_MS } from '../../../src/core/access/pending-row.ts'
import { trustsToken, type TokenHash } from '../../../src/core/access/token-hashes.ts'

/** 2026-09-21T14:13:20Z in unix seconds. */
const TS = 1_790_000_000
const NOW = TS * 1000 + 500
const DAY_MS = 86_400_000
const ADMIN = { userId: 1, isAdmin: true }
const INSTALLER = { userId: 7, isAdmin: false }
const SYSTEM_USER = { userId: 90, isAdmin: false }
const ANYBODY = { userId: 5, isAdmin: false }

function anApplication(partial: Partial<ApplicationInstall> = {}): ApplicationInstall {
  return {
    clientId: 'local.573ad8a0346747.09223434',
    domain: 'acme.bitrix24.com',
    clientEndpoint: 'https://acme.bitrix24.com/rest/',
    oauthUrl: 'https://oauth.bitrix.info',
    installerUserId: INSTALLER.userId,
    systemUserId: SYSTEM_USER.userId,
    applicationStatus: 'L',
    scope: 'crm',
    installedAt: NOW - DAY_MS,
    finished: true,
    tokens: 'sealed-old',
    tokensIssuedAt: TS - 3600,
    systemTokens: 'sealed-system-old',
    systemTokensIssuedAt: TS - 3600,
    ...partial,
  }
}

function aState(partial: Partial<InstallState> = {}): InstallState {
  const hashes = [{ hash: 'current', until: null }]
  return { ...NO_INSTALL, installTs: TS - 60, hashes, application: anApplication(), ...partial }
}

function aConfirmed(
  partial: Partial<Omit<ConfirmedInstall, 'application'>> = {},
  application: Partial<ConfirmedInstall['application']> = {},
): ConfirmedInstall {
  const { installerUserId: _user, installedAt: _at, ...confirmed } = anApplication()
  const renewed = {
    tokens: 'sealed-new',
    tokensIssuedAt: TS,
    systemTokens: null,
    systemUserId: null,
  }
  return {
    hash: 'current',
    ts: TS,
    source: 'event',
    application: { ...confirmed, ...renewed, ...application },
    ...ADMIN,
    handlerUrl: null,
    ...partial,
  }
}

describe('G7 trust: trustsToken()', () => {
  const hashes: TokenHash[] = [
    { hash: 'current', until: null },
    { hash: 'former', until: NOW + 1 },
    { hash: 'ending', until: NOW },
    { hash: 'ended', until: NOW - 1 },
  ]

  it.each([
    ['the current one', 'current', true],
    ['a former one before its time', 'former', true],
    ['no former one at its time', 'ending', false],
    ['no former one after its time', 'ended', false],
    ['no unknown one', 'unknown', false],
    ['no empty one', '', false],
  ])('trusts %s', (_name, hash, expected) => {
    expect(trustsToken({ hashes }, hash, NOW)).toBe(expected)
  })

  it('trusts nothing where nothing is known', () => {
    expect(trustsToken(NO_INSTALL, 'current', NOW)).toBe(false)
  })

  it('trusts a hash that is current although it also ended once', () => {
    const twice = [hashes[3], { hash: 'ended', until: null }].flatMap((known) => known ?? [])
    expect(trustsToken({ hashes: twice }, 'ended', NOW)).toBe(true)
    expect(trustsToken({ hashes: twice.toReversed() }, 'ended', NOW)).toBe(true)
  })
})

describe('clampTs()', () => {
  it.each([
    ['keeps a time of the past', TS - 100, TS - 100],
    ['keeps the present second', TS, TS],
    ['clamps a future time to now', TS + 1, TS],
    ['takes now for none', null, TS],
  ])('%s', (_name, ts, expected) => {
    expect(clampTs(ts, NOW)).toBe(expected)
  })
})

describe('G7 trust: a late lifecycle event', () => {
  it.each([
    ['of an older time than the uninstall is late', TS - 1, true],
    ['of the same second as the uninstall is late', TS, true],
    ['after the uninstall is not', TS + 1, false],
  ])('install %s', (_name, ts, expected) => {
    expect(isLateInstall(aState({ uninstallTs: TS }), ts)).toBe(expected)
    expect(isLateInstall(aState({ uninstallTs: null }), ts)).toBe(false)
  })

  it.each([
    ['of an older time than the installation is late', TS - 1, true],
    ['of the same second is not', TS, false],
    ['after it is not', TS + 1, false],
  ])('uninstall %s', (_name, ts, expected) => {
    expect(isLateUninstall(aState({ installTs: TS }), ts)).toBe(expected)
    expect(isLateUninstall(aState({ installTs: null }), ts)).toBe(false)
  })
})

describe('isOwner()', () => {
  it.each([
    ['an administrator', ADMIN, true],
    ['the recorded installer', INSTALLER, true],
    ['the recorded system user', SYSTEM_USER, true],
    ['nobody else', ANYBODY, false],
  ])('is %s', (_name, user, expected) => {
    expect(isOwner(anApplication(), user)).toBe(expected)
  })

  it('is an administrator only, where no installation is recorded', () => {
    expect(isOwner(null, ADMIN)).toBe(true)
    expect(isOwner(null, INSTALLER)).toBe(false)
  })
})

describe('recordInstall()', () => {
  it('writes the first installation down whole and marks KV as behind', () => {
    const before = {
      ...NO_INSTALL,
      generation: 3,
      lastSequence: 12,
      formerDomain: 'old.bitrix24.com',
    }
    const confirmed = aConfirmed(
      { hash: 'first', handlerUrl: 'https://relay.example/bitrix24/events' },
      { systemTokens: 'sealed-system', systemUserId: 91 },
    )
    expect(recordInstall(before, confirmed, NOW)).toEqual({
      ...before,
      installTs: TS,
      handlerUrl: 'https://relay.example/bitrix24/events',
      hashes: [{ hash: 'first', until: null }],
      tokenTs: TS,
      formerDomain: null,
      application: { ...confirmed.application, installerUserId: 1, installedAt: NOW },
      kvDirty: true,
    })
  })

  it('keeps who installed it and when, and the handler that nobody called anew', () => {
    const before = aState({ handlerUrl: 'https://relay.example/bitrix24/events' })
    const after = recordInstall(
      before,
      aConfirmed({ ...ADMIN }, { domain: 'new.bitrix24.com' }),
      NOW,
    )
    expect(after).toMatchObject({
      handlerUrl: 'https://relay.example/bitrix24/events',
      application: {
        domain: 'new.bitrix24.com',
        installerUserId: INSTALLER.userId,
        installedAt: NOW - DAY_MS,
      },
    })
  })

  it('never moves the time of the installation back', () => {
    const after = recordInstall(aState({ installTs: TS }), aConfirmed({ ts: TS - 50 }), NOW)
    expect(after.installTs).toBe(TS)
  })

  it('does not move the time of the installation for the visit of a page', () => {
    const visit = aConfirmed({ source: 'page', hash: null })
    expect(recordInstall(aState(), visit, NOW).installTs).toBe(TS - 60)
  })

  it('of a page begins after the last uninstall, so that its repetition comes too late', () => {
    const visit = aConfirmed({ source: 'page', ts: TS - 60 })
    const after = recordInstall({ ...NO_INSTALL, uninstallTs: TS - 10 }, visit, NOW)
    expect(after.installTs).toBe(TS - 9)
    expect(isLateUninstall(after, TS - 10)).toBe(true)
  })

  it.each([
    ['takes the handler from an owner', ADMIN, 'https://new.example'],
    ['does not take the handler from anybody else', ANYBODY, 'https://old.example'],
  ])('%s', (_name, user, expected) => {
    const before = aState({ handlerUrl: 'https://old.example' })
    const confirmed = aConfirmed({ ...user, handlerUrl: 'https://new.example' })
    expect(recordInstall(before, confirmed, NOW).handlerUrl).toBe(expected)
  })

  it.each([
    ['not behind after a visit that changes nothing', ANYBODY, {}, false],
    ['not behind after a change that it does not hold', ANYBODY, { scope: 'crm,user' }, false],
    ['behind after a new pair', ADMIN, {}, true],
    ['behind after a move', ANYBODY, { domain: 'new.bitrix24.com' }, true],
  ])('KV is %s', (_name, user, application, expected) => {
    expect(recordInstall(aState(), aConfirmed(user, application), NOW).kvDirty).toBe(expected)
  })

  it('leaves KV behind where it was behind', () => {
    expect(recordInstall(aState({ kvDirty: true }), aConfirmed(ANYBODY), NOW).kvDirty).toBe(true)
  })
})

describe('recordInstall() the time of the current token', () => {
  const installed = recordInstall(NO_INSTALL, aConfirmed({ hash: 'old', ts: TS - 1000 }), NOW)

  it('lets an update that was delayed past a visit make its token the current one', () => {
    const visited = recordInstall(installed, aConfirmed({ hash: null, source: 'page' }), NOW)
    const page = aConfirmed({ hash: 'old', source: 'page', ts: TS - 1 })
    const update = aConfirmed({ hash: 'new', ts: TS - 100 })
    const after = recordInstall(recordInstall(visited, page, NOW), update, NOW)
    expect(after.hashes[0]).toEqual({ hash: 'new', until: null })
    expect(after.tokenTs).toBe(TS - 100)
  })

  it('lets an update that is older than the current token end none', () => {
    const updated = recordInstall(installed, aConfirmed({ hash: 'new' }), NOW)
    const after = recordInstall(updated, aConfirmed({ hash: 'between', ts: TS - 1 }), NOW)
    expect(after.hashes[0]).toEqual({ hash: 'new', until: null })
    expect(after.tokenTs).toBe(TS)
  })

  it('follows an event that confirms the same token', () => {
    expect(recordInstall(installed, aConfirmed({ hash: 'old' }), NOW).tokenTs).toBe(TS)
  })

  it('ends with the installation', () => {
    expect(recordUninstall(installed, TS, 1).tokenTs).toBeNull()
  })
})

describe('recordInstall() application tokens', () => {
  const CURRENT = { hash: 'current', until: null }
  const END = NOW + DAY_MS

  it.each<[string, Partial<ConfirmedInstall>, TokenHash[], TokenHash[]]>([
    ['keeps the token that is presented again', {}, [CURRENT], [CURRENT]],
    [
      'keeps the former token for 24 h beside a new one',
      { hash: 'new' },
      [CURRENT],
      [
        { hash: 'new', until: null },
        { hash: 'current', until: END },
      ],
    ],
    [
      'never prolongs a former token',
      { hash: 'new' },
      [CURRENT, { hash: 'former', until: NOW + 1 }],
      [
        { hash: 'new', until: null },
        { hash: 'current', until: END },
        { hash: 'former', until: NOW + 1 },
      ],
    ],
    [
      'forgets a token whose time has come',
      {},
      [CURRENT, { hash: 'ended', until: NOW }],
      [CURRENT],
    ],
    [
      'makes a former token that returns the current one',
      { hash: 'former' },
      [CURRENT, { hash: 'former', until: NOW + 1 }],
      [
        { hash: 'former', until: null },
        { hash: 'current', until: END },
      ],
    ],
    ['keeps all tokens where none is presented', { hash: null }, [CURRENT], [CURRENT]],
    [
      'lets the recorded installer make a token the current one',
      { hash: 'new', ...INSTALLER },
      [CURRENT],
      [
        { hash: 'new', until: null },
        { hash: 'current', until: END },
      ],
    ],
    [
      'lets nobody else end the true token: theirs is valid for a day beside it',
      { hash: 'new', ...ANYBODY },
      [CURRENT],
      [CURRENT, { hash: 'new', until: END }],
    ],
    [
      'lets an event older than the installation end no token',
      { hash: 'new', ts: TS - 61 },
      [CURRENT],
      [CURRENT, { hash: 'new', until: END }],
    ],
    [
      'lets an event of the same second as the installation end one',
      { hash: 'new', ts: TS - 60 },
      [CURRENT],
      [
        { hash: 'new', until: null },
        { hash: 'current', until: END },
      ],
    ],
    [
      'does not prolong a known token that such a caller presents',
      { hash: 'former', ...ANYBODY },
      [CURRENT, { hash: 'former', until: NOW + 1 }],
      [CURRENT, { hash: 'former', until: NOW + 1 }],
    ],
    [
      'takes the first token from whoever was confirmed',
      { hash: 'new', ...ANYBODY },
      [{ hash: 'ended', until: NOW }],
      [{ hash: 'new', until: null }],
    ],
  ])('%s', (_name, partial, hashes, expected) => {
    expect(recordInstall(aState({ hashes }), aConfirmed(partial), NOW).hashes).toEqual(expected)
  })
})

describe('recordInstall() pairs', () => {
  const OLD = { tokens: 'sealed-old', tokensIssuedAt: TS - 3600 }
  const NEW = { tokens: 'sealed-new', tokensIssuedAt: TS }
  const OLD_SYSTEM = { systemTokens: 'sealed-system-old', systemUserId: 90 }

  it.each([
    ['takes a newer pair from an administrator', ADMIN, {}, { ...NEW, ...OLD_SYSTEM }],
    ['takes a newer pair from the installer', INSTALLER, {}, { ...NEW, ...OLD_SYSTEM }],
    ['takes a newer pair from the system user', SYSTEM_USER, {}, { ...NEW, ...OLD_SYSTEM }],
    [
      'takes nothing from anybody else',
      ANYBODY,
      { systemTokens: 'sealed-forged', systemUserId: 5 },
      { ...OLD, ...OLD_SYSTEM },
    ],
    [
      'takes a pair of the same second',
      ADMIN,
      { tokensIssuedAt: TS - 3600 },
      { tokens: 'sealed-new', tokensIssuedAt: TS - 3600, ...OLD_SYSTEM },
    ],
    [
      'never replaces a pair by an older one',
      ADMIN,
      { tokensIssuedAt: TS - 3601 },
      { ...OLD, ...OLD_SYSTEM },
    ],
    [
      'keeps a pair beside a new one that could not be sealed',
      ADMIN,
      { tokens: null },
      { ...OLD, ...OLD_SYSTEM },
    ],
    [
      'takes the pair of another system user with its id',
      ADMIN,
      { systemTokens: 'sealed-system-new', systemUserId: 91 },
      { ...NEW, systemTokens: 'sealed-system-new', systemUserId: 91 },
    ],
    [
      'forgets the pair of the former system user when another has none',
      ADMIN,
      { systemUserId: 91 },
      { ...NEW, systemTokens: null, systemUserId: 91 },
    ],
    [
      'renews the pair of the same system user',
      ADMIN,
      { systemTokens: 'sealed-system-new', systemUserId: 90 },
      { ...NEW, systemTokens: 'sealed-system-new', systemUserId: 90 },
    ],
  ])('%s', (_name, user, application, expected) => {
    const after = recordInstall(aState(), aConfirmed(user, application), NOW)
    expect(after.application).toMatchObject(expected)
  })

  it('never takes an older pair of another system user', () => {
    const brought = {
      systemTokens: 'sealed-older',
      systemTokensIssuedAt: TS - 3601,
      systemUserId: 91,
    }
    const after = recordInstall(aState(), aConfirmed(ADMIN, brought), NOW)
    expect(after.application).toMatchObject({ ...OLD_SYSTEM, systemTokensIssuedAt: TS - 3600 })
  })

  it('takes even an older pair in the place of a lost one, and the access counts as good', () => {
    const access = { trouble: 'tokens_lost', code: 'invalid_grant', at: NOW } as const
    const brought = { tokensIssuedAt: TS - 3601 }
    const after = recordInstall(aState({ access }), aConfirmed(ADMIN, brought), NOW)
    expect(after.application).toMatchObject({ tokens: 'sealed-new', tokensIssuedAt: TS - 3601 })
    expect(after.access).toBeNull()
  })

  it('leaves the trouble where no new pair comes', () => {
    const access = { trouble: 'suspended', code: 'PAYMENT_REQUIRED', at: NOW } as const
    const brought = { tokensIssuedAt: TS - 3601 }
    const after = recordInstall(aState({ access }), aConfirmed(ADMIN, brought), NOW)
    expect(after.access).toEqual(access)
  })
})

describe('recordUninstall()', () => {
  const before = aState({
    generation: 4,
    lastSequence: 10,
    webhooks: [{ hash: 'w', portal: 'acme.bitrix24.com', since: 1 }],
    uninstallTs: TS - 500,
  })

  it('ends tokens and application, raises the generation and keeps sequence and domain', () => {
    expect(recordUninstall(before, TS, 42)).toEqual({
      ...before,
      generation: 5,
      lastSequence: 42,
      uninstallTs: TS,
      installTs: null,
      hashes: [],
      application: null,
      formerDomain: 'acme.bitrix24.com',
      kvDirty: true,
    })
  })

  it('moves neither sequence nor time back, and keeps the domain of the installation before', () => {
    const twice = recordUninstall(recordUninstall(before, TS, 42), TS - 10, 7)
    expect(twice).toMatchObject({
      generation: 6,
      lastSequence: 42,
      uninstallTs: TS,
      formerDomain: 'acme.bitrix24.com',
    })
  })

  it('of a portal without an installation keeps its time as well', () => {
    expect(recordUninstall(NO_INSTALL, TS, 0)).toEqual({
      ...NO_INSTALL,
      generation: 1,
      uninstallTs: TS,
      kvDirty: true,
    })
  })
})

describe('countRefusal()', () => {
  it('counts and keeps the last reason, and nothing that KV would have to know', () => {
    const once = countRefusal(NO_INSTALL, 'not_admin', NOW)
    expect(countRefusal(once, 'wrong_domain', NOW + 1)).toEqual({
      ...NO_INSTALL,
      refused: { count: 2, lastAt: NOW + 1, reason: 'wrong_domain' },
    })
  })
})

describe('recordWebhook()', () => {
  const webhook = { hash: 'w1', portal: 'acme.bitrix24.com', since: NOW }

  it('notes each token once, with what it is configured for now', () => {
    const other = { ...webhook, hash: 'w2' }
    const moved = { ...webhook, portal: 'b223', since: NOW + 1 }
    const both = recordWebhook(recordWebhook(NO_INSTALL, webhook), other)
    expect(both).toEqual({ ...NO_INSTALL, webhooks: [webhook, other], kvDirty: true })
    expect(recordWebhook(both, moved).webhooks).toEqual([other, moved])
  })

  it('leaves KV as it is for a token that KV knows', () => {
    const known = { ...NO_INSTALL, webhooks: [webhook] }
    expect(recordWebhook(known, { ...webhook, portal: 'b223' }).kvDirty).toBe(false)
  })
})

describe('dropOtherWebhooks()', () => {
  const webhooks = ['w1', 'w2'].map((hash) => ({ hash, portal: 'acme.bitrix24.com', since: NOW }))
  const state = { ...NO_INSTALL, webhooks }

  it('forgets what is configured no more and marks KV as behind', () => {
    expect(dropOtherWebhooks(state, new Set(['w2', 'w3']))).toEqual({
      ...state,
      webhooks: webhooks.slice(1),
      kvDirty: true,
    })
  })

  it('answers the same state when all are configured', () => {
    expect(dropOtherWebhooks(state, new Set(['w1', 'w2']))).toBe(state)
  })
})

describe('a pending install', () => {
  it('waits 7 days for the configuration and 1 h for the OAuth server', () => {
    expect(PENDING_MS).toEqual({ unknown_application: 7 * DAY_MS, unanswered: DAY_MS / 24 })
  })
})
