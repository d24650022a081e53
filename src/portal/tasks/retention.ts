/**
 * The end of old events. Whole segments of the log are dropped where they can be, and single rows where a portal has
 * so few events that they stand in the open segment still. Each step is bounded, and between two steps the object
 * takes new events.
 */
import { RETENTION_PAGE, passFloor, planRetention } from '../../core/lanes/retention.ts'
import type { LogEntry } from '../../core/log/event.ts'
import { isFull, segmentGraceMs } from '../../core/log/segments.ts'
import type { Segment } from '../log/segment-rows.ts'
import type { PortalParts } from '../parts.ts'

/** About so many rows one visit deletes at most. */
const MAX_DELETED = 100_000

/** The parts that retention concerns. They are nine, since the end of an event concerns everything that knows it. */
type RetentionParts = Pick<
  PortalParts,
  'db' | 'config' | 'world' | 'log' | 'fates' | 'segments' | 'book' | 'rules' | 'state'
>

/** Drops the events that are older than the retention, and returns how many are gone. */
export async function dropOld(parts: RetentionParts): Promise<number> {
  const { log, world } = parts
  const before = log.counts().entries
  await closeFullSegment(parts)
  for (let oldest = wholeOld(parts, 0); oldest !== null; oldest = wholeOld(parts, 0)) {
    await dropSegment(parts, oldest)
  }
  for (let deleted = 0; deleted < MAX_DELETED;) {
    const count = deletePage(parts)
    deleted += count
    if (count === 0) break
    await world.sleep(0)
  }
  return before - log.counts().entries
}

/** Closes the open segment when it covers enough time or enough bytes. */
export async function closeFullSegment({
  db,
  config,
  world,
  segments,
  state,
}: RetentionParts): Promise<void> {
  const { retentionDays } = config
  const head = state.head()
  if (!isFull(segments.openState(), { now: world.now(), retentionDays })) return
  segments.changing(() => db.transaction(() => segments.close(head)))
}

/** The oldest segment, when it is closed and all its events may go within a time; else null. */
function wholeOld(
  { segments, book, config, world }: RetentionParts,
  withinMs: number,
): Segment | null {
  const [oldest] = segments.all()
  if (oldest === undefined || oldest.last === null || oldest.youngestAt === null) return null
  const end = { sequence: oldest.last, receivedAt: oldest.youngestAt }
  const terms = { now: world.now() + withinMs, retentionDays: config.retentionDays }
  return planRetention([end], book.all(), terms) === null ? null : oldest
}

/** Drops a whole segment. It is read from its end, as far as a lane has something to get or to remember of it. */
async function dropSegment(parts: RetentionParts, { last }: Segment): Promise<void> {
  const { log, fates, world } = parts
  const floor = last ?? 0
  const meant = new MeantEvents(parts)
  for (let before = floor + 1; !meant.isKnownBefore(before);) {
    // It is the oldest segment, so nothing else stands before its end.
    const page = log.before(before, RETENTION_PAGE)
    const first = page.at(-1)
    if (first === undefined) break
    meant.note(page)
    before = first.sequence
    await world.sleep(0)
  }
  pass(parts, { floor, meant }, () => fates.dropOldest())
}

/** Deletes the rows of one page, and returns how many they were. */
function deletePage(parts: RetentionParts): number {
  const { log, fates, segments, book, config, world } = parts
  const { retentionDays } = config
  // A segment that may soon go as a whole is left alone: its rows would cost as much as if they were written.
  if (wholeOld(parts, segmentGraceMs(retentionDays)) !== null) return 0
  const terms = { now: world.now(), retentionDays }
  // On most days nothing is old, which the oldest event alone tells.
  if (planRetention(log.oldest(1), book.all(), terms) === null) return 0
  const plan = planRetention(log.oldest(RETENTION_PAGE), book.all(), terms)
  if (plan === null) return 0
  // A page holds fewer entries when they are large; the rest is deleted with the next pages.
  const entries = log.after(0, RETENTION_PAGE).filter(({ sequence }) => sequence <= plan)
  const floor = entries.at(-1)?.sequence ?? plan
  const meant = new MeantEvents(parts)
  meant.note(entries.toReversed())
  const isLast = (segments.all()[0]?.last ?? Number.POSITIVE_INFINITY) <= floor
  pass(parts, { floor, meant }, () => {
    log.dropUpTo(floor)
    fates.dropUpTo(floor)
    if (isLast) fates.dropOldest()
  })
  return entries.length
}

/** Lets every lane pass the events up to `floor`, and drops these events, in one transaction. */
function pass(
  { book, segments, state }: RetentionParts,
  { floor, meant }: { readonly floor: number; readonly meant: MeantEvents },
  drop: () => void,
): void {
  segments.changing(() => {
    const passed = book.all().map((lane) => passFloor(lane, floor, meant.of(lane)))
    // Dropped first: an object that is full takes nothing else.
    book.saveAll(passed, () => {
      drop()
      state.writeHead()
    })
  })
  state.adoptHead()
}

/** The events that were meant for each lane, among those that go. */
class MeantEvents {
  readonly #parts: Pick<RetentionParts, 'book' | 'rules'>
  readonly #last = new Map<string, number>()
  readonly #meant = new Map<string, readonly number[]>()

  constructor(parts: Pick<RetentionParts, 'book' | 'rules'>) {
    this.#parts = parts
  }

  /** Notes entries, the newest first. */
  note(entries: readonly LogEntry[]): void {
    const { book, rules } = this.#parts
    for (const lane of book.all()) {
      const { destination } = lane
      const meant = entries.filter((entry) => rules.filteredBy(lane, entry) === null)
      const [last] = meant
      if (last !== undefined && !this.#last.has(destination)) {
        this.#last.set(destination, last.sequence)
      }
      const sequences = meant.map(({ sequence }) => sequence)
      this.#meant.set(destination, [...(this.#meant.get(destination) ?? []), ...sequences])
    }
  }

  /** Whether nothing before a sequence can change the answers any more. */
  isKnownBefore(sequence: number): boolean {
    const lanes = this.#parts.book.all()
    return lanes.every(
      ({ destination, cursor }) => this.#last.has(destination) && sequence <= cursor + 1,
    )
  }

  /** What `passFloor` has to know of a lane. */
  of({ destination, cursor }: { readonly destination: string; readonly cursor: number }) {
    const meant = this.#meant.get(destination) ?? []
    return {
      // The lane may have passed some of them since they were noted.
      meant: meant.filter((sequence) => sequence > cursor).length,
      lastMeant: this.#last.get(destination) ?? null,
    }
  }
}
