/**
 * The storage of one Durable Object over Node's own SQLite, with the rules of the platform: writes of one turn
 * are one transaction, a crash loses what is not durable, and the alarm is part of the storage. A history can
 * cut the object off at any write, or let the disk refuse to write.
 */
import { DatabaseSync } from 'node:sqlite'
import type { SqlRow, SqlValue } from '../../../src/storage/database.ts'

/** Thrown at the object that uses the disk, when the machine ends in the middle of its work. */
export class MachineEnded extends Error {
  override readonly name = 'MachineEnded'
}

/** The things that may go wrong with a disk. */
export interface DiskFaults {
  /** Every write is refused, as by a full object; reading and deleting go on. */
  isFull: boolean
  /** The machine ends at this write, counted from now; null: at none. */
  endsAtWrite: number | null
}

const READS = /^\s*(?:SELECT|PRAGMA)\b/i
const DELETES = /^\s*(?:DELETE|DROP)\b/i
// The tables of the platform begin with `_`, and the object does not see them.
const ALARM_TABLE = 'CREATE TABLE IF NOT EXISTS _cf_alarm (id INTEGER PRIMARY KEY, at INTEGER)'

/** The disk of one object. It outlives the object. */
export class Disk {
  readonly faults: DiskFaults = { isFull: false, endsAtWrite: null }
  /** Called when something has become durable: the alarm may have moved. */
  onCommit: () => void = () => {}
  readonly #db = new DatabaseSync(':memory:')
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  #isOpen = false
  #depth = 0
  #writes = 0

  constructor() {
    this.#db.exec(ALARM_TABLE)
  }

  /** How many writes there were. */
  get writes(): number {
    return this.#writes
  }

  /** Makes everything durable that was written so far. */
  commit(): void {
    if (!this.#isOpen || this.#depth > 0) return
    this.#db.exec('COMMIT')
    this.#isOpen = false
    this.onCommit()
  }

  /** Loses everything that is not durable. */
  lose(): void {
    if (this.#isOpen) this.#db.exec('ROLLBACK')
    this.#isOpen = false
    this.#depth = 0
  }

  /** Rows, past every fault: for whoever looks at the disk from outside. */
  rows(query: string, ...bindings: SqlValue[]): SqlRow[] {
    return this.#run(query, bindings)
  }

  /** Every text that is stored, for a search after secrets. */
  texts(): string[] {
    const tables = this.rows(`SELECT name FROM sqlite_master WHERE type = 'table'`)
    return tables.flatMap(({ name }) =>
      this.rows(`SELECT * FROM "${name}"`).flatMap((row) => Object.values(row).map(String)),
    )
  }

  /** When the standing alarm is due; null when none stands. */
  alarmAt(): number | null {
    const at = this.rows('SELECT at FROM _cf_alarm')[0]?.['at']
    return typeof at === 'number' ? at : null
  }

  /** Moves the alarm from outside, as the platform does when it fires one. */
  setAlarmAt(at: number | null): void {
    this.#db.exec('DELETE FROM _cf_alarm')
    if (at !== null) this.#run('INSERT INTO _cf_alarm (id, at) VALUES (1, ?)', [Math.floor(at)])
  }

  /** The storage as one life of the object sees it; `ends` is called when the machine ends in a write. */
  storageFor(life: { readonly hasEnded: () => boolean; readonly ends: () => void }) {
    const write = (query: string, bindings: readonly SqlValue[]): SqlRow[] => {
      this.#beginWrite(query, life)
      return this.#run(query, bindings)
    }
    return {
      sql: {
        exec: (query: string, ...bindings: SqlValue[]) => {
          if (life.hasEnded()) throw new MachineEnded('The object has ended')
          const rows = READS.test(query) ? this.#run(query, bindings) : write(query, bindings)
          return { toArray: () => rows }
        },
      },
      transactionSync: <T>(work: () => T): T => this.#transaction(work, life),
      sync: async (): Promise<void> => {
        if (life.hasEnded()) throw new MachineEnded('The object has ended')
        this.commit()
      },
      getAlarm: async (): Promise<number | null> => this.alarmAt(),
      setAlarm: async (at: number): Promise<void> => {
        if (!(at > 0)) throw new TypeError('setAlarm() cannot be called with an alarm time of 0')
        write('INSERT OR REPLACE INTO _cf_alarm (id, at) VALUES (1, ?)', [Math.floor(at)])
      },
      deleteAlarm: async (): Promise<void> => void write('DELETE FROM _cf_alarm', []),
    }
  }

  #beginWrite(
    query: string,
    life: { readonly hasEnded: () => boolean; readonly ends: () => void },
  ): void {
    if (life.hasEnded()) throw new MachineEnded('The object has ended')
    const { faults } = this
    if (faults.endsAtWrite !== null) {
      faults.endsAtWrite -= 1
      if (faults.endsAtWrite <= 0) {
        faults.endsAtWrite = null
        life.ends()
        throw new MachineEnded('The machine ended at a write')
      }
    }
    if (faults.isFull && !DELETES.test(query)) {
      throw new Error('database or disk is full: SQLITE_FULL')
    }
    this.#writes += 1
    if (this.#isOpen) return
    this.#db.exec('BEGIN')
    this.#isOpen = true
  }

  #transaction<T>(
    work: () => T,
    life: { readonly hasEnded: () => boolean; readonly ends: () => void },
  ): T {
    if (life.hasEnded()) throw new MachineEnded('The object has ended')
    if (!this.#isOpen) {
      this.#db.exec('BEGIN')
      this.#isOpen = true
    }
    const name = `s${this.#depth}`
    this.#db.exec(`SAVEPOINT ${name}`)
    this.#depth += 1
    try {
      const result = work()
      this.#depth -= 1
      this.#db.exec(`RELEASE ${name}`)
      return result
    } catch (error) {
      if (!life.hasEnded()) {
        this.#depth -= 1
        this.#db.exec(`ROLLBACK TO ${name}`)
        this.#db.exec(`RELEASE ${name}`)
      }
      throw error
    }
  }

  #run(query: string, bindings: readonly SqlValue[]): SqlRow[] {
    let statement = this.#statements.get(query)
    if (statement === undefined) {
      statement = this.#db.prepare(query)
      // A statement that was prepared before a table was made anew would not know the new one.
      if (!/\b(?:CREATE|DROP|ALTER)\b/i.test(query)) this.#statements.set(query, statement)
      else this.#statements.clear()
    }
    // Sound: the tables hold texts and integers only.
    return statement.all(...bindings) as SqlRow[]
  }
}
