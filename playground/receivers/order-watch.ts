/**
 * Watches the order in which a receiver takes deliveries: repeats of an id, sequences that go back,
 * and gaps told by the sequence that should have come before.
 */

/**
 * The place of a delivery in the order. `restart` is a higher sequence that says it is the first: so it
 * is after an uninstallation that deleted the portal's log, and nowhere else.
 */
export type Order = 'next' | 'restart' | 'repeat' | 'out_of_order' | 'gap' | 'replay' | 'unnumbered'

/** The facts about a delivery that the watch needs. */
export interface OrderedDelivery {
  /** The owner of the numbers: a portal, or the source of an event. */
  readonly stream: string
  /** Unique over all streams, and the same on every attempt. */
  readonly id: string
  readonly sequence: number | null
  readonly previousSequence: number | null
  readonly replayed: boolean
}

const MOVES_ON: readonly Order[] = ['next', 'restart', 'gap']

/** Creates a watch that gives each delivery its place, against the highest sequence of its stream. */
export function createOrderWatch(): (delivery: OrderedDelivery) => Order {
  const seen = new Set<string>()
  const last = new Map<string, number>()
  return (delivery) => {
    const order = judgeOrder(delivery, { seen, last: last.get(delivery.stream) ?? null })
    seen.add(delivery.id)
    if (MOVES_ON.includes(order) && delivery.sequence !== null) {
      last.set(delivery.stream, delivery.sequence)
    }
    return order
  }
}

/** Whether an order says that something was lost or came late. */
export function isOrderProblem(order: Order): boolean {
  return order === 'out_of_order' || order === 'gap'
}

function judgeOrder(
  delivery: OrderedDelivery,
  { seen, last }: { seen: ReadonlySet<string>; last: number | null },
): Order {
  if (delivery.replayed) return 'replay'
  if (seen.has(delivery.id)) return 'repeat'
  if (delivery.sequence === null) return 'unnumbered'
  if (last !== null && delivery.sequence <= last) return 'out_of_order'
  if (delivery.previousSequence === last) return 'next'
  return delivery.previousSequence === null ? 'restart' : 'gap'
}
