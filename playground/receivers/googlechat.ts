/**
 * A simulated Google Chat webhook: its limits, Google's error objects, and threads. As at Google, a
 * thread key without a reply option is ignored and every message then opens a thread of its own.
 */
import { findDroppedParts, findShapeError } from './googlechat-cards.ts'
import { isObject, parseJson, readProperty, readString } from './json.ts'
import type { JsonObject } from './json.ts'
import { createWindows } from './pace.ts'
import { jsonAnswer, refuse, startReceiver } from './receiver.ts'
import type {
  PendingRequest,
  ReceivedMessage,
  Receiver,
  ReceiverAnswer,
  ReceiverOptions,
  Verdict,
} from './receiver.ts'

/** One accepted message. */
export interface GoogleChatMessage extends ReceivedMessage {
  /** The space's path with its query. */
  readonly path: string
  /** The parsed message. */
  readonly payload: GoogleChatPayload
  /** The key that the sender gave, whether Chat regarded it or not. */
  readonly threadKey: string | null
  /** The thread in which Chat put it. */
  readonly threadName: string
  /** The parts that Chat would leave out in silence; empty when it shows everything. */
  readonly problems: readonly string[]
}

/** A message as far as every reader needs it. */
export interface GoogleChatPayload {
  readonly text?: string
  readonly cardsV2?: readonly JsonObject[]
  readonly [key: string]: unknown
}

/** The settings of a simulated Google Chat. */
export interface GoogleChatOptions extends ReceiverOptions<GoogleChatMessage> {
  /** Answers 429 to more than one message a second. @default false */
  readonly enforceRate?: boolean
}

/** A running Google Chat. */
export interface GoogleChatSimulator extends Receiver<GoogleChatMessage> {
  /** The webhook's URL with key and token, for `url` of a destination. */
  readonly url: string
  /** Accepted messages of which Chat would leave out a part. */
  readonly problems: readonly GoogleChatMessage[]
  /** The space or its webhook is gone: 404 NOT_FOUND to everything, until `recover()`. */
  remove(): void
}

/** The older and stricter of two published limits, in UTF-16 units (calert#9 shows the error). */
const MAX_TEXT = 4096
/** The whole message, in bytes (reference of spaces.messages). */
const MAX_BYTES = 32_000
/** Sixty writes a minute in one space, shared by all who write there (Chat API usage limits). */
const PACE = { requests: 1, ms: 1000 } as const

const SPACE = 'spaces/AAAAPlaygrnd'
const KEY = 'playground-key'
const TOKEN = 'playground-token'
const PATH_PATTERN = /^\/v1\/(spaces\/[\w-]+)\/messages$/
const IGNORES_THREADS = 'MESSAGE_REPLY_OPTION_UNSPECIFIED'
const REPLY_OPTIONS = [
  IGNORES_THREADS,
  'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD',
  'REPLY_MESSAGE_OR_FAIL',
]

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
}
const NOT_FOUND = fail(404, 'Requested entity was not found.')
/** The answer to a message above the limit. Google sends no Retry-After with it. */
const EXHAUSTED = fail(429, 'Resource has been exhausted (e.g. check quota).')

/** Starts a Google Chat. */
export async function createGoogleChatSimulator({
  enforceRate = false,
  onMessage,
  onRequest,
  clock = Date.now,
}: GoogleChatOptions = {}): Promise<GoogleChatSimulator> {
  const findThread = createThreads()
  const takeSlot = createWindows([PACE], clock)
  const receiver = await startReceiver<GoogleChatMessage>({
    onMessage,
    onRequest,
    clock,
    rateLimitAnswer: () => EXHAUSTED,
    judge(request) {
      const refusal = findDoorRefusal(request)
      if (refusal !== null) return refuse(refusal)
      if (enforceRate && takeSlot() > 0) return refuse(EXHAUSTED)
      return judgeBody(request, findThread)
    },
  })
  return {
    ...receiver,
    get behaviour() {
      return receiver.behaviour
    },
    url: `${receiver.origin}/v1/${SPACE}/messages?key=${KEY}&token=${TOKEN}`,
    get problems() {
      return receiver.messages.filter(({ problems }) => problems.length > 0)
    },
    remove: () => receiver.answer(NOT_FOUND),
  }
}

/** Checks the caller: space, key and token, in Google's order. */
function findDoorRefusal({ method, path }: PendingRequest): ReceiverAnswer | null {
  const { pathname, searchParams } = new URL(path, 'http://chat.invalid')
  if (PATH_PATTERN.exec(pathname)?.[1] !== SPACE || method !== 'POST') return NOT_FOUND
  const key = searchParams.get('key')
  const token = searchParams.get('token')
  if (key === null) {
    return fail(
      403,
      "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
    )
  }
  if (key !== KEY) return fail(400, 'API key not valid. Please pass a valid API key.')
  if (token === null) {
    return fail(
      403,
      'The API is called without a valid token. Instructions on how to use incoming webhooks can be found at https://developers.google.com/chat/how-tos/webhooks',
    )
  }
  if (token !== TOKEN) {
    return fail(
      401,
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    )
  }
  return null
}

function judgeBody(request: PendingRequest, findThread: Threads): Verdict<GoogleChatMessage> {
  const parsed = parseJson(request.body)
  if (!isObject(parsed))
    return refuse(fail(400, 'Invalid JSON payload received. Unexpected token.'))
  const shapeError = findShapeError(parsed)
  if (shapeError !== null) return refuse(fail(400, shapeError))
  // Sound: findShapeError has checked both properties that GoogleChatPayload names.
  const payload = parsed as GoogleChatPayload
  const sizeError = findSizeError(payload, Buffer.byteLength(request.body))
  if (sizeError !== null) return refuse(fail(400, sizeError))
  const { searchParams } = new URL(request.path, 'http://chat.invalid')
  const option = searchParams.get('messageReplyOption') ?? IGNORES_THREADS
  if (!REPLY_OPTIONS.includes(option)) {
    const text = `Invalid value at 'message_reply_option' (type.googleapis.com/google.chat.v1.CreateMessageRequest.MessageReplyOption), "${option}"`
    return refuse(fail(400, text))
  }
  const threadKey = readString(payload['thread'], 'threadKey') ?? searchParams.get('threadKey')
  const threadName = findThread({ threadKey, option, payload })
  if (threadName === null) return refuse(NOT_FOUND)
  const { number, at, headers, path } = request
  const problems = findDroppedParts(payload)
  const message = { number, at, headers, path, payload, threadKey, threadName, problems }
  return { answer: json(200, describeMessage(message)), message }
}

function findSizeError({ text = '', cardsV2 = [] }: GoogleChatPayload, bytes: number) {
  if (text.trim() === '' && cardsV2.length === 0) {
    return `Message cannot be empty. Discarding empty create message request in ${SPACE}.`
  }
  if (text.length > MAX_TEXT) return `Message is longer than ${MAX_TEXT} characters`
  return bytes > MAX_BYTES ? `Message is longer than ${MAX_BYTES} bytes` : null
}

interface ThreadRequest {
  readonly threadKey: string | null
  readonly option: string
  readonly payload: GoogleChatPayload
}

/** Answers the name of the thread; null when the sender wants one that does not exist, or none. */
type Threads = (request: ThreadRequest) => string | null

function createThreads(): Threads {
  const byKey = new Map<string, string>()
  let count = 0
  const open = (): string => `${SPACE}/threads/thread${++count}`
  return ({ threadKey, option, payload }) => {
    if (option === IGNORES_THREADS) return open()
    const named = readProperty(payload['thread'], 'name')
    const known =
      threadKey === null ? [...byKey.values()].find((name) => name === named) : byKey.get(threadKey)
    if (known !== undefined) return known
    if (option === 'REPLY_MESSAGE_OR_FAIL') return null
    const name = open()
    if (threadKey !== null) byKey.set(threadKey, name)
    return name
  }
}

function describeMessage(message: Omit<GoogleChatMessage, 'headers' | 'path'>): object {
  const { number, at, payload, threadKey, threadName } = message
  return {
    name: `${SPACE}/messages/message${number}.message${number}`,
    sender: { name: 'users/114022495153014004089', displayName: 'Playground', type: 'BOT' },
    createTime: new Date(at).toISOString(),
    ...payload,
    thread: { name: threadName, ...(threadKey === null ? {} : { threadKey }) },
    space: { name: SPACE, type: 'ROOM', spaceType: 'SPACE' },
  }
}

function fail(code: number, message: string): ReceiverAnswer {
  return json(code, { error: { code, message, status: STATUS_NAMES[code] } })
}

function json(status: number, value: object): ReceiverAnswer {
  return jsonAnswer(status, value, 'application/json; charset=UTF-8')
}
