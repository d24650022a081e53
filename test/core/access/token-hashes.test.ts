import { DAY_MS, HOUR_MS } from '../../../src/core/durations.ts'
import { describe, expect, it } from 'vitest'
import { NO_INSTALL } from '../../../src/core/access/installs/install.ts'
import {
  isCurrentToken,
  recordToken,
  trustsToken,
  type PresentedToken,
  type TokenHash,
} from '../../../src/core/access/token-hashes.ts'
import { NOW } from '../../support/time.ts'
import { EVENT_TS } from '../../support/builders/a-delivery.ts'

const CURRENT: TokenHash = { hash: 'current', until: null }

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

describe('isCurrentToken()', () => {
  const hashes: TokenHash[] = [CURRENT, { hash: 'former', until: NOW + DAY_MS }]

  it.each([
    ['current', true],
    ['former', false],
    ['unknown', false],
  ])('%s: %s', (hash, expected) => {
    expect(isCurrentToken({ hashes }, hash)).toBe(expected)
  })
})

describe('recordToken()', () => {
  const TOMORROW = NOW + DAY_MS

  it.each<[string, Partial<PresentedToken>, TokenHash[], TokenHash[]]>([
    ['keeps the token that is presented again', {}, [CURRENT], [CURRENT]],
    [
      'keeps the former token for 24 h beside a new one',
      { hash: 'new' },
      [CURRENT],
      [
        { hash: 'new', until: null },
        { hash: 'current', until: TOMORROW },
      ],
    ],
    [
      'never prolongs a former token',
      { hash: 'new' },
      [CURRENT, { hash: 'former', until: NOW + 1 }],
      [
        { hash: 'new', until: null },
        { hash: 'current', until: TOMORROW },
        { hash: 'former', until: NOW + 1 },
      ],
    ],
    ['drops a token whose time has come', {}, [CURRENT, { hash: 'ended', until: NOW }], [CURRENT]],
    [
      'makes a former token that returns the current one',
      { hash: 'former' },
      [CURRENT, { hash: 'former', until: NOW + 1 }],
      [
        { hash: 'former', until: null },
        { hash: 'current', until: TOMORROW },
      ],
    ],
    ['keeps all tokens where none is presented', { hash: null }, [CURRENT], [CURRENT]],
    [
      'lets a token that may not be the current one speak for a day beside it',
      { hash: 'new', mayBeCurrent: false },
      [CURRENT],
      [CURRENT, { hash: 'new', until: TOMORROW }],
    ],
    [
      'lets the token of an old installation speak for a day from that time',
      { hash: 'new', mayBeCurrent: false, ts: EVENT_TS - 3600 },
      [CURRENT],
      [CURRENT, { hash: 'new', until: TOMORROW - HOUR_MS }],
    ],
    [
      'does not renew the token of an installation of yesterday',
      { hash: 'former', mayBeCurrent: false, ts: EVENT_TS - 86_400 },
      [CURRENT, { hash: 'former', until: NOW }],
      [CURRENT],
    ],
    [
      'does not prolong a known token that may not be the current one',
      { hash: 'former', mayBeCurrent: false },
      [CURRENT, { hash: 'former', until: NOW + 1 }],
      [CURRENT, { hash: 'former', until: NOW + 1 }],
    ],
    [
      'makes the first token the current one in any case',
      { hash: 'new', mayBeCurrent: false },
      [{ hash: 'ended', until: NOW }],
      [{ hash: 'new', until: null }],
    ],
  ])('%s', (_name, partial, hashes, expected) => {
    expect(recordToken({ hashes, tokenTs: 1 }, presented(partial), NOW).hashes).toEqual(expected)
  })

  it.each<[string, Partial<PresentedToken>, number]>([
    ['moves with an event that presents the current token', {}, EVENT_TS],
    ['moves with a page that presents a new token', { source: 'page', hash: 'new' }, EVENT_TS],
    ['stays for a page that presents the current token', { source: 'page' }, 1],
    ['stays where no token is presented', { hash: null }, 1],
    ['stays for a token that may not be current', { hash: 'new', mayBeCurrent: false }, 1],
  ])('the time of the current token %s', (_name, partial, expected) => {
    const before = { hashes: [CURRENT], tokenTs: 1 }
    expect(recordToken(before, presented(partial), NOW).tokenTs).toBe(expected)
  })
})

function presented(partial: Partial<PresentedToken>): PresentedToken {
  return { hash: 'current', ts: EVENT_TS, source: 'event', mayBeCurrent: true, ...partial }
}
