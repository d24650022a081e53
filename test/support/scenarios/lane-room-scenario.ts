/** The room `lanes` of one portal over the SQLite of a real object, without the object's other parts. */
import type { LaneState } from '../../../src/core/lanes/state/lane-state.ts'
import type { LogEntry, RelayEvent } from '../../../src/core/log/event.ts'
import { LaneBook } from '../../../src/portal/lanes/book/book.ts'
import { LaneLines } from '../../../src/portal/lanes/book/lane-lines.ts'
import { LaneControl } from '../../../src/portal/lanes/control.ts'
import { FateStore } from '../../../src/portal/lanes/book/fate-store.ts'
import { LaneMatcher } from '../../../src/portal/lanes/matcher.ts'
import { Receivers } from '../../../src/portal/lanes/sending/receivers.ts'
import { LanePlans } from '../../../src/portal/lanes/plans.ts'
import { LaneRules } from '../../../src/portal/lanes/rules.ts'
import { LogStore } from '../../../src/portal/log/log-store.ts'
import { SegmentStore } from '../../../src/portal/log/rows/segment-store.ts'
import { migrate } from '../../../src/portal/state/migrations.ts'
import type { Database } from '../../../src/storage/database.ts'
import { anEvent } from '../builders/a-delivery.ts'
import { withDatabase } from '../storage/object-database.ts'
import { configured, machine, type Entry } from '../builders/entries.ts'
import { NOW } from '../time.ts'
import { damagedRows } from '../storage/damaged-rows.ts'
import { DOMAIN, MEMBER_ID } from '../identity.ts'

/** How a room differs from the usual one, whose only destination is the webhook `erp`. */
export interface LaneRoomOptions {
  readonly destinations?: readonly Entry[] | null
  readonly domain?: string | null
  /** The portal's own values; null for one that cannot be opened. */
  readonly values?: Readonly<Record<string, string | null>>
}

/** The room `lanes` of one portal. */
export class LaneRoomScenario {
  /** The portal in Bitrix24. */
  readonly portal = {
    /** An event is stored; returns its sequence. */
    sends: (event: Partial<RelayEvent> = {}): number => {
      this.#head += 1
      const receipt = `receipt-${this.#head}`
      this.log.insert(
        this.#head,
        { receipt, contentHash: receipt, receivedAt: this.now },
        { event: JSON.stringify(anEvent(event)), awaits: false, quarantined: false },
      )
      return this.#head
    },
  }
  readonly log: LogStore
  readonly fates: FateStore
  readonly book: LaneBook
  readonly receivers: Receivers
  readonly plans: LanePlans
  readonly rules: LaneRules
  readonly matcher: LaneMatcher
  /** The failures that parts have reported. */
  readonly reported: string[] = []
  /** The lines that were written about the lanes. */
  readonly lines: Readonly<Record<string, unknown>>[] = []
  readonly control: LaneControl
  /** May be changed by a test. */
  readonly values: Map<string, string | null>
  now = NOW
  /** True: storage refuses what the book writes. */
  isFull = false
  /** The events after this sequence wait for their enrichment. */
  readableUpTo = Number.MAX_SAFE_INTEGER
  #head = 0

  constructor(
    db: Database,
    { destinations = [machine('erp')], domain = DOMAIN, values = {} }: LaneRoomOptions,
  ) {
    migrate(db)
    const world = { now: () => this.now }
    const config = {
      destinations: destinations === null ? null : configured(destinations),
      policy: { allowLocal: false },
    }
    this.values = new Map(Object.entries(values))
    const segments = new SegmentStore(db)
    this.log = new LogStore(db, segments)
    this.fates = new FateStore(db, segments)
    // No test here waits for a checkpoint.
    this.book = new LaneBook({
      db: { ...db, transaction: (work) => db.transaction(() => this.#unlessFull(work)) },
      log: this.log,
      fates: this.fates,
      damaged: damagedRows(db),
      scheduler: { after: () => () => {}, report: (event) => void this.reported.push(event) },
      lines: new LaneLines({
        memberId: MEMBER_ID,
        delivers: 'events',
        world: {
          logLine: (_level, line, fields = {}) => void this.lines.push({ line, ...fields }),
        },
      }),
    })
    this.receivers = new Receivers({
      config,
      values: { all: () => this.values, clear: () => this.values.clear() },
    })
    const { log, fates, book, receivers } = this
    const domains = { present: () => domain, refusedFrom: () => 0 }
    this.plans = new LanePlans({ memberId: MEMBER_ID, config, domains, book, receivers })
    this.rules = new LaneRules({ log, book })
    const { plans, rules } = this
    const state = { head: () => this.#head }
    this.matcher = new LaneMatcher({
      book,
      plans,
      rules,
      state,
      scheduler: { report: (event) => void this.reported.push(event) },
    })
    const enricher = { readableHead: () => Math.min(this.#head, this.readableUpTo) }
    this.control = new LaneControl({ log, fates, book, rules, receivers, enricher, world })
  }

  /** A full disk takes the work back. */
  #unlessFull<T>(work: () => T): T {
    const result = work()
    if (this.isFull) throw new Error('disk is full')
    return result
  }

  /** Brings the lanes in line with the configuration, as the start of an object does. */
  async start(): Promise<this> {
    await this.receivers.load()
    this.matcher.matchNow()
    return this
  }

  /** One lane; throws when there is none. */
  lane(destination = 'erp'): LaneState {
    const lane = this.book.findLane(destination)
    if (lane === null) throw new Error(`Cannot find the lane ${destination}`)
    return lane
  }

  /** One entry of the log; throws when there is none. */
  entry(sequence: number): LogEntry {
    const entry = this.log.entry(sequence)
    if (entry === null) throw new Error(`Cannot find the entry ${sequence}`)
    return entry
  }
}

/** Works in a room of its own whose lanes are matched. */
export function inLaneRoom<T>(
  options: LaneRoomOptions,
  work: (scenario: LaneRoomScenario) => T | Promise<T>,
): Promise<T> {
  return withDatabase(async (db) => work(await new LaneRoomScenario(db, options).start()))
}
