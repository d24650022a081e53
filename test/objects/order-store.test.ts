/** The orders for all portals, over the SQLite of a real object. */
import { reset } from 'cloudflare:test'
import { afterEach, expect, it } from 'vitest'
import { DirectoryStore } from '../../src/objects/directory-store.ts'
import { OrderStore } from '../../src/objects/order-store.ts'
import type { Database } from '../../src/storage/database.ts'
import { withDatabase } from '../support/storage/object-database.ts'
import { memberIdsOf } from '../support/identity.ts'

const IDS = memberIdsOf(5)
const PAUSE = { destination: 'erp', act: 'pause' } as const

afterEach(() => reset())

/** Runs the work over a directory that lists five portals. */
function withOrders<T>(work: (orders: OrderStore, db: Database) => T): Promise<T> {
  return withDatabase((db) => {
    new DirectoryStore(db, () => {}).savePortals(IDS)
    return work(new OrderStore(db), db)
  })
}

it('gives the portals slice by slice, and ends with the last ones', async () => {
  const seen = await withOrders((orders) => {
    const before = orders.next(2, null)
    orders.begin(PAUSE)
    return [
      before,
      orders.next(2, 'erp'),
      orders.next(2, null),
      orders.next(2, 'erp'),
      orders.next(2, null),
    ]
  })
  expect(seen).toEqual([
    null,
    { ...PAUSE, memberIds: IDS.slice(0, 2), left: 3 },
    { ...PAUSE, memberIds: IDS.slice(2, 4), left: 1 },
    { ...PAUSE, memberIds: IDS.slice(4), left: 0 },
    null,
  ])
})

it('ends at once where one slice holds all portals, or there is none', async () => {
  const seen = await withOrders((orders, db) => {
    orders.begin(PAUSE)
    const all = orders.next(5, null)
    db.all('DROP TABLE portals')
    orders.begin(PAUSE)
    return [all, orders.next(5, null), orders.next(5, null)]
  })
  expect(seen).toEqual([
    { ...PAUSE, memberIds: IDS, left: 0 },
    { ...PAUSE, memberIds: [], left: 0 },
    null,
  ])
})

it('goes on with the same order, and begins anew with another one', async () => {
  const seen = await withOrders((orders) => {
    orders.begin(PAUSE)
    orders.next(2, null)
    orders.begin(PAUSE)
    const same = orders.next(2, null)
    orders.begin({ destination: 'erp', act: 'resume' })
    return [same, orders.next(2, null), orders.next(9, 'crm')]
  })
  expect(seen).toEqual([
    { ...PAUSE, memberIds: IDS.slice(2, 4), left: 1 },
    { destination: 'erp', act: 'resume', memberIds: IDS.slice(0, 2), left: 3 },
    null,
  ])
})

it('leaves a damaged order alone', async () => {
  const seen = await withOrders((orders, db) => {
    orders.begin(PAUSE)
    db.all(`UPDATE orders SET act = 'delete'`)
    return orders.next(2, null)
  })
  expect(seen).toBeNull()
})
