/** What the log finds again: pages, repeated events, and what an operator counts. */
import { describe, expect, it, vi } from 'vitest'
import { DUPLICATE_WINDOW_MS } from '../../../src/core/log/append.ts'
import { NOT_ENRICHED } from '../../../src/core/log/event.ts'
import { LogStore } from '../../../src/portal/log/log-store.ts'
import { SegmentStore } from '../../../src/portal/log/rows/segment-store.ts'
import { anEnrichment, anEvent } from '../../support/builders/a-delivery.ts'
import { oneTo } from '../../support/builders/a-lane.ts'
import { FIELD } from '../../support/builders/a-field.ts'
import { inLog, many, sequencesOf } from '../../support/storage/stored-log.ts'
import { NOW } from '../../support/time.ts'

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

describe('afterForLanes()', () => {
  /** What memory says of sequence 2; storage has another receipt. */
  const remembered = {
    sequence: 2,
    receipt: 'remembered',
    receivedAt: NOW,
    origin: 'event',
  } as const
  const known = { ...remembered, event: anEvent(), enrichment: NOT_ENRICHED }

  function receiptAfter(log: LogStore, sequence: number): string | undefined {
    return log.afterForLanes(sequence, 1)[0]?.receipt
  }

  it('goes on like a page, and reads nothing that is remembered', async () => {
    const found = await inLog(many(30), (log, db) => {
      const reads = vi.spyOn(db, 'all')
      const walked = oneTo(19).map((sequence) => receiptAfter(log, sequence - 1))
      const statements = reads.mock.calls.length
      log.remember(known, 10)
      return [walked, statements, receiptAfter(log, 1), sequencesOf(log.afterForLanes(28, 9))]
    })
    // One statement reads the sizes, one the rows.
    expect(found).toEqual([oneTo(19).map((n) => `r${n}`), 2, 'remembered', [29, 30]])
  })

  it('forgets an entry whose enrichment is written, and remembers none that waits for it', async () => {
    const found = await inLog([{ awaits: true }, {}], (log) => {
      log.remember(known, 10)
      log.enrich(2, anEnrichment())
      const [waiting] = log.afterForLanes(0, 1)
      log.enrich(1, anEnrichment())
      const [enriched] = log.afterForLanes(0, 1)
      return [receiptAfter(log, 1), waiting?.enrichment.reason, enriched?.enrichment.status]
    })
    expect(found).toEqual(['r2', 'timeout', 'complete'])
  })

  it('forgets everything when events are dropped or erased', async () => {
    const found = await inLog(many(3), (log, db) => {
      log.remember(known, 10)
      log.dropUpTo(1)
      const afterDrop = receiptAfter(log, 1)
      const segments = new SegmentStore(db)
      const erased = new LogStore(db, segments)
      erased.remember(known, 10)
      segments.clear(3)
      return [afterDrop, receiptAfter(erased, 1)]
    })
    expect(found).toEqual(['r2', undefined])
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
