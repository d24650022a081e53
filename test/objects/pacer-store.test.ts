/** The row of a pacer, over the SQLite of a real object. */
import { reset } from 'cloudflare:test'
import { afterEach, expect, it } from 'vitest'
import { PacerStore } from '../../src/objects/pacer-store.ts'
import { withDatabase } from '../support/storage/object-database.ts'
import { NOW } from '../support/time.ts'

const NOTHING = { holdUntil: 0, heldAt: -Infinity, grants: [] }

afterEach(() => reset())

it('loads what was saved last', async () => {
  const loaded = await withDatabase((db) => {
    const store = new PacerStore(db, () => {})
    store.save({ holdUntil: NOW, heldAt: NOW, grants: [] })
    store.save({ holdUntil: NOW + 1000, heldAt: NOW + 1, grants: [NOW, NOW + 1] })
    return store.load()
  })
  expect(loaded).toEqual({ holdUntil: NOW + 1000, heldAt: NOW + 1, grants: [NOW, NOW + 1] })
})

it('loads the row of a former version, which does not say when the hold was noted', async () => {
  const loaded = await withDatabase((db) => {
    const store = new PacerStore(db, () => {})
    store.save({ ...NOTHING, grants: [NOW] })
    db.all('UPDATE pace SET state = ?', `{"holdUntil":${NOW},"grants":[]}`)
    return store.load()
  })
  expect(loaded).toEqual({ ...NOTHING, holdUntil: NOW })
})

it('loads nothing, and makes no table, before anything was saved', async () => {
  const seen = await withDatabase((db) => ({
    loaded: new PacerStore(db, () => {}).load(),
    tables: db.all(`SELECT name FROM sqlite_master WHERE name = 'pace'`),
  }))
  expect(seen).toEqual({ loaded: NOTHING, tables: [] })
})

it.each([
  'no JSON',
  '',
  'null',
  '[]',
  '{"holdUntil":"soon","grants":[]}',
  `{"holdUntil":${NOW},"grants":[null]}`,
])('loads nothing of the row %j, says so, and saves over it', async (state) => {
  const logged: string[] = []
  const seen = await withDatabase((db) => {
    const store = new PacerStore(db, (_level, event) => void logged.push(event))
    store.save({ holdUntil: NOW, heldAt: NOW, grants: [NOW] })
    db.all('UPDATE pace SET state = ?', state)
    const damaged = store.load()
    store.save({ ...NOTHING, holdUntil: NOW })
    return { damaged, repaired: store.load() }
  })
  expect(seen).toEqual({ damaged: NOTHING, repaired: { ...NOTHING, holdUntil: NOW } })
  expect(logged).toEqual(['pace_damaged'])
})

it('loads nothing where the row is gone', async () => {
  const loaded = await withDatabase((db) => {
    const store = new PacerStore(db, () => {})
    store.save({ ...NOTHING, holdUntil: NOW })
    db.all('DELETE FROM pace')
    return store.load()
  })
  expect(loaded).toEqual(NOTHING)
})
