/** The test message of a destination: `relay.test`, which belongs to no event, has no sequence and stands in no log. */
import type { DeliveryOutcome } from '../core/lanes/state/outcome.ts'
import { NO_MEMORY } from '../core/lanes/state/receiver-memory.ts'
import { NO_CONTENT, NOT_ENRICHED } from '../core/log/event.ts'
import type { Delivery, Parcel, Receiver } from './receiver.ts'
import { sendParcel, type SendOptions } from './send.ts'

/** The portal of a test message that names none. */
export const NO_PORTAL = { memberId: 'relay-test', domain: null } as const

/** The parcel of a test message; `receipt` makes its id, and `now` is in unix milliseconds. */
export function testParcel(
  portal: Pick<Delivery, 'memberId' | 'domain'>,
  { receipt, now }: { readonly receipt: string; readonly now: number },
): Parcel {
  const delivery: Delivery = {
    id: `test-${receipt}`,
    ...portal,
    sequence: null,
    previousSequence: null,
    origin: 'event',
    receivedAt: now,
    event: TEST_EVENT,
    enrichment: NOT_ENRICHED,
    link: null,
    replayed: false,
    systemUserId: null,
  }
  return { deliveries: [delivery], dashboard: null }
}

/** The things that the sending of a test message needs from the outside. */
export interface TestMessageTerms extends Omit<SendOptions, 'memory'> {
  readonly newReceipt: () => string
}

/**
 * Sends a test message of a portal. The lanes of the receiver are not concerned: the message takes nothing from their
 * memory, and leaves nothing there.
 */
export async function sendTestMessageTo(
  receiver: Receiver,
  portal: Pick<Delivery, 'memberId' | 'domain'>,
  { newReceipt, ...options }: TestMessageTerms,
): Promise<DeliveryOutcome> {
  const parcel = testParcel(portal, { receipt: newReceipt(), now: options.now() })
  const sent = await sendParcel(receiver, parcel, { ...options, memory: NO_MEMORY })
  return sent.outcome
}

const TEST_EVENT = { name: 'RELAYTEST', ...NO_CONTENT }
