/**
 * A simulated Discord webhook: its limits, its error bodies and its rate headers. As at Discord, a
 * request without `?wait=true` gets a 204 that proves nothing: a refused message looks the same.
 */
import { findMessageErrors, nestErrors } from './discord-embeds.ts'
import { isObject, parseJson } from './json.ts'
import { jsonAnswer as json, refuse, startReceiver } from './receiver.ts'
import type {
  PendingRequest,
  ReceivedMessage,
  Receiver,
  ReceiverAnswer,
  ReceiverOptions,
  Verdict,
} from './receiver.ts'

/** One accepted message. */
export interface DiscordMessage extends ReceivedMessage {
  /** The webhook's path with its query. */
  readonly path: string
  /** The parsed message. */
  readonly payload: DiscordPayload
  /** The mentions in `content` that would have notified people; embeds never do. */
  readonly pings: readonly string[]
}

/** A message as far as every reader needs it. */
export interface DiscordPayload {
  readonly content?: string
  readonly embeds?: readonly Record<string, unknown>[]
  readonly [key: string]: unknown
}

/** The settings of a simulated Discord. */
export interface DiscordOptions extends ReceiverOptions<DiscordMessage> {
  /** Answers 429 to more than five requests in two seconds. @default false */
  readonly enforceRate?: boolean
}

/** A running Discord. */
export interface DiscordSimulator extends Receiver<DiscordMessage> {
  /** The webhook's URL without a query, for `url` of a destination. */
  readonly url: string
  /** The webhook was deleted: 404 with code 10015 to everything, until `recover()`. */
  remove(): void
  /**
   * Cloudflare bars the sender's address, as it does for addresses that many senders share: 429 in
   * HTML, without Retry-After and without Discord's headers, until `recover()`.
   */
  barAddress(): void
}

/** Requests that one webhook takes in one window. Discord publishes no number; this one is measured. */
const WINDOW_REQUESTS = 5
const WINDOW_MS = 2000

const WEBHOOK_ID = '1290000000000000001'
const WEBHOOK_TOKEN = 'playgroundplaygroundplaygroundplaygroundplaygroundplaygroundplaygrou'
const CHANNEL_ID = '1290000000000000002'
const WEBHOOK_PATTERN = /^\/api(?:\/v\d+)?\/webhooks\/(\d+)\/([\w-]+)$/

const UNKNOWN_WEBHOOK = json(404, { message: 'Unknown Webhook', code: 10_015 })

/** Starts a Discord. */
export async function createDiscordSimulator({
  enforceRate = false,
  onMessage,
  onRequest,
  clock = Date.now,
}: DiscordOptions = {}): Promise<DiscordSimulator> {
  const bucket = createBucket({ clock, enforceRate })
  const receiver = await startReceiver<DiscordMessage>({
    onMessage,
    onRequest,
    clock,
    rateLimitAnswer: (waitMs) => withHeaders(bucket.headers(), rateLimited(waitMs)),
    judge(request) {
      const waitMs = bucket.take()
      const verdict = waitMs > 0 ? refuse(rateLimited(waitMs)) : judgeRequest(request)
      return { ...verdict, answer: withHeaders(bucket.headers(), verdict.answer) }
    },
  })
  return {
    ...receiver,
    get behaviour() {
      return receiver.behaviour
    },
    url: `${receiver.origin}/api/webhooks/${WEBHOOK_ID}/${WEBHOOK_TOKEN}`,
    remove: () => receiver.answer(UNKNOWN_WEBHOOK),
    barAddress: () =>
      receiver.answer({
        status: 429,
        body: '<!DOCTYPE html><html><body>error code: 1015</body></html>',
        headers: { 'content-type': 'text/html; charset=UTF-8', server: 'cloudflare' },
      }),
  }
}

interface Bucket {
  /** Counts a request; answers how long the sender should have waited, in milliseconds, or 0. */
  take(): number
  headers(): Readonly<Record<string, string>>
}

/** A window opens with a request and lasts two seconds. Unenforced, it never runs out. */
function createBucket({
  clock,
  enforceRate,
}: {
  clock: () => number
  enforceRate: boolean
}): Bucket {
  let used = 0
  let resetAt = 0
  return {
    take() {
      const now = clock()
      if (now >= resetAt || !enforceRate) {
        used = 0
        resetAt = now + WINDOW_MS
      }
      if (used === WINDOW_REQUESTS) return resetAt - now
      used += 1
      return 0
    },
    headers: () => ({
      'x-ratelimit-limit': String(WINDOW_REQUESTS),
      'x-ratelimit-remaining': String(WINDOW_REQUESTS - used),
      'x-ratelimit-reset': (resetAt / 1000).toFixed(3),
      'x-ratelimit-reset-after': ((resetAt - clock()) / 1000).toFixed(3),
      'x-ratelimit-bucket': 'playgroundplaygroundplaygroundpl',
    }),
  }
}

function rateLimited(waitMs: number): ReceiverAnswer {
  const headers = {
    'retry-after': String(Math.ceil(waitMs / 1000)),
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset-after': (waitMs / 1000).toFixed(3),
    'x-ratelimit-scope': 'user',
  }
  const body = {
    message: 'You are being rate limited.',
    retry_after: waitMs / 1000,
    global: false,
  }
  return withHeaders(headers, json(429, body))
}

function judgeRequest(request: PendingRequest): Verdict<DiscordMessage> {
  const { pathname, searchParams } = new URL(request.path, 'http://discord.invalid')
  const [, id, token] = WEBHOOK_PATTERN.exec(pathname) ?? []
  if (id === undefined) return refuse(json(404, { message: '404: Not Found', code: 0 }))
  if (id !== WEBHOOK_ID) return refuse(UNKNOWN_WEBHOOK)
  if (token !== WEBHOOK_TOKEN) {
    return refuse(json(401, { message: 'Invalid Webhook Token', code: 50_027 }))
  }
  if (request.method !== 'POST') {
    return refuse(json(405, { message: '405: Method Not Allowed', code: 0 }))
  }
  const payload = parsePayload(request)
  if (payload === null) {
    const message = 'The request body contains invalid JSON.'
    return refuse(json(400, { message, code: 50_109 }))
  }
  const waits = ['true', '1'].includes(searchParams.get('wait') ?? '')
  const refusal = findRefusal(payload)
  if (refusal !== null) return refuse(waits ? refusal : NOTHING)
  const { number, at, headers, path } = request
  return {
    answer: waits ? json(200, describeMessage(payload, request)) : NOTHING,
    message: { number, at, headers, path, payload, pings: findPings(payload) },
  }
}

/** "A message that is not saved does not return an error" (webhook resource, `wait`). */
const NOTHING: ReceiverAnswer = { status: 204, body: '' }

function findRefusal(payload: DiscordPayload): ReceiverAnswer | null {
  const errors = findMessageErrors(payload)
  if (errors.length > 0) {
    return json(400, { message: 'Invalid Form Body', code: 50_035, errors: nestErrors(errors) })
  }
  const { content, embeds } = payload
  const isEmpty = (content ?? '').trim() === '' && (embeds ?? []).length === 0
  return isEmpty ? json(400, { message: 'Cannot send an empty message', code: 50_006 }) : null
}

/** The answer with `wait=true`: the message as Discord has stored it. */
function describeMessage(payload: DiscordPayload, { number, at }: PendingRequest): object {
  const { content, embeds } = payload
  return {
    id: String(1_290_000_000_000_000_100n + BigInt(number)),
    type: 0,
    content: content ?? '',
    channel_id: CHANNEL_ID,
    author: {
      id: WEBHOOK_ID,
      username: 'Playground',
      avatar: null,
      discriminator: '0000',
      bot: true,
    },
    attachments: [],
    embeds: (embeds ?? []).map((embed) => ({ ...embed, type: 'rich' })),
    mentions: [],
    mention_roles: [],
    mention_everyone: findPings(payload).some((ping) => ping === '@everyone' || ping === '@here'),
    pinned: false,
    tts: false,
    timestamp: new Date(at).toISOString(),
    edited_timestamp: null,
    flags: 0,
    components: [],
    webhook_id: WEBHOOK_ID,
  }
}

const PING_PATTERNS = { everyone: /@(?:everyone|here)\b/g, roles: /<@&\d+>/g, users: /<@!?\d+>/g }

/** Without `allowed_mentions` every mention in the content notifies. */
function findPings({ content, allowed_mentions: allowed }: DiscordPayload): readonly string[] {
  const parse = isObject(allowed) && Array.isArray(allowed['parse']) ? allowed['parse'] : []
  return Object.entries(PING_PATTERNS).flatMap(([kind, pattern]) =>
    !isObject(allowed) || parse.includes(kind) || kind in allowed
      ? ((content ?? '').match(pattern) ?? [])
      : [],
  )
}

/** The answer's own headers win. */
function withHeaders(
  headers: Readonly<Record<string, string>>,
  answer: ReceiverAnswer,
): ReceiverAnswer {
  return { ...answer, headers: { ...headers, ...answer.headers } }
}

/** Null when the body is no JSON object or is not announced as JSON. */
function parsePayload({ body, headers }: PendingRequest): DiscordPayload | null {
  if (!(headers['content-type'] ?? '').startsWith('application/json')) return null
  const value = parseJson(body)
  return isObject(value) ? value : null
}
