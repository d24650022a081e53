import { describe, expect, it } from 'vitest'
import type { PendingInstall, WaitingInstall } from '../../../src/core/access/pending-row.ts'
import {
  MAX_WAITING,
  addWaiting,
  endsWaiting,
  keepWaiting,
  replaceWaiting,
  waitingIn,
} from '../../../src/core/access/pending-row.ts'

function aWaiting(name: string, partial: Partial<WaitingInstall> = {}): WaitingInstall {
  return { sealed: name, tokenHash: `hash-${name}`, ts: 100, since: 1, expiresAt: 2, ...partial }
}

function aRow(first: WaitingInstall, ...others: WaitingInstall[]): PendingInstall {
  const kind = 'unanswered'
  return { ...first, kind, others, nextCheckAt: 3, clientId: null, domain: null }
}

const A = aWaiting('a')
const B = aWaiting('b')
const C = aWaiting('c')

describe('waitingIn()', () => {
  it('lists what waits alone, the first one first', () => {
    expect(waitingIn(aRow(A, B, C))).toEqual([A, B, C])
  })
})

describe('keepWaiting()', () => {
  it('puts the next one in the first place when the first one goes', () => {
    expect(keepWaiting(aRow(A, B, C), ({ sealed }) => sealed !== 'a')).toEqual(aRow(B, C))
  })

  it('leaves the row as it is when all are kept', () => {
    expect(keepWaiting(aRow(A, B), () => true)).toEqual(aRow(A, B))
  })

  it('leaves no row when none is kept', () => {
    expect(keepWaiting(aRow(A, B), () => false)).toBeNull()
  })
})

describe('replaceWaiting()', () => {
  it('keeps the place', () => {
    expect(replaceWaiting(aRow(A, B), 'a', C)).toEqual(aRow(C, B))
    expect(replaceWaiting(aRow(A, B), 'b', C)).toEqual(aRow(A, C))
  })

  it('changes nothing for one that waits no more', () => {
    expect(replaceWaiting(aRow(A, B), 'x', C)).toEqual(aRow(A, B))
  })
})

describe('addWaiting()', () => {
  const full = aRow(A, B, C, aWaiting('d'))

  it('lets one with another application token wait beside', () => {
    expect(addWaiting(aRow(A), B)).toEqual(aRow(A, B))
  })

  it('replaces the one with the same application token', () => {
    const again = aWaiting('again', { tokenHash: B.tokenHash })
    expect(addWaiting(aRow(A, B), again)).toEqual(aRow(A, again))
    expect(addWaiting(full, again)).toEqual(aRow(A, again, C, aWaiting('d')))
  })

  it('takes no more than the most', () => {
    expect(waitingIn(full)).toHaveLength(MAX_WAITING)
    expect(addWaiting(full, aWaiting('e'))).toBe('full')
  })

  it('needs none without an application token', () => {
    expect(addWaiting(aRow(A), aWaiting('e', { tokenHash: null }))).toBe('not_needed')
    const tokenless = aRow(aWaiting('t', { tokenHash: null }))
    expect(addWaiting(tokenless, aWaiting('e', { tokenHash: null }))).toBe('not_needed')
  })

  it('needs none beside one that the OAuth server has confirmed', () => {
    expect(addWaiting({ ...aRow(A), kind: 'unknown_application' }, B)).toBe('not_needed')
  })
})

describe('endsWaiting()', () => {
  it.each([
    ['with a token ends one with a token', 'x', 'y', true],
    ['with a token ends one without', 'x', null, true],
    ['without a token ends one without', null, null, true],
    ['without a token ends none with a token', null, 'y', false],
  ])('a confirmed install %s', (_name, confirmed, waiting, expected) => {
    expect(endsWaiting({ tokenHash: confirmed }, { tokenHash: waiting })).toBe(expected)
  })
})
