/**
 * The pace of one receiver, shared by all portals that send to it. It lives in memory; stored is only what
 * an eviction must not undo: a hold, and the grants that a window longer than 10 s counts.
 */
import { DurableObject } from 'cloudflare:workers'
import * as v from 'valibot'
import type { PaceWindow } from '../core/pace/pace.ts'
import {
  createPacerState,
  hold,
  MAX_HOLD_MS,
  takeSlot,
  type PacerState,
} from '../core/pace/pacer.ts'
import { openDatabase, type Database, type SqlRow } from '../storage/database.ts'

// An object is idle for about 10 s before it is evicted (facts: platform.md section 3.3): shorter windows
// are over by then.
const STORED_WINDOW_MS = 10_000
// Portals that are refused together report slightly different ends: one row for all of them.
const HOLD_STEP_MS = 1000

const StoredSchema = v.object({ holdUntil: v.number(), grants: v.array(v.number()) })
type Stored = v.InferOutput<typeof StoredSchema>

/** Slots of one paced receiver; reached under the name that `createPacerNames` gives its URL. */
export class Pacer extends DurableObject<unknown> {
  readonly #db: Database
  readonly #now: () => number
  #state: PacerState
  /** The end of the hold as stored. */
  #storedHold = 0

  constructor(ctx: DurableObjectState, env: unknown, now: () => number = () => Date.now()) {
    super(ctx, env)
    this.#db = openDatabase(ctx.storage)
    this.#now = now
    const stored = this.#load()
    this.#storedHold = stored.holdUntil
    this.#state = createPacerState(stored)
    const latest = now() + MAX_HOLD_MS
    // A clock that was wrong when this was stored would else hold anew after every eviction.
    if (stored.holdUntil > latest) {
      this.#state = this.#store({ ...this.#state, holdUntil: latest })
    }
  }

  /**
   * Takes a slot for a waiter (null: go now), or tells when to come again (unix milliseconds).
   *
   * @throws RangeError when a window would let nothing through
   */
  take(waiter: string, windows: readonly PaceWindow[]): number | null {
    const { state, at } = takeSlot(this.#state, { waiter, windows, now: this.#now() })
    const outlives = windows.some(({ ms }) => ms > STORED_WINDOW_MS)
    this.#state = at === null && outlives ? this.#store(state) : state
    return at
  }

  /** Lets nobody through before that time (unix milliseconds), which is cut to 24 hours from now. */
  hold(until: number): void {
    const state = hold(this.#state, Math.min(until, this.#now() + MAX_HOLD_MS))
    this.#state = state.holdUntil > this.#storedHold ? this.#store(state) : state
  }

  /** What outlived the last eviction; nothing when it is damaged, since a pace must not stop a lane. */
  #load(): Stored {
    const fresh = { holdUntil: 0, grants: [] }
    const tables = this.#db.all(`SELECT 1 AS found FROM sqlite_master WHERE name = 'pace'`)
    if (tables.length === 0) return fresh
    const stored = v.safeParse(StoredSchema, parseJson(this.#db.all('SELECT state FROM pace')[0]))
    return stored.success ? stored.output : fresh
  }

  /** Writes what must outlive an eviction, and gives the state back. */
  #store(state: PacerState): PacerState {
    const holdUntil = Math.ceil(state.holdUntil / HOLD_STEP_MS) * HOLD_STEP_MS
    const stored: Stored = { holdUntil, grants: [...state.grants] }
    this.#db.all('CREATE TABLE IF NOT EXISTS pace (id INTEGER PRIMARY KEY, state TEXT NOT NULL)')
    this.#db.all(
      `INSERT INTO pace (id, state) VALUES (1, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state`,
      JSON.stringify(stored),
    )
    this.#storedHold = holdUntil
    return state
  }
}

function parseJson(row: SqlRow | undefined): unknown {
  try {
    return JSON.parse(String(row?.['state']))
  } catch {
    // SyntaxError: a damaged row, or none.
    return null
  }
}
