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
  /** A write to this part of the storage is refused, the next one or a later one; null: none is. */
  refuses: { readonly part: StoragePart; readonly count: number } | null
}

/** The parts of the storage of which one write may be refused, each with the statements that write it. */
export const STORAGE_PARTS = {
  log: /INTO log(?:_\d+)?\b/,
  enrichment: /UPDATE log(?:_\d+)?\b/,
  lanes: /INTO lanes\b/,
  fates: /INTO (?:fates|digests)(?:_\d+)?\b/,
  fields: /INTO field(?:s|_shelves)\b/,
  install: /INTO (?:install|pending|portal)\b/,
  alarm: /^alarm$/,
} as const

/** A part of the storage. */
export type StoragePart = keyof typeof STORAGE_PARTS

/** One life of an object, as far as its disk has to know it. */
interface DiskUser {
  readonly hasEnded: () => boolean
  /** Called when the machine ends in a write. */
  readonly ends: () => void
}

const READS = /^\s*(?:SELECT|PRAGMA)\b/i
const DELETES = /^\s*(?:DELETE|DROP)\b/i

/** The disk of one object. It outlives the object. */
export class Disk {
  readonly faults: DiskFaults = { isFull: false, endsAtWrite: null, refuses: null }
  /** Called when something has become durable: the alarm may have moved. */
  onCommit: () => void = () => {}
  /** Resolves when the platform confirms that something is durable, a moment after it is. */
  confirms: () => Promise<void> = async () => {}
  /** How many writes were refused. */
  refusals = 0
  /** Whether the last try to set the alarm was refused. */
  isAlarmRefused = false
  readonly #db = new DatabaseSync(':memory:')
  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  #isOpen = false
  #depth = 0
  #alarmAt: number | null = null
  #durableAlarmAt: number | null = null

  /** Makes everything durable that was written so far. */
  commit(): void {
    const hasMoved = this.#alarmAt !== this.#durableAlarmAt
    if ((!this.#isOpen && !hasMoved) || this.#depth > 0) return
    if (this.#isOpen) this.#run('COMMIT', [])
    this.#isOpen = false
    this.#durableAlarmAt = this.#alarmAt
    this.onCommit()
  }

  /** Loses everything that is not durable. */
  lose(): void {
    if (this.#isOpen) this.#run('ROLLBACK', [])
    this.#isOpen = false
    this.#depth = 0
    this.#alarmAt = this.#durableAlarmAt
  }

  /** Rows, past every fault: for whoever looks at the disk from outside. */
  rows(query: string, ...bindings: SqlValue[]): SqlRow[] {
    return this.#run(query, bindings)
  }

  /** Whether a table exists: an object that stores nothing has none. */
  hasTable(name: string): boolean {
    return this.rows(`SELECT 1 AS found FROM sqlite_master WHERE name = ?`, name).length > 0
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
    return this.#alarmAt
  }

  /** Moves the alarm from outside, as the platform does when it fires one. */
  setAlarmAt(at: number | null): void {
    this.#alarmAt = at
    if (!this.#isOpen) this.#durableAlarmAt = at
  }

  /** The storage as one life of the object sees it. */
  storageFor(life: DiskUser) {
    const write = (query: string, bindings: readonly SqlValue[]): SqlRow[] => {
      this.#mayWrite(query, life)
      this.#open()
      return this.#run(query, bindings)
    }
    const count = (pragma: string) =>
      Number(Object.values(this.#run(`PRAGMA ${pragma}`, [])[0] ?? {})[0] ?? 0)
    const bytesOf = () => (count('page_count') - count('freelist_count')) * 4096
    const mustLive = () => {
      if (life.hasEnded()) throw new MachineEnded('The object has ended')
    }
    return {
      sql: {
        exec: (query: string, ...bindings: SqlValue[]) => {
          mustLive()
          const rows = READS.test(query) ? this.#run(query, bindings) : write(query, bindings)
          return { toArray: () => rows }
        },
        get databaseSize() {
          return bytesOf()
        },
      },
      transactionSync: <T>(work: () => T): T => this.#transaction(work, life),
      sync: async (): Promise<void> => {
        mustLive()
        this.commit()
        await this.confirms()
      },
      getAlarm: async (): Promise<number | null> => this.alarmAt(),
      setAlarm: async (at: number): Promise<void> => {
        if (!(at > 0)) throw new TypeError('setAlarm() cannot be called with an alarm time of 0')
        this.isAlarmRefused = true
        this.#mayWrite('alarm', life)
        this.isAlarmRefused = false
        this.#alarmAt = Math.floor(at)
      },
      deleteAlarm: async (): Promise<void> => {
        this.#mayWrite('DELETE', life)
        this.#alarmAt = null
      },
    }
  }

  /** Throws when this write is refused, or when the machine ends at it. */
  #mayWrite(query: string, life: DiskUser): void {
    if (life.hasEnded()) throw new MachineEnded('The object has ended')
    const { faults } = this
    if (this.#endsNow()) {
      life.ends()
      throw new MachineEnded('The machine ended at a write')
    }
    if (this.#refusesNow(query) || (faults.isFull && !DELETES.test(query))) {
      this.refusals += 1
      throw new Error('database or disk is full: SQLITE_FULL')
    }
  }

  #refusesNow(query: string): boolean {
    const { refuses } = this.faults
    if (refuses === null || !STORAGE_PARTS[refuses.part].test(query)) return false
    const { part, count } = refuses
    this.faults.refuses = count > 1 ? { part, count: count - 1 } : null
    return count <= 1
  }

  /** Counts a write; true when it is the one at which the machine ends. */
  #endsNow(): boolean {
    const { endsAtWrite: left } = this.faults
    if (left === null) return false
    this.faults.endsAtWrite = left > 1 ? left - 1 : null
    return left <= 1
  }

  #open(): void {
    if (this.#isOpen) return
    this.#run('BEGIN', [])
    this.#isOpen = true
  }

  #transaction<T>(work: () => T, life: DiskUser): T {
    if (life.hasEnded()) throw new MachineEnded('The object has ended')
    this.#open()
    const name = `s${this.#depth}`
    const alarmAt = this.#alarmAt
    this.#run(`SAVEPOINT ${name}`, [])
    this.#depth += 1
    try {
      const result = work()
      this.#depth -= 1
      this.#run(`RELEASE ${name}`, [])
      return result
    } catch (error) {
      if (!life.hasEnded()) {
        this.#depth -= 1
        this.#run(`ROLLBACK TO ${name}`, [])
        this.#run(`RELEASE ${name}`, [])
        this.#alarmAt = alarmAt
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
