/** What a portal's object looks at when it starts: the youngest rows, and how few of them are read. */
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import { REMEMBERED_EVENTS } from '../../../src/core/access/silence.ts'
import { MAX_REMEMBERED, RECEIPT_WINDOW_MS } from '../../../src/core/log/append.ts'
import { LogStore } from '../../../src/portal/log/log-store.ts'
import { SegmentStore } from '../../../src/portal/log/rows/segment-store.ts'
import { YoungestStore } from '../../../src/portal/log/youngest-store.ts'
import type { Database } from '../../../src/storage/database.ts'
import { anEnrichment, anEvent } from '../../support/builders/a-delivery.ts'
import { FIELD } from '../../support/builders/a-field.ts'
import { inLog, many, sequencesOf, type Stored } from '../../support/storage/stored-log.ts'
import { NOW } from '../../support/time.ts'

/** How far behind the youngest event one may wait at a start, in milliseconds. */
const AWAITING_WINDOW_MS = 10 * MINUTE_MS

const TOLD = { event: { ...anEvent({ userId: null }), field: FIELD }, enrichment: anEnrichment() }

function youngestOf(db: Database): YoungestStore {
  const segments = new SegmentStore(db)
  return new YoungestStore({
    db,
    segments,
    log: new LogStore(db, segments),
    world: { now: () => NOW },
  })
}

/** Works with the youngest rows of a log that holds these events from sequence 1 on. */
function inYoungest<T>(
  events: readonly Stored[],
  work: (store: YoungestStore, log: LogStore) => T,
): Promise<T> {
  return inLog(events, (log, db) => work(youngestOf(db), log))
}

/** How many rows are read of a log that holds these events. */
function rowsReadBy(
  events: readonly Stored[],
  work: (store: YoungestStore) => void,
): Promise<number> {
  return inLog(events, (_, db) => {
    let read = 0
    const all: Database['all'] = (...statement) => {
      const rows = db.all(...statement)
      read += rows.length
      return rows
    }
    work(youngestOf({ ...db, all }))
    return read
  })
}

describe('recentArrivals()', () => {
  it('are those of two minutes, oldest first, also when they fill more than a page', async () => {
    const old = many(3, { receivedAt: NOW - RECEIPT_WINDOW_MS })
    const young = many(150, { receivedAt: NOW - RECEIPT_WINDOW_MS + 1 })
    const found = await inYoungest([...old, ...young], (store) => store.recentArrivals())
    expect(sequencesOf(found)).toEqual(Array.from({ length: 150 }, (_, index) => index + 4))
    expect(found[0]?.arrival).toEqual({
      receipt: 'r4',
      contentHash: 'h4',
      receivedAt: NOW - RECEIPT_WINDOW_MS + 1,
    })
  })

  it('are found behind an old one that the spill has brought late', async () => {
    const log = [...many(150), { receivedAt: 0 }, {}]
    const found = await inYoungest(log, (store) => store.recentArrivals())
    expect(found).toHaveLength(151)
  })

  it('are no more than memory keeps, and the youngest of them', async () => {
    const found = await inYoungest(many(MAX_REMEMBERED + 150), (store) => store.recentArrivals())
    expect(found.length).toBeLessThan(MAX_REMEMBERED + 100)
    expect(found.at(-1)?.sequence).toBe(MAX_REMEMBERED + 150)
  })

  it('are read page by page: a quiet log costs one page at each start', async () => {
    const log = many(300, { receivedAt: NOW - RECEIPT_WINDOW_MS })
    expect(await rowsReadBy(log, (store) => store.recentArrivals())).toBeLessThan(100)
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
    expect(sequencesOf(await inYoungest(log, (store) => store.awaiting()))).toEqual(sequences)
  })

  it('does not look behind the time within which an alarm has ended all waiting', async () => {
    const waits = { awaits: true, receivedAt: NOW - 2 * AWAITING_WINDOW_MS }
    const log = [waits, ...many(150, LATE), {}]
    expect(await inYoungest(log, (store) => store.awaiting())).toEqual([])
  })
})

it('awaiting() reads no more of a busy log than memory keeps', async () => {
  const log = many(MAX_REMEMBERED + 1500, { receivedAt: NOW - MINUTE_MS })
  const read = await rowsReadBy(log, (store) => store.awaiting())
  expect(read).toBeLessThan(MAX_REMEMBERED + 100)
})

describe('what a start reads', () => {
  function readAll(store: YoungestStore): void {
    store.recentArrivals()
    store.lastFieldEventSince(NOW - 20 * MINUTE_MS)
    store.awaiting()
    store.lastEventTimes(REMEMBERED_EVENTS)
    store.lastSequence()
  }

  it.each([
    ['a busy log once, whatever looks at it', many(70, { receivedAt: NOW - MINUTE_MS }), 70],
    [
      'one page of a log whose events are minutes apart',
      Array.from({ length: 120 }, (_, n) => ({ receivedAt: NOW - (120 - n) * 6 * MINUTE_MS })),
      REMEMBERED_EVENTS,
    ],
    [
      'one page of a burst that is an hour old',
      many(120, { receivedAt: NOW - HOUR_MS - 1 }),
      REMEMBERED_EVENTS,
    ],
  ])('is %s', async (_case, log, expected) => {
    const read = await rowsReadBy(log, (store) => store.sharing(() => readAll(store)))
    // Beside the rows of the log, the table of the segments is looked for, and read.
    expect(read).toBeLessThanOrEqual(expected + 2)
  })

  it('is read anew after the start, when more events have come', async () => {
    const found = await inYoungest(many(1), (store, log) => {
      store.sharing(() => store.lastEventTimes(20))
      log.insert(
        2,
        { receipt: 'r2', contentHash: 'h2', receivedAt: NOW + 1 },
        { event: '{}', awaits: false, quarantined: false },
      )
      return store.lastEventTimes(20)
    })
    expect(found).toEqual([NOW + 1, NOW])
  })
})

describe('lastEventTimes()', () => {
  it('tells when the last events came, and counts no event that no portal sent', async () => {
    const log = [NOW, NOW + 2, NOW + 4].map((receivedAt) => ({ receivedAt }))
    const found = await inYoungest(log, (store, log) => {
      log.insertReconciled(4, { receipt: 'r4', contentHash: 'r4', receivedAt: NOW + 5 }, TOLD)
      return [store.lastEventTimes(2), store.lastEventTimes(20)]
    })
    expect(found.map((times) => times.toSorted((a, b) => a - b))).toEqual([
      [NOW + 2, NOW + 4],
      [NOW, NOW + 2, NOW + 4],
    ])
  })
})

it('lastEventTimes() looks on behind a page of events that no portal sent', async () => {
  const found = await inYoungest(many(5), (store, log) => {
    for (let sequence = 6; sequence <= 30; sequence += 1) {
      const arrival = { receipt: `r${sequence}`, contentHash: `r${sequence}`, receivedAt: NOW + 9 }
      log.insertReconciled(sequence, arrival, TOLD)
    }
    return store.lastEventTimes(20)
  })
  expect(found).toEqual([NOW, NOW, NOW, NOW, NOW])
})

describe('lastFieldEventSince()', () => {
  it('is found on the next page when the spill has brought a few old events late', async () => {
    const log = [{ awaits: true }, ...many(12), ...many(7, { receivedAt: NOW - DAY_MS })]
    const found = await inYoungest(log, (store) => store.lastFieldEventSince(NOW))
    expect(found).toBe(NOW)
  })

  it('is the time of the last event of the portal that something was read for', async () => {
    const log = [
      { awaits: true, receivedAt: NOW - 3 },
      { awaits: true, receivedAt: NOW - 2 },
      { receivedAt: NOW - 1 },
    ]
    const found = await inYoungest(log, (store, log) => {
      log.enrich(2, anEnrichment())
      log.insertReconciled(4, { receipt: 'r4', contentHash: 'r4', receivedAt: NOW }, TOLD)
      return [NOW - 2, NOW - 1].map((since) => store.lastFieldEventSince(since))
    })
    expect(found).toEqual([NOW - 2, null])
    expect(await inYoungest([{}], (store) => store.lastFieldEventSince(0))).toBeNull()
  })

  it('is found behind many other events, and no older event is looked at', async () => {
    const log = [
      ...many(300, { receivedAt: NOW - DAY_MS }),
      { awaits: true, receivedAt: NOW - 5 },
      ...many(50),
    ]
    const found = await inYoungest(log, (store, log) => {
      log.enrich(301, anEnrichment())
      return store.lastFieldEventSince(NOW - 5)
    })
    expect(found).toBe(NOW - 5)
    const rows = await rowsReadBy(log, (store) => store.lastFieldEventSince(NOW - 4))
    expect(rows).toBeLessThan(100)
  })
})
