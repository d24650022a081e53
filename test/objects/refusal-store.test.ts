/** The last refusals of callers, over the SQLite of a real object. */
import { reset } from 'cloudflare:test'
import { afterEach, expect, it } from 'vitest'
import { DirectoryStore } from '../../src/objects/directory-store.ts'
import { REFUSALS_LISTED, RefusalStore } from '../../src/objects/refusal-store.ts'
import type { Database } from '../../src/storage/database.ts'
import { withDatabase } from '../support/storage/object-database.ts'
import { aRefusedCaller } from '../support/builders/a-refused-caller.ts'
import { NOW } from '../support/time.ts'

const KNOWN = 'a'.repeat(32)

afterEach(() => reset())

/** Runs the work over a directory that lists one portal. */
function withStore<T>(work: (store: RefusalStore, db: Database) => T): Promise<T> {
  return withDatabase((db) => {
    new DirectoryStore(db, () => {}).savePortal(KNOWN, true)
    return work(new RefusalStore(db), db)
  })
}

it('lists both rings, the youngest first, and says whose portal is known', async () => {
  const seen = await withStore((store) => {
    const before = store.list()
    store.note(aRefusedCaller())
    store.note(aRefusedCaller({ memberId: KNOWN, at: NOW + 1 }))
    store.note(aRefusedCaller({ memberId: null, at: NOW + 2 }))
    return [before, store.list().map(({ memberId, isKnown }) => [memberId, isKnown])]
  })
  expect(seen).toEqual([
    [],
    [
      [null, false],
      [KNOWN, true],
      ['f'.repeat(32), false],
    ],
  ])
})

it('keeps the last of known portals, however many strangers come', async () => {
  const listed = await withStore((store) => {
    store.note(aRefusedCaller({ memberId: KNOWN }))
    for (let n = 1; n <= 200; n += 1) store.note(aRefusedCaller({ at: NOW + n }))
    return store.list()
  })
  expect(listed).toHaveLength(REFUSALS_LISTED + 1)
  expect(listed.at(-1)).toMatchObject({ memberId: KNOWN, isKnown: true })
  expect(listed[0]).toMatchObject({ at: NOW + 200 })
})

it('leaves out a damaged row', async () => {
  const listed = await withStore((store, db) => {
    store.note(aRefusedCaller())
    db.all(`UPDATE refusals SET refusal = 'x'`)
    return store.list()
  })
  expect(listed).toEqual([])
})
