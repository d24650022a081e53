/**
 * The events of one portal that wait for their enrichment, in the order of their sequences. They are in
 * memory only.
 */
import { fieldOf } from '../../core/fields/module-field.ts'
import type { StoredEvent, UserField } from '../../core/log/event.ts'
import type { EventToEnrich } from '../../core/fields/enrich.ts'

/** An event with the time at which its waiting ends, in unix milliseconds. */
export interface TimedEvent extends EventToEnrich {
  readonly deadline: number
}

/** The waiting events. The event that came first waits first. */
export class EventsToEnrich {
  readonly #events = new Map<number, TimedEvent>()

  /**
   * Takes events over, each with the same deadline. An event that is not about a field has nothing to wait
   * for and is left out.
   */
  add(events: readonly StoredEvent[], deadline: number): void {
    for (const { sequence, event } of events) {
      const field = fieldOf(event)
      if (field === null) continue
      this.#events.set(sequence, { sequence, event: { ...event, field }, deadline })
    }
  }

  /** Ends the waiting of one event. */
  end(sequence: number): void {
    this.#events.delete(sequence)
  }

  /** Forgets every event. */
  clear(): void {
    this.#events.clear()
  }

  /** Whether the event waits. */
  has(sequence: number): boolean {
    return this.#events.has(sequence)
  }

  /** The event that waits longest; null when none does. */
  first(): TimedEvent | null {
    const [first] = this.#events.values()
    return first ?? null
  }

  /** Every event, oldest first. */
  all(): readonly TimedEvent[] {
    return [...this.#events.values()]
  }

  /** The events of one field, oldest first. */
  ofField(id: number): readonly TimedEvent[] {
    return this.all().filter(({ event }) => event.field.id === id)
  }

  /** The events by their field, oldest first. */
  byField(): readonly (readonly [UserField, readonly TimedEvent[]])[] {
    return groupByField(this.all())
  }
}

/** Groups events by their field. The field has the name that the first event of its group gives it. */
export function groupByField<E extends EventToEnrich>(
  events: readonly E[],
): readonly (readonly [UserField, readonly E[]])[] {
  const groups = Map.groupBy(events, ({ event }) => event.field.id)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    return first === undefined ? [] : [[first.event.field, group] as const]
  })
}
