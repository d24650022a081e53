/**
 * Decides who may send next to a receiver that several portals share. Slots go round: a waiter stands in the
 * queue once, and goes to its end after each slot.
 *
 * A slot is never given away ahead of time. Portal A asks and is told to come again at 12:00:05. Only when A
 * comes, it gets the slot; so when A has ended meanwhile, it costs the others one slot at most. The promised
 * time is a guess from the windows, but the windows themselves are always kept.
 */
import { DAY_MS, MINUTE_MS } from '../durations.ts'
import { checkPaceWindows, countedGrants, computeSlot, type PaceWindow } from './pace-window.ts'

/** The time after its promised time for which a waiter still holds the others back, in milliseconds. */
export const GRACE_MS = 2000

/** The time after its promised time for which a waiter still keeps its place, in milliseconds. */
const PLACE_MS = MINUTE_MS

/** The longest hold, in milliseconds: a receiver may ask for any time. */
export const MAX_HOLD_MS = DAY_MS

/**
 * The wait of a waiter that may not overtake again, in milliseconds. It is short, since the waiter in front is
 * due already.
 */
const OVERTAKE_PAUSE_MS = 250

/** A waiter's place in the queue. */
interface QueuePlace {
  readonly waiter: string
  /** A number that grows with every place, so the first of the queue has the lowest. */
  readonly ticket: number
  /** The time at which the waiter was told to come, in unix milliseconds. */
  readonly promisedAt: number
}

/** Everything that a pacer knows. All times are unix milliseconds. */
export interface PacerState {
  /** The grants that a window may still count, oldest first. */
  readonly grants: readonly number[]
  /** No slot before this time; 0 when there was never a hold. */
  readonly holdUntil: number
  /** The time at which the hold was noted, by the clock of that moment; -Infinity when there was never a hold. */
  readonly heldAt: number
  readonly queue: readonly QueuePlace[]
  /** The waiters that got a slot since the first of the queue came, with the next ticket at that time. */
  readonly served: ReadonlyMap<string, number>
  readonly nextTicket: number
  /** The latest time that a request has told. */
  readonly seenAt: number
}

/** One question for a slot. */
export interface SlotRequest {
  /** The name of the waiter; the same text each time. */
  readonly waiter: string
  /** The windows that the slot has to fit into, all of them. With an empty list only holds count. */
  readonly windows: readonly PaceWindow[]
  /** Unix milliseconds. */
  readonly now: number
}

/** The answer to a question for a slot. */
export interface SlotAnswer {
  readonly state: PacerState
  /**
   * Null when the slot is taken and the waiter may go now. Otherwise the time at which to come again, in unix
   * milliseconds.
   */
  readonly at: number | null
}

/** A pacer that knows nothing, or only what outlived it. */
export function createPacerState({
  grants = [],
  holdUntil = 0,
  heldAt = -Infinity,
}: Partial<Pick<PacerState, 'grants' | 'holdUntil' | 'heldAt'>> = {}): PacerState {
  const sorted = grants.toSorted((a, b) => a - b)
  const seenAt = sorted.at(-1) ?? -Infinity
  return { grants: sorted, holdUntil, heldAt, queue: [], served: new Map(), nextTicket: 0, seenAt }
}

/**
 * Takes a slot, or tells when to come again. A waiter that was told a time holds the others back until
 * `GRACE_MS` after it, and keeps its place until `PLACE_MS` after it: where everybody comes late, everybody
 * is served. While the first of the queue is not late, every other waiter gets at most one slot.
 *
 * @throws RangeError when a window would let nothing through
 */
export function takeSlot(state: PacerState, request: SlotRequest): SlotAnswer {
  checkPaceWindows(request.windows)
  const { waiter, now } = request
  const current = enqueue(forget({ ...followClock(state, now), seenAt: now }, request), waiter)
  const turn = computeTurn(current, request)
  if (turn > now) return promise(current, { waiter, at: turn })
  if (overtakesAgain(onTime(current, now), waiter)) {
    return promise(current, { waiter, at: now + OVERTAKE_PAUSE_MS })
  }
  return grant(current, request)
}

/**
 * Gives no slot before a time; `now` is the clock by which that time was told. A hold is only ever lengthened;
 * a time that is no number is ignored.
 */
export function hold(state: PacerState, until: number, now = state.seenAt): PacerState {
  return until > state.holdUntil ? { ...state, holdUntil: until, heldAt: now } : state
}

/**
 * The state, made right for a clock that may have gone back: while the clock was ahead, time counts as having stood
 * still. So no grant lies in the future. A hold that was noted by the clock that was ahead keeps its length, a day at
 * most, and begins now. Returns the same state when nothing in it lies in the future.
 */
export function followClock(state: PacerState, now: number): PacerState {
  const back = Math.max(0, state.seenAt - now)
  const aheadMs = Math.max(0, state.heldAt - now)
  const holdUntil = Math.min(state.holdUntil - aheadMs, now + MAX_HOLD_MS)
  if (back === 0 && holdUntil === state.holdUntil) return state
  return {
    ...state,
    holdUntil,
    heldAt: Math.min(state.heldAt, now),
    seenAt: Math.min(state.seenAt, now),
    grants: state.grants.map((at) => at - back),
    queue: state.queue.map((place) => ({ ...place, promisedAt: place.promisedAt - back })),
  }
}

/** Drops the grants that no window counts any more, and the places of waiters that did not come. */
function forget(state: PacerState, { windows, now }: SlotRequest): PacerState {
  return {
    ...state,
    grants: countedGrants(state.grants, { windows, now }),
    queue: state.queue.filter(({ promisedAt }) => promisedAt + PLACE_MS > now),
  }
}

/** The state without the waiters that are so late that nobody waits for them. */
function onTime(state: PacerState, now: number): PacerState {
  return { ...state, queue: state.queue.filter((place) => lostAt(place) > now) }
}

function lostAt({ promisedAt }: QueuePlace): number {
  return promisedAt + GRACE_MS
}

function enqueue(state: PacerState, waiter: string): PacerState {
  if (state.queue.some((place) => place.waiter === waiter)) return state
  const place = { waiter, ticket: state.nextTicket, promisedAt: Infinity }
  return { ...state, queue: [...state.queue, place], nextTicket: state.nextTicket + 1 }
}

/**
 * The time of the waiter's turn: after everybody who stands before it. Some of them may be late already, and
 * perhaps never come. They are waited for until their grace is over, so the turn is the earlier one of two
 * times: after all of them, or after that grace without them.
 */
function computeTurn(state: PacerState, { waiter, windows, now }: SlotRequest): number {
  const position = state.queue.findIndex((place) => place.waiter === waiter)
  const ahead = state.queue.slice(0, position).filter((place) => lostAt(place) > now)
  const from = Math.max(now, state.holdUntil)
  const turn = computeSlot(state.grants, { windows, from, ahead: ahead.length })
  const late = ahead.filter(({ promisedAt }) => promisedAt < now)
  if (late.length === 0) return turn
  const without = computeSlot(state.grants, {
    windows,
    from: Math.max(from, ...late.map(lostAt)),
    ahead: ahead.length - late.length,
  })
  return Math.min(turn, without)
}

/**
 * Whether this waiter got a slot while the first of the queue was waiting already. Where a window has room
 * for several, the one that comes first goes first, but only once: otherwise a waiter that comes often would
 * get all the room.
 */
function overtakesAgain({ queue, served }: PacerState, waiter: string): boolean {
  const first = queue[0]?.ticket ?? Infinity
  return (served.get(waiter) ?? -Infinity) > first
}

function promise(state: PacerState, told: { waiter: string; at: number }): SlotAnswer {
  const queue = state.queue.map((place) =>
    place.waiter === told.waiter ? { ...place, promisedAt: told.at } : place,
  )
  return { state: { ...state, queue }, at: told.at }
}

function grant(state: PacerState, { waiter, now }: SlotRequest): SlotAnswer {
  const queue = state.queue.filter((place) => place.waiter !== waiter)
  const first = queue[0]?.ticket ?? Infinity
  const served = new Map([...state.served, [waiter, state.nextTicket] as const])
  const kept = [...served].filter(([, ticket]) => ticket > first)
  const grants = [...state.grants, now]
  return { state: { ...state, grants, queue, served: new Map(kept) }, at: null }
}
