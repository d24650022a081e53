/**
 * The pace of one receiver, shared by all portals that send to it. The pace lives in memory. Two things are
 * stored as well, because they must outlive an eviction: a hold, and the grants of a window longer than 10 s.
 */
import { DurableObject } from 'cloudflare:workers'
import type { PaceWindow } from '../core/pace/pace-window.ts'
import {
  createPacerState,
  followClock,
  hold,
  MAX_HOLD_MS,
  takeSlot,
  type PacerState,
} from '../core/pace/slots.ts'
import { logLine } from '../log.ts'
import { openDatabase } from '../storage/database.ts'
import { PacerStore } from './pacer-store.ts'

// An object stays in memory for about 10 s after its last call (docs/cloudflare.md, "Object lifetime"). A
// shorter window is over before the object can be evicted.
const STORED_WINDOW_MS = 10_000
// Portals that a receiver refuses at the same time report ends that differ by parts of a second. Rounded up,
// they cost one row together.
const HOLD_STEP_MS = 1000

/** The slots of one paced receiver; the object's name is the one that `createPacerNames` gives to the URL. */
export class Pacer extends DurableObject<unknown> {
  readonly #store: PacerStore
  readonly #now: () => number
  #state: PacerState
  /** The end of the hold as stored. */
  #storedHold = 0

  constructor(ctx: DurableObjectState, env: unknown, now: () => number = () => Date.now()) {
    super(ctx, env)
    this.#store = new PacerStore(openDatabase(ctx.storage), logLine)
    this.#now = now
    const stored = this.#store.load()
    this.#storedHold = stored.holdUntil
    const state = createPacerState(stored)
    const followed = followClock(state, now())
    // A hold that a wrong clock noted is stored anew: otherwise each eviction would begin the wait once more.
    this.#state = followed === state ? state : this.#save(followed)
  }

  /**
   * Takes a slot for a waiter (null: go now), or tells when to come again (unix milliseconds).
   *
   * @throws RangeError when a window would let nothing through
   */
  take(waiter: string, windows: readonly PaceWindow[]): number | null {
    const { state, at } = takeSlot(this.#state, { waiter, windows, now: this.#now() })
    const outlives = windows.some(({ ms }) => ms > STORED_WINDOW_MS)
    this.#state = at === null && outlives ? this.#save(state) : state
    return at
  }

  /** Gives no slot before that time (unix milliseconds), which is cut to 24 hours from now. */
  hold(until: number): void {
    const now = this.#now()
    const followed = followClock(this.#state, now)
    if (followed.holdUntil < this.#state.holdUntil) this.#save(followed)
    const state = hold(followed, Math.min(until, now + MAX_HOLD_MS), now)
    this.#state = state.holdUntil > this.#storedHold ? this.#save(state) : state
  }

  /** Stores the part of a state that must outlive an eviction, and gives the state back. */
  #save(state: PacerState): PacerState {
    const holdUntil = Math.ceil(state.holdUntil / HOLD_STEP_MS) * HOLD_STEP_MS
    this.#store.save({ holdUntil, heldAt: state.heldAt, grants: state.grants })
    this.#storedHold = holdUntil
    return state
  }
}
