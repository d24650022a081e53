/** The numbers of a log. That they stay those of a full count is tested in segment-store.test.ts. */
import { expect, it } from 'vitest'
import { insertRow } from '../../../../src/portal/log/rows/log-rows.ts'
import { LogCountsStore } from '../../../../src/portal/log/rows/log-counts-store.ts'
import { SegmentStore } from '../../../../src/portal/log/rows/segment-store.ts'
import { migrate } from '../../../../src/portal/state/migrations.ts'
import type { Database } from '../../../../src/storage/database.ts'
import { withDatabase } from '../../../support/storage/object-database.ts'
import { NOW } from '../../../support/time.ts'

/** The counts of a log with the events 1 to 3, of which the first two stand in a closed segment. */
function aLog(db: Database): LogCountsStore {
  migrate(db)
  const segments = new SegmentStore(db)
  for (const sequence of [1, 2, 3]) {
    const arrival = { receipt: `r${sequence}`, contentHash: '', receivedAt: NOW }
    const row = { event: '{}', enrichment: null, isReconciled: false }
    insertRow(db, segments.open().logTable, { sequence, arrival, ...row })
    if (sequence === 2) segments.close(2)
  }
  return new LogCountsStore(db, segments)
}

const NONE = { reconciled: 0, thin: 0, quarantined: 0 }

it('count the events of all segments without a write for each of them', async () => {
  expect(await withDatabase((db) => aLog(db).all())).toEqual({ entries: 3, ...NONE })
})

it('join what was added to each segment, and lose what was taken off', async () => {
  const counts = await withDatabase((db) => {
    const store = aLog(db)
    store.add(1, { thin: 2, quarantined: 1 })
    store.add(2, { reconciled: 1 })
    store.takeOff(1, 2, { entries: 1, ...NONE, thin: 1 })
    return store.all()
  })
  expect(counts).toEqual({ entries: 2, reconciled: 1, thin: 1, quarantined: 1 })
})

it('do not count sequences that were never given', async () => {
  const counts = await withDatabase((db) => {
    const store = aLog(db)
    store.skipTo(9)
    return store.all()
  })
  expect(counts.entries).toBe(3)
})

it('take a damaged number for none', async () => {
  const counts = await withDatabase((db) => {
    const store = aLog(db)
    store.add(2, { thin: 1 })
    db.all("UPDATE segments SET thin = 'x' WHERE id = 1")
    return store.all()
  })
  expect(counts.thin).toBe(1)
})
