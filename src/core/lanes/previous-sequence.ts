/**
 * Finds the previous sequence of a delivery: the sequence before it that the same destination was meant to get. A
 * filter may leave out a hundred thousand events before it, so the log is looked through a part at a time, and others
 * have their turn between two parts.
 */
import { outlinesBefore } from '../log/entries.ts'
import { isMeant } from './filters/filter-reason.ts'
import { MAX_PASSED, PAGES } from './lane-reader.ts'
import type { WalkPorts } from './walk-ports.ts'

/** The parts of the ports by which the events of a lane are told from those that it does not get. */
export interface MeantPorts {
  readonly log: Pick<WalkPorts['log'], 'outlinesBefore'>
  readonly book: Pick<WalkPorts['book'], 'lane'>
  readonly receiver: Pick<WalkPorts['receiver'], 'match' | 'tellerOf'>
  readonly clock: Pick<WalkPorts['clock'], 'sleep'>
}

/** The previous sequence of an event; null when the destination was meant to get nothing before. */
export interface PreviousSequence {
  readonly previous: number | null
}

/** The result of looking through one part of the log: the previous sequence, or only that it lies further back. */
type LookBack =
  | { readonly isFound: true; readonly previous: number | null }
  | { readonly isFound: false; readonly before: number }

/**
 * Finds the previous sequence of an event: the same on every attempt. `isEnded` is asked before each part of the log;
 * once it is true nothing is looked for any more, and the answer is null.
 */
export async function findPreviousSequence(
  ports: MeantPorts,
  sequence: number,
  isEnded: () => boolean = () => false,
): Promise<PreviousSequence | null> {
  let before = sequence
  while (!isEnded()) {
    const found = lookBack(ports, before)
    if (found.isFound) return { previous: found.previous }
    before = found.before
    await ports.clock.sleep(0)
  }
  return null
}

/** Looks through one part of the log before a sequence. */
function lookBack({ log, book, receiver }: MeantPorts, sequence: number): LookBack {
  const lane = book.lane()
  let seen = 0
  for (const entry of outlinesBefore(log, sequence, PAGES)) {
    seen += 1
    if (isMeant(lane, entry, receiver)) return { isFound: true, previous: entry.sequence }
    if (seen === MAX_PASSED) return { isFound: false, before: entry.sequence }
  }
  return { isFound: true, previous: lane.meantBeforeFloor }
}
