/** A log of several segments reads like one table, and its numbers are those of a full count. */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { DAY_MS } from '../../../../src/core/durations.ts'
import { NOT_ENRICHED } from '../../../../src/core/log/event.ts'
import { FateStore } from '../../../../src/portal/lanes/book/fate-store.ts'
import { LogStore } from '../../../../src/portal/log/log-store.ts'
import { SegmentStore } from '../../../../src/portal/log/rows/segment-store.ts'
import { YoungestStore } from '../../../../src/portal/log/youngest-store.ts'
import { migrate } from '../../../../src/portal/state/migrations.ts'
import type { Database } from '../../../../src/storage/database.ts'
import { anEnrichment, anEvent } from '../../../support/builders/a-delivery.ts'
import { FIELD } from '../../../support/builders/a-field.ts'
import { withDatabase } from '../../../support/storage/object-database.ts'
import { NOW } from '../../../support/time.ts'

const THIN = { ...NOT_ENRICHED, status: 'unavailable', reason: 'timeout' } as const

/** An event as a full count sees it. */
interface Known {
  readonly sequence: number
  readonly isReconciled: boolean
  readonly isQuarantined: boolean
  isThin: boolean
  isParked: boolean
}

/** What may happen to a log. */
const ACTS = [
  ...([
    'insert',
    'insert',
    'insert',
    'quarantine',
    'reconcile',
    'enrich',
    'thin',
    'park',
    'deliver',
  ] as const),
  ...(['close', 'drop', 'delete', 'close and drop in vain', 'skip', 'restart'] as const),
]

type Act = (typeof ACTS)[number]

/** A log over a real database, beside a plain list of what it has to hold. */
class LogBesideList {
  readonly #db: Database
  #segments: SegmentStore
  log: LogStore
  fates: FateStore
  known: Known[] = []
  #head = 0
  /** The last sequence of each closed segment. */
  #borders: number[] = []

  constructor(db: Database) {
    migrate(db)
    this.#db = db
    this.#segments = new SegmentStore(db)
    this.log = new LogStore(db, this.#segments)
    this.fates = new FateStore(db, this.#segments)
  }

  /** Acts; `one` is an event of the log, and without one an event is inserted. */
  readonly acts: Readonly<Record<Act, (one: Known) => void>> = {
    insert: () => this.#insert(),
    quarantine: () => this.#insert({ isQuarantined: true }),
    reconcile: () => this.#insert({ isReconciled: true }),
    deliver: (one: Known) => {
      const how = { reason: null, status: 200, at: NOW, attempts: 2 } as const
      this.fates.save('erp', { sequence: one.sequence, state: 'delivered', ...how })
      one.isParked = false
    },
    enrich: (one: Known) => this.#enrich(one, false),
    thin: (one: Known) => this.#enrich(one, true),
    park: (one: Known) => {
      const why = { reason: 'http_422', status: 422, at: NOW, attempts: 1 } as const
      this.fates.save('erp', { sequence: one.sequence, state: 'parked', ...why })
      one.isParked = true
    },
    close: () => {
      this.#change(() => this.#segments.close(this.#head))
      this.#borders.push(this.#head)
    },
    drop: () => {
      const border = this.#borders.shift() ?? 0
      this.#change(() => this.fates.dropOldest())
      this.#forget(border)
    },
    delete: (one: Known) => {
      const floor = Math.min(one.sequence, this.#borders[0] ?? this.#head)
      this.#change(() => {
        this.log.dropUpTo(floor)
        this.fates.dropUpTo(floor)
      })
      this.#forget(floor)
    },
    'close and drop in vain': () => {
      try {
        this.#change(() => {
          this.#segments.close(this.#head)
          this.fates.dropOldest()
          this.#segments.all()
          throw new Error('disk is full')
        })
      } catch {
        // Swallows: the transaction was rolled back, as on a full disk.
      }
    },
    skip: () => {
      this.#head += 2
    },
    restart: () => {
      this.#segments = new SegmentStore(this.#db)
      this.log = new LogStore(this.#db, this.#segments)
      this.fates = new FateStore(this.#db, this.#segments)
    },
  }

  does(act: Act, nth: number): void {
    const one = this.known[nth % Math.max(1, this.known.length)]
    if (one === undefined) this.#insert()
    else this.acts[act](one)
  }

  #insert({ isReconciled = false, isQuarantined = false }: Partial<Known> = {}): void {
    this.log.skipTo(this.#head)
    this.#head += 1
    const sequence = this.#head
    this.known.push({ sequence, isReconciled, isQuarantined, isThin: false, isParked: false })
    const arrival = { receipt: `r${sequence}`, contentHash: `h${sequence}`, receivedAt: NOW }
    if (isReconciled) {
      const event = { ...anEvent({ userId: null }), field: FIELD }
      this.log.insertReconciled(sequence, arrival, { event, enrichment: anEnrichment() })
      return
    }
    const event = JSON.stringify(anEvent({ quarantined: isQuarantined ? 'invalid_ts' : null }))
    this.log.insert(sequence, arrival, { event, awaits: true, quarantined: isQuarantined })
  }

  #enrich(one: Known, isThin: boolean): void {
    this.log.enrich(one.sequence, isThin ? THIN : anEnrichment())
    one.isThin = isThin
  }

  #change(work: () => void): void {
    this.#segments.changing(() => this.#db.transaction(work))
  }

  #forget(floor: number): void {
    this.known = this.known.filter(({ sequence }) => sequence > floor)
  }
}

/** The sequences of all pages, one after the other. */
function pages(
  next: (from: number) => readonly { readonly sequence: number }[],
  start: number,
): number[] {
  const page = next(start).map(({ sequence }) => sequence)
  const last = page.at(-1)
  return last === undefined ? [] : [...page, ...pages(next, last)]
}

const HISTORIES = fc.array(fc.record({ act: fc.constantFrom(...ACTS), nth: fc.nat() }), {
  minLength: 1,
  maxLength: 60,
})

function play(db: Database, history: readonly { readonly act: Act; readonly nth: number }[]) {
  const both = new LogBesideList(db)
  for (const { act, nth } of history) both.does(act, nth)
  return both
}

it('reads, finds and counts like one table in 300 random histories', async () => {
  const property = fc.asyncProperty(HISTORIES, (history) =>
    withDatabase((db) => {
      const { log, fates, known } = play(db, history)
      const sequences = known.map(({ sequence }) => sequence)
      const end = Number.MAX_SAFE_INTEGER
      expect(pages((from) => log.after(from, 3), 0)).toEqual(sequences)
      expect(pages((from) => log.before(from, 3), end)).toEqual(sequences.toReversed())
      expect(sequences.map((sequence) => log.entry(sequence)?.sequence)).toEqual(sequences)
      const world = { now: () => NOW }
      const youngest = new YoungestStore({ db, log, segments: new SegmentStore(db), world })
      expect(youngest.recentArrivals().map(({ sequence }) => sequence)).toEqual(sequences)
      expect(log.oldest(1).map(({ sequence }) => sequence)).toEqual(sequences.slice(0, 1))
      expect(log.counts()).toEqual({
        entries: known.length,
        reconciled: known.filter(({ isReconciled }) => isReconciled).length,
        thin: known.filter(({ isThin }) => isThin).length,
        quarantined: known.filter(({ isQuarantined }) => isQuarantined).length,
      })
      const parked = known.filter(({ isParked }) => isParked).map(({ sequence }) => sequence)
      expect(fates.parked(99).map(({ sequence }) => sequence)).toEqual(parked)
      expect(fates.countParked('erp')).toBe(parked.length)
      expect(fates.nextParked('erp', { from: 1, to: end })).toBe(parked[0] ?? null)
    }),
  )
  await fc.assert(property, { numRuns: 300 })
})

/** Two closed segments and an open one: two events each, a day apart. */
function aClosedLog(db: Database) {
  migrate(db)
  const segments = new SegmentStore(db)
  const log = new LogStore(db, segments)
  const fates = new FateStore(db, segments)
  for (const sequence of [1, 2, 3, 4, 5, 6]) {
    const receivedAt = NOW + Math.floor((sequence - 1) / 2) * DAY_MS
    const arrival = { receipt: `r${sequence}`, contentHash: `h${sequence}`, receivedAt }
    const stored = { event: JSON.stringify(anEvent()), awaits: false, quarantined: false }
    log.insert(sequence, arrival, stored)
    if (sequence % 2 === 0 && sequence < 6) segments.changing(() => segments.close(sequence))
  }
  return { segments, log, fates }
}

it('finds a digest that ends in a later segment than its first events', async () => {
  const found = await withDatabase((db) => {
    const { fates } = aClosedLog(db)
    fates.saveDigest('chat', { sequences: [1, 2, 3], at: NOW, attempts: 1 })
    fates.saveDigest('chat', { sequences: [4, 5], at: NOW, attempts: 1 })
    return [1, 4].map((from) =>
      fates.digestsInRange('chat', { from, to: from }).map(({ sequences }) => sequences),
    )
  })
  expect(found).toEqual([[[1, 2, 3]], [[4, 5]]])
})
