/**
 * Lays a parcel out as a signed POST
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 */
import { USER_AGENT } from '../../core/user-agent.ts'
import { batchId } from '../../core/log/delivery-id.ts'
import { buildEventBody } from '../event-body.ts'
import type { OutgoingRequest, Parcel } from '../receiver.ts'
import { buildBatchBody } from './batch-body.ts'
import type { ExtraHeaders } from './headers.ts'
import type { SigningSecret } from './secrets.ts'
import { signContent } from './signature.ts'

const ENCODER = new TextEncoder()

/** The settings of a `webhook`, read. */
export interface WebhookEndpoint {
  readonly url: URL
  readonly secrets: readonly SigningSecret[]
  readonly headers: ExtraHeaders
}

/** The request that tells a parcel; `now` is the time in its signature, in unix milliseconds. */
export async function layOutWebhook(
  parcel: Parcel,
  now: number,
  { url, secrets, headers }: WebhookEndpoint,
): Promise<OutgoingRequest> {
  const { id, content: message } = messageOf(parcel)
  const body = JSON.stringify(message)
  const timestamp = String(Math.floor(now / 1000))
  const content = ENCODER.encode(`${id}.${timestamp}.${body}`)
  const signatures = await Promise.all(secrets.map((secret) => signContent(content, secret)))
  return {
    url: url.href,
    headers: {
      ...headers,
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    },
    body,
  }
}

/** The message of a parcel: the body of its delivery, or a batch whose id names the first and the last one. */
function messageOf({ deliveries }: Parcel): { readonly id: string; readonly content: object } {
  const [first] = deliveries
  const last = deliveries.at(-1) ?? first
  // A test message has no sequence, and stands in no batch.
  if (first.sequence === null || last.sequence === null || deliveries.length === 1) {
    return { id: first.id, content: buildEventBody(first) }
  }
  const id = batchId(first.memberId, { first: first.sequence, last: last.sequence })
  return { id, content: buildBatchBody(deliveries) }
}
