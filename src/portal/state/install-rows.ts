/** All SQL over the small rows of a portal: its install, its pending installs, its own values. */
import * as v from 'valibot'
import { NO_INSTALL, type InstallState } from '../../core/access/installs/install.ts'
import type { PendingRow } from '../../core/access/installs/pending-row.ts'
import { NO_PROOFS, type RobotProofs } from '../../core/access/robot-hints.ts'
import { err, ok, type Result } from '../../core/result.ts'
import { jsonOf, type Database } from '../../storage/database.ts'
import { InstallSchema, PendingRowSchema, RobotProofsSchema } from './install-schemas.ts'

/** The row of the robot address among the portal's values. No value has such a name. */
const ROBOT_ROW = 'robot address'

/** The small rows of one portal. */
export class InstallRows {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * The install; an empty one for a portal of which nothing is known.
   *
   * @throws when the row is damaged. The start asks `findInstall` first, and recovers such an install.
   */
  loadInstall(): InstallState {
    const found = this.findInstall()
    if (!found.ok) throw new Error('Cannot read the install as its row is damaged')
    return found.value
  }

  /** The install, or the text of its row when that was damaged outside of this program. */
  findInstall(): Result<InstallState, string> {
    const row = this.#db.all('SELECT install FROM install WHERE id = 1')[0]
    if (row === undefined) return ok(NO_INSTALL)
    const install = v.safeParse(InstallSchema, jsonOf(row, 'install'))
    if (install.success) return ok(install.output)
    return err(typeof row['install'] === 'string' ? row['install'] : '')
  }

  /** Writes the install. */
  saveInstall(install: InstallState): void {
    this.#db.all(
      `INSERT INTO install (id, install) VALUES (1, ?)
       ON CONFLICT (id) DO UPDATE SET install = excluded.install`,
      JSON.stringify(install),
    )
  }

  /** The pending installs; null when there are none, and a word when their row was damaged outside of this program. */
  loadPending(): PendingRow | 'damaged' | null {
    const row = this.#db.all('SELECT pending FROM pending WHERE id = 1')[0]
    if (row === undefined) return null
    const pending = v.safeParse(PendingRowSchema, jsonOf(row, 'pending'))
    return pending.success ? pending.output : 'damaged'
  }

  /** Writes the pending installs, or removes the row. */
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

  /** The portal's own values, sealed, by name. A damaged one is a text that no key opens. */
  loadValues(): Map<string, string> {
    const rows = this.#db.all('SELECT name, sealed FROM portal_values')
    const values = new Map(rows.map(({ name, sealed }) => [String(name), String(sealed)]))
    values.delete(ROBOT_ROW)
    return values
  }

  /** Writes one sealed value, or removes it. */
  saveValue(name: string, sealed: string | null): void {
    if (sealed === null) {
      this.#db.all('DELETE FROM portal_values WHERE name = ?', name)
      return
    }
    this.#db.all('INSERT OR REPLACE INTO portal_values (name, sealed) VALUES (?, ?)', name, sealed)
  }

  /** The proofs of robots' hints; none when their row was damaged outside of this program. */
  loadRobotProofs(): RobotProofs {
    const row = this.#db.all('SELECT sealed FROM portal_values WHERE name = ?', ROBOT_ROW)[0]
    const proofs = v.safeParse(RobotProofsSchema, row && jsonOf(row, 'sealed'))
    return proofs.success ? proofs.output : NO_PROOFS
  }

  /** Writes the proofs of robots' hints. */
  saveRobotProofs(proofs: RobotProofs): void {
    this.saveValue(ROBOT_ROW, JSON.stringify(proofs))
  }

  /** Removes every value, and the proofs of robots' hints. */
  clearValues(): void {
    this.#db.all('DELETE FROM portal_values')
  }
}
