/** The schema of a portal's object: from every older version, with rows in it, forward. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLane } from '../../../src/core/lanes/state/match-lanes.ts'
import { NO_INSTALL } from '../../../src/core/access/installs/install.ts'
import { createTables, dropTables } from '../../../src/portal/log/rows/segment-rows.ts'
import { FIRST_SEGMENT } from '../../../src/portal/state/segment-tables.ts'
import { openDatabase, type Database } from '../../../src/storage/database.ts'
import {
  MIGRATIONS,
  mendApplied,
  migrate,
  type Migration,
} from '../../../src/portal/state/migrations.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'
import { machine } from '../../support/builders/entries.ts'
import { PortalScenario } from '../../support/scenarios/portal-scenario.ts'
import { withDatabase } from '../../support/storage/object-database.ts'
import { NOW } from '../../support/time.ts'

let scenario: PortalScenario

beforeEach(() => {
  scenario = new PortalScenario()
})

afterEach(() => scenario.close())

/**
 * What an object of each version had stored: two events, of which `erp` has one, parked. Frozen: a version
 * that was released is never edited. A new migration needs its own entry.
 */
function rowsOf(version: string): readonly [string, ...SqlStorageValue[]][] | null {
  if (version === '0005-field-shelves') {
    return [
      ...(rowsOf('0004-segments') ?? []),
      [
        `INSERT INTO field_shelves SELECT id / 16, json_object(CAST(id AS TEXT), json(state)) FROM fields WHERE id = ?`,
        FIELD.id,
      ],
      ['DELETE FROM fields WHERE id = ?', FIELD.id],
    ]
  }
  if (version === '0004-segments') {
    // Event 1 stands in a closed segment, event 2 in the open one.
    return [
      ...(rowsOf('0003-digests') ?? []),
      ...['log', 'fates', 'digests'].flatMap((table): [string][] => [[TABLES[table] ?? '']]),
      ['INSERT INTO log_2 SELECT * FROM log WHERE sequence = 2'],
      ['DELETE FROM log WHERE sequence = 2'],
      [`CREATE INDEX parked_2 ON fates_2 (destination, sequence) WHERE state = 'parked'`],
      [`INSERT INTO parked_counts VALUES ('erp', 1)`],
      ['UPDATE segments SET last = 1, oldest_at = 1, youngest_at = 1, up_to = 1, entries = 1'],
      [
        `INSERT INTO segments (id, up_to, entries, reconciled, thin, quarantined)
         VALUES (2, 1, 0, 0, 0, 0)`,
      ],
    ]
  }
  if (version === '0003-digests') {
    return [
      ...(rowsOf('0002-fields') ?? []),
      [`INSERT INTO digests VALUES ('chat', 1, '[1]', ?, 1)`, scenario.time.now()],
    ]
  }
  if (version === '0002-fields') {
    const { action: _, ...field } = FIELD
    const unread = { attributes: null, readAt: null, isTold: false, toldBy: null, isGone: false }
    const state = { ...field, ...unread, owed: [] }
    return [
      ...(rowsOf('0001-log-lanes-install') ?? []),
      [
        'INSERT INTO fields (id, family, entity_id, state) VALUES (?, ?, ?, ?)',
        field.id,
        field.family,
        field.entityId,
        JSON.stringify(state),
      ],
      [
        'INSERT INTO reconciliation (id, state) VALUES (1, ?)',
        JSON.stringify({ baselines: { CRM_REQUISITE: 1 }, startedAt: 1, finishedAt: 1 }),
      ],
    ]
  }
  if (version !== '0001-log-lanes-install') return null
  const plan = { destination: 'erp', fingerprint: 'f', silent: null, skipsUnchanged: false }
  const filter = { events: ['*'], fields: [] }
  const {
    gathering: _gathering,
    memory: _memory,
    ...first
  } = createLane({ ...plan, ...filter, problem: null }, 0)
  const lane = {
    ...first,
    cursor: 1,
    lastMeant: 1,
    epochs: [{ from: 1, ...filter, silent: null }],
  }
  const { access: _access, subscriptions: _subscriptions, ...known } = NO_INSTALL
  const subscriptions = { checkedAt: null, missing: [] }
  const install = { ...known, subscriptions, generation: 2, lastSequence: 1 }
  const event = JSON.stringify(anEvent())
  const log =
    'INSERT INTO log (sequence, received_at, receipt, digest, event) VALUES (?, ?, ?, ?, ?)'
  const now = scenario.time.now()
  return [
    [log, 1, now, 'receipt-1', 'digest-1', event],
    [log, 2, now, 'receipt-2', 'digest-2', event],
    [
      'INSERT INTO lanes (id, lanes) VALUES (1, ?)',
      JSON.stringify({ lanes: [lane], openFrom: null }),
    ],
    [`INSERT INTO fates VALUES ('erp', 1, 'parked', 'http_422', 422, ?, 1)`, now],
    ['INSERT INTO install (id, install) VALUES (1, ?)', JSON.stringify(install)],
    ['INSERT INTO pending (id, pending) VALUES (1, ?)', JSON.stringify(WAITING(now))],
    [`INSERT INTO portal_values VALUES ('ERP_URL', 'v1.k1.AAAA.AAAA')`],
  ]
}

/** The tables of the second segment. */
const TABLES: Readonly<Record<string, string>> = {
  log: `CREATE TABLE log_2 (
    sequence INTEGER PRIMARY KEY, received_at INTEGER NOT NULL, receipt TEXT NOT NULL, digest TEXT NOT NULL,
    event TEXT NOT NULL, enrichment TEXT, reconciled INTEGER NOT NULL DEFAULT 0
  )`,
  fates: `CREATE TABLE fates_2 (
    destination TEXT NOT NULL, sequence INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT, status INTEGER,
    at INTEGER NOT NULL, attempts INTEGER NOT NULL, PRIMARY KEY (destination, sequence)
  ) WITHOUT ROWID`,
  digests: `CREATE TABLE digests_2 (
    destination TEXT NOT NULL, last INTEGER NOT NULL, sequences TEXT NOT NULL, at INTEGER NOT NULL,
    attempts INTEGER NOT NULL, PRIMARY KEY (destination, last)
  ) WITHOUT ROWID`,
}

const FIELD = {
  family: 'requisite' as const,
  action: 'updated' as const,
  id: 235,
  entityId: 'CRM_REQUISITE',
  fieldName: 'UF_CRM_TAX',
}

function WAITING(now: number) {
  const times = { ts: NOW / 1000, since: now, expiresAt: now + 1e9, nextCheckAt: now + 1e8 }
  return {
    kind: 'unknown_application',
    sealed: 'v1.k1.AAAA.AAAA',
    clientId: 'local.1',
    domain: 'acme.bitrix24.com',
    ...times,
  }
}

describe('migrations', () => {
  it.each(MIGRATIONS.map(({ id }) => id))('from %s, with rows in it, forward', async (version) => {
    const rows = rowsOf(version)
    if (rows === null) throw new Error(`Cannot test ${version} as it has no rows here`)
    await scenario.inside(({ storage }) => {
      migrate(openDatabase(storage), { upTo: version })
      for (const [query, ...bindings] of rows) storage.sql.exec(query, ...bindings)
    })
    await scenario.relay.deploys([machine('erp')])
    await scenario.settled()
    expect(scenario.receiver('erp').received()).toMatchObject([
      { sequence: 2, previousSequence: 1 },
    ])
    const portal = scenario.object
    expect(await portal.view()).toMatchObject({
      head: 2,
      events: 2,
      pending: { kind: 'unknown_application', domain: 'acme.bitrix24.com' },
      lanes: [{ destination: 'erp', cursor: 2, parked: 1 }],
    })
    expect(await portal.parked()).toMatchObject([{ sequence: 1, reason: 'http_422', attempts: 1 }])
    expect(await scenario.rows('SELECT name FROM portal_values')).toEqual([{ name: 'ERP_URL' }])
    expect(await scenario.portal.sends()).toBe(3)
    const applied = await scenario.rows('SELECT position, id FROM migrations ORDER BY position')
    expect(applied).toEqual(MIGRATIONS.map(({ id }, position) => ({ position, id })))
  })

  it('make the tables that docs/storage.md names', async () => {
    await scenario.portal.sends()
    expect(await scenario.tableNames()).toEqual([
      'digests',
      'fates',
      'field_shelves',
      'fields',
      'install',
      'lanes',
      'log',
      'migrations',
      'parked_counts',
      'pending',
      'portal_values',
      'reconciliation',
      'segments',
    ])
  })

  it('an applied step that this version does not know stops the object, and nothing is stored', async () => {
    await scenario.relay.passesOn()
    await scenario.relay.restarts()
    await scenario.rows(
      'INSERT INTO migrations (position, id) VALUES (?, ?)',
      MIGRATIONS.length,
      '9999-from-the-future',
    )
    await scenario.relay.restarts()
    await expect(scenario.portal.sends()).rejects.toThrow(
      'Cannot open the portal as its schema step 9999-from-the-future is unknown to this version',
    )
  })

  it('with another step in the place of an applied one are refused', async () => {
    await scenario.portal.sends()
    const other: Migration = { id: '0001-other', statements: [], makes: 'other' }
    const run = () =>
      scenario.inside(({ storage }) => migrate(openDatabase(storage), { migrations: [other] }))
    await expect(run()).rejects.toThrow('0002-fields is unknown to this version')
  })

  it.each([
    ['an id that no version has', `UPDATE migrations SET id = '####' WHERE position = 1`],
    ['an id that is no text', `UPDATE migrations SET id = x'00ff' WHERE position = 3`],
    ['a row that is gone', 'DELETE FROM migrations WHERE position = 0'],
    ['the last row gone', 'DELETE FROM migrations WHERE position = 3'],
    ['no row left', 'DELETE FROM migrations'],
    ['no table left', 'DROP TABLE migrations'],
  ])('with %s are told by the tables: the portal goes on (G10)', async (_name, damage) => {
    await scenario.relay.passesOn(2)
    await scenario.relay.restarts()
    await scenario.rows(damage)
    await scenario.relay.restarts()
    expect(await scenario.portal.sends()).toBe(3)
    await scenario.settled()
    expect(scenario.receiver('erp').sequences()).toEqual([1, 2, 3])
    const applied = await scenario.rows('SELECT position, id FROM migrations ORDER BY position')
    expect(applied).toEqual(MIGRATIONS.map(({ id }, position) => ({ position, id })))
    expect(scenario.logged).toContain('migrations_damaged')
  })

  it('with a damaged row stop no object that is full', async () => {
    await scenario.inside(({ storage }) => {
      const db = openDatabase(storage)
      migrate(db)
      db.all('DELETE FROM migrations')
      const full = { ...db, transaction: () => expect.fail('disk is full') }
      expect(mendApplied(full)).toEqual({ count: MIGRATIONS.length, isDamaged: true })
      expect(migrate(db)).toBe(true)
      expect(db.all('SELECT id FROM migrations')).toEqual([])
    })
  })

  it('that fail leave nothing of themselves behind', async () => {
    await scenario.portal.sends()
    const migrations: readonly Migration[] = [
      ...MIGRATIONS,
      {
        id: '8888-half',
        statements: ['CREATE TABLE half (x INTEGER)', 'CREATE TABLE half (x INTEGER)'],
        makes: 'half',
      },
    ]
    const before = await scenario.tableNames()
    const run = () =>
      scenario.inside(({ storage }) => migrate(openDatabase(storage), { migrations }))
    await expect(run()).rejects.toThrow('half')
    expect(await scenario.tableNames()).toEqual(before)
    expect(await scenario.rows('SELECT id FROM migrations')).toHaveLength(MIGRATIONS.length)
  })

  it('run a later step once, and not again', async () => {
    await scenario.portal.sends()
    const migrations = [
      ...MIGRATIONS,
      { id: '8888-more', statements: ['CREATE TABLE more (x INTEGER)'], makes: 'more' },
    ]
    await scenario.inside(({ storage }) => {
      migrate(openDatabase(storage), { migrations })
      migrate(openDatabase(storage), { migrations })
    })
    expect(await scenario.tableNames()).toContain('more')
  })
})

/** Made-up steps that only add columns: to one table, and to a table of each segment. */
const WEIGHT: Migration = {
  id: '8888-weight',
  statements: ['ALTER TABLE fields ADD COLUMN weight INTEGER'],
  makes: 'fields.weight',
}
const COLOUR: Migration = {
  id: '8889-colour',
  statements: [],
  ofSegment: ({ logTable, fateTable }) => [
    `ALTER TABLE ${logTable} ADD COLUMN colour TEXT`,
    `ALTER TABLE ${fateTable} ADD COLUMN colour TEXT`,
  ],
  makes: ({ logTable }) => `${logTable}.colour`,
}

/** The tables that have a column of this name. */
function tablesWith(db: Database, column: string): readonly unknown[] {
  const query = `SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c
    WHERE m.type = 'table' AND c.name = ? ORDER BY m.name`
  return db.all(query, column).map(({ name }) => name)
}

/** Makes the tables of a portal whose first segment was dropped, and that has the segments 2 and 3. */
function makeSegments(db: Database): void {
  migrate(db)
  createTables(db, 2)
  createTables(db, 3)
  dropTables(db, FIRST_SEGMENT)
}

describe('a step that only adds columns', () => {
  const coloured = ['fates_2', 'fates_3', 'log_2', 'log_3']

  it('changes every segment that stands', async () => {
    await withDatabase((db) => {
      makeSegments(db)
      migrate(db, { migrations: [...MIGRATIONS, WEIGHT, COLOUR] })
      expect(tablesWith(db, 'weight')).toEqual(['fields'])
      expect(tablesWith(db, 'colour')).toEqual(coloured)
    })
  })

  it.each([
    ['all rows', 'DELETE FROM migrations'],
    ['the row of the last step', `DELETE FROM migrations WHERE id = '8889-colour'`],
    ['the rows of both', `DELETE FROM migrations WHERE id > '8888'`],
    ['the id of the first of them', `UPDATE migrations SET id = '####' WHERE id = '8888-weight'`],
    ['the table', 'DROP TABLE migrations'],
  ])('is not run again after damage to %s of `migrations`', async (_name, damage) => {
    await withDatabase((db) => {
      const migrations = [...MIGRATIONS, WEIGHT, COLOUR]
      makeSegments(db)
      migrate(db, { migrations })
      db.all(damage)
      expect(mendApplied(db, migrations)).toEqual({ count: migrations.length, isDamaged: true })
      expect(migrate(db, { migrations })).toBe(true)
      expect(tablesWith(db, 'colour')).toEqual(coloured)
      expect(db.all('SELECT id FROM migrations ORDER BY position')).toEqual(
        migrations.map(({ id }) => ({ id })),
      )
    })
  })

  it('is run where it was never applied, although the rows of the steps before are damaged', async () => {
    await withDatabase((db) => {
      makeSegments(db)
      db.all('DELETE FROM migrations')
      const migrations = [...MIGRATIONS, WEIGHT, COLOUR]
      expect(mendApplied(db, migrations).count).toBe(MIGRATIONS.length)
      migrate(db, { migrations })
      expect(tablesWith(db, 'colour')).toEqual(coloured)
    })
  })

  it('leaves a segment alone that was begun with the columns of today, while the object was full', async () => {
    await withDatabase((db) => {
      makeSegments(db)
      db.all('ALTER TABLE log_3 ADD COLUMN colour TEXT')
      db.all('ALTER TABLE fates_3 ADD COLUMN colour TEXT')
      const migrations = [...MIGRATIONS, COLOUR]
      expect(mendApplied(db, migrations)).toEqual({ count: MIGRATIONS.length, isDamaged: false })
      migrate(db, { migrations })
      expect(tablesWith(db, 'colour')).toEqual(coloured)
    })
  })
})

it('writes nothing where every step is applied, so that a full object can start', async () => {
  const written = await scenario.inside(({ storage }) => {
    const db = openDatabase(storage)
    migrate(db)
    const queries: string[] = []
    migrate({ ...db, all: (query, ...given) => (queries.push(query), db.all(query, ...given)) })
    return queries.filter((query) => !query.trim().startsWith('SELECT'))
  })
  expect(written).toEqual([])
})
