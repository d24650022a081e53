/**
 * What the object remembers beside log and lanes: the install, the install that waits, the last sequence.
 * Memory changes only after the transaction has returned. Tables come into being with the first thing
 * that a trusted caller stores, so that garbage names leave nothing behind.
 */
import { NO_INSTALL, type InstallState } from '../core/access/install.ts'
import { recordUninstall } from '../core/access/lifecycle.ts'
import type { PendingRow } from '../core/access/pending-row.ts'
import { keepPending } from '../core/access/pending-row.ts'
import { textOf, type Database } from '../storage/database.ts'
import { InstallRows } from './installs/install-rows.ts'
import type { LogStore } from './log/log-store.ts'
import { hasSchema, migrate } from './log/migrations.ts'
import type { Scheduler } from './scheduler.ts'

/** What the state needs. */
export interface PortalStateDeps {
  readonly db: Database
  readonly log: Pick<LogStore, 'lastSequence'>
  readonly scheduler: Pick<Scheduler, 'advance'>
}

/** The small state of one portal. */
export class PortalState {
  readonly rows: InstallRows
  readonly #deps: PortalStateDeps
  #prepared = false
  #install: InstallState = NO_INSTALL
  #pending: PendingRow | null = null
  #hadNotice = false
  #head = 0
  #version = 0

  constructor(deps: PortalStateDeps) {
    this.#deps = deps
    this.rows = new InstallRows(deps.db)
  }

  /**
   * Reads everything; false when the portal holds nothing. Tables that only an install in vain had made
   * go here and not with its row, since lanes in memory stand on them.
   */
  load(): boolean {
    const { db, log } = this.#deps
    if (!hasSchema(db)) return false
    this.#prepare()
    this.#install = this.rows.loadInstall()
    this.#take(this.rows.loadPending())
    this.#head = Math.max(this.#install.lastSequence, log.lastSequence())
    if (this.isKnown() || this.rows.loadValues().size > 0) return true
    this.#dropTables()
    return false
  }

  /** Whether anything is known of the portal. */
  isKnown(): boolean {
    const isEmpty = this.#install === NO_INSTALL && this.#pending === null && this.#head === 0
    return this.#prepared && !isEmpty
  }

  /** The install; empty for a portal that nothing is known of. */
  install(): InstallState {
    return this.#install
  }

  /** The install that waits to be trusted. */
  pending(): PendingRow | null {
    return this.#pending
  }

  /** Whether an install that waits, now or since the object started, named its application. */
  hadNotice(): boolean {
    return this.#hadNotice
  }

  /** Grows with every change of the install and of the installs that wait: what depends on them is looked at again. */
  version(): number {
    return this.#version
  }

  /** The last sequence given. */
  head(): number {
    return this.#head
  }

  /** Takes the head over, after the append's transaction has returned. */
  setHead(head: number): void {
    this.#head = head
  }

  /** Stores a changed install. */
  changeInstall(change: (install: InstallState) => InstallState): void {
    const next = change(this.#install)
    this.#prepare()
    this.#deps.db.transaction(() => this.rows.saveInstall(next))
    this.#install = next
    this.#changed()
  }

  /** Stores or removes the install that waits. */
  changePending(next: PendingRow | null): void {
    this.#prepare()
    this.#deps.db.transaction(() => this.rows.savePending(next))
    this.#take(next)
    this.#changed()
  }

  /**
   * Ends the installation in one transaction with whatever else has to go. What waits for trust since a
   * later time belongs to the next installation and stays.
   */
  endInstall(ts: number, erased: number, alsoErase: () => void): void {
    const ended = recordUninstall(this.#install, ts, this.#head)
    const pending = this.#pending && keepPending(this.#pending, (waiting) => waiting.ts > ts)
    this.#install = this.#deps.db.transaction(() => {
      alsoErase()
      const isEmpty = this.#deps.log.lastSequence() === 0
      const formerDomain = isEmpty ? null : ended.formerDomain
      const next = { ...ended, erased: ended.erased + erased, formerDomain }
      this.rows.saveInstall(next)
      this.rows.savePending(pending)
      return next
    })
    this.#take(pending)
    this.#version += 1
  }

  #changed(): void {
    this.#version += 1
    this.#deps.scheduler.advance()
  }

  #take(pending: PendingRow | null): void {
    this.#pending = pending
    if (pending !== null && pending.clientId !== null) this.#hadNotice = true
  }

  #dropTables(): void {
    const { db } = this.#deps
    db.transaction(() => {
      const tables = db.all(
        `SELECT name FROM sqlite_master
         WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND substr(name, 1, 1) <> '_'`,
      )
      for (const table of tables) db.all(`DROP TABLE "${textOf(table, 'name')}"`)
    })
    this.#prepared = false
  }

  #prepare(): void {
    if (this.#prepared) return
    migrate(this.#deps.db)
    this.#prepared = true
  }
}
