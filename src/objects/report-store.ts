/**
 * The reports of all portals, as the directory's list keeps them. The table comes into being with the first report. A
 * page reads a bounded number of rows, whatever is looked for, and a report that was damaged outside of this program is
 * left out until its portal reports again.
 */
import * as v from 'valibot'
import type { PortalStatus } from '../core/access/portal-status.ts'
import { mergeReport } from '../core/reports/merge-report.ts'
import { NO_PAST, pastOf, type PastTallies } from '../core/reports/past-tallies.ts'
import type { PortalReport } from '../core/reports/portal-report.ts'
import {
  figuresOf,
  FigureSums,
  formatFigures,
  type ReportFigures,
} from '../core/reports/report-figures.ts'
import { PortalReportSchema } from './report-schema.ts'
import { hasColumn, hasTable, jsonOf, type Database, type SqlRow } from '../storage/database.ts'

/** The most portals of one page. */
export const REPORTS_PAGE = 100

/** The most rows that a page looks through for a text. */
export const MAX_SEARCHED = 2000

/** The most portals with open troubles that are listed. */
export const MAX_TOLD = 50

/** The most portals with one domain that are told apart. */
const MAX_NAMESAKES = 10

/** The number of reports that are read at a time while all are summed. */
const SUMMED_AT_A_TIME = 500

/** The terms of one page of the list. */
export interface ReportQuery {
  /** Only portals in this state. */
  readonly state?: PortalStatus
  /** Only portals with a problem (true), or without one. */
  readonly problem?: boolean
  /** A part of the domain, or the beginning of the member id, in lower case. */
  readonly text?: string
  /** The member id behind which the page begins; the empty text begins the list. */
  readonly after: string
}

/** The report of one portal. */
export interface ListedPortal {
  readonly memberId: string
  readonly report: PortalReport
}

/** One page of the list. */
export interface ReportPage {
  readonly portals: readonly ListedPortal[]
  /** The member id behind which the next page begins; null on the last page. */
  readonly cursor: string | null
}

/** All SQL of the reports. */
export class ReportStore {
  readonly #db: Database
  /** Whether this life of the object has looked whether the table has every column. */
  #isReady = false

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * Writes a report in the place of the former one: one row, since the columns with an index are written only where
   * they change. Returns the tallies that are not continued.
   */
  save(memberId: string, reported: PortalReport): PastTallies {
    this.#createTable()
    const [row] = this.#db.all(
      'SELECT member_id, domain, state, problem, told, report FROM reports WHERE member_id = ?',
      memberId,
    )
    const known = row === undefined ? undefined : parseListed(row)[0]
    const merged = mergeReport(known?.report ?? null, withTally(reported))
    if (merged === null) return NO_PAST
    const { report, past } = merged
    const columns = [
      report.domain?.toLowerCase() ?? null,
      report.state,
      report.problem?.reason ?? null,
      report.open?.length ?? null,
    ]
    const texts = [JSON.stringify(report), formatFigures(report)]
    if (row === undefined) {
      this.#db.all(
        `INSERT INTO reports (member_id, domain, state, problem, told, report, figures)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        memberId,
        ...columns,
        ...texts,
      )
      return past
    }
    this.#db.all(
      'UPDATE reports SET report = ?, figures = ? WHERE member_id = ?',
      ...texts,
      memberId,
    )
    const { domain, state, problem, told } = row
    if ([domain, state, problem, told].every((value, index) => value === columns[index]))
      return past
    this.#db.all(
      'UPDATE reports SET domain = ?, state = ?, problem = ?, told = ? WHERE member_id = ?',
      ...columns,
      memberId,
    )
    return past
  }

  /** Removes the report of a portal, if there is one. Returns the tallies that are not continued. */
  remove(memberId: string): PastTallies {
    if (!this.#hasTable()) return NO_PAST
    const [known] = this.#find(memberId)
    this.#db.all('DELETE FROM reports WHERE member_id = ?', memberId)
    return known === undefined ? NO_PAST : pastOf(known.report.tally, known.report.lanes)
  }

  /** A page of the list, in the order of member ids. With a text it may be short although more follow. */
  list({ text, ...query }: ReportQuery): ReportPage {
    if (!this.#hasTable()) return { portals: [], cursor: null }
    return text === undefined ? this.#page(query) : this.#search(query, text)
  }

  #page(query: Omit<ReportQuery, 'text'>): ReportPage {
    const rows = this.#select('member_id, report', query, REPORTS_PAGE + 1)
    const page = rows.slice(0, REPORTS_PAGE)
    const isMore = rows.length > page.length
    return { portals: page.flatMap(parseListed), cursor: isMore ? idOf(page.at(-1)) : null }
  }

  #search(query: Omit<ReportQuery, 'text'>, text: string): ReportPage {
    const rows = this.#select('member_id, domain', query, MAX_SEARCHED + 1)
    const searched = rows.slice(0, MAX_SEARCHED)
    const found = searched.filter((row) => isMatch(row, text))
    const page = found.slice(0, REPORTS_PAGE)
    const end = found.length > page.length ? page : rows.length > searched.length ? searched : []
    const portals = page.flatMap((row) => this.#find(idOf(row) ?? ''))
    return { portals, cursor: idOf(end.at(-1)) }
  }

  #select(
    columns: string,
    { state, problem, after }: Omit<ReportQuery, 'text'>,
    limit: number,
  ): SqlRow[] {
    const conditions = ['member_id > ?']
    if (state !== undefined) conditions.push('state = ?')
    if (problem !== undefined) conditions.push(`problem IS ${problem ? 'NOT NULL' : 'NULL'}`)
    return this.#db.all(
      `SELECT ${columns} FROM reports WHERE ${conditions.join(' AND ')} ORDER BY member_id LIMIT ?`,
      after,
      ...(state === undefined ? [] : [state]),
      limit,
    )
  }

  #find(memberId: string): ListedPortal[] {
    return this.#db
      .all('SELECT member_id, report FROM reports WHERE member_id = ?', memberId)
      .flatMap(parseListed)
  }

  /** The portals in which something lasts that bulletins have told; the first ones of many. */
  listTold(): ListedPortal[] {
    if (!this.#hasTable() || !hasColumn(this.#db, 'reports', 'told')) return []
    return this.#db
      .all(
        'SELECT member_id, report FROM reports WHERE told IS NOT NULL ORDER BY member_id LIMIT ?',
        MAX_TOLD,
      )
      .flatMap(parseListed)
  }

  /** The portals with this domain, a few at most. */
  named(domain: string): ListedPortal[] {
    if (!this.#hasTable()) return []
    return this.#db
      .all(
        'SELECT member_id, report FROM reports WHERE domain = ? LIMIT ?',
        domain.toLowerCase(),
        MAX_NAMESAKES,
      )
      .flatMap(parseListed)
  }

  /** The figures of all reports: summed where the words of reports are the same. */
  figures(): readonly ReportFigures[] {
    if (!this.#hasTable()) return []
    const columns = this.#hasFigures() ? 'member_id, figures' : 'member_id'
    const sums = new FigureSums()
    const others: ReportFigures[] = []
    let rows: SqlRow[]
    let after = ''
    do {
      rows = this.#select(columns, { after }, SUMMED_AT_A_TIME)
      for (const row of rows) {
        if (!sums.add(row['figures'])) others.push(...this.#wholeFigures(row))
      }
      after = idOf(rows.at(-1)) ?? after
    } while (rows.length === SUMMED_AT_A_TIME)
    return [...sums.figures(), ...others]
  }

  /** The figures of a report that has no text of them yet. */
  #wholeFigures(row: SqlRow): readonly ReportFigures[] {
    return this.#find(idOf(row) ?? '').map(({ report }) => figuresOf(report))
  }

  #hasFigures(): boolean {
    return hasColumn(this.#db, 'reports', 'figures')
  }

  #hasTable(): boolean {
    return hasTable(this.#db, 'reports')
  }

  /** The partial indexes cost a row only where a portal is in trouble. */
  #createTable(): void {
    if (this.#isReady) return
    this.#isReady = true
    if (this.#hasTable()) {
      // A table that was made before there were figures.
      if (!this.#hasFigures()) this.#db.all('ALTER TABLE reports ADD COLUMN figures TEXT')
      if (!hasColumn(this.#db, 'reports', 'told')) {
        this.#db.all('ALTER TABLE reports ADD COLUMN told INTEGER')
        this.#indexTold()
      }
      return
    }
    this.#db.all(`CREATE TABLE reports (
      member_id TEXT PRIMARY KEY, domain TEXT, state TEXT NOT NULL, problem TEXT,
      told INTEGER, report TEXT NOT NULL, figures TEXT) WITHOUT ROWID`)
    this.#db.all('CREATE INDEX reports_by_domain ON reports (domain)')
    this.#db.all('CREATE INDEX reports_by_state ON reports (state)')
    this.#db.all('CREATE INDEX reports_in_trouble ON reports (member_id) WHERE problem IS NOT NULL')
    this.#indexTold()
  }

  #indexTold(): void {
    this.#db.all('CREATE INDEX reports_told ON reports (member_id) WHERE told IS NOT NULL')
  }
}

/** An object of another release reports no tally. */
function withTally(report: PortalReport): PortalReport {
  const parsed = v.safeParse(PortalReportSchema, report)
  return parsed.success ? parsed.output : report
}

function isMatch(row: SqlRow, text: string): boolean {
  const { domain } = row
  return (
    (typeof domain === 'string' && domain.includes(text)) || idOf(row)?.startsWith(text) === true
  )
}

function idOf(row: SqlRow | undefined): string | null {
  const memberId = row?.['member_id']
  return typeof memberId === 'string' ? memberId : null
}

function parseListed(row: SqlRow): ListedPortal[] {
  const memberId = idOf(row)
  const report = v.safeParse(PortalReportSchema, jsonOf(row, 'report'))
  return memberId === null || !report.success ? [] : [{ memberId, report: report.output }]
}
