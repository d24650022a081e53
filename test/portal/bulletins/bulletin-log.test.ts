import { expect, it } from 'vitest'
import { BulletinLog } from '../../../src/portal/bulletins/bulletin-log.ts'
import { BulletinStore } from '../../../src/portal/bulletins/bulletin-store.ts'
import { withDatabase } from '../../support/storage/object-database.ts'
import { NOW } from '../../support/time.ts'

function inLog<T>(work: (log: BulletinLog) => T): Promise<T> {
  return withDatabase((db) => {
    const store = new BulletinStore(db)
    store.prepare()
    store.noteThere(true)
    for (const n of [1, 2, 3]) {
      const to = n === 2 ? ['crm'] : ['ops', 'crm']
      store.save({ n, type: 'relay.recovered', about: 'erp', at: NOW, data: {}, to, fates: {} })
    }
    return work(new BulletinLog(store))
  })
}

it('reads as a log: entries on both sides of a number, up to a head that is noted', async () => {
  const found = await inLog((log) => {
    log.noteLast(3)
    const sequences = (list: readonly { sequence: number }[]) => list.map((one) => one.sequence)
    return [
      log.readableHead(),
      sequences(log.afterForLanes(1, 9)),
      sequences(log.outlinesAfter(0, 2)),
      sequences(log.outlinesBefore(3, 9)),
      log.entry(2)?.event.name,
      log.entry(9),
      log.oldest(1),
      log.newest(2).map(({ n }) => n),
    ]
  })
  expect(found).toEqual([3, [2, 3], [1, 2], [2, 1], 'relay.recovered', null, [], [3, 2]])
})

it('tells whom a bulletin is for', async () => {
  expect(
    await inLog((log) => [log.isFor('ops', 1), log.isFor('ops', 2), log.isFor('ops', 9)]),
  ).toEqual([true, false, false])
})

it('finds what is parked at a destination, and forgets none of it', async () => {
  const parked = { state: 'parked', reason: 'gone', status: 410, at: NOW, attempts: 2 } as const
  const found = await inLog((log) => {
    for (const n of [1, 3]) log.save('ops', { sequence: n, ...parked })
    log.forgetParked()
    log.saveDigest()
    return [
      log.countParked('ops'),
      log.countParked('crm'),
      log.nextParked('ops', { from: 2, to: 9 }),
      log.nextParked('ops', { from: 4, to: 9 }),
      log.find('ops', 1),
      log.find('ops', 2),
      log.parked(1).length,
    ]
  })
  expect(found).toEqual([2, 0, 3, null, { destination: 'ops', sequence: 1, ...parked }, null, 1])
})
