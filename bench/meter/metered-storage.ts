/**
 * The storage of a portal's object with a meter: the real SQLite of the runtime, whose own counters are read,
 * and an alarm in virtual time. Nothing else of the storage is used by the relay, and whoever uses more is told
 * that it would not be counted.
 */
import type { Counts } from '../cost/counts.ts'

/** The alarm of one object, which fires in virtual time. */
export interface VirtualAlarm {
  at(): number | null
  moveTo(at: number | null): void
}

const UNCOUNTED = ['get', 'put', 'delete', 'list', 'transaction', 'deleteAll'] as const

const DROP_TABLE = /^\s*DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?("?\w+"?)/i

/** Puts the meter into a storage. `written` is called for whatever has to become durable. */
export function meterStorage(
  storage: DurableObjectStorage,
  {
    counts,
    alarm,
    written,
    durable,
  }: {
    readonly counts: Counts
    readonly alarm: VirtualAlarm
    readonly written: () => void
    readonly durable: () => Promise<void>
  },
): { readonly settle: () => void } {
  const exec = storage.sql.exec.bind(storage.sql)
  // A cursor counts while it is read, so its counters are taken at the end of the turn.
  let cursors: { readonly rowsRead: number; readonly rowsWritten: number }[] = []
  const count = <T extends Record<string, SqlStorageValue>>(
    query: string,
    ...bindings: SqlStorageValue[]
  ): SqlStorageCursor<T> => {
    const table = DROP_TABLE.exec(query)?.[1]
    if (table !== undefined) {
      counts.rowsDropped += Number(exec(`SELECT count(*) AS n FROM ${table}`).one()['n'])
    }
    const cursor = exec<T>(query, ...bindings)
    cursors.push(cursor)
    if (cursor.rowsWritten > 0) written()
    return cursor
  }
  const setAlarm = (at: number | null): Promise<void> => {
    // Whether the removal of an alarm is billed is not documented: it counts as the setting does.
    counts.rowsWritten += 1
    if (at !== null) counts.alarmsSet += 1
    alarm.moveTo(at)
    written()
    return Promise.resolve()
  }
  Object.assign(storage.sql, { exec: count })
  Object.assign(storage, {
    setAlarm: (at: number | Date) => setAlarm(Number(at)),
    deleteAlarm: () => setAlarm(null),
    getAlarm: () => Promise.resolve(alarm.at()),
    sync: durable,
    ...Object.fromEntries(UNCOUNTED.map((name) => [name, () => refuse(name)])),
  })
  return {
    settle: () => {
      for (const { rowsRead, rowsWritten } of cursors) {
        counts.rowsRead += rowsRead
        counts.rowsWritten += rowsWritten
      }
      cursors = []
    },
  }
}

function refuse(name: string): never {
  throw new Error(`Cannot count storage.${name}: extend the meter first`)
}
