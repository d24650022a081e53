/**
 * The rows of the directory: pins, pending installs, and the list of portals. The tables come into being with the first
 * row, so that a question alone stores nothing (docs/cloudflare.md, "Storage limits"). A row that was damaged outside
 * of this program ends no question: each method says what counts in its place.
 */
import * as v from 'valibot'
import type { LineWriter } from '../log.ts'
import { hasTable, type Database, type SqlRow } from '../storage/database.ts'

/** The most pending installs that are listed; a newer one takes the place of the one that ends first. */
export const MAX_PENDING_LISTED = 20

/** The most portals of one page of the list. */
export const PORTALS_PAGE = 1000

/** The holder of a pin whose row is damaged: no portal has this name. */
export const NOBODY = ''

/** One line of the directory: an install that waits until its application is configured. */
export interface PendingListing {
  readonly memberId: string
  readonly domain: string
  readonly clientId: string
  /** Unix milliseconds. */
  readonly expiresAt: number
}

/** The most portals with missing events that are listed, so that the answer of `/healthz` stays short. */
export const MAX_MISSING_LISTED = 50

/** One line of the directory: a portal that is not bound to every event that is wanted. */
export interface MissingListing {
  readonly domain: string
  /** The missing things and their reasons, as one text for the operator. */
  readonly events: string
}

const MissingRowSchema = v.object({ domain: v.string(), events: v.string() })

const HolderSchema = v.object({ member_id: v.string() })

const PendingRowSchema = v.pipe(
  v.object({
    member_id: v.string(),
    domain: v.string(),
    client_id: v.string(),
    expires_at: v.number(),
  }),
  v.transform((row): PendingListing => ({
    memberId: row.member_id,
    domain: row.domain,
    clientId: row.client_id,
    expiresAt: row.expires_at,
  })),
)

/** All SQL of the directory. */
export class DirectoryStore {
  readonly #db: Database
  readonly #logLine: LineWriter

  constructor(db: Database, logLine: LineWriter) {
    this.#db = db
    this.#logLine = logLine
  }

  /**
   * Pins a token (by its hash) to a portal, unless it is pinned already; answers the portal that it belongs
   * to.
   */
  pin(tokenId: string, memberId: string): string {
    this.#createTables()
    return this.#db.transaction(() => {
      this.#db.all(
        'INSERT OR IGNORE INTO pins (token_id, member_id) VALUES (?, ?)',
        tokenId,
        memberId,
      )
      return this.pinned(tokenId) ?? NOBODY
    })
  }

  /**
   * The portal that a token is pinned to; null when it is pinned to none. A damaged pin belongs to nobody: the
   * portal that used the token keeps its own record of it, and no other one may claim it.
   */
  pinned(tokenId: string): string | null {
    if (!this.#hasTable('pins')) return null
    const [row] = this.#db.all('SELECT member_id FROM pins WHERE token_id = ?', tokenId)
    if (row === undefined) return null
    return holderIn(row) ?? this.#damaged('pins', NOBODY)
  }

  /** Removes the pin of a token to this portal, if there is one, or one that is damaged. */
  unpin(tokenId: string, memberId: string): void {
    if (!this.#hasTable('pins')) return
    this.#db.all(
      `DELETE FROM pins WHERE token_id = ? AND (member_id = ? OR typeof(member_id) <> 'text')`,
      tokenId,
      memberId,
    )
  }

  /**
   * Gives a domain to the first portal that has it; answers the portal that it belongs to. A damaged line begins
   * anew with the portal that asks, since an OAuth server has confirmed its domain.
   */
  holdDomain(domain: string, memberId: string): string {
    this.#createTables()
    return this.#db.transaction(() => {
      const [row] = this.#db.all('SELECT member_id FROM domains WHERE domain = ?', domain)
      const holder = row === undefined ? null : (holderIn(row) ?? this.#damaged('domains', null))
      if (holder !== null) return holder
      this.#db.all(
        'INSERT OR REPLACE INTO domains (domain, member_id) VALUES (?, ?)',
        domain,
        memberId,
      )
      return memberId
    })
  }

  /** Writes a portal's listing in the place of its former one. */
  savePending({ memberId, domain, clientId, expiresAt }: PendingListing): void {
    this.#createTables()
    this.#db.all('DELETE FROM pending WHERE member_id = ?', memberId)
    this.#db.all(
      'INSERT INTO pending (member_id, domain, client_id, expires_at) VALUES (?, ?, ?, ?)',
      memberId,
      domain,
      clientId,
      expiresAt,
    )
    this.#db.all(
      `DELETE FROM pending WHERE member_id NOT IN
       (SELECT member_id FROM pending ORDER BY expires_at DESC LIMIT ?)`,
      MAX_PENDING_LISTED,
    )
  }

  /** Removes a portal's listing, if there is one. */
  removePending(memberId: string): void {
    if (this.#hasTable('pending')) this.#db.all('DELETE FROM pending WHERE member_id = ?', memberId)
  }

  /**
   * The listings whose time is not over, the one that lasts longest first; those that are over are removed, and
   * damaged ones too: their portals list them again when they start.
   */
  listPending(now: number): PendingListing[] {
    if (!this.#hasTable('pending')) return []
    this.#db.all('DELETE FROM pending WHERE expires_at <= ?', now)
    const rows = this.#db.all('SELECT * FROM pending ORDER BY expires_at DESC')
    const parsed = rows.map((row) => v.safeParse(PendingRowSchema, row))
    if (parsed.some(({ success }) => !success)) this.#dropDamaged()
    return parsed.flatMap((row) => (row.success ? [row.output] : []))
  }

  #dropDamaged(): void {
    this.#damaged('pending', null)
    this.#db.all(
      `DELETE FROM pending WHERE typeof(member_id) <> 'text' OR typeof(domain) <> 'text'
         OR typeof(client_id) <> 'text' OR typeof(expires_at) NOT IN ('integer', 'real')`,
    )
  }

  /** Writes the missing events of a portal in the place of its former line; null removes the line. */
  saveMissing(memberId: string, listing: MissingListing | null): void {
    if (listing === null) {
      if (this.#hasTable('missing_events')) {
        this.#db.all('DELETE FROM missing_events WHERE member_id = ?', memberId)
      }
      return
    }
    this.#db.all(
      `CREATE TABLE IF NOT EXISTS missing_events (
         member_id TEXT PRIMARY KEY, domain TEXT NOT NULL, events TEXT NOT NULL) WITHOUT ROWID`,
    )
    this.#db.all(
      'INSERT OR REPLACE INTO missing_events (member_id, domain, events) VALUES (?, ?, ?)',
      memberId,
      listing.domain,
      listing.events,
    )
  }

  /**
   * Some of the portals that are not bound to every event. A damaged line is left out: its portal writes it again
   * with its daily visit.
   */
  listMissing(): MissingListing[] {
    if (!this.#hasTable('missing_events')) return []
    const rows = this.#db.all(
      'SELECT domain, events FROM missing_events LIMIT ?',
      MAX_MISSING_LISTED,
    )
    return rows.flatMap((row) => {
      const listing = v.safeParse(MissingRowSchema, row)
      return listing.success ? [listing.output] : []
    })
  }

  /** Lists a portal, or takes it off the list. Nothing is written where nothing changes. */
  savePortal(memberId: string, isListed: boolean): void {
    if (isListed) {
      this.#db.all('CREATE TABLE IF NOT EXISTS portals (member_id TEXT PRIMARY KEY) WITHOUT ROWID')
      this.#db.all('INSERT OR IGNORE INTO portals (member_id) VALUES (?)', memberId)
    } else if (this.#hasTable('portals')) {
      this.#db.all('DELETE FROM portals WHERE member_id = ?', memberId)
    }
  }

  /** Lists portals that others know of. */
  savePortals(memberIds: readonly string[]): void {
    this.#db.transaction(() => {
      for (const memberId of memberIds) this.savePortal(memberId, true)
    })
  }

  /** Begins a round of visits: `nextVisits` gives the portals from the first one on. */
  beginRound(): void {
    this.#db.all(
      'CREATE TABLE IF NOT EXISTS rounds (id INTEGER PRIMARY KEY CHECK (id = 1), behind TEXT NOT NULL)',
    )
    this.#saveRound('')
  }

  /**
   * The next portals of the round, so many at most; none when no round is under way. The round has moved on when they
   * are given: a run that ends early leaves its portals to the next day, and never stops the others.
   */
  nextVisits(limit: number): string[] {
    if (!this.#hasTable('rounds')) return []
    const [row] = this.#db.all('SELECT behind FROM rounds WHERE id = 1')
    if (row === undefined) return []
    const next = this.listPortals(String(row['behind']), limit)
    const last = next.at(-1)
    if (last === undefined || next.length < limit) this.#db.all('DELETE FROM rounds')
    else this.#saveRound(last)
    return next
  }

  #saveRound(behind: string): void {
    this.#db.all('INSERT OR REPLACE INTO rounds (id, behind) VALUES (1, ?)', behind)
  }

  /**
   * The listed portals behind a member id, in order, a page at most; the empty text begins. A damaged line is no
   * portal: the one that it named is listed again with its daily visit.
   */
  listPortals(after: string, limit = PORTALS_PAGE): string[] {
    if (!this.#hasTable('portals')) return []
    const rows = this.#db.all(
      `SELECT member_id FROM portals WHERE member_id > ? AND typeof(member_id) = 'text'
       ORDER BY member_id LIMIT ?`,
      after,
      limit,
    )
    return rows.flatMap((row) => holderIn(row) ?? [])
  }

  /** Logs that a row of this table is damaged, and returns the value that counts in its place. */
  #damaged<T>(table: 'pins' | 'domains' | 'pending', instead: T): T {
    this.#logLine('error', 'directory_damaged', { table })
    return instead
  }

  #hasTable(name: 'pins' | 'pending' | 'portals' | 'rounds' | 'missing_events'): boolean {
    return hasTable(this.#db, name)
  }

  #createTables(): void {
    this.#db.all(`CREATE TABLE IF NOT EXISTS pins (
      token_id TEXT PRIMARY KEY, member_id TEXT NOT NULL) WITHOUT ROWID`)
    this.#db.all(`CREATE TABLE IF NOT EXISTS domains (
      domain TEXT PRIMARY KEY, member_id TEXT NOT NULL) WITHOUT ROWID`)
    this.#db.all(`CREATE TABLE IF NOT EXISTS pending (
      member_id TEXT PRIMARY KEY, domain TEXT NOT NULL, client_id TEXT NOT NULL,
      expires_at INTEGER NOT NULL) WITHOUT ROWID`)
  }
}

function holderIn(row: SqlRow): string | null {
  const holder = v.safeParse(HolderSchema, row)
  return holder.success ? holder.output.member_id : null
}
