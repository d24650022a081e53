/**
 * A simulated receiver of Standard Webhooks 1.0.0: it checks signature and time itself, and watches
 * the order: repeats of an id, sequences that go back, and gaps told by `previousSequence`. Of a batch it takes
 * each event as a message, whose id is that of its entry.
 */
import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { parseJson, readNumber, readProperty, readString } from './json.ts'
import { createOrderWatch, isOrderProblem } from './order-watch.ts'
import type { Order } from './order-watch.ts'
import { jsonAnswer, limitAnswer, refuse, startReceiver } from './receiver.ts'
import type { PendingRequest, ReceivedMessage, Receiver, ReceiverOptions } from './receiver.ts'

/** Allowed distance between the sender's clock and ours, in seconds (Standard Webhooks). */
const TOLERANCE_SECONDS = 300

/** The result of the check of one request. */
export type Verification =
  | { readonly verified: true }
  | {
      readonly verified: false
      readonly reason: 'missing_header' | 'stale_timestamp' | 'wrong_signature'
    }

/** One accepted delivery. */
export interface WebhookMessage extends ReceivedMessage {
  /** `webhook-id`, or the id of the entry in a batch. */
  readonly id: string
  /** The `webhook-id` of the batch that held it; null when it came alone. */
  readonly batch: string | null
  /** The exact text that was signed: a batch as a whole. */
  readonly body: string
  /** The parsed body, or the entry of a batch; null when it is not JSON. */
  readonly payload: unknown
  readonly verification: Verification
  readonly memberId: string | null
  readonly sequence: number | null
  readonly previousSequence: number | null
  readonly replayed: boolean
  /** Its place in the order of its portal. */
  readonly order: Order
}

/** The settings of a simulated webhook. */
export interface WebhookOptions extends ReceiverOptions<WebhookMessage> {
  /** `whsec_…`, or several while a secret is rotated; an empty list when only keys are used. */
  readonly secret: string | readonly string[]
  /** `whpk_` and the base64 of 32 bytes each, for `v1a` signatures. @default [] */
  readonly publicKeys?: readonly string[]
  /**
   * `reject` answers 401 to what does not verify; `accept` takes it with its verification on it.
   * @default reject
   */
  readonly unverified?: 'reject' | 'accept'
}

/** A running webhook receiver. */
export interface WebhookSimulator extends Receiver<WebhookMessage> {
  /** The URL of the hook, for `url` of a destination. */
  readonly url: string
  /** Accepted messages whose place in the order is wrong. */
  readonly problems: readonly WebhookMessage[]
  /** Accepted messages whose id had been accepted before. */
  readonly repeats: readonly WebhookMessage[]
  /** The next requests are answered with these statuses, one each, then normally. */
  statusSequence(statuses: readonly number[]): void
}

const HOOK_PATH = '/hooks/bitrix24'

/** Starts a webhook receiver. */
export async function createWebhookSimulator({
  secret,
  publicKeys = [],
  unverified = 'reject',
  onMessage,
  onRequest,
  clock = Date.now,
}: WebhookOptions): Promise<WebhookSimulator> {
  const secrets = typeof secret === 'string' ? [secret] : secret
  // The keys are parsed here as well, so that a wrong key stops the simulator instead of failing each
  // signature.
  publicKeys.forEach(parsePublicKey)
  const placeInOrder = createOrderWatch()
  const statuses: number[] = []
  const receiver = await startReceiver<WebhookMessage>({
    onMessage,
    onRequest,
    clock,
    rateLimitAnswer: (waitMs) =>
      limitAnswer(waitMs, () => JSON.stringify({ error: 'rate_limited' })),
    judge(request) {
      const status = statuses.shift() ?? 204
      if (status < 200 || status > 299) return refuse({ status, body: '' })
      const verification = verifyRequest(request, { secrets, publicKeys, now: clock() })
      if (!verification.verified && unverified === 'reject') {
        return refuse(jsonAnswer(401, { error: verification.reason }))
      }
      const [message, ...further] = describeDeliveries(request).map((delivery) => {
        const order = placeInOrder({ ...delivery, stream: delivery.memberId ?? '' })
        return { ...delivery, verification, order }
      })
      if (message === undefined) return refuse(jsonAnswer(400, { error: 'empty_batch' }))
      return { answer: { status, body: '' }, message, further }
    },
  })
  return {
    ...receiver,
    get behaviour() {
      return receiver.behaviour
    },
    url: `${receiver.origin}${HOOK_PATH}`,
    get problems() {
      return receiver.messages.filter(({ order }) => isOrderProblem(order))
    },
    get repeats() {
      return receiver.messages.filter(({ order }) => order === 'repeat')
    },
    statusSequence: (next) => void statuses.push(...next),
  }
}

/** The values against which a request is checked. */
export interface VerificationKeys {
  readonly secrets: readonly string[]
  readonly publicKeys?: readonly string[]
  /** Unix milliseconds. */
  readonly now: number
}

/**
 * Checks one request: all headers there, the time within five minutes, one `v1` or `v1a` signature
 * right.
 * @throws when a public key is none.
 */
export function verifyRequest(
  { headers, body }: Pick<PendingRequest, 'headers' | 'body'>,
  { secrets, publicKeys = [], now }: VerificationKeys,
): Verification {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const signatures = headers['webhook-signature']
  if (id === undefined || timestamp === undefined || signatures === undefined) {
    return { verified: false, reason: 'missing_header' }
  }
  const age = Math.abs(now / 1000 - Number(timestamp))
  if (!/^\d+$/.test(timestamp) || age > TOLERANCE_SECONDS) {
    return { verified: false, reason: 'stale_timestamp' }
  }
  const content = `${id}.${timestamp}.${body}`
  const matches =
    hasHmac(readSignatures(signatures, 'v1'), { secrets, content }) ||
    hasEd25519(readSignatures(signatures, 'v1a'), { publicKeys, content })
  return matches ? { verified: true } : { verified: false, reason: 'wrong_signature' }
}

/** The signatures of one version in the space-delimited header. */
function readSignatures(header: string, version: 'v1' | 'v1a'): Buffer[] {
  return header
    .split(' ')
    .filter((part) => part.startsWith(`${version},`))
    .map((part) => Buffer.from(part.slice(version.length + 1), 'base64'))
}

function hasHmac(
  given: readonly Buffer[],
  { secrets, content }: { secrets: readonly string[]; content: string },
): boolean {
  const expected = secrets.map((secret) => sign(secret, content))
  return given.some((signature) =>
    expected.some(
      (wanted) => wanted.length === signature.length && timingSafeEqual(wanted, signature),
    ),
  )
}

function sign(secret: string, content: string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return createHmac('sha256', key).update(content).digest()
}

function hasEd25519(
  given: readonly Buffer[],
  { publicKeys, content }: { publicKeys: readonly string[]; content: string },
): boolean {
  const keys = publicKeys.map(parsePublicKey)
  const bytes = Buffer.from(content)
  return given.some((signature) => keys.some((key) => verify(null, bytes, key, signature)))
}

function parsePublicKey(publicKey: string): KeyObject {
  const raw = Buffer.from(publicKey.replace(/^whpk_/, ''), 'base64')
  if (!publicKey.startsWith('whpk_') || raw.length !== 32) {
    throw new Error('Cannot read a public key as it must be whpk_ and the base64 of 32 bytes')
  }
  const key = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }
  return createPublicKey({ key, format: 'jwk' })
}

type Delivery = Omit<WebhookMessage, 'order' | 'verification'>

const BATCH_TYPE = 'bitrix24.batch'

/** The deliveries of a request: one, or those of a batch. */
function describeDeliveries(request: PendingRequest): readonly Delivery[] {
  const id = request.headers['webhook-id'] ?? ''
  const payload = parseJson(request.body) ?? null
  if (readString(payload, 'type') !== BATCH_TYPE) {
    return [describeDelivery(request, { id, batch: null, payload })]
  }
  const events = readProperty(readProperty(payload, 'data'), 'events')
  return (Array.isArray(events) ? events : []).map((entry: unknown) =>
    describeDelivery(request, { id: readString(entry, 'id') ?? '', batch: id, payload: entry }),
  )
}

function describeDelivery(
  { number, at, headers, body }: PendingRequest,
  { id, batch, payload }: Pick<Delivery, 'id' | 'batch' | 'payload'>,
): Delivery {
  const data = readProperty(payload, 'data')
  return {
    number,
    at,
    id,
    batch,
    headers,
    body,
    payload,
    memberId: readString(readProperty(data, 'portal'), 'memberId'),
    sequence: readNumber(data, 'sequence'),
    previousSequence: readNumber(data, 'previousSequence'),
    replayed: readProperty(data, 'replayed') === true,
  }
}
