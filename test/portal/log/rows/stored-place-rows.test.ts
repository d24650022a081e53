/** Where an event that comes late out of the spill stands in a log of several segments. */
import { expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../../src/core/durations.ts'
import { SegmentStore } from '../../../../src/portal/log/rows/segment-store.ts'
import { insertRow } from '../../../../src/portal/log/rows/log-rows.ts'
import { findStoredPlace } from '../../../../src/portal/log/rows/stored-place-rows.ts'
import { migrate } from '../../../../src/portal/state/migrations.ts'
import type { Database } from '../../../../src/storage/database.ts'
import { withDatabase } from '../../../support/storage/object-database.ts'
import { NOW } from '../../../support/time.ts'

/** Three segments of two days each: an event a day, the events 1 and 2 in the first one. */
function aLog(db: Database): SegmentStore {
  migrate(db)
  const segments = new SegmentStore(db)
  for (const sequence of [1, 2, 3, 4, 5, 6]) {
    const receivedAt = NOW + (sequence - 1) * DAY_MS
    const arrival = { receipt: `r${sequence}`, contentHash: `hash-${sequence}`, receivedAt }
    const row = { event: '{}', enrichment: null, isReconciled: false }
    insertRow(db, segments.open().logTable, { sequence, arrival, ...row })
    if (sequence % 2 === 0 && sequence < 6) segments.changing(() => segments.close(sequence))
  }
  return segments
}

it.each([
  ['the same receipt', { receipt: 'r3', contentHash: 'other', days: 2 }, 3, true],
  [
    'the same receipt before equal content',
    { receipt: 'r4', contentHash: 'hash-3', days: 2 },
    4,
    true,
  ],
  ['equal content within the window', { receipt: 'new', contentHash: 'hash-3', days: 2 }, 3, false],
])('is that of an event with %s', async (_, { days, ...identity }, sequence, sameReceipt) => {
  const arrival = { ...identity, receivedAt: NOW + days * DAY_MS + MINUTE_MS }
  const found = await withDatabase((db) =>
    findStoredPlace(db, aLog(db).all(), { arrival, windowMs: MINUTE_MS }),
  )
  expect(found).toEqual({ sequence, sameReceipt })
})

it('is none where equal content lies outside of the window', async () => {
  const receivedAt = NOW + 2 * DAY_MS + MINUTE_MS + 1
  const arrival = { receipt: 'new', contentHash: 'hash-3', receivedAt }
  const found = await withDatabase((db) =>
    findStoredPlace(db, aLog(db).all(), { arrival, windowMs: MINUTE_MS }),
  )
  expect(found).toBeNull()
})

it('is looked for in the segments of its time alone, and clocks may differ by an hour', async () => {
  const read: string[] = []
  await withDatabase((db) => {
    const segments = aLog(db)
    const all: Database['all'] = (query, ...bindings) => {
      read.push(/FROM (log\w*)/.exec(query)?.[1] ?? '')
      return db.all(query, ...bindings)
    }
    const search = (receivedAt: number) =>
      findStoredPlace({ ...db, all }, segments.all(), {
        arrival: { receipt: 'new', contentHash: 'new', receivedAt },
        windowMs: MINUTE_MS,
      })
    search(NOW + DAY_MS + HOUR_MS)
    read.push('and later')
    search(NOW + DAY_MS + HOUR_MS + 1)
  })
  expect(read).toEqual(['log', 'log_3', 'and later', 'log_3'])
})
