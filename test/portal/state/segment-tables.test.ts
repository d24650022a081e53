/** The names of a segment's tables, and the segments that stand in storage. */
import { expect, it } from 'vitest'
import { createTables } from '../../../src/portal/log/rows/segment-rows.ts'
import { migrate } from '../../../src/portal/state/migrations.ts'
import { storedSegments, tablesOf } from '../../../src/portal/state/segment-tables.ts'
import { withDatabase } from '../../support/storage/object-database.ts'

it('tablesOf() gives the first segment names without a number', () => {
  expect(tablesOf(1)).toEqual({ logTable: 'log', fateTable: 'fates', digestTable: 'digests' })
  expect(tablesOf(12)).toEqual({
    logTable: 'log_12',
    fateTable: 'fates_12',
    digestTable: 'digests_12',
  })
})

it('storedSegments() finds all that stand, in the order of their numbers, and no other table', async () => {
  await withDatabase((db) => {
    expect(storedSegments(db)).toEqual([])
    migrate(db)
    createTables(db, 10)
    createTables(db, 9)
    db.all('CREATE TABLE log_counts (id INTEGER)')
    expect(storedSegments(db)).toEqual([1, 9, 10])
  })
})
