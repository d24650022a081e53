/**
 * The one object that knows something of all portals: which portal an outgoing webhook's token was pinned
 * to, and which installs wait for their configuration. Rows exist only for callers who proved something.
 */
import { DurableObject } from 'cloudflare:workers'
import { numberOf, openDatabase, textOf, type Database } from '../storage/database.ts'

/** The most pending installs that are shown. */
export const MAX_PENDING_SHOWN = 20

/** An install that waits for its application to be configured. */
export interface PendingListing {
  readonly memberId: string
  readonly domain: string
  readonly clientId: string
  /** Unix milliseconds. */
  readonly expiresAt: number
}

/** Registry of pins and pending installs; reached under the name `directory`. */
export class Directory extends DurableObject<unknown> {
  readonly #db: Database

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env)
    this.#db = openDatabase(ctx.storage)
  }

  /** Pins a token (by its hash) to the first portal that asks; answers the portal it is pinned to. */
  pin(tokenId: string, memberId: string): string {
    this.#prepare()
    return this.#db.transaction(() => {
      this.#db.all(
        'INSERT OR IGNORE INTO pins (token_id, member_id) VALUES (?, ?)',
        tokenId,
        memberId,
      )
      const row = this.#db.all('SELECT member_id FROM pins WHERE token_id = ?', tokenId)[0]
      return row === undefined ? memberId : textOf(row, 'member_id')
    })
  }

  /** Notes or forgets (null) the pending install of a portal. */
  notePending(memberId: string, notice: PendingListing | null): void {
    if (notice === null) {
      if (this.#isPrepared()) this.#db.all('DELETE FROM pending WHERE member_id = ?', memberId)
      return
    }
    this.#prepare()
    this.#db.all('DELETE FROM pending WHERE member_id = ?', memberId)
    this.#db.all(
      'INSERT INTO pending (member_id, domain, client_id, expires_at) VALUES (?, ?, ?, ?)',
      memberId,
      notice.domain,
      notice.clientId,
      notice.expiresAt,
    )
    this.#db.all(
      `DELETE FROM pending WHERE member_id NOT IN
       (SELECT member_id FROM pending ORDER BY expires_at DESC LIMIT ?)`,
      MAX_PENDING_SHOWN,
    )
  }

  /** The pending installs, newest first. A line whose portal could not take it back goes here. */
  listPending(now: number): PendingListing[] {
    if (!this.#isPrepared()) return []
    this.#db.all('DELETE FROM pending WHERE expires_at <= ?', now)
    return this.#db.all('SELECT * FROM pending ORDER BY expires_at DESC').map((row) => ({
      memberId: textOf(row, 'member_id'),
      domain: textOf(row, 'domain'),
      clientId: textOf(row, 'client_id'),
      expiresAt: numberOf(row, 'expires_at'),
    }))
  }

  #isPrepared(): boolean {
    return this.#db.all(`SELECT 1 AS found FROM sqlite_master WHERE name = 'pins'`).length > 0
  }

  #prepare(): void {
    this.#db.all(`CREATE TABLE IF NOT EXISTS pins (
      token_id TEXT PRIMARY KEY, member_id TEXT NOT NULL) WITHOUT ROWID`)
    this.#db.all(`CREATE TABLE IF NOT EXISTS pending (
      member_id TEXT PRIMARY KEY, domain TEXT NOT NULL, client_id TEXT NOT NULL,
      expires_at INTEGER NOT NULL) WITHOUT ROWID`)
  }
}
