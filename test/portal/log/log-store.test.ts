/** What the log finds again: repeated events, events that wait, pages, and what an operator counts. */
import { describe, expect, it } from 'vitest'
import { DAY_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import {
  DUPLICATE_WINDOW_MS,
  MAX_REMEMBERED,
  RECEIPT_WINDOW_MS,
  type Arrival,
} from '../../../src/core/log/append.ts'
import { NOT_ENRICHED } from '../../../src/core/log/event.ts'
import { LogStore, MAX_PAGE_BYTES } from '../../../src/portal/log/log-store.ts'
import { SegmentStore } from '../../../src/portal/log/segment-store.ts'
import { migrate } from '../../../src/portal/state/migrations.ts'
import type { Database } from '../../../src/storage/database.ts'
import { anEnrichment, anEvent } from '../../support/builders/a-delivery.ts'
import { FIELD } from '../../support/builders/a-field.ts'
import { withDatabase } from '../../support/storage/object-database.ts'
import { NOW } from '../../support/time.ts'

/** How far behind the youngest event one may wait at a start, in milliseconds. */
const AWAITING_WINDOW_MS = 10 * MINUTE_MS

/** One event to store; by default it was received now, and nothing is read for it. */
interface Stored extends Partial<Arrival> {
  readonly event?: string
  readonly awaits?: boolean
}

/** Works with a log that holds these events from sequence 1 on. */
function inLog<T>(events: readonly Stored[], work: (log: LogStore, db: Database) => T): Promise<T> {
  return withDatabase((db) => {
    migrate(db)
    const log = new LogStore(db, new SegmentStore(db))
    db.transaction(() => {
      for (const [index, { event, awaits = false, ...arrival }] of events.entries()) {
        const sequence = index + 1
        log.insert(
          sequence,
          { receipt: `r${sequence}`, contentHash: `h${sequence}`, receivedAt: NOW, ...arrival },
          { event: event ?? JSON.stringify(anEvent()), awaits, quarantined: false },
        )
      }
    })
    return work(log, db)
  })
}

/** How many rows are read of a log that holds these events. */
function rowsReadBy(events: readonly Stored[], work: (log: LogStore) => void): Promise<number> {
  return inLog(events, (_, db) => {
    let read = 0
    const all: Database['all'] = (...statement) => {
      const rows = db.all(...statement)
      read += rows.length
      return rows
    }
    const counted = { ...db, all }
    work(new LogStore(counted, new SegmentStore(counted)))
    return read
  })
}

function many(count: number, event: Stored = {}): Stored[] {
  return Array.from({ length: count }, () => event)
}

function sequencesOf(entries: readonly { readonly sequence: number }[]): number[] {
  return entries.map(({ sequence }) => sequence)
}

const THIN = { ...NOT_ENRICHED, status: 'unavailable', reason: 'timeout' } as const

const TOLD = { event: { ...anEvent({ userId: null }), field: FIELD }, enrichment: anEnrichment() }

describe('a page', () => {
  it('goes on behind or before a sequence, and an empty log has none', async () => {
    const found = await inLog(many(5), (log) => [
      sequencesOf(log.after(2, 2)),
      sequencesOf(log.before(4, 2)),
      sequencesOf(log.after(5, 2)),
      log.entry(6),
      log.lastSequence(),
    ])
    expect(found).toEqual([[3, 4], [3, 2], [], null, 5])
    expect(await inLog([], (log) => [log.lastSequence(), log.after(0, 9), log.isEmpty()])).toEqual([
      0,
      [],
      true,
    ])
  })
})

describe('a page of large events', () => {
  const large = { event: JSON.stringify(anEvent({ data: 'x'.repeat(MAX_PAGE_BYTES / 2) })) }

  it('holds as many as fit', async () => {
    const found = await inLog([{}, {}, large, {}, large, large], (log) => [
      sequencesOf(log.after(0, 9)),
      sequencesOf(log.after(4, 9)),
      sequencesOf(log.before(7, 9)),
    ])
    expect(found).toEqual([[1, 2, 3, 4], [5], [6]])
  })

  it('holds one that is larger than a page, and counts what it told', async () => {
    const huge = { event: JSON.stringify(anEvent({ data: 'x'.repeat(MAX_PAGE_BYTES) })) }
    const found = await inLog([huge, {}], (log) => {
      log.enrich(2, anEnrichment({ userName: 'é'.repeat(MAX_PAGE_BYTES / 2) }))
      return [sequencesOf(log.after(0, 2)), sequencesOf(log.before(3, 2))]
    })
    expect(found).toEqual([[1], [2]])
  })
})

describe('recentArrivals()', () => {
  it('are those of two minutes, oldest first, also when they fill more than a page', async () => {
    const old = many(3, { receivedAt: NOW - RECEIPT_WINDOW_MS })
    const young = many(150, { receivedAt: NOW - RECEIPT_WINDOW_MS + 1 })
    const found = await inLog([...old, ...young], (log) => log.recentArrivals(NOW))
    expect(sequencesOf(found)).toEqual(Array.from({ length: 150 }, (_, index) => index + 4))
    expect(found[0]?.arrival).toEqual({
      receipt: 'r4',
      contentHash: 'h4',
      receivedAt: NOW - RECEIPT_WINDOW_MS + 1,
    })
  })

  it('are found behind an old one that the spill has brought late', async () => {
    const log = [...many(150), { receivedAt: 0 }, {}]
    const found = await inLog(log, (store) => store.recentArrivals(NOW))
    expect(found).toHaveLength(151)
  })

  it('are no more than memory keeps, and the youngest of them', async () => {
    const found = await inLog(many(MAX_REMEMBERED + 150), (log) => log.recentArrivals(NOW))
    expect(found.length).toBeLessThan(MAX_REMEMBERED + 100)
    expect(found.at(-1)?.sequence).toBe(MAX_REMEMBERED + 150)
  })

  it('are read page by page: a quiet log costs one page at each start', async () => {
    const log = many(300, { receivedAt: NOW - RECEIPT_WINDOW_MS })
    expect(await rowsReadBy(log, (store) => store.recentArrivals(NOW))).toBeLessThan(100)
  })
})

describe('findPlace()', () => {
  const LOG = [
    { receipt: 'old', contentHash: 'same', receivedAt: NOW - DUPLICATE_WINDOW_MS },
    { receipt: 'young', contentHash: 'other', receivedAt: NOW },
    { receipt: 'twin', contentHash: 'same', receivedAt: NOW },
  ]

  it.each([
    [
      'its receipt, however long ago',
      { receipt: 'young', contentHash: 'x', receivedAt: NOW * 2 },
      { sequence: 2, sameReceipt: true },
    ],
    [
      'its receipt before an equal event',
      { receipt: 'twin', contentHash: 'same', receivedAt: NOW },
      { sequence: 3, sameReceipt: true },
    ],
    [
      'the first equal event within the window',
      { receipt: 'x', contentHash: 'same', receivedAt: NOW },
      { sequence: 1, sameReceipt: false },
    ],
    [
      'a later equal event when the first one is outside of the window',
      { receipt: 'x', contentHash: 'same', receivedAt: NOW + 1 },
      { sequence: 3, sameReceipt: false },
    ],
    ['nothing else', { receipt: 'x', contentHash: 'x', receivedAt: NOW }, null],
  ])('finds %s', async (_case, arrival, place) => {
    expect(await inLog(LOG, (log) => log.findPlace(arrival))).toEqual(place)
  })
})

describe('awaiting()', () => {
  const LATE = { receivedAt: NOW - AWAITING_WINDOW_MS - 1 }

  it.each<[string, Stored[], number[]]>([
    [
      'behind a page of others',
      [{ awaits: true, receivedAt: NOW - AWAITING_WINDOW_MS }, { awaits: true }, ...many(150)],
      [1, 2],
    ],
    [
      'that is late, on each page behind one with another that is late',
      [{ awaits: true, ...LATE }, ...many(120, LATE), { awaits: true, ...LATE }, {}],
      [1, 122],
    ],
  ])('finds every event that waits %s, oldest first', async (_case, log, sequences) => {
    expect(sequencesOf(await inLog(log, (store) => store.awaiting()))).toEqual(sequences)
  })

  it('does not look behind the time within which an alarm has ended all waiting', async () => {
    const waits = { awaits: true, receivedAt: NOW - 2 * AWAITING_WINDOW_MS }
    const log = [waits, ...many(150, LATE), {}]
    expect(await inLog(log, (store) => store.awaiting())).toEqual([])
  })
})

describe('lastEventTimes()', () => {
  it('tells when the last events came, and counts no event that no portal sent', async () => {
    const log = [NOW, NOW + 2, NOW + 4].map((receivedAt) => ({ receivedAt }))
    const found = await inLog(log, (store) => {
      store.insertReconciled(4, { receipt: 'r4', contentHash: 'r4', receivedAt: NOW + 5 }, TOLD)
      return [store.lastEventTimes(2), store.lastEventTimes(20)]
    })
    expect(found.map((times) => times.toSorted((a, b) => a - b))).toEqual([
      [NOW + 2, NOW + 4],
      [NOW, NOW + 2, NOW + 4],
    ])
  })
})

it('lastEventTimes() looks on behind a page of events that no portal sent', async () => {
  const found = await inLog(many(5), (store) => {
    for (let sequence = 6; sequence <= 30; sequence += 1) {
      const arrival = { receipt: `r${sequence}`, contentHash: `r${sequence}`, receivedAt: NOW + 9 }
      store.insertReconciled(sequence, arrival, TOLD)
    }
    return store.lastEventTimes(20)
  })
  expect(found).toEqual([NOW, NOW, NOW, NOW, NOW])
})

describe('lastFieldEventSince()', () => {
  it('is the time of the last event of the portal that something was read for', async () => {
    const log = [
      { awaits: true, receivedAt: NOW - 3 },
      { awaits: true, receivedAt: NOW - 2 },
      { receivedAt: NOW - 1 },
    ]
    const found = await inLog(log, (store) => {
      store.enrich(2, anEnrichment())
      store.insertReconciled(4, { receipt: 'r4', contentHash: 'r4', receivedAt: NOW }, TOLD)
      return [NOW - 2, NOW - 1].map((since) => store.lastFieldEventSince(since))
    })
    expect(found).toEqual([NOW - 2, null])
    expect(await inLog([{}], (store) => store.lastFieldEventSince(0))).toBeNull()
  })

  it('is found behind many other events, and no older event is looked at', async () => {
    const log = [
      ...many(300, { receivedAt: NOW - DAY_MS }),
      { awaits: true, receivedAt: NOW - 5 },
      ...many(50),
    ]
    const found = await inLog(log, (store) => {
      store.enrich(301, anEnrichment())
      return store.lastFieldEventSince(NOW - 5)
    })
    expect(found).toBe(NOW - 5)
    const rows = await rowsReadBy(log, (store) => store.lastFieldEventSince(NOW - 4))
    expect(rows).toBeLessThan(100)
  })
})

describe('what an operator counts', () => {
  it('are the events of the portal, those that no event told, and the thin ones', async () => {
    const found = await inLog(many(4, { awaits: true }), (log) => {
      log.enrich(1, anEnrichment())
      log.enrich(2, THIN)
      log.insertReconciled(5, { receipt: 'r5', contentHash: 'r5', receivedAt: NOW }, TOLD)
      const stored = { event: '{', awaits: false, quarantined: true }
      log.insert(6, { receipt: 'r6', contentHash: 'h6', receivedAt: NOW }, stored)
      return log.counts()
    })
    expect(found).toEqual({ entries: 6, reconciled: 1, thin: 1, quarantined: 1 })
    const none = { entries: 0, reconciled: 0, thin: 0, quarantined: 0 }
    expect(await inLog([], (log) => log.counts())).toEqual(none)
  })

  it('are thin no more once their change was found after all', async () => {
    const found = await inLog(many(2, { awaits: true }), (log) => {
      log.enrich(1, THIN)
      log.enrich(1, THIN)
      const before = log.counts().thin
      log.enrich(1, anEnrichment())
      return [before, log.counts().thin]
    })
    expect(found).toEqual([1, 0])
  })
})

describe('the end of old events', () => {
  it('drops them up to a sequence, and the sequences go on', async () => {
    const found = await inLog(many(4), (log) => {
      log.dropUpTo(3)
      return [log.oldest(9), log.lastSequence()]
    })
    expect(found).toEqual([[{ sequence: 4, receivedAt: NOW }], 4])
  })

  it('takes them off the numbers', async () => {
    const found = await inLog(many(3, { awaits: true }), (log) => {
      for (const sequence of [1, 3]) log.enrich(sequence, THIN)
      log.dropUpTo(2)
      return log.counts()
    })
    expect(found).toEqual({ entries: 1, reconciled: 0, thin: 1, quarantined: 0 })
  })
})
