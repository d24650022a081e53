/**
 * The receiver `webhook`: a signed POST after Standard Webhooks 1.0.0
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 */
import type { AddressPolicy } from '../core/address.ts'
import { err, ok, type Result } from '../core/result.ts'
import type { DeliveryOutcome } from '../core/outcome.ts'
import type {
  Answer,
  Delivery,
  Destination,
  DestinationType,
  OutgoingRequest,
  SettingProblem,
} from './destination.ts'
import { buildEventBody } from './event-body.ts'
import {
  delivered,
  endpointRejected,
  messageRejected,
  statusReason,
  unreachable,
} from './outcomes.ts'
import { readUrl, secretsOfUrl } from './url-setting.ts'

const MAX_SECRETS = 5
const MIN_SECRET_BYTES = 24
const MAX_SECRET_BYTES = 64
const SECRET_FORM = 'whsec_ and the base64 of 24 to 64 random bytes'
const MESSAGE_REFUSALS: readonly number[] = [400, 413, 415, 422]

interface Secret {
  readonly text: string
  readonly bytes: Uint8Array
}

/** A signed webhook; 410 disables the lane, 400, 413, 415 and 422 set the one message aside. */
export const webhook: DestinationType = {
  type: 'webhook',
  reader: 'machine',
  minIntervalMs: 0,
  settings: ['url', 'secret'],
  create: createWebhook,
}

function createWebhook(
  settings: Readonly<Record<string, unknown>>,
  policy: AddressPolicy,
): Result<Destination, readonly SettingProblem[]> {
  const url = readUrl(settings['url'], policy)
  const secrets = readSecrets(settings['secret'])
  if (!url.ok) return err(secrets.ok ? [url.error] : [url.error, secrets.error])
  if (!secrets.ok) return err([secrets.error])
  return ok({
    prepare: (delivery, now) => prepare(delivery, now, { url: url.value, secrets: secrets.value }),
    judge,
    secrets: [
      ...secretsOfUrl(url.value),
      ...secrets.value.flatMap(({ text }) => [text, text.slice('whsec_'.length)]),
    ],
  })
}

async function prepare(
  delivery: Delivery,
  now: number,
  { url, secrets }: { url: URL; secrets: readonly Secret[] },
): Promise<OutgoingRequest> {
  const body = JSON.stringify(buildEventBody(delivery))
  const timestamp = String(Math.floor(now / 1000))
  const signed = new TextEncoder().encode(`${delivery.id}.${timestamp}.${body}`)
  const signatures = await Promise.all(secrets.map((secret) => sign(signed, secret)))
  return {
    url: url.href,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'bitrix24-event-relay',
      'webhook-id': delivery.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatures.join(' '),
    },
    body,
  }
}

// The key is imported for each send: a promise made in one request must not be awaited in another.
async function sign(signed: Uint8Array, secret: Secret): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', secret.bytes, algorithm, false, ['sign'])
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, signed))
  return `v1,${btoa(String.fromCharCode(...signature))}`
}

function judge(answer: Answer, now: number): DeliveryOutcome {
  const { status } = answer
  if (status >= 200 && status <= 299) return delivered(answer)
  if (MESSAGE_REFUSALS.includes(status)) return messageRejected(answer, statusReason(status))
  // The specification: the receiver asks for no more messages, so no daily try either.
  if (status === 410) return endpointRejected(answer, { reason: 'gone', probe: false })
  return unreachable(answer, now)
}

function readSecrets(setting: unknown): Result<readonly Secret[], SettingProblem> {
  const value = readList(setting)
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (list.length < 1 || list.length > MAX_SECRETS) {
    return problem(`Must be one secret or a list of 1 to ${MAX_SECRETS} while rotating`)
  }
  const secrets: Secret[] = []
  for (const [index, text] of list.entries()) {
    const secret = typeof text === 'string' ? parseSecret(text) : null
    const which = Array.isArray(value) ? `Entry ${index + 1} must` : 'Must'
    if (secret === null) return problem(`${which} be ${SECRET_FORM}`)
    secrets.push(secret)
  }
  return ok(secrets)
}

/** A list may also come as JSON text, as one secret of the platform can hold nothing but text. */
function readList(setting: unknown): unknown {
  if (typeof setting !== 'string' || !setting.startsWith('[')) return setting
  try {
    return JSON.parse(setting)
  } catch {
    // Judged as one secret, which it is not; the problem then tells the wanted form.
    return setting
  }
}

function parseSecret(text: string): Secret | null {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1]
  if (base64 === undefined || base64.length % 4 !== 0) return null
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  if (bytes.length < MIN_SECRET_BYTES || bytes.length > MAX_SECRET_BYTES) return null
  return { text, bytes }
}

function problem(text: string): Result<never, SettingProblem> {
  return err({ setting: 'secret', problem: text })
}
