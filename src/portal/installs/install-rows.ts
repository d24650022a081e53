/** All SQL over a portal's install, its pending install and its own values. */
import { NO_INSTALL, type InstallState } from '../../core/access/install.ts'
import type { PendingRow } from '../../core/access/pending-row.ts'
import { textOf, type Database } from '../../storage/database.ts'

/** The small rows of one portal. */
export class InstallRows {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** The install; a portal that nothing is known of has an empty one. */
  loadInstall(): InstallState {
    const row = this.#db.all('SELECT install FROM install WHERE id = 1')[0]
    if (row === undefined) return NO_INSTALL
    // Sound: only `saveInstall` writes the column.
    const stored = JSON.parse(textOf(row, 'install')) as InstallState
    const { application, subscriptions } = stored
    // An older version knew fewer things.
    return {
      ...NO_INSTALL,
      ...stored,
      application: application && {
        ...application,
        // Both pairs came with the same event.
        systemTokensIssuedAt: application.systemTokensIssuedAt ?? application.tokensIssuedAt,
      },
      subscriptions: { ...NO_INSTALL.subscriptions, ...subscriptions },
    }
  }

  /** Writes the install. */
  saveInstall(install: InstallState): void {
    this.#db.all(
      `INSERT INTO install (id, install) VALUES (1, ?)
       ON CONFLICT (id) DO UPDATE SET install = excluded.install`,
      JSON.stringify(install),
    )
  }

  /** The install that waits; null when none does. */
  loadPending(): PendingRow | null {
    const row = this.#db.all('SELECT pending FROM pending WHERE id = 1')[0]
    // Sound: only `savePending` writes the column.
    return row === undefined ? null : (JSON.parse(textOf(row, 'pending')) as PendingRow)
  }

  /** Writes the install that waits, or removes it. */
  savePending(pending: PendingRow | null): void {
    if (pending === null) {
      this.#db.all('DELETE FROM pending')
      return
    }
    this.#db.all(
      `INSERT INTO pending (id, pending) VALUES (1, ?)
       ON CONFLICT (id) DO UPDATE SET pending = excluded.pending`,
      JSON.stringify(pending),
    )
  }

  /** The portal's own values, sealed, by name. */
  loadValues(): Map<string, string> {
    const rows = this.#db.all('SELECT name, sealed FROM portal_values')
    return new Map(rows.map((row) => [textOf(row, 'name'), textOf(row, 'sealed')]))
  }

  /** Writes one sealed value, or removes it. */
  saveValue(name: string, sealed: string | null): void {
    if (sealed === null) {
      this.#db.all('DELETE FROM portal_values WHERE name = ?', name)
      return
    }
    this.#db.all('INSERT OR REPLACE INTO portal_values (name, sealed) VALUES (?, ?)', name, sealed)
  }

  /** Removes every value. */
  clearValues(): void {
    this.#db.all('DELETE FROM portal_values')
  }
}
