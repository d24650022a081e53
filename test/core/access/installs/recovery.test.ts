/** What a damaged install may still tell, and what it comes back as. */
import { describe, expect, it } from 'vitest'
import { mirrorOf } from '../../../../src/core/access/installs/install-mirror.ts'
import { NO_INSTALL, type InstallState } from '../../../../src/core/access/installs/install.ts'
import {
  createLostInstall,
  isLostInstall,
  joinCopy,
  parseTraces,
  restoreInstall,
  type InstallTraces,
} from '../../../../src/core/access/installs/recovery.ts'
import { anInstall } from '../../../support/builders/an-install.ts'
import { NOW } from '../../../support/time.ts'

const NO_TRACE: InstallTraces = {
  generation: null,
  lastSequence: null,
  uninstallTs: null,
  domains: [],
}
const TS = NOW / 1000
const COPIED: InstallState = {
  ...anInstall(),
  generation: 3,
  hashes: [{ hash: 'h', until: null }],
  webhooks: [{ hash: 'w', portal: 'acme.bitrix24.com', since: NOW }],
}

function terms(traces: Partial<InstallTraces> = {}) {
  return { traces: { ...NO_TRACE, ...traces }, lastSequence: 42, now: NOW }
}

describe('parseTraces()', () => {
  const row = JSON.stringify({ ...COPIED, lastSequence: 7, uninstallTs: 9 })
  const domains = [{ from: 1, domain: 'acme.bitrix24.com' }]

  it('reads a text that is cut off', () => {
    expect(parseTraces(row.slice(0, -1))).toEqual({
      generation: 3,
      lastSequence: 7,
      uninstallTs: 9,
      domains,
    })
    expect(parseTraces(row.slice(0, 20))).toEqual({ ...NO_TRACE, generation: 3 })
  })

  it.each([
    '',
    '{',
    'null',
    '{"generation":',
    '{"generation":3',
    '{"generation":12345678901234567890,"uninstallTs":"9","lastSequence":-1}',
    '{"domain":7,"portal":"*"}',
    `{"webhooks":[{"portal":"${'a'.repeat(32)}"}]}`,
  ])('reads nothing out of %j', (text) => {
    expect(parseTraces(text)).toEqual(NO_TRACE)
  })

  it.each([
    [{ webhooks: [{ hash: 'w', portal: 'acme.bitrix24.com' }] }, domains],
    [{ formerDomain: 'acme.bitrix24.com' }, domains],
    [
      {
        application: { domain: 'new.bitrix24.com' },
        domains: [...domains, { from: 5, domain: 'n.de' }],
      },
      [...domains, { from: 5, domain: 'n.de' }],
    ],
  ])('reads the domains of %j', (members, expected) => {
    expect(parseTraces(JSON.stringify(members)).domains).toEqual(expected)
  })
})

describe('joinCopy()', () => {
  it('puts the pairs back into the copy', () => {
    const mirror = { ...mirrorOf(COPIED), tokens: 'sealed', systemTokens: 'sealed-too' }
    const { application } = anInstall({ tokens: null })
    const joined = joinCopy(mirror, { ...COPIED, generation: 0, application })
    expect(joined).toEqual({
      ...COPIED,
      application: { ...COPIED.application, tokens: 'sealed', systemTokens: 'sealed-too' },
    })
  })

  it.each<[string, Partial<InstallState>]>([
    ['other tokens', { hashes: [] }],
    ['another domain', anInstall({ domain: 'other.bitrix24.com' })],
  ])('joins no copy with %s', (_, changes) => {
    expect(joinCopy(mirrorOf(COPIED), { ...COPIED, ...changes })).toBeNull()
  })
})

describe('restoreInstall()', () => {
  it('takes the copy, and asks the portal about its application', () => {
    expect(restoreInstall(COPIED, terms({ generation: 3 }))).toEqual({
      ...COPIED,
      lastSequence: 42,
      recovery: { from: 'kv', at: NOW, isConfirmed: false },
    })
  })

  it.each<[string, Partial<InstallState>]>([
    ['without an application', { application: null }],
    [
      'with an uninstall notice, which asks by itself',
      { uninstallNotice: { ts: 1, clean: true, receivedAt: NOW, nextAskAt: NOW, denied: false } },
    ],
  ])('%s has nothing to ask', (_, changes) => {
    const restored = restoreInstall({ ...COPIED, ...changes }, terms())
    expect(restored.recovery?.isConfirmed).toBe(true)
  })

  it('ends an installation of which the row tells that it has ended (G7)', () => {
    const ended = restoreInstall(COPIED, terms({ generation: 4, uninstallTs: TS + 100 }))
    expect(ended).toMatchObject({
      generation: 4,
      lastSequence: 42,
      // A time of the future would refuse every later installation.
      uninstallTs: TS,
      hashes: [],
      application: null,
      endedDomain: 'acme.bitrix24.com',
      endedTokens: [{ hash: 'h', endedAt: NOW }],
      kvDirty: true,
      recovery: { from: 'kv', isConfirmed: true },
    })
  })
})

describe('createLostInstall()', () => {
  it('believes nobody, and keeps what can only refuse', () => {
    const domains = [{ from: 1, domain: 'acme.bitrix24.com' }]
    const traces = { generation: 4, uninstallTs: TS + 100, lastSequence: 7, domains }
    expect(createLostInstall(terms(traces))).toEqual({
      ...NO_INSTALL,
      generation: 4,
      lastSequence: 42,
      uninstallTs: TS,
      domains,
      recovery: { from: 'nothing', at: NOW, isConfirmed: true },
      kvDirty: true,
    })
  })

  it('knows no domain where no event was stored under one', () => {
    const domains = [{ from: 1, domain: 'acme.bitrix24.com' }]
    expect(createLostInstall({ ...terms({ domains }), lastSequence: 0 }).domains).toEqual([])
  })
})

describe('isLostInstall()', () => {
  it('is true of a portal that has begun anew only', () => {
    const seen = [createLostInstall(terms()), restoreInstall(COPIED, terms()), NO_INSTALL].map(
      isLostInstall,
    )
    expect(seen).toEqual([true, false, false])
  })
})
