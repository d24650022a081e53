/**
 * The lines in the operator's log about the lanes of one portal: a lane was disabled, and something was parked. They
 * are written once memory has followed, so a start, which reads the same lanes again, writes none.
 */
import type { ExactFate, ParkReason } from '../../../core/lanes/state/fate.ts'
import type { LaneState } from '../../../core/lanes/state/lane-state.ts'
import type { World } from '../../world.ts'

/** The dependencies of the lines. */
export interface LaneLinesDeps {
  readonly memberId: string
  /** What the lanes deliver. */
  readonly delivers: 'events' | 'bulletins'
  readonly world: Pick<World, 'logLine'>
}

/** What a line tells of something that was parked. The sequence of a bulletin is its number. */
export type ParkedLine = Pick<
  Extract<ExactFate, { readonly state: 'parked' }>,
  'sequence' | 'reason' | 'status' | 'attempts'
> & { readonly destination: string }

/** The lines about the lanes of one book. */
export class LaneLines {
  readonly #deps: LaneLinesDeps
  readonly #lastParked = new Map<string, ParkReason>()

  constructor(deps: LaneLinesDeps) {
    this.#deps = deps
  }

  /** Follows a lane that has changed; `before` is null for a new one. */
  followLane(before: LaneState | null, lane: LaneState): void {
    if (lane.status !== 'disabled' || before?.status === 'disabled') return
    const { memberId, delivers, world } = this.#deps
    const { destination, disabledReason: reason } = lane
    world.logLine('warn', 'lane_disabled', { memberId, destination, reason, delivers })
  }

  /** Follows fates that storage has taken. */
  followFates(destination: string, fates: readonly ExactFate[]): void {
    const { memberId, delivers, world } = this.#deps
    for (const { state, sequence, reason, status, attempts } of fates) {
      if (state !== 'parked') continue
      this.#lastParked.set(destination, reason)
      const parked: ParkedLine = { destination, sequence, reason, status, attempts }
      if (delivers === 'events') world.logLine('warn', 'event_parked', { memberId, ...parked })
      else world.logLine('warn', 'bulletin_parked', { memberId, ...parked })
    }
  }

  /** Why something was parked last at a destination in this life of the object; null when nothing was. */
  lastParkReason(destination: string): ParkReason | null {
    return this.#lastParked.get(destination) ?? null
  }
}
