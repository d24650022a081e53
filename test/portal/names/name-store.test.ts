/** The row in which the names of a portal stand. */
import { expect, it } from 'vitest'
import { NameStore } from '../../../src/portal/names/name-store.ts'
import { hasTable } from '../../../src/storage/database.ts'
import { withDatabase } from '../../support/storage/object-database.ts'

const NAMES = new Map([
  ['user 1', { name: 'Anna', until: 5 }],
  ['user 7', { name: null, until: 6 }],
])

it('a store without a name has no table, and one with names has one row', async () => {
  const found = await withDatabase((db) => {
    const names = new NameStore(db)
    names.clear()
    const before = [names.load().size, hasTable(db, 'names')]
    names.save(NAMES)
    names.save(NAMES)
    const rows = db.all('SELECT id FROM names')
    const stored = new NameStore(db).load()
    names.clear()
    return { before, rows, stored, after: names.load().size }
  })
  expect(found).toEqual({ before: [0, false], rows: [{ id: 1 }], stored: NAMES, after: 0 })
})

it.each(['no JSON', '[1]', '{"user 1":"Anna"}', 'null'])(
  'a row that holds %s counts as none',
  async (text) => {
    const found = await withDatabase((db) => {
      const names = new NameStore(db)
      names.save(NAMES)
      db.all('UPDATE names SET names = ?', text)
      const before = names.load().size
      names.save(NAMES)
      return [before, names.load().size]
    })
    expect(found).toEqual([0, 2])
  },
)
