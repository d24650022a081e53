import { describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../src/core/lanes/retry.ts'
import type { PendingRow, PendingInstall } from '../../../src/core/access/pending-row.ts'
import {
  MAX_PENDING,
  PENDING_MS,
  addPending,
  endsPending,
  keepPending,
  replacePending,
  pendingIn,
} from '../../../src/core/access/pending-row.ts'

function aPending(name: string, partial: Partial<PendingInstall> = {}): PendingInstall {
  return { sealed: name, tokenHash: `hash-${name}`, ts: 100, since: 1, expiresAt: 2, ...partial }
}

function aRow(first: PendingInstall, ...others: PendingInstall[]): PendingRow {
  const kind = 'unanswered'
  return { ...first, kind, others, nextCheckAt: 3, clientId: null, domain: null }
}

const A = aPending('a')
const B = aPending('b')
const C = aPending('c')

describe('pendingIn()', () => {
  it('lists what waits alone, the first one first', () => {
    expect(pendingIn(aRow(A, B, C))).toEqual([A, B, C])
  })
})

describe('keepPending()', () => {
  it('puts the next one in the first place when the first one goes', () => {
    expect(keepPending(aRow(A, B, C), ({ sealed }) => sealed !== 'a')).toEqual(aRow(B, C))
  })

  it('leaves the row as it is when all are kept', () => {
    expect(keepPending(aRow(A, B), () => true)).toEqual(aRow(A, B))
  })

  it('leaves no row when none is kept', () => {
    expect(keepPending(aRow(A, B), () => false)).toBeNull()
  })
})

describe('replacePending()', () => {
  it('keeps the place', () => {
    expect(replacePending(aRow(A, B), 'a', C)).toEqual(aRow(C, B))
    expect(replacePending(aRow(A, B), 'b', C)).toEqual(aRow(A, C))
  })

  it('changes nothing for one that waits no more', () => {
    expect(replacePending(aRow(A, B), 'x', C)).toEqual(aRow(A, B))
  })
})

describe('addPending()', () => {
  const full = aRow(A, B, C, aPending('d'))

  it('lets one with another application token wait beside', () => {
    expect(addPending(aRow(A), B)).toEqual(aRow(A, B))
  })

  it('replaces the one with the same application token', () => {
    const again = aPending('again', { tokenHash: B.tokenHash })
    expect(addPending(aRow(A, B), again)).toEqual(aRow(A, again))
    expect(addPending(full, again)).toEqual(aRow(A, again, C, aPending('d')))
  })

  it('takes no more than the most', () => {
    expect(pendingIn(full)).toHaveLength(MAX_PENDING)
    expect(addPending(full, aPending('e'))).toBe('full')
  })

  it('needs none without an application token', () => {
    expect(addPending(aRow(A), aPending('e', { tokenHash: null }))).toBe('not_needed')
    const tokenless = aRow(aPending('t', { tokenHash: null }))
    expect(addPending(tokenless, aPending('e', { tokenHash: null }))).toBe('not_needed')
  })

  it('needs none beside one that the OAuth server has confirmed', () => {
    expect(addPending({ ...aRow(A), kind: 'unknown_application' }, B)).toBe('not_needed')
  })
})

describe('endsPending()', () => {
  it.each([
    ['with a token ends one with a token', 'x', 'y', true],
    ['with a token ends one without', 'x', null, true],
    ['without a token ends one without', null, null, true],
    ['without a token ends none with a token', null, 'y', false],
  ])('a confirmed install %s', (_name, confirmed, pending, expected) => {
    expect(endsPending({ tokenHash: confirmed }, { tokenHash: pending })).toBe(expected)
  })
})

describe('a pending install', () => {
  it('waits 7 days for the configuration and 1 h for the OAuth server', () => {
    expect(PENDING_MS).toEqual({ unknown_application: 7 * DAY_MS, unanswered: DAY_MS / 24 })
  })
})
