/** The test message of a destination: `relay.test`, which belongs to no event, has no sequence and stands in no log. */
import { NOT_ENRICHED, type RelayEvent } from '../core/log/event.ts'
import type { Delivery, Parcel } from './receiver.ts'

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

const TEST_EVENT: RelayEvent = {
  name: 'RELAYTEST',
  ts: null,
  handlerId: null,
  userId: null,
  data: null,
  field: null,
  quarantined: null,
}
