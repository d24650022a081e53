import { DAY_MS } from '../../../../src/core/durations.ts'
import { describe, expect, it } from 'vitest'
import {
  NO_INSTALL,
  type ApplicationInstall,
  type InstallState,
} from '../../../../src/core/access/installs/install.ts'
import {
  clampTs,
  isLateInstall,
  isLateUninstall,
  isOwner,
  mayGiveToken,
  recordInstall,
  recordUninstall,
  type ConfirmedInstall,
} from '../../../../src/core/access/installs/lifecycle.ts'
import { anApplication } from '../../../support/builders/an-install.ts'
import { NOW } from '../../../support/time.ts'
import { EVENT_TS } from '../../../support/builders/a-delivery.ts'

const ADMIN = { userId: 1, isAdmin: true }
const INSTALLER = { userId: 7, isAdmin: false }
const SYSTEM_USER = { userId: 90, isAdmin: false }
const ANYBODY = { userId: 5, isAdmin: false }

/** Installed by user 7 a day ago, and recorded with pairs of an hour ago. */
function recorded(partial: Partial<ApplicationInstall> = {}): ApplicationInstall {
  return anApplication({
    installerUserId: INSTALLER.userId,
    systemUserId: SYSTEM_USER.userId,
    installedAt: NOW - DAY_MS,
    tokensIssuedAt: EVENT_TS - 3600,
    systemTokens: 'sealed-system-old',
    systemTokensIssuedAt: EVENT_TS - 3600,
    ...partial,
  })
}

function aState(partial: Partial<InstallState> = {}): InstallState {
  const hashes = [{ hash: 'current', until: null }]
  return { ...NO_INSTALL, installTs: EVENT_TS - 60, hashes, application: recorded(), ...partial }
}

function aConfirmed(
  partial: Partial<Omit<ConfirmedInstall, 'application'>> = {},
  application: Partial<ConfirmedInstall['application']> = {},
): ConfirmedInstall {
  const { installerUserId: _user, installedAt: _at, ...confirmed } = recorded()
  const renewed = {
    tokens: 'sealed-new',
    tokensIssuedAt: EVENT_TS,
    systemTokens: null,
    systemUserId: null,
  }
  return {
    hash: 'current',
    ts: EVENT_TS,
    source: 'event',
    application: { ...confirmed, ...renewed, ...application },
    ...ADMIN,
    handlerUrl: null,
    ...partial,
  }
}

describe('clampTs()', () => {
  it.each([
    ['keeps a time of the past', EVENT_TS - 100, EVENT_TS - 100],
    ['keeps the present second', EVENT_TS, EVENT_TS],
    ['clamps a future time to now', EVENT_TS + 1, EVENT_TS],
    ['takes now for none', null, EVENT_TS],
  ])('%s', (_name, ts, expected) => {
    expect(clampTs(ts, NOW + 500)).toBe(expected)
  })
})

describe('G7 trust: a late lifecycle event', () => {
  it.each([
    ['of an older time than the uninstall is late', EVENT_TS - 1, true],
    ['of the same second as the uninstall is late', EVENT_TS, true],
    ['after the uninstall is not', EVENT_TS + 1, false],
  ])('install %s', (_name, ts, expected) => {
    expect(isLateInstall(aState({ uninstallTs: EVENT_TS }), ts)).toBe(expected)
    expect(isLateInstall(aState({ uninstallTs: null }), ts)).toBe(false)
  })

  it.each([
    ['of an older time than the installation is late', EVENT_TS - 1, true],
    ['of the same second is not', EVENT_TS, false],
    ['after it is not', EVENT_TS + 1, false],
  ])('uninstall %s', (_name, ts, expected) => {
    expect(isLateUninstall(aState({ installTs: EVENT_TS }), ts)).toBe(expected)
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
    expect(isOwner(recorded(), user)).toBe(expected)
  })

  it('is an administrator only, where no installation is recorded', () => {
    expect(isOwner(null, ADMIN)).toBe(true)
    expect(isOwner(null, INSTALLER)).toBe(false)
  })
})

describe('mayGiveToken()', () => {
  it.each<[string, { hash: string | null }, { userId: number; isAdmin: boolean }, boolean]>([
    ['a known token from anybody', { hash: 'current' }, ANYBODY, true],
    ['a different token from an administrator', { hash: 'new' }, ADMIN, true],
    ['a different token from the recorded installer', { hash: 'new' }, INSTALLER, true],
    ['a different token from the recorded system user', { hash: 'new' }, SYSTEM_USER, true],
    ['a different token from any other user', { hash: 'new' }, ANYBODY, false],
    ['a part of a known token', { hash: 'curr' }, ANYBODY, false],
    ['no token from any other user', { hash: null }, ANYBODY, false],
    ['a former token whose time is over', { hash: 'ended' }, ANYBODY, false],
  ])('judges %s', (_name, token, user, expected) => {
    const hashes = [
      { hash: 'current', until: null },
      { hash: 'ended', until: NOW },
    ]
    expect(mayGiveToken(aState({ hashes }), { ...token, ...user }, NOW)).toBe(expected)
  })

  it('takes a first token from an administrator only when nobody is recorded', () => {
    const first = { hash: 'new' }
    expect(mayGiveToken(NO_INSTALL, { ...first, ...ADMIN }, NOW)).toBe(true)
    expect(mayGiveToken(NO_INSTALL, { ...first, ...INSTALLER }, NOW)).toBe(false)
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
      installTs: EVENT_TS,
      handlerUrl: 'https://relay.example/bitrix24/events',
      hashes: [{ hash: 'first', until: null }],
      tokenTs: EVENT_TS,
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
    const after = recordInstall(
      aState({ installTs: EVENT_TS }),
      aConfirmed({ ts: EVENT_TS - 50 }),
      NOW,
    )
    expect(after.installTs).toBe(EVENT_TS)
  })

  it('does not move the time of the installation for the visit of a page', () => {
    const visit = aConfirmed({ source: 'page', hash: null })
    expect(recordInstall(aState(), visit, NOW).installTs).toBe(EVENT_TS - 60)
  })

  it('of a page begins after the last uninstall, so that its repetition comes too late', () => {
    const visit = aConfirmed({ source: 'page', ts: EVENT_TS - 60 })
    const after = recordInstall({ ...NO_INSTALL, uninstallTs: EVENT_TS - 10 }, visit, NOW)
    expect(after.installTs).toBe(EVENT_TS - 9)
    expect(isLateUninstall(after, EVENT_TS - 10)).toBe(true)
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

describe('recordInstall() after an uninstall that has erased the log', () => {
  it.each([
    ['keeps its time', NOW - 1, NOW - 1],
    ['ends the time of a clock that was ahead, so that later events are not erased', NOW + 9, NOW],
    ['needs none', null, null],
  ])('%s', (_, erasedUpTo, expected) => {
    const after = recordInstall({ ...NO_INSTALL, erasedUpTo }, aConfirmed(), NOW)
    expect(after.erasedUpTo).toBe(expected)
  })
})

describe('recordInstall() the time of the current token', () => {
  const installed = recordInstall(NO_INSTALL, aConfirmed({ hash: 'old', ts: EVENT_TS - 1000 }), NOW)

  it('lets an update that was delayed past a visit make its token the current one', () => {
    const visited = recordInstall(installed, aConfirmed({ hash: null, source: 'page' }), NOW)
    const page = aConfirmed({ hash: 'old', source: 'page', ts: EVENT_TS - 1 })
    const update = aConfirmed({ hash: 'new', ts: EVENT_TS - 100 })
    const after = recordInstall(recordInstall(visited, page, NOW), update, NOW)
    expect(after.hashes[0]).toEqual({ hash: 'new', until: null })
    expect(after.tokenTs).toBe(EVENT_TS - 100)
  })

  it('lets an update that is older than the current token end none', () => {
    const updated = recordInstall(installed, aConfirmed({ hash: 'new' }), NOW)
    const after = recordInstall(updated, aConfirmed({ hash: 'between', ts: EVENT_TS - 1 }), NOW)
    expect(after.hashes[0]).toEqual({ hash: 'new', until: null })
    expect(after.tokenTs).toBe(EVENT_TS)
  })

  it('follows an event that confirms the same token', () => {
    expect(recordInstall(installed, aConfirmed({ hash: 'old' }), NOW).tokenTs).toBe(EVENT_TS)
  })

  it('ends with the installation', () => {
    expect(recordUninstall(installed, EVENT_TS, 1).tokenTs).toBeNull()
  })
})

describe('recordInstall() the current application token', () => {
  it.each<[string, Partial<ConfirmedInstall>, string]>([
    ['is ended by an administrator', {}, 'new'],
    ['is ended by the recorded installer', INSTALLER, 'new'],
    ['is ended by the recorded system user', SYSTEM_USER, 'new'],
    ['is ended by nobody else', ANYBODY, 'current'],
    ['is not ended by an event older than the installation', { ts: EVENT_TS - 61 }, 'current'],
    ['is ended by an event of the same second as the installation', { ts: EVENT_TS - 60 }, 'new'],
  ])('%s', (_name, partial, expected) => {
    const after = recordInstall(aState(), aConfirmed({ hash: 'new', ...partial }), NOW)
    expect(after.hashes.filter(({ until }) => until === null)).toEqual([
      { hash: expected, until: null },
    ])
    expect(after.hashes).toHaveLength(2)
  })
})

describe('recordInstall() pairs', () => {
  it.each([
    ['takes a newer pair from an administrator', ADMIN, 'sealed-new'],
    ['takes a newer pair from the installer', INSTALLER, 'sealed-new'],
    ['takes a newer pair from the system user', SYSTEM_USER, 'sealed-new'],
    ['takes no pair from anybody else', ANYBODY, 'sealed-old'],
  ])('%s', (_name, user, tokens) => {
    const after = recordInstall(aState(), aConfirmed(user), NOW)
    expect(after.application?.tokens).toBe(tokens)
  })

  it('takes even an older pair in the place of a lost one, and the access counts as good', () => {
    const access = { trouble: 'tokens_lost', code: 'invalid_grant', at: NOW } as const
    const brought = { tokensIssuedAt: EVENT_TS - 3601 }
    const after = recordInstall(aState({ access }), aConfirmed(ADMIN, brought), NOW)
    expect(after.application).toMatchObject({
      tokens: 'sealed-new',
      tokensIssuedAt: EVENT_TS - 3601,
    })
    expect(after.access).toBeNull()
  })

  it('leaves the trouble where no new pair comes', () => {
    const access = { trouble: 'suspended', code: 'PAYMENT_REQUIRED', at: NOW } as const
    const brought = { tokensIssuedAt: EVENT_TS - 3601 }
    const after = recordInstall(aState({ access }), aConfirmed(ADMIN, brought), NOW)
    expect(after.access).toEqual(access)
  })
})

describe('recordUninstall()', () => {
  const before = aState({
    generation: 4,
    lastSequence: 10,
    webhooks: [{ hash: 'w', portal: 'acme.bitrix24.com', since: 1 }],
    uninstallTs: EVENT_TS - 500,
  })

  it('ends tokens and application, raises the generation and keeps sequence and domain', () => {
    expect(recordUninstall(before, EVENT_TS, 42)).toEqual({
      ...before,
      generation: 5,
      lastSequence: 42,
      uninstallTs: EVENT_TS,
      installTs: null,
      hashes: [],
      application: null,
      endedDomain: 'acme.bitrix24.com',
      formerDomain: 'acme.bitrix24.com',
      kvDirty: true,
    })
  })

  it('moves neither sequence nor time back, and keeps the domain of the installation before', () => {
    const twice = recordUninstall(recordUninstall(before, EVENT_TS, 42), EVENT_TS - 10, 7)
    expect(twice).toMatchObject({
      generation: 6,
      lastSequence: 42,
      uninstallTs: EVENT_TS,
      formerDomain: 'acme.bitrix24.com',
    })
  })

  it('of a portal without an installation keeps its time as well', () => {
    expect(recordUninstall(NO_INSTALL, EVENT_TS, 0)).toEqual({
      ...NO_INSTALL,
      generation: 1,
      uninstallTs: EVENT_TS,
      kvDirty: true,
    })
  })
})
