/**
 * Everything that keeps the log of a portal small: full segments are closed, old events go, and where the log is too
 * large, the oldest ones go before their time. The events that every lane has passed go first. Then those go that a
 * lane had still to deliver: the lane counts them as expired, and its destination is named. So a dead receiver costs
 * no other one an event. The daily visit does this, an alarm that finds the log too large, and an append into a full
 * object.
 */
import { RETENTION_PAGE } from '../../../core/lanes/retention.ts'
import { MAX_SEQUENCE } from '../../../core/log/max-sequence.ts'
import { isFullError } from '../../../storage/database.ts'
import type { PortalParts } from '../../parts.ts'
import { dropPage, dropSegment } from './drop-events.ts'
import { closeFullSegment, dropOld, type RetentionParts } from './retention.ts'

/** About so many rows one run deletes at most; a later run goes on. */
const MAX_DELETED = 100_000

/** A segment that takes more than this part of the largest log does not go as a whole: far too much would go. */
const LARGE_PART = 1 / 4

/** The parts that keep the log small. They are nine, since the end of an event concerns everything that knows it. */
type LogParts = RetentionParts & Pick<PortalParts, 'space'>

/** Tidies the log, one run at a time, and returns how many events are gone. */
export function tidyLog(parts: LogParts): Promise<number> {
  return parts.space.inTurn(() => tidy(parts, { isFull: false }))
}

/**
 * Keeps the log small in a full object. There the oldest events go although the log is below its limit, but only
 * those for which nobody waits (docs/decisions/0035-full-objects.md). The next write shows whether the object has
 * room.
 */
export function makeRoom(parts: LogParts): Promise<number> {
  return parts.space.inTurn(() => tidy(parts, { isFull: true }))
}

/**
 * Seeks room after a failure, in the background, when the object is full: it cannot store the outcomes of its lanes,
 * and perhaps no event comes that makes room for them.
 */
export function seekRoomAfter(
  failure: unknown,
  parts: LogParts & Pick<PortalParts, 'scheduler'>,
): void {
  if (!isFullError(failure)) return
  const seek = async (): Promise<void> => void (await makeRoom(parts))
  parts.scheduler.background(parts.space.seekRoom(seek))
}

/** The limits within which the log is shortened before its time. */
interface Shortening {
  /** The log is shortened until it is below so many bytes; 0 stands for no limit. */
  readonly limit: number
  /** No event behind this sequence goes. */
  readonly floor: number
}

async function tidy(parts: LogParts, { isFull }: { readonly isFull: boolean }): Promise<number> {
  const { book, segments, space, state } = parts
  const limitWhenFull = isFull ? space.limitWhenFull() : 0
  await closeFullSegment(parts)
  const old = await dropOld(parts)
  const over = await dropEarly(parts, { limit: space.limit(), floor: MAX_SEQUENCE })
  const settled = await dropEarly(parts, { limit: limitWhenFull, floor: book.settledUpTo() })
  if (state.hasFormerTables()) segments.changing(() => state.makeTables())
  return old + over + settled
}

/** Drops the oldest events until the log is below the limit, and returns how many they were. */
async function dropEarly(parts: LogParts, terms: Shortening): Promise<number> {
  const { book, space, world } = parts
  const { limit } = terms
  const before = book.all()
  let events = 0
  for (let rows = 0; rows < MAX_DELETED && space.excess(limit) > 0;) {
    const gone = await dropSome(parts, terms)
    if (gone.rows === 0) break
    events += gone.events
    rows += gone.rows
    await world.sleep(0)
  }
  if (events === 0) return 0
  // The lane of a removed destination waits for nothing.
  const waiting = book.all().filter(({ status }) => status !== 'removed')
  const lost = waiting.map(({ destination, crowdedOut }) => {
    const former = before.find((lane) => lane.destination === destination)
    return { destination, count: crowdedOut - (former?.crowdedOut ?? 0) }
  })
  const heldBy = lost.filter(({ count }) => count > 0).map(({ destination }) => destination)
  const expired = lost.reduce((sum, { count }) => sum + count, 0)
  space.tellShortened({ events, expired, heldBy })
  return events
}

/** The events that one step has dropped. The rows of a segment that goes as a whole are not deleted one by one. */
interface Dropped {
  readonly events: number
  readonly rows: number
}

const NOTHING: Dropped = { events: 0, rows: 0 }

/** Drops the oldest segment, or rows of it where it is too much. */
async function dropSome(parts: LogParts, { limit, floor }: Shortening): Promise<Dropped> {
  const { log, segments, space, state } = parts
  if ((log.oldest(1)[0]?.sequence ?? 0) > floor) return NOTHING
  const [oldest] = segments.all()
  if (oldest === undefined) return NOTHING
  if (oldest.last !== null && oldest.last <= floor && oldest.bytes <= limit * LARGE_PART) {
    return { events: await dropSegment(parts, oldest, 'early'), rows: 1 }
  }
  const upTo = log.lastWithin(space.excess(limit), RETENTION_PAGE)
  // The youngest event stays, however large it is.
  if (upTo === null) return NOTHING
  const rows = dropPage(parts, Math.min(upTo, floor, state.head() - 1), 'early')
  return { events: rows, rows }
}
