/** The row of the past tallies, over the SQLite of a real object. */
import { reset } from 'cloudflare:test'
import { afterEach, expect, it } from 'vitest'
import { NO_PAST, pastOfEdge } from '../../src/core/reports/past-tallies.ts'
import { NO_EDGE_TALLY } from '../../src/core/tallies/edge-tally.ts'
import { PastStore } from '../../src/objects/past-store.ts'
import { hasTable } from '../../src/storage/database.ts'
import { withDatabase } from '../support/storage/object-database.ts'

const PAST = pastOfEdge({ ...NO_EDGE_TALLY, spilled: 2 })

afterEach(() => reset())

it('writes nothing for nothing, and adds to one row', async () => {
  const seen = await withDatabase((db) => {
    const store = new PastStore(db)
    store.add(NO_PAST)
    const before = [store.load(), hasTable(db, 'past_tallies')]
    store.add(PAST)
    store.add(PAST)
    const { length } = db.all('SELECT id FROM past_tallies')
    return { before, spilled: store.load().portals.edge.spilled, length }
  })
  expect(seen).toEqual({ before: [NO_PAST, false], spilled: 4, length: 1 })
})

it('takes a damaged row for nothing, and writes it anew', async () => {
  const seen = await withDatabase((db) => {
    const store = new PastStore(db)
    store.add(PAST)
    db.all("UPDATE past_tallies SET tallies = '[]'")
    const damaged = store.load()
    store.add(PAST)
    return [damaged, store.load()]
  })
  expect(seen).toEqual([NO_PAST, PAST])
})
