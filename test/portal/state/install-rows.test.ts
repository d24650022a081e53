/** The small rows of a portal outlive its object: they are read back as they were written. */
import { expect, it } from 'vitest'
import { NO_INSTALL } from '../../../src/core/access/installs/install.ts'
import type { PendingRow } from '../../../src/core/access/installs/pending-row.ts'
import { InstallRows } from '../../../src/portal/state/install-rows.ts'
import { migrate } from '../../../src/portal/state/migrations.ts'
import { anInstall } from '../../support/builders/an-install.ts'
import { withDatabase } from '../../support/storage/object-database.ts'
import { NOW } from '../../support/time.ts'

const PENDING: PendingRow = {
  sealed: 'sealed',
  tokenHash: 'hash',
  ts: NOW / 1000,
  since: NOW,
  expiresAt: NOW + 1,
  kind: 'unanswered',
  network: null,
  others: [],
  nextCheckAt: NOW,
  clientId: null,
  domain: null,
}

function withRows<T>(work: (rows: InstallRows) => T): Promise<T> {
  return withDatabase((db) => {
    migrate(db)
    return work(new InstallRows(db))
  })
}

it('knows an empty install before one was saved, and the last one afterwards', async () => {
  const read = await withRows((rows) => {
    const before = rows.loadInstall()
    rows.saveInstall(anInstall())
    rows.saveInstall(anInstall({ tokens: 'sealed-again' }))
    return { before: before === NO_INSTALL, after: rows.loadInstall() }
  })
  expect(read).toEqual({ before: true, after: anInstall({ tokens: 'sealed-again' }) })
})

it('keeps one row of pending installs, until it is removed', async () => {
  const read = await withRows((rows) => {
    const before = rows.loadPending()
    rows.savePending({ ...PENDING, kind: 'unknown_application' })
    rows.savePending(PENDING)
    const saved = rows.loadPending()
    rows.savePending(null)
    return [before, saved, rows.loadPending()]
  })
  expect(read).toEqual([null, PENDING, null])
})

it('tells that the row of pending installs cannot be understood', async () => {
  const read = await withDatabase((db) => {
    migrate(db)
    db.all('INSERT INTO pending (id, pending) VALUES (1, ?)', '{"sealed":7}')
    return new InstallRows(db).loadPending()
  })
  expect(read).toBe('damaged')
})

it('keeps a value under its name, until it or all of them are removed', async () => {
  const read = await withRows((rows) => {
    rows.saveValue('TEAM', 'sealed-1')
    rows.saveValue('TEAM', 'sealed-2')
    rows.saveValue('OTHER', 'sealed-3')
    const both = [...rows.loadValues()]
    rows.saveValue('OTHER', null)
    const one = [...rows.loadValues()]
    rows.clearValues()
    return { both, one, none: [...rows.loadValues()] }
  })
  expect(read).toEqual({
    both: expect.arrayContaining([
      ['TEAM', 'sealed-2'],
      ['OTHER', 'sealed-3'],
    ]),
    one: [['TEAM', 'sealed-2']],
    none: [],
  })
})
