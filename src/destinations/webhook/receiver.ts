/**
 * The receiver `webhook`: a signed POST after Standard Webhooks 1.0.0
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 */
import { err, ok, type Result } from '../../core/result.ts'
import type {
  Delivery,
  Receiver,
  DestinationType,
  ReceiverTerms,
  OutgoingRequest,
  Settings,
} from '../receiver.ts'
import type { SettingProblem } from '../settings/setting-problem.ts'
import { buildEventBody } from '../event-body.ts'
import { judgeByProfile } from '../answers/judge.ts'
import { WEBHOOK } from './profile.ts'
import { readUrl, secretsOfUrl } from '../settings/url-setting.ts'
import { maskedPartsOfHeaders, readHeaders, type ExtraHeaders } from './headers.ts'
import { maskedPartsOf, readSigning, type SigningSecret } from './secrets.ts'
import { signContent } from './signature.ts'

interface Endpoint {
  readonly url: URL
  readonly secrets: readonly SigningSecret[]
  readonly headers: ExtraHeaders
}

/** A signed webhook; 410 disables the lane, 400, 413, 415 and 422 set the one message aside. */
export const webhook: DestinationType = {
  type: 'webhook',
  reader: 'machine',
  profile: WEBHOOK,
  create: createWebhook,
}

function createWebhook(
  settings: Settings,
  { policy }: ReceiverTerms,
): Result<Receiver, readonly SettingProblem[]> {
  const url = readUrl(settings['url'], policy)
  const secrets = readSigning(settings['secret'], settings['signature'])
  const headers = readHeaders(settings['headers'])
  if (!url.ok || !secrets.ok || !headers.ok) {
    return err([
      ...(url.ok ? [] : [url.error]),
      ...(secrets.ok ? [] : secrets.error),
      ...(headers.ok ? [] : headers.error),
    ])
  }
  const endpoint = { url: url.value, secrets: secrets.value, headers: headers.value }
  return ok({
    prepare: ({ deliveries: [delivery] }, { now }) => prepare(delivery, now, endpoint),
    judge: (answer, now) => judgeByProfile(WEBHOOK, answer, now),
    policy,
    paceKey: url.value.href,
    pace: () => WEBHOOK.pace,
    carefulMs: WEBHOOK.carefulMs,
    handshake: null,
    secrets: [
      ...secretsOfUrl(url.value),
      ...secrets.value.flatMap(maskedPartsOf),
      ...maskedPartsOfHeaders(headers.value),
    ],
  })
}

async function prepare(
  delivery: Delivery,
  now: number,
  { url, secrets, headers }: Endpoint,
): Promise<OutgoingRequest> {
  const body = JSON.stringify(buildEventBody(delivery))
  const timestamp = String(Math.floor(now / 1000))
  const content = new TextEncoder().encode(`${delivery.id}.${timestamp}.${body}`)
  const signatures = await Promise.all(secrets.map((secret) => signContent(content, secret)))
  return {
    url: url.href,
    headers: {
      ...headers,
      'content-type': 'application/json',
      'user-agent': 'bitrix24-event-relay',
      'webhook-id': delivery.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    },
    body,
  }
}
