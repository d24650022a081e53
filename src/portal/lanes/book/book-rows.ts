/**
 * The one row that stores all lanes of a portal, as JSON. Its members keep the names and the places that they have
 * always had: those of the gathering stand beside the others, and `nextAttemptAt` is the time of a retry, or of the
 * probe of a disabled lane. Reading completes what an older version has not stored yet; a row that cannot be read at
 * all is damaged.
 */
import * as v from 'valibot'
import { NO_LANES, type BookState } from '../../../core/lanes/state/book-state.ts'
import type { DisabledReason, Epoch, LaneState } from '../../../core/lanes/state/lane-state.ts'
import type { OutcomeReason } from '../../../core/lanes/state/outcome.ts'
import { NO_MEMORY } from '../../../core/lanes/state/receiver-memory.ts'
import { MAX_SEQUENCE } from '../../../core/log/max-sequence.ts'
import { NO_TALLY } from '../../../core/lanes/state/tally.ts'
import { NO_EDGE_TALLY } from '../../../core/tallies/edge-tally.ts'
import {
  CountsSchema,
  EdgeTallySchema,
  LatenciesSchema,
} from '../../../core/tallies/tally-schemas.ts'
import { jsonOf, type Database } from '../../../storage/database.ts'

/** The row of a lane book, wherever it stands. */
export interface BookRows {
  /** Null when the row is damaged; an empty book where there is none. */
  load(): BookState | null
  save(book: BookState): void
  /** Deletes the row. */
  clear(): void
}

/** The book that a row holds as JSON; null when it is damaged. */
export function parseBook(stored: unknown): BookState | null {
  const parsed = v.safeParse(BookSchema, stored)
  return parsed.success ? parsed.output : null
}

/** The book in the form that a row holds as JSON. */
export function storedBook(book: BookState): object {
  return { ...book, lanes: book.lanes.map(storedLane) }
}

function storedLane({ gathering, retryAt = null, probeAt, ...lane }: LaneState): object {
  const { underWay, halves, lastDigestAt, singlyUpTo, until } = gathering
  return {
    ...lane,
    nextAttemptAt: probeAt ?? retryAt,
    replays: lane.replays.map(({ retryAt: nextAttemptAt, ...job }) => ({ ...job, nextAttemptAt })),
    digest: underWay,
    halves,
    digestedAt: lastDigestAt,
    singlyUpTo,
    gatherUntil: until,
  }
}

/** The SQL of a portal's lanes. */
export class LaneBookRows implements BookRows {
  readonly #db: Pick<Database, 'all'>

  constructor(db: Pick<Database, 'all'>) {
    this.#db = db
  }

  /**
   * Reads the row; null when it is damaged. A portal that never stored lanes has no row, and gets an empty
   * book.
   */
  load(): BookState | null {
    const row = this.#db.all('SELECT lanes FROM lanes WHERE id = 1')[0]
    if (row === undefined) return NO_LANES
    return parseBook(jsonOf(row, 'lanes'))
  }

  /** Writes the row. */
  save(book: BookState): void {
    this.#db.all(
      'INSERT INTO lanes (id, lanes) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET lanes = excluded.lanes',
      JSON.stringify(storedBook(book)),
    )
  }

  /** Deletes the row. */
  clear(): void {
    this.#db.all('DELETE FROM lanes')
  }
}

const AnyNumber = v.fallback(v.number(), 0)
const NumberOrNull = v.fallback(v.nullable(v.number()), null)
const TextOrNull = v.fallback(v.nullable(v.string()), null)
const Flag = v.fallback(v.boolean(), false)
const AlwaysNull = v.fallback(v.null(), null)

// Sound: only the views use this word, to show it. A word of a later version has to stay: the lane got none
// of these events, and without the word it would get them now.
const SilenceSchema = v.custom<NonNullable<Epoch['silent']>>((word) => typeof word === 'string')

const EpochSchema = v.looseObject({
  // An epoch that does not tell its beginning is left out, since it decides nothing.
  from: v.fallback(v.number(), MAX_SEQUENCE),
  events: v.array(v.string()),
  fields: v.array(v.string()),
  // Both members are absent in most filters, and in all filters of older versions.
  users: v.exactOptional(v.array(v.string())),
  when: v.exactOptional(v.array(v.string())),
  silent: v.fallback(v.nullable(SilenceSchema), null),
  skipsUnchanged: Flag,
})

const RecentFateSchema = v.looseObject({
  sequence: AnyNumber,
  state: v.fallback(v.picklist(['delivered', 'parked']), 'delivered'),
  at: AnyNumber,
  attempts: AnyNumber,
})

const ReplayJobSchema = v.pipe(
  v.looseObject({
    next: AnyNumber,
    to: AnyNumber,
    parkedOnly: Flag,
    startedAt: AnyNumber,
    attempts: AnyNumber,
    nextAttemptAt: NumberOrNull,
  }),
  v.transform(({ nextAttemptAt, ...job }) => ({ ...job, retryAt: nextAttemptAt })),
)

const LaneErrorSchema = v.looseObject({
  // Sound: the outcomes of this program hold no other words, and a word of another version is only shown.
  reason: v.custom<OutcomeReason>((word) => typeof word === 'string'),
  detail: TextOrNull,
  status: NumberOrNull,
  at: AnyNumber,
})

const ReceiverMemorySchema = v.looseObject({
  movedTo: TextOrNull,
  grantedAt: NumberOrNull,
  perMinute: NumberOrNull,
})

const TallySchema = v.object({
  delivered: AnyNumber,
  parked: AnyNumber,
  attempts: v.object({ delivered: AnyNumber, unreachable: AnyNumber, rejected: AnyNumber }),
  // Older versions counted none.
  latencies: v.fallback(LatenciesSchema, () => ({ counts: [], sumMs: 0 })),
})

/**
 * A lane without its status. A few members must be right; every other one gets a value to begin with when it
 * cannot be read.
 */
const PROGRESS = {
  destination: v.string(),
  fingerprint: v.fallback(v.string(), ''),
  cursor: v.pipe(v.number(), v.safeInteger()),
  attempts: AnyNumber,
  nextAttemptAt: NumberOrNull,
  notBefore: AnyNumber,
  // Absent in rows of older versions.
  measuredAt: AnyNumber,
  lastError: v.fallback(v.nullable(LaneErrorSchema), null),
  rejectedInARow: AnyNumber,
  lastTookMs: AnyNumber,
  lastMeant: NumberOrNull,
  meantBeforeFloor: NumberOrNull,
  expired: AnyNumber,
  // Absent in rows of older versions, whose logs had no limit.
  crowdedOut: AnyNumber,
  epochs: v.array(EpochSchema),
  recent: v.array(RecentFateSchema),
  replays: v.array(ReplayJobSchema),
  digest: v.fallback(v.nullable(v.array(v.number())), null),
  // Absent in rows of older versions, which halved no digest.
  halves: v.fallback(v.array(v.array(v.number())), []),
  digestedAt: NumberOrNull,
  singlyUpTo: AnyNumber,
  // Known to memory only, so a start begins with null.
  gatherUntil: AlwaysNull,
  memory: v.fallback(ReceiverMemorySchema, { ...NO_MEMORY }),
  // Older versions counted nothing.
  tally: v.fallback(TallySchema, structuredClone(NO_TALLY)),
  // Absent in rows of older versions, which kept no hours.
  hours: v.fallback(v.array(v.tupleWithRest([v.number(), v.number()], v.number())), []),
} as const

// Sound: as with the reason of a lane error above.
const DisabledReasonSchema = v.custom<DisabledReason>((word) => typeof word === 'string')

const StoredLaneSchema = v.variant('status', [
  v.looseObject({
    ...PROGRESS,
    status: v.literal('active'),
    disabledReason: AlwaysNull,
  }),
  v.looseObject({
    ...PROGRESS,
    status: v.literal('disabled'),
    disabledReason: v.fallback(DisabledReasonSchema, 'misconfigured'),
  }),
  v.looseObject({
    ...PROGRESS,
    status: v.literal('paused'),
    disabledReason: v.fallback(v.nullable(DisabledReasonSchema), null),
  }),
  v.looseObject({
    ...PROGRESS,
    status: v.literal('removed'),
    disabledReason: v.fallback(v.nullable(DisabledReasonSchema), null),
    // Absent in rows of older versions, which did not store it.
    wasPaused: Flag,
  }),
])

const LaneSchema = v.pipe(
  StoredLaneSchema,
  v.transform(({ digest, halves, digestedAt, singlyUpTo, gatherUntil, ...stored }) => {
    const lastDigestAt = digestedAt
    const gathering = { underWay: digest, halves, lastDigestAt, singlyUpTo, until: gatherUntil }
    const { nextAttemptAt, ...lane } = stored
    return lane.status === 'disabled'
      ? { ...lane, gathering, probeAt: nextAttemptAt }
      : { ...lane, gathering, retryAt: nextAttemptAt }
  }),
)

const LastReportSchema = v.object({
  at: AnyNumber,
  signs: v.fallback(v.string(), ''),
  parked: AnyNumber,
  hasParked: Flag,
  // Older versions did not note it.
  hasWaiting: Flag,
})

const PortalTallySchema = v.object({
  since: AnyNumber,
  from: AnyNumber,
  gone: v.object({ quarantined: AnyNumber, reconciled: AnyNumber }),
  drained: AnyNumber,
  explained: CountsSchema,
  refreshes: CountsSchema,
  edge: v.fallback(EdgeTallySchema, () => structuredClone(NO_EDGE_TALLY)),
})

const BookSchema = v.pipe(
  v.object({
    openFrom: v.nullable(v.number()),
    lanes: v.array(LaneSchema),
    // Absent in rows of older versions, which reported nothing.
    lastReport: v.fallback(v.optional(LastReportSchema), undefined),
    // Absent in rows of older versions, which counted nothing beside their lanes.
    tally: v.fallback(v.optional(PortalTallySchema), undefined),
  }),
  v.transform(({ lastReport, tally, ...book }) => ({
    ...book,
    ...(lastReport && { lastReport }),
    ...(tally && { tally }),
  })),
)
