/** Rows of former versions are completed, and rows of later versions are read without loss. */
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { NO_INSTALL } from '../../../src/core/access/installs/install.ts'
import { InstallSchema, PendingRowSchema } from '../../../src/portal/state/install-schemas.ts'
import { anApplication, anInstall } from '../../support/builders/an-install.ts'
import { NOW } from '../../support/time.ts'

/** The row of the first version, in which an application was installed and an install refused. */
const FIRST = {
  generation: 1,
  lastSequence: 12,
  installTs: 1_789_999_000,
  uninstallTs: null,
  hashes: [{ hash: 'current', until: null }],
  application: without(anApplication({ systemTokens: 'sealed' }), 'systemTokensIssuedAt'),
  webhooks: [{ hash: 'w', portal: 'acme.bitrix24.com', since: NOW }],
  refused: { count: 1, lastAt: NOW, reason: 'not_administrator' },
  erased: 3,
  kvDirty: false,
}

function without<T extends object>(record: T, member: keyof T): Partial<T> {
  const { [member]: _, ...rest } = record
  // Sound: one member less than all of them.
  return rest as Partial<T>
}

/** What is stored of a value. */
function stored(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}

describe('an install', () => {
  it('is read as it was written', () => {
    const install = {
      ...anInstall({ systemTokens: 'sealed', systemTokensIssuedAt: 7 }),
      access: { trouble: 'suspended', code: 'PAYMENT_REQUIRED', at: NOW },
      refused: { count: 2, lastAt: NOW, reason: 'late' },
      subscriptions: {
        ...NO_INSTALL.subscriptions,
        checkedAt: NOW,
        missing: ['ONCRMLEADADD'],
        hosts: ['relay.example.com'],
      },
    }
    expect(v.parse(InstallSchema, stored(install))).toEqual(install)
  })

  it('of the first version is completed', () => {
    expect(v.parse(InstallSchema, stored(FIRST))).toEqual({
      ...NO_INSTALL,
      ...FIRST,
      // Both pairs had come with the same event.
      application: anApplication({ systemTokens: 'sealed', systemTokensIssuedAt: NOW / 1000 }),
    })
  })

  it('of a version before fixed users, hosts and other relays is completed', () => {
    const older = { ...NO_INSTALL, subscriptions: { checkedAt: 1, missing: ['ONCRMLEADADD'] } }
    expect(v.parse(InstallSchema, stored(older))).toEqual({
      ...NO_INSTALL,
      subscriptions: {
        ...NO_INSTALL.subscriptions,
        checkedAt: 1,
        missing: ['ONCRMLEADADD'],
      },
    })
  })

  it('of a later version keeps what this one does not know, and knows no trouble of its own', () => {
    const later = {
      ...NO_INSTALL,
      application: { ...anApplication(), colour: 'red' },
      access: { trouble: 'a_new_one', code: '', at: NOW },
      refused: { count: 1, lastAt: NOW, reason: 'a_new_one' },
      mood: 'fine',
    }
    expect(v.parse(InstallSchema, stored(later))).toEqual({
      ...later,
      access: null,
      refused: { count: 1, lastAt: NOW, reason: null },
    })
  })

  it('that cannot be understood in what is only shown begins anew with that', () => {
    const shown = { access: 'none', refused: { count: '2' }, subscriptions: { missing: 'all' } }
    const damaged = { ...anInstall(), ...shown }
    expect(v.parse(InstallSchema, stored(damaged))).toEqual(anInstall())
  })

  it.each([
    ['a text', 'install'],
    ['a generation that is no number', { ...NO_INSTALL, generation: '1' }],
    [
      'an application without its client id',
      { ...NO_INSTALL, application: without(anApplication(), 'clientId') },
    ],
    // With an empty install in its place all tokens and all domains would be forgotten.
    ['a list', []],
    ['an object without anything', {}],
    ['one without its hashes', without(NO_INSTALL, 'hashes')],
    ['one whose domains are no list', { ...NO_INSTALL, domains: 'acme.bitrix24.com' }],
  ])('is not %s', (_, row) => {
    expect(v.is(InstallSchema, stored(row))).toBe(false)
  })
})

describe('the pending installs', () => {
  const first = { sealed: 's', ts: 1, since: NOW, expiresAt: NOW + 1 }
  const row = { ...first, kind: 'unanswered', nextCheckAt: NOW, clientId: null, domain: null }

  it('are read as they were written', () => {
    const known = { network: '198.51.100', clientId: null, domain: null }
    const others = [{ ...first, ...known, kind: 'unanswered', sealed: 'o', tokenHash: 'h' }]
    const written = { ...row, tokenHash: null, network: null, others }
    expect(v.parse(PendingRowSchema, stored(written))).toEqual(written)
  })

  it('of a version that knew less of the further ones are completed', () => {
    const others = [{ ...first, sealed: 'o', tokenHash: 'h' }]
    expect(v.parse(PendingRowSchema, { ...row, others }).others).toEqual([
      { ...others[0], kind: 'unanswered', clientId: null, domain: null, network: null },
    ])
  })

  it('of the first version are completed: it held one, without the hash of its token', () => {
    const unknown = { tokenHash: null, network: null }
    expect(v.parse(PendingRowSchema, row)).toEqual({ ...row, ...unknown, others: [] })
  })

  it('have one of two kinds', () => {
    expect(v.is(PendingRowSchema, { ...row, kind: 'another' })).toBe(false)
  })
})
