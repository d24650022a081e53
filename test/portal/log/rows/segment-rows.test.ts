/** The tables of a later segment are those of the first one, which the migrations have made. */
import { describe, expect, it } from 'vitest'
import {
  createTables,
  dropTables,
  numberIn,
  parseSegment,
} from '../../../../src/portal/log/rows/segment-rows.ts'
import { FIRST_SEGMENT, tablesOf } from '../../../../src/portal/state/segment-tables.ts'
import { migrate } from '../../../../src/portal/state/migrations.ts'
import type { Database } from '../../../../src/storage/database.ts'
import { withDatabase } from '../../../support/storage/object-database.ts'

/** The columns of a segment's tables in their order, and what its index holds. */
function shapeOf(db: Database, id: number) {
  const { logTable, fateTable, digestTable } = tablesOf(id)
  const columns = [logTable, fateTable, digestTable].map((table) =>
    db.all('SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', table),
  )
  const indexes = db.all(
    `SELECT substr(sql, instr(sql, '(')) AS held FROM sqlite_master
     WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?`,
    fateTable,
  )
  const rowless = db.all(
    `SELECT count(*) AS tables FROM sqlite_master
     WHERE name IN (?, ?, ?) AND sql LIKE '%WITHOUT ROWID'`,
    logTable,
    fateTable,
    digestTable,
  )
  return { columns, indexes, rowless }
}

describe('createTables()', () => {
  it.each([
    ['of the second segment', 2],
    ['of the first one, after everything was dropped', FIRST_SEGMENT],
  ])('makes the tables %s as the migrations made them', async (_name, id) => {
    const [first, made] = await withDatabase((db) => {
      migrate(db)
      const migrated = shapeOf(db, FIRST_SEGMENT)
      if (id === FIRST_SEGMENT) dropTables(db, id)
      createTables(db, id)
      return [migrated, shapeOf(db, id)]
    })
    expect(first?.columns.map((columns) => columns.length)).toEqual([7, 7, 5])
    expect(made).toEqual(first)
  })
})

describe('dropTables()', () => {
  it('drops every table of one segment, and none of another', async () => {
    const left = await withDatabase((db) => {
      migrate(db)
      createTables(db, 2)
      createTables(db, 3)
      dropTables(db, 2)
      return db.all(
        `SELECT name FROM sqlite_master WHERE name LIKE 'log%' OR name LIKE 'fates%'
           OR name LIKE 'digests%' OR name LIKE 'parked_%' ORDER BY name`,
      )
    })
    expect(left.map(({ name }) => name)).toEqual([
      'digests',
      'digests_3',
      'fates',
      'fates_3',
      'log',
      'log_3',
      'parked_3',
      'parked_counts',
    ])
  })
})

describe('parseSegment()', () => {
  const row = { id: 2, last: 7, oldest_at: 1, youngest_at: 3, bytes: 90 }
  const segment = { id: 2, ...tablesOf(2), last: 7, oldestAt: 1, youngestAt: 3, bytes: 90 }

  it.each([
    ['a whole row', {}, {}],
    ['damaged times', { oldest_at: 'x', youngest_at: null }, { oldestAt: null, youngestAt: null }],
    ['a damaged size', { bytes: 'x' }, { bytes: 0 }],
  ])('%s', (_name, damaged, expected) => {
    expect(parseSegment({ ...row, ...damaged })).toEqual({ ...segment, ...expected })
  })
})

describe('numberIn()', () => {
  it.each([
    ['a number', { last: 3 }, 3],
    ['a damaged number', { last: 'three' }, null],
    ['none', {}, null],
  ])('%s', (_name, row, expected) => {
    expect(numberIn(row, 'last')).toBe(expected)
  })
})
