import { describe, expect, it } from 'vitest'
import type { NumberedBulletin } from '../../../src/core/bulletins/bulletin.ts'
import { NEW_DESK } from '../../../src/core/bulletins/desk.ts'
import { NO_LANES } from '../../../src/core/lanes/state/book-state.ts'
import { BulletinStore, MAX_BULLETINS } from '../../../src/portal/bulletins/bulletin-store.ts'
import type { Database } from '../../../src/storage/database.ts'
import { withDatabase } from '../../support/storage/object-database.ts'
import { NOW } from '../../support/time.ts'

function aBulletin(n: number, partial: Partial<NumberedBulletin> = {}): NumberedBulletin {
  const told = { type: 'relay.portal.quiet', about: null, data: {}, to: ['ops'] } as const
  return { n, at: NOW + n, fates: {}, ...told, ...partial }
}

function inStore<T>(work: (store: BulletinStore, db: Database) => T): Promise<T> {
  return withDatabase((db) => {
    const store = new BulletinStore(db)
    store.prepare()
    store.noteThere(true)
    return work(store, db)
  })
}

const PARKED = {
  state: 'parked',
  reason: 'http_422',
  status: 422,
  at: NOW,
  attempts: 1,
} as const

describe('a store in which nothing was ever stored', () => {
  it('has no table, and answers without one', async () => {
    const found = await withDatabase((db) => {
      const store = new BulletinStore(db)
      store.clear()
      return [
        store.isThere(),
        store.after(0, 10),
        store.lastNumber(),
        store.loadDesk(),
        store.lanes.load(),
        db.all('SELECT name FROM sqlite_master'),
      ]
    })
    expect(found).toEqual([false, [], 0, null, NO_LANES, []])
  })
})

describe('bulletins', () => {
  it('are found by number, in both directions', async () => {
    const found = await inStore((store) => {
      for (const n of [1, 2, 3]) store.save(aBulletin(n))
      const numbers = (list: readonly NumberedBulletin[]) => list.map(({ n }) => n)
      return [numbers(store.after(1, 9)), numbers(store.before(3, 9)), store.find(2), store.find(7)]
    })
    expect(found).toEqual([[2, 3], [2, 1], aBulletin(2), null])
  })

  it('are a hundred at most', async () => {
    const left = await inStore((store) => {
      for (let n = 1; n <= MAX_BULLETINS + 5; n += 1) store.save(aBulletin(n))
      return store.after(0, 500).map(({ n }) => n)
    })
    expect([left.length, left[0], left.at(-1)]).toEqual([MAX_BULLETINS, 6, MAX_BULLETINS + 5])
  })

  it('hold their own fates, each destination its own', async () => {
    const found = await inStore((store) => {
      store.save(aBulletin(1))
      store.saveFate('ops', { sequence: 1, ...PARKED })
      store.saveFate('crm', { sequence: 1, ...PARKED, state: 'delivered', reason: null })
      store.saveFate('ops', { sequence: 9, ...PARKED })
      return { fates: store.find(1)?.fates, parked: store.parked(9) }
    })
    expect(found).toEqual({
      fates: { ops: PARKED, crm: { ...PARKED, state: 'delivered', reason: null } },
      parked: [{ destination: 'ops', sequence: 1 }],
    })
  })

  it('go when they are old', async () => {
    const left = await inStore((store) => {
      for (const n of [1, 2, 3]) store.save(aBulletin(n))
      store.dropOlder(NOW + 2)
      return store.after(0, 9).map(({ n }) => n)
    })
    expect(left).toEqual([2, 3])
  })

  it('that are damaged are left out', async () => {
    const found = await inStore((store, db) => {
      for (const n of [1, 2]) store.save(aBulletin(n))
      db.all(`UPDATE bulletins SET bulletin = '[]' WHERE n = 1`)
      return [store.find(1), store.after(0, 9).map(({ n }) => n)]
    })
    expect(found).toEqual([null, [2]])
  })
})

describe('the desk', () => {
  it('comes back as it was, and stays when everything else is deleted', async () => {
    const desk = { ...NEW_DESK, last: 4, open: ['relay.lane.disabled erp'] }
    const found = await inStore((store) => {
      store.save(aBulletin(4))
      store.saveDesk(desk)
      store.lanes.save({ lanes: [], openFrom: 3 })
      store.clear()
      return [store.loadDesk(), store.after(0, 9), store.lanes.load()]
    })
    expect(found).toEqual([desk, [], NO_LANES])
  })

  it('and the lanes that are damaged are none', async () => {
    const found = await inStore((store, db) => {
      store.saveDesk(NEW_DESK)
      store.lanes.save(NO_LANES)
      db.all(`UPDATE bulletin_state SET state = '{"last":"x"}'`)
      return [store.loadDesk(), store.lanes.load()]
    })
    expect(found).toEqual([null, null])
  })
})
