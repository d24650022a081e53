/**
 * The pace of one portal's lanes: a receiver's limit belongs to its URL, so a slot is asked for at the
 * object that all portals share. While that cannot be reached, each lane goes on at a careful pace of its own.
 */
import type { DeliveryOutcome } from '../../core/lanes/outcome.ts'
import type { ReceiverMemory } from '../../core/lanes/receiver-memory.ts'
import { clampRetryAfter } from '../../core/lanes/retry.ts'
import type { Receiver } from '../../destinations/receiver.ts'
import type { PacerClient } from '../../objects/pacer-client.ts'
import type { World } from '../settings.ts'

/** How long everybody waits after a limit was met that named no time. */
export const UNNAMED_WAIT_MS = 30_000

/** What the pace needs from the object around it. */
export interface LanePaceDeps {
  readonly memberId: string
  readonly world: Pick<World, 'now' | 'log'>
  readonly pacer: PacerClient
}

/** The pace of one portal's lanes. */
export class LanePace {
  readonly #deps: LanePaceDeps
  readonly #sentAt = new Map<string, number>()

  constructor(deps: LanePaceDeps) {
    this.#deps = deps
  }

  /** The shortest time between two sends of one lane, in milliseconds. */
  intervalOf(destination: Receiver, memory: ReceiverMemory): number {
    const [shortest] = destination.pace(memory)
    return shortest === undefined ? 0 : Math.ceil(shortest.ms / shortest.count)
  }

  /** Null when the lane may send now, else when to ask again, in unix milliseconds. */
  async takeSlot(
    lane: string,
    destination: Receiver,
    memory: ReceiverMemory,
  ): Promise<number | null> {
    const windows = destination.pace(memory)
    if (windows.length === 0) return null
    const { world, pacer, memberId } = this.#deps
    try {
      return await pacer.take(destination.paceKey, `${memberId} ${lane}`, windows)
    } catch {
      // Swallows: the common object cannot be reached. Pacing must never stop a delivery.
      world.log('warn', 'pacer_unreachable', { memberId, destination: lane })
      const waitMs = Math.max(destination.carefulMs, this.intervalOf(destination, memory))
      const at = (this.#sentAt.get(lane) ?? 0) + waitMs
      return world.now() >= at ? null : at
    }
  }

  /** Tells the others what the receiver said about its limit. */
  async note(
    lane: string,
    destination: Receiver,
    { outcome, memory }: { outcome: DeliveryOutcome; memory: ReceiverMemory },
  ): Promise<void> {
    const { world, pacer, memberId } = this.#deps
    this.#sentAt.set(lane, world.now())
    const waitMs = waitOf(outcome)
    if (waitMs === 0 || destination.pace(memory).length === 0) return
    try {
      await pacer.hold(destination.paceKey, world.now() + waitMs)
    } catch {
      // Swallows: the same. This lane's own wait stands.
      world.log('warn', 'pacer_unreachable', { memberId, destination: lane })
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
