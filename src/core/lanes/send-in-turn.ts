/**
 * Waits for the turn of a lane to send: for a slot of the pace at which all portals send to its receiver, then for one
 * of the portal's connections. Meanwhile an operator may pause the lane or park its front, more events may come, or the
 * log may be erased. So after each wait the walk looks whether the attempt is still the one to make.
 */
import { SECOND_MS } from '../durations.ts'
import { pulseOf } from './connections.ts'
import { nextStep, type Attempt } from './next-step.ts'
import type { LaneState } from './state/lane-state.ts'
import type { WalkPorts } from './walk-ports.ts'

/** The shortest time between two questions for a slot, in milliseconds. */
export const MIN_ASK_MS = 100

/**
 * The time for which a slot may be used after it was given, in milliseconds. A lane that has waited longer for its
 * connection asks again, since several lanes that kept their slots would send at once. Meanwhile others have the
 * connection: a pacer may be silent for seconds.
 */
export const SLOT_HOLDS_MS = SECOND_MS

/** The progress of one walk. */
export interface Walk extends WalkPorts {
  /** No send starts after this time. */
  readonly deadline: number
  /** The number of times that the log had been erased when the walk began. */
  readonly erasures: number
  /** Whether the last send was a live event. Live events and replays take turns. */
  liveWasLast: boolean
  /**
   * The event that is to be replayed next, and the sequence before it that the destination was meant to get; null
   * before it was looked for.
   */
  upForReplay: { readonly sequence: number; readonly previous: number | null } | null
}

/**
 * Takes a slot of the receiver's pace, then a connection, then calls `send`. It never asks for a slot when it has
 * nothing to send, and it holds no connection while it waits for a slot. Where nothing is due any more, or no slot is
 * given, nothing is sent, and the walk decides anew.
 */
export async function sendInTurn(
  walk: Walk,
  attempt: Attempt,
  send: (walk: Walk, attempt: Attempt) => Promise<void>,
): Promise<void> {
  const first = planned(walk, attempt)
  if (!(await getsSlot(walk, first)) || isEnded(walk)) return
  const awaited = stillDue(walk, first)
  if (awaited === null) return
  const { receiver, clock } = walk
  let slotAt = clock.now()
  const connection = await receiver.connect(pulseOf(awaited.lane))
  try {
    let due = stillDue(walk, awaited)
    while (due !== null && clock.now() - slotAt > SLOT_HOLDS_MS && receiver.minIntervalMs() > 0) {
      const comeBack = connection.giveWay()
      if (!(await getsSlot(walk, due)) || stillDue(walk, due) === null) return
      slotAt = clock.now()
      await comeBack()
      due = stillDue(walk, due)
    }
    if (due !== null) await send(walk, due.attempt)
  } finally {
    connection.release()
  }
}

/** An attempt, with the lane and the head of the log from which it was decided. */
interface Planned {
  readonly attempt: Attempt
  readonly lane: LaneState
  readonly head: number
}

/** The attempt with what it was decided from. To be called before anything is awaited. */
function planned({ book, log }: Walk, attempt: Attempt): Planned {
  return { attempt, lane: book.lane(), head: log.head() }
}

/** Asks for a slot; false when none is given, or when it was given for the receiver of former settings. */
async function getsSlot(walk: Walk, { lane: { fingerprint } }: Planned): Promise<boolean> {
  const slotAt = await walk.receiver.takeSlot()
  // The settings have changed meanwhile, so the slot, or the wait for one, was that of the former receiver.
  if (isErased(walk) || walk.book.lane().fingerprint !== fingerprint) return false
  if (slotAt !== null) askAgain(walk, slotAt)
  return slotAt === null
}

/**
 * The attempt that is due now; null for none. A decision stands while neither the lane nor the head of the
 * log has changed, since time alone takes no send back. Otherwise it is made anew. A lane that has
 * waited for its connection sends even when the walk's time is over: it would lose its place in the queue.
 */
function stillDue(walk: Walk, before: Planned): Planned | null {
  const { book, log } = walk
  if (isErased(walk)) return null
  if (book.lane() === before.lane && log.head() === before.head) return before
  const step = nextStep(walk, { liveWasLast: walk.liveWasLast })
  return step.kind === 'live' || step.kind === 'replay' ? planned(walk, step) : null
}

/**
 * The time of the slot is not stored: a lane that begins anew asks again. A lane waits at least a moment before it
 * asks again, since the object that keeps the pace may have another clock.
 */
function askAgain({ book, clock }: Walk, slotAt: number): void {
  const lane = book.lane()
  const next = Math.max(slotAt, clock.now() + MIN_ASK_MS)
  const waiting = { ...lane, notBefore: Math.max(lane.notBefore, next) }
  book.setInMemory({ ...waiting, measuredAt: clock.now() })
}

/** Whether the walk starts no further send. */
export function isEnded(walk: Walk): boolean {
  return isErased(walk) || walk.clock.now() >= walk.deadline
}

/** Whether the log has been erased since the walk began, and the lane with it. */
function isErased({ book, erasures }: Walk): boolean {
  return book.erasures() !== erasures
}
