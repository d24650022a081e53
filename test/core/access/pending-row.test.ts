import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import type {
  PendingInstall,
  PendingRow,
  PendingWish,
} from '../../../src/core/access/pending-row.ts'
import {
  MAX_PENDING,
  PENDING_MS,
  endsPending,
  keepPending,
  replacePending,
  pendingIn,
  placePending,
} from '../../../src/core/access/pending-row.ts'
import { NOW } from '../../support/time.ts'

function aPending(name: string, partial: Partial<PendingInstall> = {}): PendingInstall {
  return { sealed: name, tokenHash: `hash-${name}`, ts: 100, since: 1, expiresAt: 2, ...partial }
}

function aRow(first: PendingInstall, ...others: PendingInstall[]): PendingRow {
  const kind = 'unanswered'
  return { ...first, kind, others, nextCheckAt: 3, clientId: null, domain: null }
}

/** An unanswered install that asks for a place. */
function aWish(name: string, partial: Partial<PendingWish> = {}): PendingWish {
  const { sealed, tokenHash } = aPending(name)
  const first = { kind: 'unanswered', clientId: null, domain: null, again: null } as const
  return { ...first, sealed, tokenHash, ts: 200, ...partial }
}

/** The same install in its place, since now. */
function placed(name: string, partial: Partial<PendingInstall> = {}): PendingInstall {
  return aPending(name, { ts: 200, since: NOW, expiresAt: NOW + HOUR_MS, ...partial })
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

describe('placePending() of an unanswered install', () => {
  const full = aRow(A, B, C, aPending('d'))

  it('begins a row that ends in an hour, and is looked at again in a minute', () => {
    expect(placePending(null, aWish('a'), NOW)).toEqual({
      ...placed('a'),
      kind: 'unanswered',
      others: [],
      nextCheckAt: NOW + MINUTE_MS,
      clientId: null,
      domain: null,
    })
  })

  it('puts one with another application token beside', () => {
    expect(placePending(aRow(A), aWish('b'), NOW)).toEqual(aRow(A, placed('b')))
  })

  it('replaces the one with the same application token', () => {
    const again = aWish('again', { tokenHash: B.tokenHash })
    const next = placed('again', { tokenHash: B.tokenHash })
    expect(placePending(aRow(A, B), again, NOW)).toEqual(aRow(A, next))
    expect(placePending(full, again, NOW)).toEqual(aRow(A, next, C, aPending('d')))
  })

  it('does not prolong the time of one that is sent again', () => {
    const again = aWish('again', { tokenHash: B.tokenHash, ts: B.ts })
    const kept = { since: B.since, expiresAt: B.since + HOUR_MS }
    const next = placed('again', { tokenHash: B.tokenHash, ts: B.ts, ...kept })
    expect(placePending(aRow(A, B), again, NOW)).toEqual(aRow(A, next))
  })

  it('puts one that is looked at again into its own place, and keeps its end', () => {
    const kept = { since: A.since, expiresAt: A.since + HOUR_MS }
    const again = aWish('again', { again: A })
    expect(placePending(aRow(A, B), again, NOW)).toEqual(aRow(placed('again', kept), B))
  })

  it('takes no more than the most', () => {
    expect(pendingIn(full)).toHaveLength(MAX_PENDING)
    expect(placePending(full, aWish('e'), NOW)).toBe('full')
  })

  it('needs none without an application token', () => {
    const tokenless = aPending('t', { tokenHash: null })
    const wish = aWish('e', { tokenHash: null })
    expect(placePending(aRow(A), wish, NOW)).toBe('not_needed')
    expect(placePending(aRow(tokenless), wish, NOW)).toBe('not_needed')
  })

  it('needs none beside one that the OAuth server has confirmed', () => {
    const confirmed: PendingRow = { ...aRow(A), kind: 'unknown_application' }
    expect(placePending(confirmed, aWish('b'), NOW)).toBe('not_needed')
  })
})

describe('placePending() of an install of an unknown application', () => {
  const known = {
    kind: 'unknown_application',
    clientId: 'local.1',
    domain: 'acme.example',
  } as const

  it('takes the whole row, for 7 days from now', () => {
    const row = placePending(aRow(A, B), aWish('c', { ...known, again: A }), NOW)
    expect(row).toEqual({
      ...placed('c', { expiresAt: NOW + 7 * DAY_MS }),
      ...known,
      others: [],
      nextCheckAt: NOW + MINUTE_MS,
    })
  })

  it('keeps its end when it is looked at again', () => {
    const former: PendingRow = { ...aRow(A), ...known }
    const row = placePending(former, aWish('again', { ...known, again: A }), NOW)
    expect(row).toMatchObject({ since: A.since, expiresAt: A.since + 7 * DAY_MS })
  })

  it('gives way to one whose application token it does not bring', () => {
    const wish = aWish('c', { ...known, tokenHash: null })
    expect(placePending(aRow(A), wish, NOW)).toBe('not_needed')
    expect(placePending(aRow(A), { ...wish, again: A }, NOW)).toMatchObject({ sealed: 'c' })
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
    expect(PENDING_MS).toEqual({ unknown_application: 7 * DAY_MS, unanswered: HOUR_MS })
  })
})
