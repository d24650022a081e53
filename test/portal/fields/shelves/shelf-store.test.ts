/** The rows in which fields stand together. */
import { describe, expect, it } from 'vitest'
import { ShelfStore, shelfOf } from '../../../../src/portal/fields/shelves/shelf-store.ts'
import { migrate } from '../../../../src/portal/state/migrations.ts'
import type { Database } from '../../../../src/storage/database.ts'
import { damagedRows } from '../../../support/storage/damaged-rows.ts'
import { withDatabase } from '../../../support/storage/object-database.ts'

function inShelves<T>(work: (shelves: ShelfStore, db: Database) => T): Promise<T> {
  return withDatabase((db) => {
    migrate(db)
    return work(new ShelfStore(db, damagedRows(db)), db)
  })
}

it('shelfOf() puts sixteen neighbours on one shelf', () => {
  expect([0, 15, 16, 235, 239, 240].map(shelfOf)).toEqual([0, 0, 1, 14, 14, 15])
})

it('a portal with the tables of a former version has no shelf', async () => {
  const found = await withDatabase((db) => {
    migrate(db, { upTo: '0004-segments' })
    const shelves = new ShelfStore(db, damagedRows(db))
    shelves.clear()
    return [shelves.read(1), [...shelves.all()]]
  })
  expect(found).toEqual([{}, []])
})

describe('a shelf', () => {
  it('is one row, and none when it is empty', async () => {
    const found = await inShelves((shelves, db) => {
      shelves.write(1, { 16: 'a', 17: 'b' })
      shelves.write(2, { 32: 'c' })
      shelves.write(2, {})
      const rows = db.all('SELECT id FROM field_shelves')
      return { rows, one: shelves.read(1), none: shelves.read(2), all: [...shelves.all()] }
    })
    expect(found).toEqual({
      rows: [{ id: 1 }],
      one: { 16: 'a', 17: 'b' },
      none: {},
      all: [[1, { 16: 'a', 17: 'b' }]],
    })
  })

  it.each(['no JSON', '[1]', 'null', '7', '{}'])(
    'that holds %s is set aside, and empty',
    async (text) => {
      const found = await inShelves((shelves, db) => {
        db.all('INSERT INTO field_shelves VALUES (3, ?)', text)
        return [
          shelves.read(3),
          db.all('SELECT id FROM field_shelves'),
          damagedRows(db).list().length,
        ]
      })
      expect(found).toEqual([{}, [], 1])
    },
  )

  it('goes with all others', async () => {
    const left = await inShelves((shelves) => {
      shelves.write(1, { 16: 'a' })
      shelves.clear()
      return [...shelves.all()]
    })
    expect(left).toEqual([])
  })
})
