import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../../src/core/durations.ts'
import type {
  PendingInstall,
  PendingRow,
  PendingWish,
} from '../../../../src/core/access/installs/pending-row.ts'
import {
  PENDING_MS,
  endsPending,
  keepPending,
  replacePending,
  pendingIn,
  placePending,
} from '../../../../src/core/access/installs/pending-row.ts'
import { NOW } from '../../../support/time.ts'

function aPending(name: string, partial: Partial<PendingInstall> = {}): PendingInstall {
  return {
    kind: 'unanswered',
    sealed: name,
    tokenHash: `hash-${name}`,
    ts: 100,
    since: 1,
    expiresAt: 2,
    clientId: null,
    domain: null,
    network: 'net',
    ...partial,
  }
}

function aRow(first: PendingInstall, ...others: PendingInstall[]): PendingRow {
  return { ...first, others, nextCheckAt: 3 }
}

/** An unanswered install that asks for a place. */
function aWish(name: string, partial: Partial<PendingWish> = {}): PendingWish {
  const { since: _, expiresAt: __, ...rest } = aPending(name, { ts: 200 })
  return { ...rest, again: null, ...partial }
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
  it('begins a row that ends in an hour, and is looked at again in a minute', () => {
    expect(placePending(null, aWish('a'), NOW)).toEqual({
      ...placed('a'),
      others: [],
      nextCheckAt: NOW + MINUTE_MS,
    })
  })

  it('puts one with another application token beside', () => {
    expect(placePending(aRow(A), aWish('b'), NOW)).toEqual(aRow(A, placed('b')))
  })

  it('replaces the one with the same application token', () => {
    const again = aWish('again', { tokenHash: B.tokenHash })
    const next = placed('again', { tokenHash: B.tokenHash })
    expect(placePending(aRow(A, B, C), again, NOW)).toEqual(aRow(A, next, C))
  })

  it('does not prolong the time of one that is sent again', () => {
    const again = aWish('again', { tokenHash: B.tokenHash, ts: B.ts })
    const kept = { since: B.since, expiresAt: B.since + HOUR_MS }
    const next = placed('again', { tokenHash: B.tokenHash, ts: B.ts, ...kept })
    expect(placePending(aRow(A, B), again, NOW)).toEqual(aRow(A, next))
  })

  it('puts one that is looked at again into its own place, and keeps its end', () => {
    const kept = { since: A.since, expiresAt: A.since + HOUR_MS, ts: A.ts }
    const again = aWish('again', { again: A, ts: A.ts })
    expect(placePending(aRow(A, B), again, NOW)).toEqual(aRow(placed('again', kept), B))
  })

  it('keeps one without an application token, and replaces its repetition alone', () => {
    const tokenless = placed('t', { tokenHash: null })
    const wish = aWish('t', { tokenHash: null })
    const row = placePending(aRow(A), wish, NOW)
    expect(row).toEqual(aRow(A, tokenless))
    expect(placePending(aRow(A, tokenless), wish, NOW)).toEqual(aRow(A, tokenless))
    const elsewhere = aWish('x', { tokenHash: null, network: 'other' })
    expect(placePending(aRow(A, tokenless), elsewhere, NOW)).toMatchObject({
      others: [tokenless, { sealed: 'x' }],
    })
  })

  it('waits beside a confirmed one with the same application token, which may be of another application', () => {
    const confirmed = { ...A, ...KNOWN }
    const wish = aWish('x', { tokenHash: A.tokenHash })
    const row = placePending(aRow(confirmed), wish, NOW)
    expect(row).toEqual(aRow(confirmed, placed('x', { tokenHash: A.tokenHash })))
  })

  it('does not take the place of one with the same application token from another network', () => {
    const elsewhere = { tokenHash: A.tokenHash, network: 'other' }
    const row = placePending(aRow(A, B), aWish('x', elsewhere), NOW)
    expect(row).toEqual(aRow(A, B, placed('x', elsewhere)))
  })
})

const KNOWN = { kind: 'unknown_application', clientId: 'local.1', domain: 'acme.example' } as const
const FOREIGN = { ...KNOWN, clientId: 'app.foreign' } as const

describe('placePending() of an install of an unknown application', () => {
  const confirmed = (name: string, partial: Partial<PendingInstall> = {}) =>
    placed(name, { ...KNOWN, expiresAt: NOW + 7 * DAY_MS, ...partial })

  it('waits 7 days from now, before all that nobody has confirmed', () => {
    const row = placePending(aRow(A, B), aWish('c', { ...KNOWN, again: B }), NOW)
    expect(row).toEqual({ ...aRow(confirmed('c'), A) })
  })

  it('keeps its end when it is looked at again', () => {
    const former = aRow({ ...A, ...KNOWN })
    const row = placePending(former, aWish('again', { ...KNOWN, again: A, ts: A.ts }), NOW)
    expect(row).toMatchObject({ since: A.since, expiresAt: A.since + 7 * DAY_MS })
  })

  it('leaves an install of another application in its place, whichever came first', () => {
    const trueOne = { ...A, ...KNOWN }
    const planted = { ...aPending('p'), ...FOREIGN }
    const first = placePending(aRow(trueOne), aWish('p', { ...FOREIGN, tokenHash: 'x' }), NOW)
    expect(pendingIn(first as PendingRow).map(({ sealed }) => sealed)).toEqual(['a', 'p'])
    const second = placePending(aRow(planted), aWish('a', KNOWN), NOW)
    expect(pendingIn(second as PendingRow).map(({ sealed }) => sealed)).toEqual(['p', 'a'])
    // Not even with the same application token.
    const same = placePending(
      aRow(trueOne),
      aWish('s', { ...FOREIGN, tokenHash: A.tokenHash }),
      NOW,
    )
    expect(pendingIn(same as PendingRow)).toHaveLength(2)
  })

  it('leaves one with the same application token that nobody has confirmed', () => {
    const planted = aWish('p', { ...FOREIGN, tokenHash: A.tokenHash })
    const row = placePending(aRow(A, B), planted, NOW)
    expect(pendingIn(row as PendingRow).map(({ sealed }) => sealed)).toEqual(['p', 'a', 'b'])
  })

  it('needs no second one of its application with its token, when one that waited is confirmed', () => {
    const row = aRow({ ...B, ...KNOWN, tokenHash: A.tokenHash }, A)
    expect(
      placePending(row, aWish('again', { ...KNOWN, tokenHash: A.tokenHash, again: A }), NOW),
    ).toBe('not_needed')
  })

  it('needs none without an application token beside one that brings it', () => {
    const row = aRow({ ...A, ...KNOWN })
    expect(placePending(row, aWish('c', { ...KNOWN, tokenHash: null }), NOW)).toBe('not_needed')
    const tokenless = aRow({ ...A, ...KNOWN, tokenHash: null })
    expect(placePending(tokenless, aWish('c', KNOWN), NOW)).toMatchObject({
      sealed: 'c',
      others: [],
    })
  })
})

describe('placePending() of more than there is room for', () => {
  /** A row in which these installs came one after the other. */
  function flooded(wishes: readonly PendingWish[]): PendingRow | 'not_needed' | 'full' | null {
    let row: PendingRow | null = null
    for (const [index, wish] of wishes.entries()) {
      const placed = placePending(row, wish, NOW + index)
      if (placed === 'full' || placed === 'not_needed') return placed
      row = placed
    }
    return row
  }

  const names = (row: ReturnType<typeof flooded>): string[] =>
    pendingIn(row as PendingRow).map(({ sealed }) => sealed)

  const many = (count: number, network: (index: number) => string, prefix = 'f'): PendingWish[] =>
    Array.from({ length: count }, (_, index) =>
      aWish(`${prefix}${index}`, { network: network(index) }),
    )

  it('holds one network to four, of which the oldest leaves', () => {
    const row = flooded([aWish('true', { network: 'bitrix' }), ...many(9, () => 'evil')])
    expect(names(row)).toEqual(['true', 'f5', 'f6', 'f7', 'f8'])
  })

  it('holds all to 32: the oldest of the network that has most leaves', () => {
    const crowd = many(40, (index) => `evil-${index % 10}`)
    const row = flooded([aWish('true', { network: 'bitrix' }), ...crowd])
    expect(names(row)).toHaveLength(32)
    expect(names(row)).toContain('true')
  })

  it('holds the confirmed installs of one application to four, whatever tokens and networks they have', () => {
    const planted = Array.from({ length: 40 }, (_, index) =>
      aWish(`p${index}`, { ...KNOWN, clientId: 'app.evil', network: `evil-${index}` }),
    )
    const wishes = [aWish('true', { ...KNOWN, network: 'bitrix' }), ...planted, aWish('other')]
    expect(names(flooded(wishes))).toEqual(['true', 'p36', 'p37', 'p38', 'p39', 'other'])
  })

  /** Confirmed installs of as many applications, so many of each, by invented tokens and from one network. */
  const planted = (applications: number, each: number, network = 'evil'): PendingWish[] =>
    Array.from({ length: applications * each }, (_, index) => {
      const clientId = `app.${index % applications}`
      return aWish(`p${index}`, { ...KNOWN, clientId, network })
    })

  it('lets a true install find a place when eight foreign applications hold all of them', () => {
    const trueOne = aWish('true', { ...KNOWN, network: 'bitrix' })
    expect(names(flooded([...planted(8, 4), trueOne]))).toContain('true')
    expect(names(flooded([...planted(8, 4), trueOne, ...planted(8, 8)]))).toContain('true')
    // An OAuth server has not answered about it yet.
    expect(names(flooded([...planted(8, 4), aWish('true', { network: 'bitrix' })]))).toContain(
      'true',
    )
  })

  it('lets a true install find a place when foreign applications came from its own network', () => {
    const trueOne = aWish('true', { ...KNOWN, network: 'bitrix' })
    expect(names(flooded([...planted(1, 4, 'bitrix'), trueOne]))).toContain('true')
    expect(names(flooded([...planted(4, 1, 'bitrix'), trueOne]))).toContain('true')
    const unanswered = aWish('true', { network: 'bitrix' })
    expect(names(flooded([...planted(4, 1, 'bitrix'), unanswered]))).toContain('true')
  })

  it('lets no flood of unconfirmed installs drive out the last one of an application', () => {
    const crowd = many(60, (index) => `evil-${index}`)
    const row = flooded([aWish('true', KNOWN), ...planted(7, 4), ...crowd])
    expect(names(row)).toContain('true')
    expect(new Set(pendingIn(row as PendingRow).map(({ clientId }) => clientId)).size).toBe(9)
  })

  it('drives an unconfirmed install out for no application that has more than its last one', () => {
    const row = flooded([aWish('true', { network: 'bitrix' }), ...planted(16, 3)])
    expect(names(row)).toContain('true')
    expect(names(row)).toHaveLength(32)
  })

  it('refuses an install only where 32 applications have one each', () => {
    expect(flooded([...planted(32, 1), aWish('x', KNOWN)])).toBe('full')
    expect(flooded([...planted(32, 1), aWish('x')])).toBe('full')
    expect(names(flooded([...planted(31, 1), aWish('x'), aWish('true', KNOWN)]))).toContain('true')
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
