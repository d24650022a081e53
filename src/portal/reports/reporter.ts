/**
 * Sends the portal's report to the directory. The list of portals, the overview and the metrics read the directory
 * alone, so they ask none of ten thousand objects. A portal reports when its signs change, for example when a lane is
 * disabled; else at most once an hour, beside a write of its lanes that is made anyway; and with the daily visit, by
 * which a portal that KV has lost is visited too. Nothing waits for a report, and nothing fails with it.
 */
import { MINUTE_MS } from '../../core/durations.ts'
import {
  hasSettledBacklog,
  hasNewSigns,
  isReportOld,
  tellsOfWaiting,
  type PortalReport,
  type Signs,
} from '../../core/reports/portal-report.ts'
import { describeError } from '../../core/safety/redact.ts'
import type { DirectoryRemote } from '../../objects/directory.ts'
import type { LaneBook } from '../lanes/book/book.ts'
import type { Scheduler } from '../scheduler.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { World } from '../world.ts'

/**
 * The hourly report waits until every lane rests, so that it tells what has to wait, but no longer than this, in
 * milliseconds.
 */
export const REST_PATIENCE_MS = 10 * MINUTE_MS

/** After a report that did not arrive the next one waits so long, in milliseconds. */
export const LOST_REPORT_WAIT_MS = 5 * MINUTE_MS

/** The report of the portal, as its views make it. */
export interface ReportSource {
  /** The facts that the object compares to see whether it has something to report; reads nothing from storage. */
  readonly signs: () => Signs
  readonly report: () => PortalReport
  /** Whether no lane is walked. */
  readonly isAtRest: () => boolean
}

/** The dependencies of the reporter. */
export interface ReporterDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install' | 'head'>
  readonly book: Pick<
    LaneBook,
    'all' | 'lastReport' | 'noteReport' | 'isReportStored' | 'saveEverything' | 'countAnew'
  >
  readonly directory: Pick<DirectoryRemote, 'noteReport' | 'notePortal'>
  readonly world: Pick<World, 'now' | 'logLine'>
  readonly scheduler: Pick<Scheduler, 'background'>
  readonly source: ReportSource
}

/** The reports of one portal. */
export class Reporter {
  readonly #deps: ReporterDeps
  /**
   * Since when the hourly report is due, as soon as storage knows of it, in unix milliseconds; null while it is not.
   */
  #owedSince: number | null = null
  /** Whether the directory has a line of the portal, as far as this life of the object knows. */
  #isListed: boolean | null = null
  #isTelling = false
  /** The report that began last. */
  #lastTold: Promise<void> | null = null
  #notBefore = 0

  constructor(deps: ReporterDeps) {
    this.#deps = deps
  }

  /**
   * Reports when the signs have changed, and when nothing waits any more of what was told; called after each commit.
   */
  follow(): void {
    if (!this.#isProven()) return
    const { state, book, world, source } = this.#deps
    const last = book.lastReport()
    if (last === null || hasNewSigns(last, source.signs())) return this.#start('signs')
    if (hasSettledBacklog(last, { lanes: book.all(), head: state.head() }))
      return this.#start('signs')
    const now = world.now()
    if (!isReportOld(last, now)) return
    // The next write of the lanes stores the time. Without such a write the next life of the object would report again.
    book.noteReport({ ...last, at: now })
    this.#owedSince ??= now
  }

  /** Makes the hourly report, once the write of the lanes has stored its time; called when a lane has come to rest. */
  followRest(): void {
    this.follow()
    const { book, source, world } = this.#deps
    if (this.#owedSince === null || !book.isReportStored()) return
    const hasPatience = Math.abs(world.now() - this.#owedSince) < REST_PATIENCE_MS
    if (source.isAtRest() || !hasPatience) this.#start('hour')
  }

  /** Reports with the daily visit, or ends the portal's line when nothing is left of it. Never rejects. */
  async renew({ isLogEmpty }: { readonly isLogEmpty: boolean }): Promise<void> {
    const { memberId, directory } = this.#deps
    if (this.#hasInstall() || !isLogEmpty) return this.#tell('day')
    // A report that is under way would bring the line back.
    await this.#allTold()
    if (this.#hasInstall() || !this.#countAnew()) return
    if (await this.#reach(() => directory.notePortal(memberId, false))) this.#isListed = false
  }

  /**
   * The directory ends the portal's line and keeps its numbers among the past ones, so a portal that comes back
   * counts from zero. The portal's new beginning is stored first: a portal that counted on would be counted twice.
   */
  #countAnew(): boolean {
    const { book, state, world } = this.#deps
    try {
      book.countAnew({ since: world.now(), from: state.head() })
      return true
    } catch {
      // Swallows the refusal of a full object: the next visit tries again.
      return false
    }
  }

  #hasInstall(): boolean {
    const { application, webhooks } = this.#deps.state.install()
    return application !== null || webhooks.length > 0
  }

  /**
   * Whether the directory should hear of the portal: it has proved something, now or before its uninstall. Of a
   * stranger, or a portal that the directory was told to forget, no line is kept.
   */
  #isProven(): boolean {
    if (this.#deps.book.lastReport() !== null) this.#isListed ??= true
    return this.#hasInstall() || this.#isListed === true
  }

  #start(cause: 'signs' | 'hour'): void {
    if (this.#isTelling || this.#deps.world.now() < this.#notBefore) return
    this.#deps.scheduler.background(this.#tell(cause))
  }

  #tell(cause: 'signs' | 'hour' | 'day'): Promise<void> {
    this.#lastTold = this.#report(cause)
    return this.#lastTold
  }

  /** Resolves when no report is under way: the end of one may begin the next. */
  async #allTold(): Promise<void> {
    for (let seen: Promise<void> | null = null; seen !== this.#lastTold;) {
      seen = this.#lastTold
      // Whoever has begun it is told of its failure.
      await seen?.catch(() => undefined)
    }
  }

  async #report(cause: 'signs' | 'hour' | 'day'): Promise<void> {
    const { memberId, directory, book, source, world } = this.#deps
    this.#isTelling = true
    const signs = source.signs()
    const report = source.report()
    const isTold = await this.#reach(() => directory.noteReport(memberId, report))
    this.#isTelling = false
    if (!isTold) return
    this.#owedSince = null
    this.#isListed = true
    const hasParked = report.lanes.some(({ parked }) => parked > 0)
    book.noteReport({ at: world.now(), ...signs, hasParked, hasWaiting: tellsOfWaiting(report) })
    if (cause === 'signs') this.#store()
    // The portal may have changed while the answer of the directory was awaited.
    this.follow()
  }

  /** A change of the signs is rare, and is told once: so it has a write of its own. */
  #store(): void {
    if (!this.#hasInstall()) return
    try {
      this.#deps.book.saveEverything()
    } catch {
      // Swallows the refusal of a full object: its next life reports once more.
    }
  }

  /** Calls the directory; false when it does not answer. The next change or the next visit calls again. */
  async #reach(call: () => Promise<void>): Promise<boolean> {
    const { memberId, world } = this.#deps
    try {
      await call()
      return true
    } catch (error) {
      this.#notBefore = world.now() + LOST_REPORT_WAIT_MS
      world.logLine('warn', 'directory_behind', { memberId, error: describeError(error) })
      return false
    }
  }
}
