/**
 * The directory: the one object that knows something of all portals. It keeps to which portal the token of an
 * outgoing webhook is pinned, which installs wait until their application is configured, and which portals
 * there are. It stores rows only for a caller who has proved something.
 */
import { DurableObject } from 'cloudflare:workers'
import { logLine } from '../log.ts'
import { openDatabase, type Database } from '../storage/database.ts'
import type { ListedRefusal, RefusedCaller } from '../core/refused-caller.ts'
import type { PortalReport } from '../core/reports/portal-report.ts'
import { isLateReport } from '../core/reports/merge-report.ts'
import { pastOfEdge, type PastTallies } from '../core/reports/past-tallies.ts'
import { sumReports, type ReportTotals } from '../core/reports/report-totals.ts'
import type { EdgeTally } from '../core/tallies/edge-tally.ts'
import { BoundedMap } from '../core/bounded-map.ts'
import { DirectoryStore, type MissingListing, type PendingListing } from './directory-store.ts'
import { PastStore } from './past-store.ts'
import { OrderStore, type Order, type OrderSlice } from './order-store.ts'
import { RefusalStore } from './refusal-store.ts'
import type { Remote } from './remote.ts'
import {
  ReportStore,
  type ListedPortal,
  type ReportPage,
  type ReportQuery,
} from './report-store.ts'

/** The time for which the sums over all reports are good, in milliseconds: a dashboard and a monitor ask often. */
export const TOTALS_HOLD_MS = 10_000

/** The number of portals that are remembered whose lines ended, in case that a report of them is still on its way. */
const MAX_ENDED = 1000

/** Everything from which the metrics follow. */
export interface MetricSums {
  readonly totals: ReportTotals
  readonly past: PastTallies
}

/** The object of pins and pending installs, named `directory`, and the one of the list, named `portals`. */
export class Directory extends DurableObject<unknown> {
  readonly #store: DirectoryStore
  readonly #reports: ReportStore
  readonly #orders: OrderStore
  readonly #refusals: RefusalStore
  readonly #past: PastStore
  readonly #db: Database
  readonly #endedAt = new BoundedMap<number>(MAX_ENDED)
  #sums: { readonly sums: MetricSums; readonly at: number } | null = null

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env)
    const db = openDatabase(ctx.storage)
    this.#store = new DirectoryStore(db, logLine)
    this.#reports = new ReportStore(db)
    this.#orders = new OrderStore(db)
    this.#refusals = new RefusalStore(db)
    this.#past = new PastStore(db)
    this.#db = db
  }

  /** Pins a token (by its hash) to the first portal that asks; answers the portal that it is pinned to. */
  pin(tokenId: string, memberId: string): string {
    return this.#store.pin(tokenId, memberId)
  }

  /** The portal that a token (by its hash) is pinned to; null when it is pinned to none. Pins nothing. */
  pinned(tokenId: string): string | null {
    return this.#store.pinned(tokenId)
  }

  /** Removes the pin of a token from this portal; that of another portal stays. */
  unpin(tokenId: string, memberId: string): void {
    this.#store.unpin(tokenId, memberId)
  }

  /** Gives a verified domain to the first portal that has it; answers the portal that it belongs to. */
  holdDomain(domain: string, memberId: string): string {
    return this.#store.holdDomain(domain, memberId)
  }

  /** Lists the pending install of a portal; null removes its listing. */
  notePending(memberId: string, listing: PendingListing | null): void {
    if (listing === null) this.#store.removePending(memberId)
    else this.#store.savePending({ ...listing, memberId })
  }

  /**
   * The pending installs. A listing that its own portal could not remove is removed here when its time is
   * over.
   */
  listPending(now: number): PendingListing[] {
    return this.#store.listPending(now)
  }

  /** Lists the missing events of a portal; null removes its line. */
  noteMissing(memberId: string, listing: MissingListing | null): void {
    this.#store.saveMissing(memberId, listing)
  }

  /** Portals that are not bound to every event that is wanted. */
  listMissing(): MissingListing[] {
    return this.#store.listMissing()
  }

  /** Lists a portal, or takes it off the list when nothing is left of it. Its numbers stay in the sums. */
  notePortal(memberId: string, isListed: boolean): void {
    this.#db.transaction(() => {
      this.#store.savePortal(memberId, isListed)
      if (!isListed) this.#past.add(this.#reports.remove(memberId))
    })
    if (!isListed) this.#endedAt.set(memberId, Date.now())
  }

  /** Lists a portal with its report, unless the report was overtaken by the end of the portal. */
  noteReport(memberId: string, report: PortalReport): void {
    if (isLateReport(report, this.#endedAt.get(memberId) ?? 0)) return
    this.#db.transaction(() => {
      this.#store.savePortal(memberId, true)
      this.#past.add(this.#reports.save(memberId, report))
    })
  }

  /** A page of the portals that have reported. */
  listReports(query: ReportQuery): ReportPage {
    return this.#reports.list(query)
  }

  /** The portals in which something lasts that bulletins have told; the first ones of many. */
  listTold(): ListedPortal[] {
    return this.#reports.listTold()
  }

  /** The portals that have reported this domain, a few at most. */
  portalsNamed(domain: string): ListedPortal[] {
    return this.#reports.named(domain)
  }

  /** The sums over all reports, at most ten seconds old. */
  sumReports(now: number): ReportTotals {
    return this.sumMetrics(now).totals
  }

  /**
   * The sums over all reports and everything that is past, at most ten seconds old. A row that is read costs a
   * thousandth of one that is written, so nothing is summed before somebody asks.
   */
  sumMetrics(now: number): MetricSums {
    const known = this.#sums
    if (known !== null && Math.abs(now - known.at) < TOTALS_HOLD_MS) return known.sums
    const sums = { totals: sumReports(this.#reports.figures()), past: this.#past.load() }
    this.#sums = { sums, at: now }
    return sums
  }

  /** Lists portals that KV knows. */
  notePortals(memberIds: readonly string[]): void {
    this.#store.savePortals(memberIds)
  }

  /** Begins an order for all portals. */
  beginOrder(order: Order): void {
    this.#orders.begin(order)
  }

  /** The next portals of the order of a destination, or of any order (null); null when none is under way. */
  nextOrdered(limit: number, destination: string | null): OrderSlice | null {
    return this.#orders.next(limit, destination)
  }

  /** Notes a caller that was not let through, and the counts that its isolate sends along. */
  noteRefused(refused: RefusedCaller, edge?: EdgeTally): void {
    this.#db.transaction(() => {
      this.#refusals.note(refused)
      if (edge !== undefined) this.#past.add(pastOfEdge(edge))
    })
  }

  /** The last callers that were not let through. */
  listRefused(): ListedRefusal[] {
    return this.#refusals.list()
  }

  /** Begins the daily round of visits. */
  beginRound(): void {
    this.#store.beginRound()
  }

  /** The next portals of the round, so many at most; an empty list when no round is under way. */
  nextVisits(limit: number): string[] {
    return this.#store.nextVisits(limit)
  }

  /** A page of the listed portals behind a member id, in order; an empty page is the end. */
  listPortals(after: string): string[] {
    return this.#store.listPortals(after)
  }
}

/** The RPC methods of the directory. */
export type DirectoryRemote = Remote<
  Directory,
  | 'pin'
  | 'pinned'
  | 'unpin'
  | 'holdDomain'
  | 'notePending'
  | 'listPending'
  | 'noteMissing'
  | 'listMissing'
  | 'notePortal'
  | 'notePortals'
  | 'noteReport'
  | 'listReports'
  | 'listTold'
  | 'portalsNamed'
  | 'sumReports'
  | 'sumMetrics'
  | 'beginOrder'
  | 'nextOrdered'
  | 'noteRefused'
  | 'listRefused'
  | 'beginRound'
  | 'nextVisits'
  | 'listPortals'
>
