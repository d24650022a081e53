/**
 * The body of a batch: one message of Standard Webhooks that holds several events. Its names are a contract with
 * receivers, as those of the event body are.
 */
import { buildEventBody, type EventBody } from '../event-body.ts'
import type { Delivery, Parcel } from '../receiver.ts'

/** The type of the message that holds a batch. */
export const BATCH_TYPE = 'bitrix24.batch'

/** One event of a batch: the body that it would have alone, with the `webhook-id` that it would have then. */
export interface BatchEntry extends EventBody {
  readonly id: string
}

/** The body of a batch. */
export interface BatchBody {
  readonly type: typeof BATCH_TYPE
  /** The time of its last event: the same on every attempt. */
  readonly timestamp: string
  readonly data: { readonly events: readonly BatchEntry[] }
}

/** The body of a batch with these deliveries, oldest first. */
export function buildBatchBody(deliveries: Parcel['deliveries']): BatchBody {
  const [first, ...others] = deliveries
  const events = [layOutEntry(first), ...others.map(layOutEntry)] as const
  const { timestamp } = events.at(-1) ?? events[0]
  return { type: BATCH_TYPE, timestamp, data: { events } }
}

/** One delivery as it stands in a batch. */
export function layOutEntry(delivery: Delivery): BatchEntry {
  return { id: delivery.id, ...buildEventBody(delivery) }
}
