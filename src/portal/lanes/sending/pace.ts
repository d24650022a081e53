/**
 * The pace of one portal's lanes. A receiver's limit belongs to its address, and several portals may send
 * there. So a lane asks the pacer of the address for a slot, one object that all portals share. While the
 * pacer cannot be reached, each lane goes on at a careful pace of its own. All sends of the portal share its
 * connections.
 */
import { Connections, type Connection, type LanePulse } from '../../../core/lanes/connections.ts'
import type { LaneState } from '../../../core/lanes/state/lane-state.ts'
import type { DeliveryOutcome } from '../../../core/lanes/state/outcome.ts'
import { clampRetryAfter } from '../../../core/lanes/settle/retry.ts'
import type { Receiver } from '../../../destinations/receiver.ts'
import type { PacerClient } from '../../../objects/pacer-client.ts'
import type { World } from '../../world.ts'

/** The wait of every portal after a receiver has met its limit and named no time, in milliseconds. */
const UNNAMED_WAIT_MS = 30_000

/** The dependencies of the pace. */
export interface LanePaceDeps {
  readonly memberId: string
  readonly world: Pick<World, 'now' | 'logLine'>
  readonly pacer: PacerClient
}

/** The lane that wants to send, with what its receiver asked to be remembered. */
type PacedLane = Pick<LaneState, 'destination' | 'memory'>

/** The pace of one portal's lanes. */
export class LanePace {
  readonly #deps: LanePaceDeps
  readonly #connections: Connections
  readonly #sentAt = new Map<string, number>()

  constructor(deps: LanePaceDeps) {
    this.#deps = deps
    this.#connections = new Connections(deps.world.now)
  }

  /** Waits for one of the portal's connections. */
  connect(pulse: LanePulse): Promise<Connection> {
    return this.#connections.acquire(pulse)
  }

  /** The shortest time between two sends of one lane, in milliseconds. */
  intervalMs(receiver: Receiver, { memory }: PacedLane): number {
    const [shortest] = receiver.pace(memory)
    return shortest === undefined ? 0 : Math.ceil(shortest.ms / shortest.count)
  }

  /** Asks for a slot. Null when the lane may send now, else the time at which to ask again, in unix milliseconds. */
  async takeSlot(receiver: Receiver, lane: PacedLane): Promise<number | null> {
    const windows = receiver.pace(lane.memory)
    if (windows.length === 0) return null
    const { world, pacer, memberId } = this.#deps
    const { destination } = lane
    try {
      return await pacer.take(receiver.paceKey, `${memberId} ${destination}`, windows)
    } catch {
      // Swallows: the pacer cannot be reached. Its absence must never stop a delivery.
      world.logLine('warn', 'pacer_unreachable', { memberId, destination })
      const waitMs = Math.max(receiver.carefulMs, this.intervalMs(receiver, lane))
      const at = (this.#sentAt.get(destination) ?? 0) + waitMs
      return world.now() >= at ? null : at
    }
  }

  /** Tells the pacer, after a send, for how long the receiver wants no further message. */
  async obey(
    receiver: Receiver,
    { lane, outcome }: { readonly lane: PacedLane; readonly outcome: DeliveryOutcome },
  ): Promise<void> {
    const { world, pacer, memberId } = this.#deps
    const { destination, memory } = lane
    this.#sentAt.set(destination, world.now())
    const waitMs = waitOf(outcome)
    if (waitMs === 0 || receiver.pace(memory).length === 0) return
    try {
      await pacer.hold(receiver.paceKey, world.now() + waitMs)
    } catch {
      // Swallows: the pacer cannot be reached. This lane waits by itself.
      world.logLine('warn', 'pacer_unreachable', { memberId, destination })
    }
  }
}

function waitOf(outcome: DeliveryOutcome): number {
  switch (outcome.kind) {
    case 'delivered':
      return clampRetryAfter(outcome.holdMs ?? null)
    case 'unreachable': {
      if (outcome.retryAfterMs !== null) return clampRetryAfter(outcome.retryAfterMs)
      return outcome.reason === 'rate_limited' ? UNNAMED_WAIT_MS : 0
    }
    case 'rejected':
      return 0
  }
}
