/** The reports of all portals, over the SQLite of a real object. */
import { env } from 'cloudflare:workers'
import { reset, runInDurableObject } from 'cloudflare:test'
import { afterEach, describe, expect, it } from 'vitest'
import { sumReports } from '../../src/core/reports/report-totals.ts'
import type { PortalReport } from '../../src/core/reports/portal-report.ts'
import {
  MAX_SEARCHED,
  REPORTS_PAGE,
  ReportStore,
  type ReportPage,
  type ReportQuery,
} from '../../src/objects/report-store.ts'
import type { Database } from '../../src/storage/database.ts'
import { aReport, LANE_DISABLED } from '../support/builders/a-report.ts'
import { withDatabase } from '../support/storage/object-database.ts'
import { memberIdOf } from '../support/identity.ts'

const ACME = 'a'.repeat(32)
const OTHER = 'b'.repeat(32)

afterEach(() => reset())

function withStore<T>(work: (store: ReportStore, db: Database) => T): Promise<T> {
  return withDatabase((db) => work(new ReportStore(db), db))
}

/** Saves so many portals, each with the changes that its number gives. */
function fill(store: ReportStore, count: number, changes: (n: number) => Partial<PortalReport>) {
  for (let n = 0; n < count; n += 1) store.save(memberIdOf(n), aReport(changes(n)))
}

function idsIn({ portals }: ReportPage): string[] {
  return portals.map(({ memberId }) => memberId)
}

/** How many portals the figures tell of. */
function portalsIn(store: ReportStore): number {
  return store.figures().reduce((sum, { portals }) => sum + portals, 0)
}

/** Every page of a query. */
function pagesOf(store: ReportStore, query: Omit<ReportQuery, 'after'>): string[][] {
  const pages: string[][] = []
  for (let after: string | null = ''; after !== null;) {
    const page: ReportPage = store.list({ ...query, after })
    pages.push(idsIn(page))
    after = page.cursor
  }
  return pages
}

describe('save() and list()', () => {
  it('hold one report of a portal, the latest, and none before the first', async () => {
    const seen = await withStore((store) => {
      const before = store.list({ after: '' })
      store.save(ACME, aReport())
      store.save(ACME, aReport({ head: 43, problem: LANE_DISABLED }))
      return [before, store.list({ after: '' })]
    })
    expect(seen).toEqual([
      { portals: [], cursor: null },
      {
        portals: [{ memberId: ACME, report: aReport({ head: 43, problem: LANE_DISABLED }) }],
        cursor: null,
      },
    ])
  })

  it('page by member id, and filter by state and by problem', async () => {
    const seen = await withStore((store) => {
      fill(store, REPORTS_PAGE * 2 + 1, (n) => ({
        state: n % 3 === 0 ? 'tokens_lost' : 'active',
        problem: n % 100 === 7 ? LANE_DISABLED : null,
      }))
      return {
        all: pagesOf(store, {}).map(({ length }) => length),
        lost: pagesOf(store, { state: 'tokens_lost' }).map(({ length }) => length),
        troubled: pagesOf(store, { problem: true }),
        both: pagesOf(store, { problem: true, state: 'tokens_lost' }),
        well: pagesOf(store, { problem: false }).map(({ length }) => length),
      }
    })
    expect(seen).toEqual({
      all: [100, 100, 1],
      lost: [67],
      troubled: [[memberIdOf(7), memberIdOf(107)]],
      both: [[]],
      well: [100, 99],
    })
  })

  it('look for a part of the domain or the beginning of a member id', async () => {
    const seen = await withStore((store) => {
      store.save(ACME, aReport({ domain: 'Acme.bitrix24.com' }))
      store.save(OTHER, aReport({ domain: null }))
      return ['acme', 'bitrix24', 'bbb', 'zzz', '%', '_'].map((text) =>
        idsIn(store.list({ text, after: '' })),
      )
    })
    expect(seen).toEqual([[ACME], [ACME], [OTHER], [], [], []])
  })

  it('look through 2,000 portals at a time, and say where to go on', async () => {
    const pages = await withStore((store) => {
      fill(store, MAX_SEARCHED + 1, (n) => ({
        domain: n === MAX_SEARCHED ? 'last.bitrix24.com' : `p${n}.bitrix24.com`,
      }))
      return [pagesOf(store, { text: 'last' }), pagesOf(store, { text: 'p1' }).map((p) => p.length)]
    })
    expect(pages[0]).toEqual([[], [memberIdOf(MAX_SEARCHED)]])
    expect(pages[1]?.[0]).toBe(100)
  })

  it('list the portals with open troubles, in a table of the former release too', async () => {
    const open = [{ type: 'relay.portal.quiet', about: null, since: 7 }] as const
    const seen = await withStore((store, db) => {
      const before = store.listTold()
      store.save(ACME, aReport())
      db.all('DROP INDEX reports_told')
      db.all('ALTER TABLE reports DROP COLUMN told')
      const former = new ReportStore(db)
      const formerly = former.listTold()
      former.save(ACME, aReport({ open }))
      former.save(OTHER, aReport())
      const told = former.listTold()
      former.save(ACME, aReport())
      return [before, formerly, told, former.listTold()]
    })
    expect(seen).toEqual([[], [], [{ memberId: ACME, report: aReport({ open }) }], []])
  })

  it('leave out a damaged report until its portal reports again', async () => {
    const seen = await withStore((store, db) => {
      store.save(ACME, aReport())
      store.save(OTHER, aReport())
      db.all(`UPDATE reports SET report = '{"state":"active"}' WHERE member_id = ?`, ACME)
      const damaged = idsIn(store.list({ after: '' }))
      store.save(ACME, aReport())
      return [damaged, idsIn(store.list({ after: '' })), portalsIn(store)]
    })
    expect(seen).toEqual([[OTHER], [ACME, OTHER], 2])
  })
})

describe('named(), remove() and figures()', () => {
  it('find portals by their domain in any case, until they are removed', async () => {
    const seen = await withStore((store) => {
      store.save(ACME, aReport())
      store.save(OTHER, aReport({ domain: 'ACME.bitrix24.com' }))
      const both = store.named('acme.Bitrix24.com').map(({ memberId }) => memberId)
      store.remove(OTHER)
      return [both, store.named('acme.bitrix24.com').map(({ memberId }) => memberId)]
    })
    expect(seen).toEqual([[ACME, OTHER], [ACME]])
  })

  it('figures() tell every report, and those in one whose words are the same', async () => {
    const counted = await withStore((store) => {
      fill(store, 1001, (n) => ({ state: n === 7 ? 'tokens_lost' : 'active' }))
      return [portalsIn(store), store.figures().length]
    })
    expect(counted).toEqual([1001, 2])
  })

  it('figures() read a report whole where it has no text of them, and where that is damaged', async () => {
    const seen = await withStore((store, db) => {
      store.save(ACME, aReport())
      store.save(OTHER, aReport())
      const before = sumReports(store.figures())
      db.all("UPDATE reports SET figures = 'nothing' WHERE member_id = ?", ACME)
      const damaged = sumReports(store.figures())
      db.all('ALTER TABLE reports DROP COLUMN figures')
      const former = sumReports(store.figures())
      const again = new ReportStore(db)
      again.save(ACME, aReport({ head: 43 }))
      return [before, damaged, former, sumReports(again.figures())]
    })
    const [before] = seen
    expect(before).toMatchObject({ portals: { active: 2 }, events: 84 })
    expect(seen).toEqual([before, before, before, { ...before, events: 85 }])
  })
})

describe('10,000 portals', () => {
  it('cost a page of the list so many rows, and a report one', async () => {
    const name = crypto.randomUUID()
    await withDatabase((db) => {
      const store = new ReportStore(db)
      db.transaction(() =>
        fill(store, 10_000, (n) => ({
          domain: `p${n}.bitrix24.com`,
          problem: n % 1000 === 0 ? LANE_DISABLED : null,
          state: n % 2000 === 0 ? 'suspended' : 'active',
        })),
      )
    }, name)
    const rows = await countRows(name, {
      page: (store) => store.list({ after: memberIdOf(5000) }),
      troubled: (store) => store.list({ problem: true, after: '' }),
      suspended: (store) => store.list({ state: 'suspended', after: '' }),
      searched: (store) => store.list({ text: 'p999', after: '' }),
      named: (store) => store.named('p77.bitrix24.com'),
      sameSigns: (store) =>
        store.save(memberIdOf(1), aReport({ domain: 'p1.bitrix24.com', head: 43 })),
      newProblem: (store) =>
        store.save(memberIdOf(1), aReport({ domain: 'p1.bitrix24.com', problem: LANE_DISABLED })),
    })
    expect(rows).toEqual({
      page: { read: 101, written: 0 },
      troubled: { read: 10, written: 0 },
      suspended: { read: 5, written: 0 },
      searched: { read: 2002, written: 0 },
      named: { read: 2, written: 0 },
      sameSigns: { read: 2, written: 1 },
      newProblem: { read: 3, written: 5 },
    })
  })
})

/** The rows that each work reads and writes, as the platform counts them. The look for the table is left out. */
function countRows(
  name: string,
  works: Readonly<Record<string, (store: ReportStore) => unknown>>,
): Promise<Record<string, { read: number; written: number }>> {
  return runInDurableObject(env.PACERS.getByName(name), (_, { storage }) => {
    const counted: Record<string, { read: number; written: number }> = {}
    for (const [what, work] of Object.entries(works)) {
      const rows = { read: 0, written: 0 }
      const db: Database = {
        all: (query, ...bindings) => {
          const cursor = storage.sql.exec<Record<string, string | number | null>>(
            query,
            ...bindings,
          )
          const found = cursor.toArray()
          if (!query.includes('pragma')) {
            rows.read += cursor.rowsRead
            rows.written += cursor.rowsWritten
          }
          return found
        },
        transaction: (inside) => storage.transactionSync(inside),
        sync: () => storage.sync(),
        bytes: () => storage.sql.databaseSize,
      }
      work(new ReportStore(db))
      counted[what] = rows
    }
    return counted
  })
}
