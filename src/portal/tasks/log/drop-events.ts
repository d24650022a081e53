/**
 * Drops the oldest events of a portal's log, whoever decided that they go: a whole segment, or the rows of one page.
 * Every lane passes them in the same transaction. Each step is bounded, and between two steps the object takes new
 * events.
 */
import { RETENTION_PAGE, passFloor } from '../../../core/lanes/retention.ts'
import type { LogEntry } from '../../../core/log/event.ts'
import { MAX_PAGE_BYTES } from '../../log/rows/page-rows.ts'
import type { Segment } from '../../log/rows/segment-rows.ts'
import type { PortalParts } from '../../parts.ts'

/** The parts that the end of an event concerns: everything that knows the event. */
export type DropParts = Pick<
  PortalParts,
  'world' | 'log' | 'fates' | 'segments' | 'book' | 'rules' | 'state'
>

/** The reason for which events go: they are old, or the log has grown too large. */
export type DropReason = 'old' | 'early'

/**
 * Drops a closed segment, and returns how many events went. It is read from its end, as far as a lane has something to
 * get or to remember of it.
 */
export async function dropSegment(
  parts: DropParts,
  { last }: Segment,
  reason: DropReason,
): Promise<number> {
  const { log, fates, segments, world } = parts
  const floor = last ?? 0
  const meant = new MeantEvents(parts)
  for (let before = floor + 1; !meant.isKnownBefore(before);) {
    // It is the oldest segment, so nothing else stands before its end.
    const page = log.outlinesBefore(before, RETENTION_PAGE)
    const first = page.at(-1)
    if (first === undefined) break
    meant.note(page)
    before = first.sequence
    await world.sleep(0)
  }
  // An uninstall may have erased the log meanwhile.
  if (segments.all()[0]?.last !== last) return 0
  return pass(parts, { floor, meant, reason }, () => fates.dropOldest())
}

/** Deletes the first rows up to a sequence, as many as one page holds, and returns how many they were. */
export function dropPage(parts: DropParts, upTo: number, reason: DropReason): number {
  const { log, fates, segments } = parts
  const end = Math.min(upTo, log.lastWithin(MAX_PAGE_BYTES, RETENTION_PAGE) ?? upTo)
  const entries = log.outlinesAfter(0, RETENTION_PAGE).filter(({ sequence }) => sequence <= end)
  const floor = entries.at(-1)?.sequence ?? upTo
  const meant = new MeantEvents(parts)
  meant.note(entries.toReversed())
  const [oldest] = segments.all()
  // Behind its last event no sequence may have been given, as in an object that was restored.
  const isLast =
    oldest !== undefined && oldest.last !== null && segments.lastIn(oldest.logTable) <= floor
  pass(parts, { floor, meant, reason }, () => {
    log.dropUpTo(floor)
    fates.dropUpTo(floor)
    if (isLast) fates.dropOldest()
  })
  return entries.length
}

interface Passed {
  readonly floor: number
  readonly meant: MeantEvents
  readonly reason: DropReason
}

/**
 * Lets every lane pass the events up to `floor`, and drops these events, in one transaction; returns how many went.
 * The tally keeps the numbers of the events that the log does not hold any more.
 */
function pass(
  { book, log, segments, state }: DropParts,
  { floor, meant, reason }: Passed,
  drop: () => void,
): number {
  const isEarly = reason === 'early'
  let went = 0
  segments.changing(() => {
    const passed = book.all().map((lane) => passFloor(lane, floor, { ...meant.of(lane), isEarly }))
    // The events are dropped first, since a full object takes no other write before.
    book.saveAll(passed, () => {
      const before = log.counts()
      drop()
      state.writeHead()
      const { entries, quarantined, reconciled } = log.counts()
      went = before.entries - entries
      return {
        quarantined: before.quarantined - quarantined,
        reconciled: before.reconciled - reconciled,
      }
    })
  })
  state.adoptHead()
  return went
}

/** The events that were meant for each lane, among those that go. */
class MeantEvents {
  readonly #parts: Pick<DropParts, 'book' | 'rules'>
  readonly #last = new Map<string, number>()
  readonly #meant = new Map<string, readonly number[]>()

  constructor(parts: Pick<DropParts, 'book' | 'rules'>) {
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

  /** The facts that `passFloor` has to know of a lane. */
  of({ destination, cursor }: { readonly destination: string; readonly cursor: number }) {
    const meant = this.#meant.get(destination) ?? []
    return {
      // The lane may have passed some of them since they were noted.
      meant: meant.filter((sequence) => sequence > cursor).length,
      lastMeant: this.#last.get(destination) ?? null,
    }
  }
}
