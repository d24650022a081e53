/** What the comparisons of a portal remember: the row first, memory after it. */
import { describe, expect, it } from 'vitest'
import { NO_RECONCILIATION } from '../../../src/core/fields/reconciliation.ts'
import { FieldStore } from '../../../src/portal/fields/shelves/field-store.ts'
import { ReconciliationBook } from '../../../src/portal/fields/reconciliation-book.ts'
import { migrate } from '../../../src/portal/state/migrations.ts'
import { anUnreadField, FIELD } from '../../support/builders/a-field.ts'
import { withDatabase } from '../../support/storage/object-database.ts'
import { damagedRows } from '../../support/storage/damaged-rows.ts'
import { NOW } from '../../support/time.ts'

/** Works with a book; `stored` reads the row, `writes` counts how often it was written. */
function inBook<T>(
  work: (context: {
    book: ReconciliationBook
    fields: FieldStore
    stored: () => ReturnType<FieldStore['loadReconciliation']>
    disk: { isFull: boolean; writes: number }
  }) => T,
): Promise<T> {
  return withDatabase((db) => {
    migrate(db)
    const fields = new FieldStore(db, damagedRows(db))
    const disk = { isFull: false, writes: 0 }
    const transaction = <R>(write: () => R): R => {
      disk.writes += 1
      return db.transaction(() => {
        const result = write()
        if (disk.isFull) throw new Error('disk is full')
        return result
      })
    }
    const book = new ReconciliationBook({ db: { transaction }, fields, world: { now: () => NOW } })
    book.load(() => null)
    return work({ book, fields, disk, stored: () => fields.loadReconciliation() })
  })
}

const STATE = { ...NO_RECONCILIATION, startedAt: 5 }

describe('save()', () => {
  it('changes memory after the row', async () => {
    const found = await inBook(({ book, stored }) => {
      book.save(STATE)
      return [book.state(), stored()]
    })
    expect(found).toEqual([STATE, STATE])
  })

  it('changes nothing when storage refuses', async () => {
    const found = await inBook(({ book, disk, stored }) => {
      disk.isFull = true
      expect(() => book.save(STATE)).toThrow('disk is full')
      return [book.state(), stored()]
    })
    expect(found).toEqual([NO_RECONCILIATION, NO_RECONCILIATION])
  })
})

describe('a clock that was ahead', () => {
  it('leaves no time behind that keeps the portal from being compared', async () => {
    const HOURS = 5 * 3_600_000
    const found = await inBook(({ book, fields }) => {
      fields.saveReconciliation({ ...STATE, startedAt: NOW + HOURS, retryAt: NOW + HOURS })
      book.load(() => NOW + HOURS)
      const { startedAt, retryAt } = book.state()
      fields.saveReconciliation(STATE)
      book.load(() => NOW + HOURS)
      return [startedAt, retryAt, book.lastEventAt()]
    })
    expect(found).toEqual([null, NOW, NOW])
  })
})

it('asks for no event before the last comparison, and for none of more than twenty minutes ago', async () => {
  const asked = await inBook(({ book, fields }) => {
    const since: number[] = []
    for (const startedAt of [NOW - 1000, NOW - 2 * 3_600_000]) {
      fields.saveReconciliation({ ...STATE, startedAt })
      book.load((time) => {
        since.push(time)
        return null
      })
    }
    return since
  })
  expect(asked).toEqual([NOW - 1000, NOW - 1_200_000])
})

describe('owing()', () => {
  it('lets the fields of thin events be looked at in a minute, each once', async () => {
    const others = [235, 236].map((id) => anUnreadField({ id }))
    const found = await inBook(({ book }) => {
      book.adopt(book.owing([anUnreadField({ id: 235 })]))
      return book.owing([...others, ...others]).suspects
    })
    expect(found).toMatchObject([
      { id: 235, dueAt: NOW + 60_000, seen: null, looks: 0 },
      { id: 236, dueAt: NOW + 60_000, seen: null, looks: 0 },
    ])
  })

  it('is the state itself when every field is to be looked at already, so that nothing is written', async () => {
    const found = await inBook(({ book }) => {
      book.adopt(book.owing([anUnreadField()]))
      return book.owing([anUnreadField()]) === book.state()
    })
    expect(found).toBe(true)
  })
})

describe('clear()', () => {
  it('forgets the fields too', async () => {
    const found = await inBook(({ book, fields, stored }) => {
      fields.save([anUnreadField()])
      book.save(STATE)
      book.clear()
      return [book.state(), stored(), fields.find(FIELD.id)]
    })
    expect(found).toEqual([NO_RECONCILIATION, NO_RECONCILIATION, null])
  })
})
