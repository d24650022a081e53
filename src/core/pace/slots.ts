/**
 * Who may send next to a receiver that several portals share. Slots go round: a portal stands in the
 * queue once, and goes to its end after each slot. A slot is never given away ahead of time: who waits is
 * told when to come again, and only who comes gets it, so a portal that is gone costs one slot at most.
 * The promised times are a guess from the windows; the grants alone decide what is kept to.
 */
import type { PaceWindow } from './pace-window.ts'

/** How long a place is kept for a waiter that does not come at its time, in milliseconds. */
export const GRACE_MS = 2000

/** How long after its promised time a waiter keeps its place, in milliseconds. */
export const PLACE_MS = 60_000

/** The longest hold, in milliseconds: receivers ask for any time (facts: receivers.md section 7.1). */
export const MAX_HOLD_MS = 86_400_000

// Who may not overtake again comes back soon, as the one that it waits for is due already.
const OVERTAKE_PAUSE_MS = 250

/** A waiter's place in the queue. */
interface Place {
  readonly waiter: string
  /** Grows with every place, so the head of the queue has the lowest. */
  readonly ticket: number
  /** When the waiter was told to come, in unix milliseconds. */
  readonly promisedAt: number
}

/** What a pacer knows. All times are unix milliseconds. */
export interface PacerState {
  /** The grants that a window may still count, oldest first. */
  readonly grants: readonly number[]
  /** Nothing is granted before; 0 when nothing was ever held. */
  readonly holdUntil: number
  readonly queue: readonly Place[]
  /** Who was granted since the head of the queue came into it, with the next ticket at that time. */
  readonly served: ReadonlyMap<string, number>
  readonly nextTicket: number
  /** The latest time that was told. */
  readonly seenAt: number
}

/** One question for a slot. */
export interface SlotRequest {
  /** Who asks; the same text each time. */
  readonly waiter: string
  /** All of them hold; none means that only holds count. They apply to everyone who waits. */
  readonly windows: readonly PaceWindow[]
  /** Unix milliseconds. */
  readonly now: number
}

/** The answer to a question for a slot. */
export interface SlotAnswer {
  readonly state: PacerState
  /** Null: go now, the slot is taken. Otherwise unix milliseconds: come again, not before. */
  readonly at: number | null
}

/** A pacer that knows nothing, or only what outlived it. */
export function createPacerState({
  grants = [],
  holdUntil = 0,
}: Partial<Pick<PacerState, 'grants' | 'holdUntil'>> = {}): PacerState {
  const sorted = grants.toSorted((a, b) => a - b)
  const seenAt = sorted.at(-1) ?? -Infinity
  return { grants: sorted, holdUntil, queue: [], served: new Map(), nextTicket: 0, seenAt }
}

/**
 * Takes a slot, or tells when to come again. Whoever is told a time holds others back until `GRACE_MS` after
 * it, and keeps its place until `PLACE_MS` after it: where everybody comes late, everybody is served. While one
 * stands in the queue and is not late, every other gets at most one slot.
 *
 * @throws RangeError when a window would let nothing through
 */
export function takeSlot(state: PacerState, request: SlotRequest): SlotAnswer {
  checkWindows(request.windows)
  const { waiter, now } = request
  const current = enqueue(forget(turnBack(state, now), request), waiter)
  const turn = computeTurn(current, request)
  if (turn > now) return promise(current, { waiter, at: turn })
  if (overtakesAgain(onTime(current, now), waiter)) {
    return promise(current, { waiter, at: now + OVERTAKE_PAUSE_MS })
  }
  return grant(current, request)
}

/** Lets nobody through before that time. A hold is only ever lengthened; what is no number is ignored. */
export function hold(state: PacerState, until: number): PacerState {
  return until > state.holdUntil ? { ...state, holdUntil: until } : state
}

function checkWindows(windows: readonly PaceWindow[]): void {
  const isSound = windows.every(
    ({ count, ms }) => Number.isInteger(count) && count >= 1 && Number.isFinite(ms) && ms >= 1,
  )
  if (!isSound) throw new RangeError('Cannot pace messages as a window must let one through')
}

/** Counts time that a clock went back as time that stood still, so that nothing lies in the future. */
function turnBack(state: PacerState, now: number): PacerState {
  const holdUntil = Math.min(state.holdUntil, now + MAX_HOLD_MS)
  const back = state.seenAt - now
  if (!(back > 0)) return { ...state, holdUntil, seenAt: now }
  return {
    ...state,
    holdUntil,
    seenAt: now,
    grants: state.grants.map((at) => at - back),
    queue: state.queue.map((place) => ({ ...place, promisedAt: place.promisedAt - back })),
  }
}

/** Drops grants that no window counts, and places whose waiters did not come. */
function forget(state: PacerState, { windows, now }: SlotRequest): PacerState {
  const longestMs = Math.max(0, ...windows.map(({ ms }) => ms))
  const largest = Math.max(0, ...windows.map(({ count }) => count))
  const counted = state.grants.filter((at) => at > now - longestMs)
  return {
    ...state,
    grants: counted.slice(Math.max(0, counted.length - largest)),
    queue: state.queue.filter(({ promisedAt }) => promisedAt + PLACE_MS > now),
  }
}

/** Without those who are so late that nobody waits for them. */
function onTime(state: PacerState, now: number): PacerState {
  return { ...state, queue: state.queue.filter((place) => lostAt(place) > now) }
}

function lostAt({ promisedAt }: Place): number {
  return promisedAt + GRACE_MS
}

function enqueue(state: PacerState, waiter: string): PacerState {
  if (state.queue.some((place) => place.waiter === waiter)) return state
  const place = { waiter, ticket: state.nextTicket, promisedAt: Infinity }
  return { ...state, queue: [...state.queue, place], nextTicket: state.nextTicket + 1 }
}

/**
 * When the waiter's turn is: after all that stand before it. Of those that are late already nobody knows
 * whether they come; the turn is the earlier one of both cases, as they are waited for only so long.
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

interface SlotSearch {
  readonly windows: readonly PaceWindow[]
  readonly from: number
  /** How many go first. */
  readonly ahead: number
}

/** The first time that all windows allow, after others have gone at their first times. */
function computeSlot(grants: readonly number[], { windows, from, ahead }: SlotSearch): number {
  const taken = [...grants]
  let at = from
  for (let position = 0; position <= ahead; position += 1) {
    const allowed = windows.map(({ count, ms }) => (taken.at(-count) ?? -Infinity) + ms)
    at = Math.ceil(Math.max(at, ...allowed))
    taken.push(at)
  }
  return at
}

/**
 * Whether the head of the queue waits since before this waiter's last grant. Where a window has room for
 * several, whoever comes first goes first, but only once: else one that comes often gets all the room.
 */
function overtakesAgain({ queue, served }: PacerState, waiter: string): boolean {
  const head = queue[0]?.ticket ?? Infinity
  return (served.get(waiter) ?? -Infinity) > head
}

function promise(state: PacerState, told: { waiter: string; at: number }): SlotAnswer {
  const queue = state.queue.map((place) =>
    place.waiter === told.waiter ? { ...place, promisedAt: told.at } : place,
  )
  return { state: { ...state, queue }, at: told.at }
}

function grant(state: PacerState, { waiter, now }: SlotRequest): SlotAnswer {
  const queue = state.queue.filter((place) => place.waiter !== waiter)
  const head = queue[0]?.ticket ?? Infinity
  const served = new Map([...state.served, [waiter, state.nextTicket] as const])
  const kept = [...served].filter(([, ticket]) => ticket > head)
  const grants = [...state.grants, now]
  return { state: { ...state, grants, queue, served: new Map(kept) }, at: null }
}
