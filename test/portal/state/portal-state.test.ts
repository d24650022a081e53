/** The small state of a portal's object: what a start reads, and that memory never runs ahead of storage. */
import { describe, expect, it } from 'vitest'
import type { PendingRow } from '../../../src/core/access/installs/pending-row.ts'
import { InstallRows } from '../../../src/portal/state/install-rows.ts'
import { hasSchema, migrate } from '../../../src/portal/state/migrations.ts'
import { PortalState } from '../../../src/portal/state/portal-state.ts'
import type { Database } from '../../../src/storage/database.ts'
import { anInstall } from '../../support/builders/an-install.ts'
import { withDatabase } from '../../support/storage/object-database.ts'
import { damagedRows } from '../../support/storage/damaged-rows.ts'
import { NOW } from '../../support/time.ts'

// KV has not heard of it yet.
const INSTALL = { ...anInstall(), kvDirty: true }

function aPending(ts: number, changes: Partial<PendingRow> = {}): PendingRow {
  const times = { since: NOW, expiresAt: NOW + 1000, nextCheckAt: NOW }
  const first = { sealed: `sealed ${ts}`, tokenHash: `hash ${ts}`, ts, ...times }
  return {
    ...first,
    kind: 'unanswered',
    network: null,
    others: [],
    clientId: null,
    domain: null,
    ...changes,
  }
}

/** A state over the database as a start finds it; `advances` counts what it told the scheduler. */
function aState(db: Database, { lastSequence = 0 } = {}) {
  const seen = { advances: 0 }
  const scheduler = { advance: () => void (seen.advances += 1) }
  const state = new PortalState({
    db,
    log: { lastSequence: () => lastSequence },
    damaged: damagedRows(db),
    world: { now: () => NOW },
    scheduler,
  })
  return { state, seen, rows: new InstallRows(db) }
}

describe('load()', () => {
  it('makes no table for a portal that nothing is known of', async () => {
    const found = await withDatabase((db) => {
      const { state } = aState(db)
      return [state.load(), state.isKnown(), hasSchema(db)]
    })
    expect(found).toEqual([false, false, false])
  })

  it('drops tables that hold nothing any more', async () => {
    const found = await withDatabase((db) => {
      const before = aState(db)
      before.state.changePending(aPending(1))
      before.state.changePending(null)
      const { state } = aState(db)
      const isKnown = state.load()
      const tables = db.all(
        `SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 1) <> '_'`,
      )
      // The next install makes them again.
      state.changeInstall(() => INSTALL)
      return [isKnown, tables, aState(db).state.load()]
    })
    expect(found).toEqual([false, [], true])
  })

  it.each<[string, (rows: InstallRows) => void, boolean]>([
    ['an install', (rows) => rows.saveInstall(INSTALL), true],
    ['a pending install', (rows) => rows.savePending(aPending(1)), true],
    // Nothing was installed, but the value must not be lost with the tables.
    ['a value of its own', (rows) => rows.saveValue('NAME', 'sealed'), false],
  ])('keeps a portal that has %s', async (_case, store, isKnown) => {
    const found = await withDatabase((db) => {
      migrate(db)
      const { state, rows } = aState(db)
      store(rows)
      return [state.load(), state.isKnown(), hasSchema(db)]
    })
    expect(found).toEqual([true, isKnown, true])
  })

  it.each([
    [7, 0],
    [0, 7],
    [7, 5],
  ])('goes on behind the later of %i in the install and %i in the log', async (stored, logged) => {
    const head = await withDatabase((db) => {
      migrate(db)
      const { state, rows } = aState(db, { lastSequence: logged })
      rows.saveInstall({ ...INSTALL, lastSequence: stored })
      state.load()
      return state.head()
    })
    expect(head).toBe(7)
  })
})

describe('a change', () => {
  it('is stored, changes memory, and tells whoever follows the version', async () => {
    const found = await withDatabase((db) => {
      const { state, seen, rows } = aState(db)
      state.changeInstall(() => INSTALL)
      state.changePending(aPending(1))
      return { version: state.version(), ...seen, stored: [rows.loadInstall(), rows.loadPending()] }
    })
    expect(found).toEqual({ version: 2, advances: 2, stored: [INSTALL, aPending(1)] })
  })

  it('that storage refuses changes nothing in memory', async () => {
    const found = await withDatabase((db) => {
      const before = aState(db).state
      before.changeInstall(() => INSTALL)
      before.changePending(aPending(1))
      const disk = { isFull: false }
      const transaction: Database['transaction'] = (work) => {
        const result = db.transaction(work)
        if (disk.isFull) throw new Error('disk is full')
        return result
      }
      const { state } = aState({ ...db, transaction })
      state.load()
      disk.isFull = true
      const changes = [
        () => state.changeInstall((install) => ({ ...install, erased: 5 })),
        () => state.changePending(null),
        () => state.endInstall({ ts: 9, erased: 0, endedAt: NOW, clean: false }, () => {}),
      ]
      for (const change of changes) expect(change).toThrow('disk is full')
      return [state.install(), state.pending(), state.version()]
    })
    expect(found).toEqual([INSTALL, aPending(1), 0])
  })
})

describe('hasNamedApplication()', () => {
  it('remembers an application that a pending install has named, also when that install is gone', async () => {
    const seen = await withDatabase((db) => {
      const { state } = aState(db)
      return [aPending(1), aPending(1, { clientId: 'local.1' }), null].map((pending) => {
        state.changePending(pending)
        return state.hasNamedApplication()
      })
    })
    expect(seen).toEqual([false, true, true])
  })
})

describe('endInstall()', () => {
  it.each([
    ['keeps the domain while events of the installation may wait', 3, 'acme.bitrix24.com'],
    ['forgets the domain with the last event', 0, null],
  ])('%s', async (_case, lastSequence, formerDomain) => {
    const found = await withDatabase((db) => {
      const { state, rows } = aState(db, { lastSequence })
      state.changeInstall(() => ({ ...INSTALL, erased: 1 }))
      state.endInstall({ ts: 9, erased: 2, endedAt: NOW, clean: false }, () => {})
      expect(rows.loadInstall()).toEqual(state.install())
      return state.install()
    })
    expect(found).toMatchObject({ application: null, uninstallTs: 9, erased: 3, formerDomain })
  })

  it('ends the pending installs that are not younger, and leaves the others to the next installation', async () => {
    const { others: _, nextCheckAt: __, ...younger } = aPending(10)
    const found = await withDatabase((db) => {
      const { state, rows } = aState(db)
      state.changePending(aPending(9, { others: [younger] }))
      state.endInstall({ ts: 9, erased: 0, endedAt: NOW, clean: false }, () => {})
      return [state.pending(), rows.loadPending()]
    })
    expect(found).toEqual([aPending(10), aPending(10)])
  })

  it('erases in the same transaction, before it looks whether the log is empty', async () => {
    const found = await withDatabase((db) => {
      const log = { last: 3 }
      const scheduler = { advance: () => {} }
      const state = new PortalState({
        db,
        log: { lastSequence: () => log.last },
        damaged: damagedRows(db),
        world: { now: () => NOW },
        scheduler,
      })
      state.changeInstall(() => INSTALL)
      state.endInstall({ ts: 9, erased: 3, endedAt: NOW, clean: false }, () => void (log.last = 0))
      return state.install().formerDomain
    })
    expect(found).toBeNull()
  })
})
