/**
 * The rows of the directory: pins, pending installs, and the list of portals. The tables come into being
 * with the first row, so that a question alone stores nothing (docs/cloudflare.md, "Storage limits").
 */
import * as v from 'valibot'
import { textOf, type Database } from '../storage/database.ts'

/** The most pending installs that are listed; a newer one takes the place of the one that ends first. */
export const MAX_PENDING_LISTED = 20

/** The most portals of one page of the list. */
export const PORTALS_PAGE = 1000

/** One line of the directory: an install that waits until its application is configured. */
export interface PendingListing {
  readonly memberId: string
  readonly domain: string
  readonly clientId: string
  /** Unix milliseconds. */
  readonly expiresAt: number
}

const PinRowSchema = v.object({ member_id: v.string() })

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

/** All SQL of the directory. A row of another form is a bug of this store, and reading it throws. */
export class DirectoryStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
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
      const [row] = this.#db.all('SELECT member_id FROM pins WHERE token_id = ?', tokenId)
      return v.parse(PinRowSchema, row).member_id
    })
  }

  /** Removes the pin of a token to this portal, if there is one. */
  unpin(tokenId: string, memberId: string): void {
    if (!this.#hasTable('pins')) return
    this.#db.all('DELETE FROM pins WHERE token_id = ? AND member_id = ?', tokenId, memberId)
  }

  /** Gives a domain to the first portal that has it; answers the portal that it belongs to. */
  holdDomain(domain: string, memberId: string): string {
    this.#createTables()
    return this.#db.transaction(() => {
      this.#db.all(
        'INSERT OR IGNORE INTO domains (domain, member_id) VALUES (?, ?)',
        domain,
        memberId,
      )
      const [row] = this.#db.all('SELECT member_id FROM domains WHERE domain = ?', domain)
      return v.parse(PinRowSchema, row).member_id
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
   * The listings whose time is not over, the one that lasts longest first; those that are over are removed.
   */
  listPending(now: number): PendingListing[] {
    if (!this.#hasTable('pending')) return []
    this.#db.all('DELETE FROM pending WHERE expires_at <= ?', now)
    const rows = this.#db.all('SELECT * FROM pending ORDER BY expires_at DESC')
    return rows.map((row) => v.parse(PendingRowSchema, row))
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

  /** The listed portals behind a member id, in order, a page at most; the empty text begins. */
  listPortals(after: string): string[] {
    if (!this.#hasTable('portals')) return []
    const rows = this.#db.all(
      'SELECT member_id FROM portals WHERE member_id > ? ORDER BY member_id LIMIT ?',
      after,
      PORTALS_PAGE,
    )
    return rows.map((row) => textOf(row, 'member_id'))
  }

  #hasTable(name: 'pins' | 'pending' | 'portals'): boolean {
    const query = 'SELECT 1 AS found FROM sqlite_master WHERE name = ?'
    return this.#db.all(query, name).length > 0
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
