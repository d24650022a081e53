import { describe, expect, it } from 'vitest'
import type { PendingRow, PendingInstall } from '../../../src/core/access/pending-row.ts'
import {
  MAX_PENDING,
  addPending,
  endsPending,
  keepPending,
  replacePending,
  pendingIn,
} from '../../../src/core/access/pending-row.ts'

function aWaiting(name: string, partial: Partial<PendingInstall> = {}): PendingInstall {
  return { sealed: name, tokenHash: `hash-${name}`, ts: 100, since: 1, expiresAt: 2, ...partial }
}

function aRow(first: PendingInstall, ...others: PendingInstall[]): PendingRow {
  const kind = 'unanswered'
  return { ...first, kind, others, nextCheckAt: 3, clientId: null, domain: null }
}

const A = aWaiting('a')
const B = aWaiting('b')
const C = aWaiting('c')

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
  const full = aRow(A, B, C, aWaiting('d'))

  it('lets one with another application token wait beside', () => {
    expect(addPending(aRow(A), B)).toEqual(aRow(A, B))
  })

  it('replaces the one with the same application token', () => {
    const again = aWaiting('again', { tokenHash: B.tokenHash })
    expect(addPending(aRow(A, B), again)).toEqual(aRow(A, again))
    expect(addPending(full, again)).toEqual(aRow(A, again, C, aWaiting('d')))
  })

  it('takes no more than the most', () => {
    expect(pendingIn(full)).toHaveLength(MAX_PENDING)
    expect(addPending(full, aWaiting('e'))).toBe('full')
  })

  it('needs none without an application token', () => {
    expect(addPending(aRow(A), aWaiting('e', { tokenHash: null }))).toBe('not_needed')
    const tokenless = aRow(aWaiting('t', { tokenHash: null }))
    expect(addPending(tokenless, aWaiting('e', { tokenHash: null }))).toBe('not_needed')
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
  ])('a confirmed install %s', (_name, confirmed, waiting, expected) => {
    expect(endsPending({ tokenHash: confirmed }, { tokenHash: waiting })).toBe(expected)
  })
})
