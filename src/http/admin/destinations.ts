/** The admin API of destinations: a test message to one of them. */
import type { Context } from 'hono'
import { NOT_ENRICHED, type RelayEvent } from '../../core/log/event.ts'
import type { DeliveryOutcome } from '../../core/lanes/state/outcome.ts'
import { NO_MEMORY } from '../../core/lanes/state/receiver-memory.ts'
import type { AddressPolicy } from '../../core/safety/address.ts'
import { unusableEndpoint } from '../../destinations/answers/outcomes.ts'
import { sendParcel } from '../../destinations/send.ts'
import { openReceiver, type Destination } from '../../destinations/settings/destination.ts'
import type { World } from '../../portal/world.ts'
import { reply } from './exchange.ts'
import { errorResponse } from '../error-response.ts'

/** The dependencies of a test message. */
export interface TestMessageDeps {
  readonly destinations: readonly Destination[]
  readonly policy: AddressPolicy
  readonly world: Pick<World, 'fetch' | 'now' | 'newReceipt'>
}

/**
 * Sends a test message through the destination's own layout. The message belongs to no portal, has no
 * sequence and stands in no log.
 */
export async function sendTestMessage(c: Context, deps: TestMessageDeps): Promise<Response> {
  const name = c.req.param('destination')
  const destination = deps.destinations.find((known) => known.name === name)
  if (destination === undefined) return errorResponse('not_found')
  const receiver = openReceiver(destination, new Map(), deps.policy)
  if (!receiver.ok) return replyOutcome(unusable(destination))
  const { fetch, now, newReceipt } = deps.world
  const { timeoutMs } = destination
  const delivery = {
    id: `test-${newReceipt()}`,
    memberId: 'relay-test',
    domain: null,
    sequence: null,
    previousSequence: null,
    origin: 'event' as const,
    receivedAt: now(),
    event: TEST_EVENT,
    enrichment: NOT_ENRICHED,
    link: null,
    replayed: false,
    systemUserId: null,
  }
  const parcel = { deliveries: [delivery] as const, dashboard: null }
  const options = { fetch, now, timeoutMs, memory: NO_MEMORY }
  const { outcome } = await sendParcel(receiver.value, parcel, options)
  return replyOutcome(outcome)
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

/** A destination with a wrong setting, or one that needs a portal value, which is missing here. */
function unusable({ problems }: Destination): DeliveryOutcome {
  return unusableEndpoint(problems.length > 0 ? 'misconfigured' : 'no_value')
}

function replyOutcome(outcome: DeliveryOutcome): Response {
  const { kind, status } = outcome
  const { reason, detail } = outcome.kind === 'delivered' ? { reason: null, detail: null } : outcome
  return reply({ outcome: kind, reason, status, detail })
}
