/**
 * What the object remembers beside log and lanes: the install, the install that waits, the last sequence.
 * Memory changes only after the transaction has returned. Tables come into being with the first thing
 * that a trusted caller stores, so that garbage names leave nothing behind.
 */
import {
  NO_INSTALL,
  takeUninstall,
  type InstallState,
  type PendingInstall,
} from '../core/install.ts'
import type { Database } from './database.ts'
import { InstallRows } from './install-rows.ts'
import type { LogStore } from './log-store.ts'
import { hasSchema, migrate } from './migrations.ts'

/** What the state needs from the object around it. */
export interface PortalStateDeps {
  readonly db: Database
  readonly log: LogStore
  /** Hears of every change, after it was stored. */
  changed(): void
}

/** The small state of one portal. */
export class PortalState {
  readonly rows: InstallRows
  readonly #deps: PortalStateDeps
  #prepared = false
  #install: InstallState = NO_INSTALL
  #pending: PendingInstall | null = null
  #head = 0

  constructor(deps: PortalStateDeps) {
    this.#deps = deps
    this.rows = new InstallRows(deps.db)
  }

  /** Reads everything; false when the portal has never stored anything. */
  load(): boolean {
    const { db, log } = this.#deps
    if (!hasSchema(db)) return false
    this.#prepare()
    this.#install = this.rows.loadInstall()
    this.#pending = this.rows.loadPending()
    this.#head = Math.max(this.#install.lastSequence, log.lastSequence())
    return true
  }

  /** Whether anything is known of the portal. */
  isKnown(): boolean {
    return this.#prepared
  }

  /** The install; empty for a portal that nothing is known of. */
  install(): InstallState {
    return this.#install
  }

  /** The install that waits to be trusted. */
  pending(): PendingInstall | null {
    return this.#pending
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
    this.#deps.changed()
  }

  /** Stores or removes the install that waits. */
  changePending(next: PendingInstall | null): void {
    this.#prepare()
    this.#deps.db.transaction(() => this.rows.savePending(next))
    this.#pending = next
    this.#deps.changed()
  }

  /** Ends the installation in one transaction with whatever else has to go. */
  endInstall(ts: number, erased: number, alsoErase: () => void): void {
    const ended = takeUninstall(this.#install, ts, this.#head)
    const next = { ...ended, erased: ended.erased + erased }
    this.#deps.db.transaction(() => {
      this.rows.saveInstall(next)
      this.rows.savePending(null)
      alsoErase()
    })
    this.#install = next
    this.#pending = null
  }

  #prepare(): void {
    if (this.#prepared) return
    migrate(this.#deps.db)
    this.#prepared = true
  }
}
