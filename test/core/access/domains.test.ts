import { describe, expect, it } from 'vitest'
import { domainAt, domainOf, noteDomain, refusedFrom } from '../../../src/core/access/domains.ts'
import { NO_INSTALL, type InstallState } from '../../../src/core/access/installs/install.ts'
import { anApplication, anInstall } from '../../support/builders/an-install.ts'
import { NOW } from '../../support/time.ts'

const WEBHOOK = { hash: 'h', portal: 'hook.example.com', since: NOW }
const DOMAINS = [
  { from: 1, domain: 'first.example.com' },
  { from: 5, domain: 'second.example.com' },
]

function install(changes: Partial<InstallState>): InstallState {
  return { ...NO_INSTALL, ...changes }
}

describe('domainOf()', () => {
  it.each<[string, Partial<InstallState>, string | null]>([
    ['nothing', {}, null],
    ['the application', { application: anApplication(), webhooks: [WEBHOOK] }, 'acme.bitrix24.com'],
    ['a webhook', { webhooks: [WEBHOOK], formerDomain: 'former.example.com' }, 'hook.example.com'],
    ['a webhook of a member id', { webhooks: [{ ...WEBHOOK, portal: 'a'.repeat(32) }] }, null],
    ['an ended installation', { formerDomain: 'former.example.com' }, 'former.example.com'],
    ['a webhook that the configuration forgot', { domains: DOMAINS }, 'second.example.com'],
  ])('is told by %s', (_, changes, expected) => {
    expect(domainOf(install(changes))).toBe(expected)
  })
})

describe('domainAt()', () => {
  it.each([
    [1, 'first.example.com'],
    [4, 'first.example.com'],
    [5, 'second.example.com'],
    [99, 'second.example.com'],
    // Older than everything that is remembered.
    [0, 'first.example.com'],
  ])('event %i came from %s', (sequence, expected) => {
    expect(domainAt(install({ domains: DOMAINS }), sequence)).toBe(expected)
  })

  it('is the present domain in rows that remember none', () => {
    expect(domainAt(anInstall(), 7)).toBe('acme.bitrix24.com')
  })
})

describe('refusedFrom()', () => {
  it.each([
    ['first.example.com', 5],
    ['third.example.com', 1],
  ])('events that do not come from %s begin at %i', (wanted, expected) => {
    expect(refusedFrom({ domains: DOMAINS }, (domain) => domain === wanted)).toBe(expected)
  })

  it('is the beginning where nothing is remembered', () => {
    expect(refusedFrom(NO_INSTALL, () => false)).toBe(0)
  })
})

describe('noteDomain()', () => {
  it('begins with the domain of a row that remembered none', () => {
    const before = anInstall()
    const renamed = anInstall({ domain: 'new.example.com' })
    expect(noteDomain(before, renamed, 9).domains).toEqual([
      { from: 1, domain: 'acme.bitrix24.com' },
      { from: 10, domain: 'new.example.com' },
    ])
  })

  it('keeps the domains when the configuration forgets the webhook', () => {
    const known = install({ webhooks: [WEBHOOK] })
    const forgotten = noteDomain(known, { ...known, webhooks: [] }, 3)
    expect(forgotten.domains).toEqual([{ from: 1, domain: 'hook.example.com' }])
    expect(domainOf(forgotten)).toBe('hook.example.com')
  })

  it('remembers nothing before the first event', () => {
    const named = anInstall()
    expect(noteDomain(NO_INSTALL, named, 0)).toBe(named)
  })

  it('changes nothing without a change', () => {
    const known = install({ domains: DOMAINS })
    expect(noteDomain(known, known, 9)).toBe(known)
    expect(noteDomain(NO_INSTALL, NO_INSTALL, 9)).toBe(NO_INSTALL)
  })

  it('remembers a bounded number of domains, the last ones', () => {
    let state = NO_INSTALL
    for (let n = 1; n <= 30; n += 1) {
      state = noteDomain(
        state,
        { ...state, application: anApplication({ domain: `p${n}.test` }) },
        n,
      )
    }
    expect(state.domains).toHaveLength(20)
    expect(state.domains.at(-1)).toEqual({ from: 31, domain: 'p30.test' })
  })
})
