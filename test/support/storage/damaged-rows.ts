/** The damaged rows of a portal, for the tests of a store by itself. */
import { DamagedRows } from '../../../src/portal/state/damaged-rows.ts'
import type { Database } from '../../../src/storage/database.ts'
import { NOW } from '../time.ts'

/** The damaged rows over a database; `logged` takes the names of their lines. */
export function damagedRows(db: Database, logged: string[] = []): DamagedRows {
  const world = {
    now: () => NOW,
    logLine: (_: unknown, event: string) => void logged.push(event),
  }
  return new DamagedRows({ db, memberId: 'a'.repeat(32), world })
}
