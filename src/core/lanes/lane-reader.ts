/**
 * Finds in the log what a lane sends next: the digest under way, the next event that its destination gets, or
 * an event that an operator wants again.
 */
import { entriesAfter } from '../log/entries.ts'
import type { LogEntry } from '../log/event.ts'
import { skipEvent } from './state/cursor.ts'
import { asReplayed, canReplay, isMeant } from './filters/filter-reason.ts'
import type { ReplayJob } from './state/lane-state.ts'
import { halveDigest } from './state/gathering.ts'
import {
  MAX_BEHIND,
  calmUntil,
  type BatchRoom,
  type AttemptEntries,
  type DigestRule,
} from './plan-digest.ts'
import { advanceJob } from './state/replay-job.ts'
import type { WalkPorts } from './walk-ports.ts'

/**
 * The first entry is nearly always the one that is looked for, so it is read alone. Further ones are read a
 * few at a time, since an event may be large.
 */
export const PAGES = { first: 1, page: 20 } as const

/**
 * The most entries that a lane passes before others have their turn: a log may hold a hundred thousand that the lane
 * does not get.
 */
export const MAX_PASSED = 500

/**
 * The most rows that are looked through for one digest: events that the destination does not get may lie between its
 * events.
 */
const MAX_READ_FOR_DIGEST = 500

/**
 * The digest under way, else the lane's front: the first event behind the cursor that its destination gets.
 */
export function nextEntries(ports: WalkPorts): AttemptEntries | null {
  const { log, book, receiver } = ports
  // A digest that was begun under other settings, and holds more events than the present ones allow, falls apart. It
  // is not sent again with fewer events: the receiver may know it, and would take it for another message under other
  // ids.
  const max = receiver.digestRule?.max ?? 1
  const lane = book.lane()
  let { gathering } = lane
  while ((gathering.underWay ?? []).length > max) gathering = halveDigest(gathering)
  if (gathering !== lane.gathering) book.setInMemory({ ...lane, gathering })
  const [first, ...others] = (gathering.underWay ?? []).flatMap(
    (sequence) => log.entry(sequence) ?? [],
  )
  if (first !== undefined) return [first, ...others]
  const front = findFront(ports)
  return front === null ? null : [front]
}

/**
 * Finds the lane's front, and moves the cursor over the events before it, which the destination does not get. Without
 * a front the cursor comes to the head: sequences behind the last event may never have been given, as in an object
 * that was restored to an earlier point in time. A lane before them would always have something to do. After
 * many events it stops: the cursor has moved then, and there is no front yet.
 */
function findFront({ log, book, receiver }: WalkPorts): LogEntry | null {
  const lane = book.lane()
  let passed = Math.max(lane.cursor, log.head())
  let front: LogEntry | null = null
  let seen = 0
  for (const entry of looselyAfter(log, lane.cursor)) {
    seen += 1
    if (isMeant(lane, entry, receiver)) {
      front = seen === 1 ? entry : log.entry(entry.sequence)
      passed = entry.sequence - 1
      break
    }
    if (seen === MAX_PASSED) {
      passed = entry.sequence
      break
    }
  }
  if (passed > lane.cursor) book.setInMemory(skipEvent(lane, passed))
  return front
}

/** The entries after a sequence: the first one whole, and outlines behind it. */
function looselyAfter(log: WalkPorts['log'], sequence: number): Iterable<LogEntry> {
  const after = (from: number, limit: number): readonly LogEntry[] =>
    limit === 1 ? log.after(from, 1) : log.outlinesAfter(from, limit)
  return entriesAfter({ after }, sequence, PAGES)
}

/** The lane's front and the events behind it, as many as one message may hold. */
export function readWaiting(
  ports: WalkPorts,
  { front, rule }: { readonly front: LogEntry; readonly rule: DigestRule },
): AttemptEntries {
  const { log, book, receiver } = ports
  const lane = book.lane()
  if (!looksBehind(ports, { front, rule })) return [front]
  const room = roomOf(rule)
  const others: LogEntry[] = []
  let bytes = room.sizeOf(front)
  let read = 0
  for (const entry of entriesAfter(log, front.sequence, { page: PAGES.page })) {
    read += 1
    if (isMeant(lane, entry, receiver)) {
      bytes += room.sizeOf(entry)
      if (bytes > room.bytes) break
      others.push(entry)
    }
    if (others.length === rule.max - 1 || read === MAX_READ_FOR_DIGEST) break
  }
  return [front, ...others]
}

/** Whether events behind the front may be told with it now. If not, none is read. */
function looksBehind(
  { log, book, clock }: WalkPorts,
  { front, rule }: { readonly front: LogEntry; readonly rule: DigestRule },
): boolean {
  const lane = book.lane()
  const now = clock.now()
  const waiting = log.head() - lane.cursor
  if (log.head() <= front.sequence) return false
  if (rule.waitMs === null) {
    return waiting > MAX_BEHIND || front.receivedAt < calmUntil(lane, now)
  }
  const isGathering = front.receivedAt <= now && now < front.receivedAt + rule.waitMs
  return !isGathering || waiting >= rule.max
}

function roomOf({ room }: DigestRule): BatchRoom {
  return room ?? { bytes: 0, sizeOf: () => 0 }
}

/** An event that an operator wants again, and the job that asks for it. */
export interface ReplayedEntry {
  readonly entry: LogEntry
  readonly job: ReplayJob
}

/**
 * The event that the lane's first replay job asks for next. A job that finds nothing more is removed. One that ends
 * behind the head of the log keeps its rest: for example, the job of a new lane ends with event 9, and event 9 still
 * waits for its enrichment. `further`: many events were passed, and the next one is not found yet.
 */
export function nextReplayed(ports: WalkPorts): ReplayedEntry | 'further' | null {
  const { book, log } = ports
  for (;;) {
    const lane = book.lane()
    const job = lane.replays[0]
    if (job === undefined) return null
    const upTo = Math.min(job.to, log.head())
    const entry = job.parkedOnly ? nextParkedEntry(ports, job, upTo) : nextInRange(ports, job, upTo)
    if (entry === 'further') return entry
    if (entry !== null) return { entry, job: book.lane().replays[0] ?? job }
    if (upTo < job.to) {
      if (job.next <= upTo) book.setInMemory(advanceJob(lane, upTo))
      return null
    }
    book.setInMemory(advanceJob(lane, job.to))
  }
}

function nextParkedEntry({ log }: WalkPorts, job: ReplayJob, upTo: number): LogEntry | null {
  let from = job.next
  for (;;) {
    const sequence = log.nextParked(from, upTo)
    if (sequence === null) return null
    const entry = log.entry(sequence)
    if (entry !== null && entry.event.erased === undefined) return asReplayed(entry)
    from = sequence + 1
  }
}

/** The job moves over what it passes, in memory, so that the same events are not read again while the lane waits. */
function nextInRange(
  { log, book, receiver }: WalkPorts,
  job: ReplayJob,
  upTo: number,
): LogEntry | 'further' | null {
  const lane = book.lane()
  let seen = 0
  for (const entry of looselyAfter(log, job.next - 1)) {
    if (entry.sequence > upTo) return null
    seen += 1
    const whole = canReplay(lane, entry, receiver) ? log.entry(entry.sequence) : null
    if (whole !== null) {
      const isPassed = seen > 1 && job.attempts === 0
      if (isPassed) book.setInMemory(advanceJob(lane, entry.sequence - 1))
      return asReplayed(whole)
    }
    if (seen === MAX_PASSED) {
      book.setInMemory(advanceJob(lane, entry.sequence))
      return 'further'
    }
  }
  return null
}
