/**
 * The reports of all portals, as the directory's list keeps them. The table comes into being with the first report. A page
 * reads a bounded number of rows, whatever is looked for, and a report that was damaged outside of this program is
 * left out until its portal reports again.
 */
import * as v from 'valibot'
import type { PortalStatus } from '../core/access/portal-status.ts'
import type { PortalReport } from '../core/reports/portal-report.ts'
import { PortalReportSchema } from './report-schema.ts'
import { hasTable, jsonOf, type Database, type SqlRow } from '../storage/database.ts'

/** The most portals of one page. */
export const REPORTS_PAGE = 100

/** The most rows that a page looks through for a text. */
export const MAX_SEARCHED = 2000

/** The most portals with one domain that are told apart. */
const MAX_NAMESAKES = 10

/** How many reports are read at a time while all are summed. */
const SUMMED_AT_A_TIME = 500

/** What a page of the list has to show. */
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

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * Writes a report in the place of the former one: one row, since the columns with an index are written only where
   * they change.
   */
  save(memberId: string, report: PortalReport): void {
    this.#createTable()
    const { state, problem } = report
    const domain = report.domain?.toLowerCase() ?? null
    const reason = problem?.reason ?? null
    const text = JSON.stringify(report)
    const [known] = this.#db.all(
      'SELECT domain, state, problem FROM reports WHERE member_id = ?',
      memberId,
    )
    if (known === undefined) {
      this.#db.all(
        'INSERT INTO reports (member_id, domain, state, problem, report) VALUES (?, ?, ?, ?, ?)',
        memberId,
        domain,
        state,
        reason,
        text,
      )
      return
    }
    this.#db.all('UPDATE reports SET report = ? WHERE member_id = ?', text, memberId)
    const isSame =
      known['domain'] === domain && known['state'] === state && known['problem'] === reason
    if (isSame) return
    this.#db.all(
      'UPDATE reports SET domain = ?, state = ?, problem = ? WHERE member_id = ?',
      domain,
      state,
      reason,
      memberId,
    )
  }

  /** Removes the report of a portal, if there is one. */
  remove(memberId: string): void {
    if (this.#hasTable()) this.#db.all('DELETE FROM reports WHERE member_id = ?', memberId)
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

  /** Every report, some at a time. */
  *all(): Iterable<PortalReport> {
    if (!this.#hasTable()) return
    let after = ''
    for (;;) {
      const rows = this.#select('member_id, report', { after }, SUMMED_AT_A_TIME)
      for (const { report } of rows.flatMap(parseListed)) yield report
      if (rows.length < SUMMED_AT_A_TIME) return
      after = idOf(rows.at(-1)) ?? after
    }
  }

  #hasTable(): boolean {
    return hasTable(this.#db, 'reports')
  }

  /** The partial index costs a row only where a portal is in trouble. */
  #createTable(): void {
    if (this.#hasTable()) return
    this.#db.all(`CREATE TABLE reports (
      member_id TEXT PRIMARY KEY, domain TEXT, state TEXT NOT NULL, problem TEXT,
      report TEXT NOT NULL) WITHOUT ROWID`)
    this.#db.all('CREATE INDEX reports_by_domain ON reports (domain)')
    this.#db.all('CREATE INDEX reports_by_state ON reports (state)')
    this.#db.all('CREATE INDEX reports_in_trouble ON reports (member_id) WHERE problem IS NOT NULL')
  }
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
