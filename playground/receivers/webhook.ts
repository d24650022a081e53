/**
 * A simulated receiver of Standard Webhooks 1.0.0: it checks signature and time itself, and watches
 * the order: repeats of an id, sequences that go back, and gaps told by `previousSequence`.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { startReceiver } from './receiver.ts'
import type { PendingRequest, Receiver, ReceivedRequest } from './receiver.ts'

/** Allowed distance between the sender's clock and ours, in seconds (Standard Webhooks). */
const TOLERANCE_SECONDS = 300

/** What the check of one request found. */
export type Verification =
  | { readonly verified: true }
  | {
      readonly verified: false
      readonly reason: 'missing_header' | 'stale_timestamp' | 'wrong_signature'
    }

/** One accepted delivery. */
export interface WebhookMessage {
  /** Counts from 1 over everything that came, refused requests included. */
  readonly number: number
  /** Unix milliseconds. */
  readonly at: number
  /** `webhook-id`. */
  readonly id: string
  readonly headers: Readonly<Record<string, string>>
  /** The exact text that was signed. */
  readonly body: string
  /** The parsed body; null when it is not JSON. */
  readonly payload: unknown
  readonly verification: Verification
  readonly memberId: string | null
  readonly sequence: number | null
  readonly previousSequence: number | null
  readonly replayed: boolean
  /**
   * Its place in the order. `restart` is a higher sequence that says it is the first: so it is after an
   * uninstallation that deleted the portal's log, and nowhere else.
   */
  readonly order: 'next' | 'restart' | 'repeat' | 'out_of_order' | 'gap' | 'replay' | 'unnumbered'
}

/** What a webhook simulator is made of. */
export interface WebhookOptions {
  /** `whsec_…`, or several while a secret is rotated. */
  readonly secret: string | readonly string[]
  /**
   * `reject` answers 401 to what does not verify; `accept` takes it with its verification on it.
   * @default reject
   */
  readonly unverified?: 'reject' | 'accept'
  readonly onMessage?: (message: WebhookMessage) => void
  readonly onRequest?: (request: ReceivedRequest) => void
  /** Unix milliseconds. @default Date.now */
  readonly clock?: () => number
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
  unverified = 'reject',
  onMessage,
  onRequest,
  clock = Date.now,
}: WebhookOptions): Promise<WebhookSimulator> {
  const secrets = typeof secret === 'string' ? [secret] : secret
  const placeInOrder = createOrderWatch()
  const statuses: number[] = []
  const receiver = await startReceiver<WebhookMessage>({
    onMessage,
    onRequest,
    clock,
    rateLimitBody: () => JSON.stringify({ error: 'rate_limited' }),
    judge(request) {
      const status = statuses.shift() ?? 204
      if (status < 200 || status > 299) return { answer: { status, body: '' }, message: null }
      const verification = verifyRequest(request, { secrets, now: clock() })
      if (!verification.verified && unverified === 'reject') {
        const body = JSON.stringify({ error: verification.reason })
        return { answer: { status: 401, body }, message: null }
      }
      const message = placeInOrder({ ...describeDelivery(request), verification })
      return { answer: { status, body: '' }, message }
    },
  })
  return {
    ...receiver,
    get behaviour() {
      return receiver.behaviour
    },
    url: `${receiver.origin}${HOOK_PATH}`,
    get problems() {
      return receiver.messages.filter(({ order }) => order === 'out_of_order' || order === 'gap')
    },
    get repeats() {
      return receiver.messages.filter(({ order }) => order === 'repeat')
    },
    statusSequence: (next) => void statuses.push(...next),
  }
}

/** Checks one request: all headers there, the time within five minutes, one signature right. */
export function verifyRequest(
  { headers, body }: Pick<PendingRequest, 'headers' | 'body'>,
  { secrets, now }: { secrets: readonly string[]; now: number },
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
  const expected = secrets.map((secret) => sign(secret, `${id}.${timestamp}.${body}`))
  const given = signatures
    .split(' ')
    .filter((part) => part.startsWith('v1,'))
    .map((part) => Buffer.from(part.slice('v1,'.length), 'base64'))
  const matches = given.some((signature) =>
    expected.some(
      (wanted) => wanted.length === signature.length && timingSafeEqual(wanted, signature),
    ),
  )
  return matches ? { verified: true } : { verified: false, reason: 'wrong_signature' }
}

function sign(secret: string, content: string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return createHmac('sha256', key).update(content).digest()
}

type Delivery = Omit<WebhookMessage, 'order' | 'verification'>

function describeDelivery({ number, at, headers, body }: PendingRequest): Delivery {
  const payload = parseJson(body)
  const data = readObject(payload, 'data')
  return {
    number,
    at,
    id: headers['webhook-id'] ?? '',
    headers,
    body,
    payload,
    memberId: readString(readObject(data, 'portal'), 'memberId'),
    sequence: readNumber(data, 'sequence'),
    previousSequence: readNumber(data, 'previousSequence'),
    replayed: isRecord(data) && data['replayed'] === true,
  }
}

/** Gives each delivery its place: per portal, against the highest sequence taken so far. */
function createOrderWatch(): (delivery: Omit<WebhookMessage, 'order'>) => WebhookMessage {
  const seen = new Set<string>()
  const last = new Map<string, number>()
  return (delivery) => {
    const order = judgeOrder(delivery, { seen, last: last.get(delivery.memberId ?? '') ?? null })
    seen.add(delivery.id)
    if (MOVES_ON.includes(order) && delivery.sequence !== null) {
      last.set(delivery.memberId ?? '', delivery.sequence)
    }
    return { ...delivery, order }
  }
}

const MOVES_ON: readonly WebhookMessage['order'][] = ['next', 'restart', 'gap']

function judgeOrder(
  delivery: Omit<WebhookMessage, 'order'>,
  { seen, last }: { seen: ReadonlySet<string>; last: number | null },
): WebhookMessage['order'] {
  if (delivery.replayed) return 'replay'
  if (seen.has(delivery.id)) return 'repeat'
  if (delivery.sequence === null) return 'unnumbered'
  if (last !== null && delivery.sequence <= last) return 'out_of_order'
  if (delivery.previousSequence === last) return 'next'
  return delivery.previousSequence === null ? 'restart' : 'gap'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // JSON.parse throws on malformed text only.
    return null
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readObject(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined
}

function readString(value: unknown, key: string): string | null {
  const inner = readObject(value, key)
  return typeof inner === 'string' ? inner : null
}

function readNumber(value: unknown, key: string): number | null {
  const inner = readObject(value, key)
  return typeof inner === 'number' ? inner : null
}
