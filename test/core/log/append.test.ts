import { beforeEach, describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import {
  duplicateWindow,
  MAX_REMEMBERED,
  RecentEvents,
  type Arrival,
} from '../../../src/core/log/append.ts'
import { NOW } from '../../support/time.ts'

const DUPLICATE_OF_1 = { sequence: 1, sameReceipt: false }

function anArrival(partial: Partial<Arrival> = {}): Arrival {
  return { receipt: 'r1', contentHash: 'd1', receivedAt: NOW, ...partial }
}

let recent: RecentEvents

beforeEach(() => {
  recent = new RecentEvents()
  recent.remember(anArrival(), 1)
})

it('RecentEvents knows when the first event of a content was received', () => {
  expect(recent.firstReceivedAt('d1')).toBe(NOW)
  expect(recent.firstReceivedAt('d2')).toBeNull()
})

describe('RecentEvents find()', () => {
  it.each([
    ['an equal event at once', { receivedAt: NOW }, DUPLICATE_OF_1],
    ['an equal event after 60 s', { receivedAt: NOW + MINUTE_MS }, DUPLICATE_OF_1],
    ['no equal event after more than 60 s', { receivedAt: NOW + 60_001 }, null],
    ['an equal event received 60 s before', { receivedAt: NOW - MINUTE_MS }, DUPLICATE_OF_1],
    ['no equal event received more than 60 s before', { receivedAt: NOW - 60_001 }, null],
    ['no other event', { contentHash: 'd2' }, null],
  ])('under another receipt finds %s', (_name, partial, expected) => {
    expect(recent.findPlace(anArrival({ receipt: 'r2', ...partial }))).toEqual(expected)
  })

  it.each([
    ['at once', {}],
    ['more than 60 s later', { receivedAt: NOW + 100_000 }],
    ['whatever stands in it', { contentHash: 'd2' }],
  ])(
    'takes the same receipt for a second try of the caller, no duplicate: %s',
    (_name, partial) => {
      expect(recent.findPlace(anArrival(partial))).toEqual({ sequence: 1, sameReceipt: true })
    },
  )

  it('prefers the receipt where receipt and content hash name two events', () => {
    recent.remember(anArrival({ receipt: 'r2', contentHash: 'd2' }), 2)
    expect(recent.findPlace(anArrival({ receipt: 'r2', contentHash: 'd1' }))).toEqual({
      sequence: 2,
      sameReceipt: true,
    })
  })

  it('counts the 60 s from the latest stored event that is equal', () => {
    recent.remember(anArrival({ receipt: 'r2', receivedAt: NOW + 70_000 }), 2)
    const third = anArrival({ receipt: 'r3', receivedAt: NOW + 130_000 })
    expect(recent.findPlace(third)).toEqual({ sequence: 2, sameReceipt: false })
  })

  it('remembers nothing by itself: what was only asked for may still be stored', () => {
    const asked = anArrival({ receipt: 'r2', contentHash: 'd2' })
    recent.findPlace(asked)
    expect(recent.findPlace(asked)).toBeNull()
  })
})

describe('an event without a time of its own', () => {
  const windowMs = duplicateWindow({ ts: null })

  it('is looked for within a second, one with a time within a minute', () => {
    expect([windowMs, duplicateWindow(null), duplicateWindow({ ts: 1 })]).toEqual([
      1000, 1000, 60_000,
    ])
  })

  it.each([
    [1000, DUPLICATE_OF_1],
    [1001, null],
    [-1000, DUPLICATE_OF_1],
    [-1001, null],
  ])('%i ms after an equal one finds %j', (ms, expected) => {
    const arrival = anArrival({ receipt: 'r2', receivedAt: NOW + ms })
    expect(recent.findPlace(arrival, windowMs)).toEqual(expected)
  })
})

describe('a staged group', () => {
  it('knows its own events, and leaves no trace when its transaction fails', () => {
    const staged = new RecentEvents()
    const first = anArrival({ receipt: 'r2', contentHash: 'd2' })
    staged.remember(first, 2)
    expect(staged.findPlace(first)).toEqual({ sequence: 2, sameReceipt: true })
    expect(staged.findPlace({ ...first, receipt: 'r3' })).toEqual({
      sequence: 2,
      sameReceipt: false,
    })
    expect(recent.findPlace(first)).toBeNull()
  })
})

describe('RecentEvents forget()', () => {
  it('keeps a receipt younger than 120 s', () => {
    recent.forget(NOW + 119_999)
    expect(recent.findPlace(anArrival())).toEqual({ sequence: 1, sameReceipt: true })
  })

  it('forgets receipt and content hash after 120 s', () => {
    recent.forget(NOW + 2 * MINUTE_MS)
    expect(recent.findPlace(anArrival())).toBeNull()
    expect(recent.findPlace(anArrival({ receipt: 'r2' }))).toBeNull()
  })

  it('remembers 5000 events and no more, the oldest goes first', () => {
    for (let n = 2; n <= MAX_REMEMBERED + 1; n += 1) {
      recent.remember(anArrival({ receipt: `r${n}`, contentHash: `d${n}` }), n)
    }
    recent.forget(NOW)
    expect(MAX_REMEMBERED).toBe(5000)
    expect(recent.findPlace(anArrival())).toBeNull()
    expect(recent.findPlace(anArrival({ receipt: 'x' }))).toBeNull()
    expect(recent.findPlace(anArrival({ receipt: 'r2', contentHash: 'd2' }))?.sequence).toBe(2)
    expect(recent.findPlace(anArrival({ receipt: 'x', contentHash: 'd2' }))?.sequence).toBe(2)
  })

  it('counts a content hash by its latest event, so that nothing older hides behind it', () => {
    const between = anArrival({ receipt: 'r2', contentHash: 'd2', receivedAt: NOW + 1000 })
    recent.remember(between, 2)
    recent.remember(anArrival({ receipt: 'r3', receivedAt: NOW + 61_000 }), 3)
    recent.forget(NOW + 125_000)
    expect(recent.findPlace({ ...between, receipt: 'x' })).toBeNull()
    expect(recent.findPlace(anArrival({ receipt: 'x', receivedAt: NOW + 61_000 }))).toEqual({
      sequence: 3,
      sameReceipt: false,
    })
  })
})

describe('RecentEvents clear()', () => {
  it('forgets receipts and content hashes', () => {
    recent.clear()
    expect(recent.findPlace(anArrival())).toBeNull()
    expect(recent.findPlace(anArrival({ receipt: 'r2' }))).toBeNull()
  })
})
