/**
 * The writer is the only part that adds to a portal's log or changes its rows. Its transaction gives the sequences.
 * Before the first new event it makes sure of an alarm, and brings the lanes in line with the configuration, so that
 * the lane of a new destination begins directly before this event. Memory changes after the transaction has returned.
 */
import { asSent } from '../../core/fields/module-field.ts'
import type { Arrival } from '../../core/log/append.ts'
import type { Enrichment } from '../../core/log/event.ts'
import type { ReconciledEvent } from '../../core/fields/reconciled-event.ts'
import { SAFETY_ALARM_MS } from '../../core/pace/schedule.ts'
import type { EdgeTally } from '../../core/tallies/edge-tally.ts'
import {
  tallyEnrichments,
  tallyRequest,
  type TallyKeeper,
} from '../../core/tallies/portal-tally.ts'
import type { Database } from '../../storage/database.ts'
import type { AlarmKeeper } from '../alarm.ts'
import type { Scheduler } from '../scheduler.ts'
import type { World } from '../world.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { LogStore, StoredText } from './log-store.ts'
import type { CarriedText } from './rows/row-keeper.ts'

/** The changes of the log that one transaction may make. */
export interface LogTransaction {
  /** Stores an event that the portal sent, and returns its sequence. */
  insert(arrival: Arrival, stored: StoredText, request?: CountedRequest): number
  /** Stores an event that no portal sent, and returns its sequence. */
  insertReconciled(reconciled: ReconciledEvent): number
  /** Writes the enrichment of an event, and the text that its row carries beside it. */
  enrich(sequence: number, enrichment: Enrichment, carried?: CarriedText | null): void
}

/** The numbers that are counted of the request that brought an event. */
export interface CountedRequest {
  readonly drained: boolean
  readonly edge?: EdgeTally
}

/**
 * The lanes, which are brought in line with the configuration before the first new event of a transaction; the tally of
 * the portal stands in their row.
 */
export interface LanesToMatch extends TallyKeeper {
  /** Writes the lanes that the configuration asks for, inside the transaction. */
  match(): void
  /** Takes over what `match` has written, after the transaction has returned. */
  adopt(): void
  /** Forgets what `match` has written: the transaction was rolled back. */
  abandon(): void
}

/** The dependencies of the writer. */
export interface LogWriterDeps {
  readonly db: Database
  readonly log: Pick<LogStore, 'insert' | 'insertReconciled' | 'enrich' | 'skipTo'>
  readonly state: Pick<PortalState, 'head' | 'setHead'>
  readonly matcher: LanesToMatch
  readonly alarm: Pick<AlarmKeeper, 'begin' | 'rolledBack' | 'ensure' | 'stands'>
  readonly world: Pick<World, 'now' | 'newReceipt'>
  readonly scheduler: Pick<Scheduler, 'background'>
}

/** The events that one transaction has written so far. */
interface Growth {
  head: number
  readonly requests: CountedRequest[]
  readonly enrichments: Enrichment[]
}

/** The writer of one portal's log. */
export class LogWriter {
  readonly #deps: LogWriterDeps
  /** Whether this life of the object has added an event. */
  #hasWritten = false

  constructor(deps: LogWriterDeps) {
    this.#deps = deps
  }

  /**
   * Does `work` in one transaction.
   *
   * @throws what `work` or storage throws; nothing is written then, and no sequence is given.
   */
  write<T>(work: (transaction: LogTransaction) => T): T {
    const { db, state, matcher, alarm } = this.#deps
    const growth: Growth = { head: state.head(), requests: [], enrichments: [] }
    alarm.begin()
    let result: T
    try {
      result = db.transaction(() => work(this.#transaction(growth)))
    } catch (error) {
      alarm.rolledBack()
      matcher.abandon()
      throw error
    }
    if (growth.head !== state.head()) {
      this.#hasWritten = true
      state.setHead(growth.head)
      matcher.adopt()
    }
    this.#count(growth)
    return result
  }

  /**
   * Resolves when everything written so far is durable and an alarm stands for it. An alarm that storage has
   * refused is set once more; rejects when it is refused again. An event that was acknowledged without an
   * alarm could wait for a day.
   */
  async durable(): Promise<void> {
    const { db, alarm, world } = this.#deps
    await db.sync()
    try {
      await alarm.stands()
    } catch {
      // Swallows the first refusal: the second one is thrown.
      await alarm.ensure(world.now() + SAFETY_ALARM_MS)
    }
  }

  /** Counts once storage has taken everything, so that nothing is counted for a transaction that was rolled back. */
  #count({ requests, enrichments }: Growth): void {
    const { matcher } = this.#deps
    const counted = requests.filter(({ drained, edge }) => drained || edge !== undefined)
    if (counted.length > 0) matcher.tally((tally) => counted.reduce(tallyRequest, tally))
    if (enrichments.length > 0) matcher.tally((tally) => tallyEnrichments(tally, enrichments))
  }

  #transaction(growth: Growth): LogTransaction {
    const { log, world } = this.#deps
    return {
      insert: (arrival, stored, request) => {
        const sequence = this.#next(growth)
        log.insert(sequence, arrival, stored)
        if (request !== undefined) growth.requests.push(request)
        return sequence
      },
      insertReconciled: (reconciled) => {
        const sequence = this.#next(growth)
        const receipt = world.newReceipt()
        // The receipt takes the place of the content hash. No event of Bitrix24 has such a hash, so none is
        // ever taken for a duplicate of this one.
        log.insertReconciled(
          sequence,
          { receipt, contentHash: receipt, receivedAt: world.now() },
          { ...reconciled, event: asSent(reconciled.event) },
        )
        return sequence
      },
      enrich: (sequence, enrichment, carried) => {
        log.enrich(sequence, enrichment, carried)
        growth.enrichments.push(enrichment)
      },
    }
  }

  #next(growth: Growth): number {
    const { log, state, matcher, alarm, world, scheduler } = this.#deps
    if (growth.head === state.head()) {
      matcher.match()
      if (!this.#hasWritten) log.skipTo(growth.head)
      scheduler.background(alarm.ensure(world.now() + SAFETY_ALARM_MS))
    }
    growth.head += 1
    return growth.head
  }
}
