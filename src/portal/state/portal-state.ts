/**
 * The small state of a portal's object: its install, its pending installs, the last sequence. Each change is
 * stored first, and memory changes only after the transaction has returned. The tables are made with the
 * first thing that a trusted caller stores, so a request under a made-up member id leaves nothing behind.
 */
import { noteDomain } from '../../core/access/domains.ts'
import { NO_INSTALL, type InstallState } from '../../core/access/installs/install.ts'
import { keepEndedTokens } from '../../core/access/ended-tokens.ts'
import { noteCopy } from '../../core/access/installs/install-copy.ts'
import { recordUninstall } from '../../core/access/installs/lifecycle.ts'
import { keepPending, type PendingRow } from '../../core/access/installs/pending-row.ts'
import type { Database } from '../../storage/database.ts'
import type { DamagedRow, DamagedRows } from './damaged-rows.ts'
import { InstallRows } from './install-rows.ts'
import { dropSchema, hasSchema, mendApplied, migrate } from './migrations.ts'
import type { Scheduler } from '../scheduler.ts'
import type { World } from '../world.ts'

/** The dependencies of the state. */
export interface PortalStateDeps {
  readonly db: Database
  readonly log: {
    /** The highest sequence that stands in the log; 0 when it is empty. */
    lastSequence(): number
  }
  readonly damaged: Pick<DamagedRows, 'setAside' | 'tell' | 'list' | 'dropOld' | 'clear'>
  readonly world: Pick<World, 'now'>
  readonly scheduler: Pick<Scheduler, 'advance'>
}

/** The end of an installation. */
export interface InstallEnd {
  /** The time of the uninstall, in unix seconds of Bitrix24. */
  readonly ts: number
  /** The number of events that nobody gets any more. */
  readonly erased: number
  /** Unix milliseconds: when the uninstall was received. The tokens speak for nothing that came later. */
  readonly endedAt: number
  /** Whether everything that was received before has to go. */
  readonly clean: boolean
}

/** The small state of one portal. */
export class PortalState {
  readonly rows: InstallRows
  readonly #deps: PortalStateDeps
  #prepared = false
  /** Whether a full object has refused the tables of this version: it goes on with those of the former one. */
  #hasFormerTables = false
  #isFull = false
  #install: InstallState = NO_INSTALL
  /** The install that `damagedInstall` has read, for `load`. */
  #found: InstallState | null = null
  #pending: PendingRow | null = null
  #hasNamedApplication = false
  #head = 0
  #version = 0

  constructor(deps: PortalStateDeps) {
    this.#deps = deps
    this.rows = new InstallRows(deps.db)
  }

  /**
   * Reads everything that is stored; false when nothing is known of the portal.
   *
   * For example, an unproven install made the tables, waited in vain for a week, and its row was deleted. The
   * empty tables go here, at the next start of the object, and not together with the row: lanes in memory
   * rest on them.
   */
  load(): boolean {
    const { db, log, damaged } = this.#deps
    if (!hasSchema(db)) return false
    this.#prepare()
    this.#install = this.#found ?? this.rows.loadInstall()
    this.#found = null
    const pending = this.rows.loadPending()
    if (pending === 'damaged') damaged.setAside('pending')
    this.#take(pending === 'damaged' ? null : pending)
    this.#head = Math.max(this.#install.lastSequence, log.lastSequence())
    damaged.dropOld()
    if (this.isKnown() || this.rows.loadValues().size > 0 || damaged.list().length > 0) return true
    dropSchema(db)
    this.#prepared = false
    return false
  }

  /** The rows that were set aside as damaged. */
  damaged(): readonly DamagedRow[] {
    return this.#deps.damaged.list()
  }

  /** The text of the install's row when it was damaged outside of this program; null when all is well. */
  damagedInstall(): string | null {
    if (!hasSchema(this.#deps.db)) return null
    const found = this.rows.findInstall()
    this.#found = found.ok ? found.value : null
    return found.ok ? null : found.error
  }

  /** Sets the damaged row of the install aside, and writes what it was recovered to. `load` comes after it. */
  recover(install: InstallState): void {
    this.#prepare()
    this.#deps.db.transaction(() => {
      this.#deps.damaged.setAside('install')
      this.rows.saveInstall(install)
    })
  }

  /** Whether storage is full and nothing could be dropped: no event can be stored. */
  isFull(): boolean {
    return this.#isFull
  }

  /** Notes whether storage has taken the last event; true when that has changed. */
  noteFull(isFull: boolean): boolean {
    const hasChanged = this.#isFull !== isFull
    this.#isFull = isFull
    return hasChanged
  }

  /** Whether the object works on the tables of a former version, because it is too full to make the new ones. */
  hasFormerTables(): boolean {
    return this.#hasFormerTables
  }

  /** Makes the tables that a full object has refused, as soon as there is room for them. */
  makeTables(): void {
    this.#hasFormerTables = !migrate(this.#deps.db)
  }

  /** Whether anything is known of the portal: an install or its end, a pending install, or an event. */
  isKnown(): boolean {
    const isEmpty = this.#install === NO_INSTALL && this.#pending === null && this.#head === 0
    return this.#prepared && !isEmpty
  }

  /** The install; empty while nothing is known of the portal. */
  install(): InstallState {
    return this.#install
  }

  /** The pending installs; null when there are none. */
  pending(): PendingRow | null {
    return this.#pending
  }

  /** Whether a pending install named its application, now or at any time since the object started. */
  hasNamedApplication(): boolean {
    return this.#hasNamedApplication
  }

  /**
   * A number that grows with each change of the install or of the pending installs. Lanes and directory
   * follow it.
   */
  version(): number {
    return this.#version
  }

  /** The last sequence that was given to an event; 0 before the first one. */
  head(): number {
    return this.#head
  }

  /** Changes the head, after the transaction that gave the sequences has returned. */
  setHead(head: number): void {
    this.#head = head
  }

  /** Stores a changed install, then changes memory. */
  changeInstall(change: (install: InstallState) => InstallState): void {
    const changed = noteDomain(this.#install, change(this.#install), this.#head)
    const kept = keepEndedTokens(this.#install, changed, this.#deps.world.now())
    const next = noteCopy(this.#install, kept)
    this.#prepare()
    this.#deps.db.transaction(() => this.rows.saveInstall(next))
    this.#install = next
    this.#changed()
  }

  /**
   * Writes down the last sequence that was given, inside the caller's transaction, since it must survive an empty
   * log. Memory follows with `adoptHead`, after that transaction has returned.
   */
  writeHead(): void {
    if (this.#install.lastSequence !== this.#head) this.rows.saveInstall(this.#withHead())
  }

  /** Takes over what `writeHead` has written. */
  adoptHead(): void {
    if (this.#install.lastSequence !== this.#head) this.#install = this.#withHead()
  }

  #withHead(): InstallState {
    return { ...this.#install, lastSequence: this.#head }
  }

  /** Stores the pending installs, or removes them; then changes memory. */
  changePending(next: PendingRow | null): void {
    this.#prepare()
    this.#deps.db.transaction(() => this.rows.savePending(next))
    this.#take(next)
    this.#changed()
  }

  /**
   * Ends the installation in one transaction with everything else that has to go. A pending install that is
   * younger than the uninstall belongs to the next installation and stays.
   */
  endInstall({ ts, erased, endedAt, clean }: InstallEnd, alsoErase: () => void): void {
    const recorded = recordUninstall(this.#install, ts, this.#head)
    const tombstone = noteDomain(this.#install, recorded, this.#head)
    const ended = keepEndedTokens(this.#install, tombstone, endedAt)
    const erasedUpTo = clean ? Math.max(ended.erasedUpTo ?? 0, endedAt) : ended.erasedUpTo
    const pending = this.#pending && keepPending(this.#pending, (waiting) => waiting.ts > ts)
    this.#install = this.#deps.db.transaction(() => {
      alsoErase()
      this.#deps.damaged.clear()
      const isEmpty = this.#deps.log.lastSequence() === 0
      // Without an event nothing needs the domains any more.
      const { formerDomain, domains } = isEmpty ? NO_INSTALL : ended
      const total = ended.erased + erased
      const next = { ...ended, erased: total, erasedUpTo, formerDomain, domains }
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
    if (pending !== null && pending.clientId !== null) this.#hasNamedApplication = true
  }

  #prepare(): void {
    if (this.#prepared) return
    const { db, damaged } = this.#deps
    const applied = mendApplied(db)
    if (applied.isDamaged) damaged.tell('migrations')
    this.#hasFormerTables = !migrate(db, { applied: applied.count })
    this.#prepared = true
  }
}
