/** Watches what a portal's object writes. */
import { vi } from 'vitest'

/** Everything that a portal's object wrote since it is observed. */
export interface Observed {
  /** Every statement that wrote rows, with their number. */
  readonly writes: { readonly query: string; readonly rows: number }[]
  /** Every alarm that was set. */
  readonly alarms: number[]
  /** Those of them that were set inside a transaction. */
  readonly alarmsInTransactions: number[]
  /** The number of statements that wrote to the log, per transaction that did. */
  readonly commits: number[]
}

/** Counts what the object of this storage writes from now on, until it ends. */
export function observeStorage(storage: DurableObjectStorage): Observed {
  const observed: Observed = { writes: [], alarms: [], alarmsInTransactions: [], commits: [] }
  let isInTransaction = false
  const exec = storage.sql.exec.bind(storage.sql)
  vi.spyOn(storage.sql, 'exec').mockImplementation((query, ...bindings) => {
    const cursor = exec(query, ...bindings)
    const rows = cursor.toArray()
    if (cursor.rowsWritten > 0) observed.writes.push({ query, rows: cursor.rowsWritten })
    // Sound: the stores of the object use nothing else of a cursor.
    return { toArray: () => rows } as ReturnType<typeof exec>
  })
  const transaction = storage.transactionSync.bind(storage)
  storage.transactionSync = (work) => {
    const before = inserts(observed)
    isInTransaction = true
    const result = transaction(work)
    isInTransaction = false
    const events = inserts(observed) - before
    if (events > 0) observed.commits.push(events)
    return result
  }
  const setAlarm = storage.setAlarm.bind(storage)
  vi.spyOn(storage, 'setAlarm').mockImplementation((at) => {
    observed.alarms.push(Number(at))
    if (isInTransaction) observed.alarmsInTransactions.push(Number(at))
    return setAlarm(at)
  })
  return observed
}

/** The next transaction does its work and is then rolled back, as on a full disk. */
export function failNextTransaction(storage: DurableObjectStorage): void {
  const transaction = storage.transactionSync.bind(storage)
  storage.transactionSync = (work) => {
    storage.transactionSync = transaction
    return transaction(() => {
      work()
      throw new Error('disk is full')
    })
  }
}

/** Every transaction is rolled back from now on, until the answer is called. */
export function refuseTransactions(storage: DurableObjectStorage): () => void {
  const transaction = storage.transactionSync.bind(storage)
  storage.transactionSync = (work) =>
    transaction(() => {
      work()
      throw new Error('disk is full')
    })
  return () => {
    storage.transactionSync = transaction
  }
}

/** The work of an object on its storage since it began, by the runtime's own counters. */
export interface RowCount {
  /** Rows that were looked at. */
  read: number
  /** Characters of all texts that came into the memory of the program. */
  characters: number
}

/** Counts the rows that the object of this storage reads from now on, until it ends. */
export function countRows(storage: DurableObjectStorage): RowCount {
  const count: RowCount = { read: 0, characters: 0 }
  const exec = storage.sql.exec.bind(storage.sql)
  storage.sql.exec = ((query: string, ...bindings: SqlStorageValue[]) => {
    const cursor = exec(query, ...bindings)
    const rows = cursor.toArray()
    count.read += cursor.rowsRead
    for (const row of rows) {
      for (const value of Object.values(row)) {
        if (typeof value === 'string') count.characters += value.length
      }
    }
    // Sound: the stores of the object use nothing else of a cursor.
    return { toArray: () => rows }
  }) as typeof storage.sql.exec
  return count
}

/** Statements that a full object takes. */
const TAKEN_WHEN_FULL = /^\s*(?:SELECT|DELETE|DROP)\b/i

/**
 * The object holds no more than so many bytes from now on, until it ends: as on the platform, it is read and deleted
 * from, and refuses every other statement while it is full. The answer gives it as much room as is asked for.
 */
export function limitStorage(storage: DurableObjectStorage, bytes: number): (room: number) => void {
  let limit = bytes
  const exec = storage.sql.exec.bind(storage.sql)
  storage.sql.exec = (query, ...bindings) => {
    if (!TAKEN_WHEN_FULL.test(query) && storage.sql.databaseSize >= limit) {
      throw new Error('database or disk is full: SQLITE_FULL')
    }
    return exec(query, ...bindings)
  }
  return (room) => {
    limit += room
  }
}

function inserts({ writes }: Observed): number {
  return writes.filter(({ query }) => query.startsWith('INSERT INTO log')).length
}
