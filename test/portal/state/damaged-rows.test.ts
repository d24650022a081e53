/** Rows that were damaged are kept as they were found, for a time and in a number that have an end. */
import { expect, it } from 'vitest'
import {
  DAMAGED_ROW_MS,
  DamagedRows,
  MAX_DAMAGED_ROWS,
} from '../../../src/portal/state/damaged-rows.ts'
import { migrate } from '../../../src/portal/state/migrations.ts'
import type { Database } from '../../../src/storage/database.ts'
import { damagedRows } from '../../support/storage/damaged-rows.ts'
import { withDatabase } from '../../support/storage/object-database.ts'
import { NOW } from '../../support/time.ts'

function kept(db: Database): unknown[] {
  return db.all('SELECT part, id, at, content FROM damaged_rows ORDER BY position')
}

it('takes the row out of its table, keeps it as it was, and says so', async () => {
  const seen = await withDatabase((db) => {
    migrate(db)
    const logged: string[] = []
    const rows = damagedRows(db, logged)
    const before = rows.list()
    db.all(`INSERT INTO pending VALUES (1, '{')`)
    db.all(`INSERT INTO fields VALUES (7, 'lead', 'CRM_LEAD', 'no JSON')`)
    db.all(`INSERT INTO fields VALUES (8, 'lead', 'CRM_LEAD', '{}')`)
    rows.setAside('pending')
    rows.setAside('fields', 7)
    const left = db.all('SELECT id FROM fields UNION ALL SELECT id FROM pending')
    return { before, left, logged, kept: kept(db), list: rows.list() }
  })
  expect(seen).toEqual({
    before: [],
    left: [{ id: 8 }],
    logged: ['pending_damaged', 'fields_damaged'],
    kept: [
      { part: 'pending', id: 1, at: NOW, content: '{' },
      { part: 'fields', id: 7, at: NOW, content: 'no JSON' },
    ],
    list: [
      { part: 'fields', at: NOW },
      { part: 'pending', at: NOW },
    ],
  })
})

it('makes no table before there is a damaged row', async () => {
  const tables = await withDatabase((db) => {
    const rows = damagedRows(db)
    rows.list()
    rows.dropOld()
    rows.clear()
    return db.all(`SELECT name FROM sqlite_master WHERE name = 'damaged_rows'`)
  })
  expect(tables).toEqual([])
})

it('keeps the newest ones, each for a time, and all of them no longer than the installation', async () => {
  const seen = await withDatabase((db) => {
    migrate(db)
    let now = NOW
    const world = { now: () => now, logLine: () => {} }
    const rows = new DamagedRows({ db, memberId: 'a'.repeat(32), world })
    for (let id = 1; id <= MAX_DAMAGED_ROWS + 2; id += 1) {
      db.all(`INSERT INTO fields VALUES (?, 'lead', 'CRM_LEAD', '{')`, id)
      rows.setAside('fields', id)
    }
    const first = db.all('SELECT min(id) AS id, count(*) AS rows FROM damaged_rows')
    now += DAMAGED_ROW_MS
    rows.dropOld()
    const young = rows.list().length
    now += 1
    rows.dropOld()
    const old = rows.list().length
    db.all(`INSERT INTO pending VALUES (1, '{')`)
    rows.setAside('pending')
    rows.clear()
    return { first, young, old, cleared: rows.list() }
  })
  expect(seen).toEqual({
    first: [{ id: 3, rows: MAX_DAMAGED_ROWS }],
    young: MAX_DAMAGED_ROWS,
    old: 0,
    cleared: [],
  })
})

it('stops nothing when storage refuses the write: the row stays, and both is said', async () => {
  const seen = await withDatabase((db) => {
    migrate(db)
    db.all(`INSERT INTO pending VALUES (1, '{')`)
    const logged: string[] = []
    const refusing: Database = {
      ...db,
      all: (query, ...bindings) => {
        if (query.startsWith('INSERT')) throw new Error('disk is full')
        return db.all(query, ...bindings)
      },
    }
    damagedRows(refusing, logged).setAside('pending')
    return { logged, left: db.all('SELECT id FROM pending') }
  })
  expect(seen).toEqual({
    logged: ['pending_damaged', 'damaged_row_not_kept'],
    left: [{ id: 1 }],
  })
})
