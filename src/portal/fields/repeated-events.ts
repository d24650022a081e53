/**
 * The events of one portal that Bitrix24 sent again within their second. Two edits of a field within one
 * second are two events with the same name, time and data, so the log takes the second one for a duplicate of
 * the first. It may stand for a change that the read for the first one did not see yet, so its field is read
 * once more when its second is over. They are in memory only: after a restart a comparison finds their change.
 */
import type { RepeatedEvent } from '../../core/fields/reconciled-event.ts'
import type { UserField } from '../../core/log/event.ts'
import type { Scheduler } from '../scheduler.ts'
import type { World } from '../world.ts'

/** The longest time between the first event of a second and the others, in milliseconds. */
export const SECOND_IS_OVER_MS = 1200

/** The wait for a further repetition after the last one, in milliseconds. */
const QUIET_MS = 250

/** The longest wait of a field, however often its events are sent again, in milliseconds. */
const MAX_WAIT_MS = 3000

/** The dependencies of the repeated events. */
export interface RepeatedEventsDeps {
  readonly world: Pick<World, 'now' | 'sleep'>
  readonly scheduler: Pick<Scheduler, 'background'>
  /** Called when a field is due. */
  readonly onDue: () => void
}

interface Pending {
  readonly repeated: RepeatedEvent
  readonly since: number
  readonly dueAt: number
}

/** The repeated events that wait for their read, at most one a field. */
export class RepeatedEvents {
  readonly #deps: RepeatedEventsDeps
  readonly #pending = new Map<number, Pending>()

  constructor(deps: RepeatedEventsDeps) {
    this.#deps = deps
  }

  /** Notes an event that was sent again; `firstAt` is the time of receipt of the first one. */
  note(repeated: RepeatedEvent, firstAt: number): void {
    const { world, scheduler } = this.#deps
    const { id } = repeated.event.field
    const now = world.now()
    const known = this.#pending.get(id)
    const since = known?.since ?? now
    const quietAt = Math.max(Math.min(firstAt, now) + SECOND_IS_OVER_MS, now + QUIET_MS)
    const dueAt = Math.min(quietAt, since + MAX_WAIT_MS)
    this.#pending.set(id, { repeated: joined(known?.repeated ?? null, repeated), since, dueAt })
    if (known === undefined) scheduler.background(this.#wait(id))
  }

  async #wait(id: number): Promise<void> {
    const { world, onDue } = this.#deps
    for (;;) {
      const pending = this.#pending.get(id)
      if (pending === undefined) return
      const ms = pending.dueAt - world.now()
      if (ms <= 0) return onDue()
      await world.sleep(ms)
    }
  }

  /** Whether a field waits. */
  has(id: number): boolean {
    return this.#pending.has(id)
  }

  /** Whether no field waits. */
  isEmpty(): boolean {
    return this.#pending.size === 0
  }

  /** The fields whose second is over. */
  due(): readonly UserField[] {
    const now = this.#deps.world.now()
    return [...this.#pending.values()]
      .filter(({ dueAt }) => dueAt <= now)
      .map(({ repeated }) => repeated.event.field)
  }

  /** Ends the waiting of a field, whose read begins now; null when it does not wait. */
  take(id: number): RepeatedEvent | null {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    return pending?.repeated ?? null
  }

  /** Ends all waiting. */
  takeAll(): readonly RepeatedEvent[] {
    const all = [...this.#pending.values()].map(({ repeated }) => repeated)
    this.#pending.clear()
    return all
  }
}

/**
 * Two repetitions of one second as one: their change is told once. It names its user only when both name the
 * same one. A copy that another handler sent does not count.
 */
function joined(known: RepeatedEvent | null, next: RepeatedEvent): RepeatedEvent {
  if (known === null || known.isCopy) return next
  if (next.isCopy || known.event.userId === next.event.userId) return known
  return { ...next, event: { ...next.event, userId: null } }
}
