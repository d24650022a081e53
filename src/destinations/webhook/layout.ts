/**
 * Lays one delivery out as a signed POST
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 */
import { USER_AGENT } from '../../core/user-agent.ts'
import { buildEventBody } from '../event-body.ts'
import type { Delivery, OutgoingRequest } from '../receiver.ts'
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

/** The request that tells one delivery; `now` is the time in its signature, in unix milliseconds. */
export async function layOutWebhook(
  delivery: Delivery,
  now: number,
  { url, secrets, headers }: WebhookEndpoint,
): Promise<OutgoingRequest> {
  const body = JSON.stringify(buildEventBody(delivery))
  const timestamp = String(Math.floor(now / 1000))
  const content = ENCODER.encode(`${delivery.id}.${timestamp}.${body}`)
  const signatures = await Promise.all(secrets.map((secret) => signContent(content, secret)))
  return {
    url: url.href,
    headers: {
      ...headers,
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      'webhook-id': delivery.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    },
    body,
  }
}
