/**
 * A simulated Mattermost incoming webhook: the limits of a post, and the server's own errors as JSON
 * (ids and statuses as in its HandleIncomingWebhook).
 */
import { parseJson } from './json.ts'
import { isMattermostError, readMattermostPayload } from './mattermost-payload.ts'
import type { MattermostError, MattermostPayload } from './mattermost-payload.ts'
import { createSlots } from './pace.ts'
import { jsonAnswer, limitAnswer, refuse, startReceiver } from './receiver.ts'
import type {
  PendingRequest,
  ReceivedMessage,
  Receiver,
  ReceiverAnswer,
  ReceiverOptions,
  Verdict,
} from './receiver.ts'

/** One accepted message. */
export interface MattermostMessage extends ReceivedMessage {
  /** The webhook's path. */
  readonly path: string
  /** The parsed message. */
  readonly payload: MattermostPayload
}

/** The settings of a simulated Mattermost. */
export interface MattermostOptions extends ReceiverOptions<MattermostMessage> {
  /**
   * Answers 429 to more than 10 requests a second after a burst of 100, the server's own settings once
   * its limits are switched on.
   * @default false
   */
  readonly enforceRate?: boolean
  /**
   * Newer servers hide the reason of a refusal behind `web.incoming_webhook.general.app_error`, with
   * the same status; older ones name it.
   * @default named
   */
  readonly errors?: 'named' | 'general'
}

/** Why a Mattermost refuses everything. */
export type MattermostRefusal = keyof typeof REFUSALS

/** A running Mattermost. */
export interface MattermostSimulator extends Receiver<MattermostMessage> {
  /** The webhook's URL, for `url` of a destination. */
  readonly url: string
  /** The only channel that a message may name. */
  readonly channel: string
  /** Refuses every message for this reason until `recover()`. */
  refuse(reason: MattermostRefusal): void
}

const HOOK_ID = 'playgroundplaygroundplaygr'
const CHANNEL = 'bitrix24-events'

const REFUSALS = {
  invalid: { name: 'invalid', message: 'Invalid webhook.', status: 400 },
  channel: { name: 'channel', message: "Couldn't find the channel.", status: 404 },
  channelLocked: {
    name: 'channel_locked',
    message: 'This webhook is not permitted to post to the requested channel.',
    status: 403,
  },
  permissions: {
    name: 'permissions',
    message: 'Inappropriate channel permissions.',
    status: 403,
  },
  // Mattermost answers 501 Not Implemented here, not 403.
  disabled: {
    name: 'disabled',
    message: 'Incoming webhooks have been disabled by the system admin.',
    status: 501,
  },
} as const satisfies Readonly<Record<string, MattermostError>>

const RATE_PER_SECOND = 10
const RATE_BURST = 100

/** Starts a Mattermost. */
export async function createMattermostSimulator({
  enforceRate = false,
  errors = 'named',
  onMessage,
  onRequest,
  clock = Date.now,
}: MattermostOptions = {}): Promise<MattermostSimulator> {
  let refusal: MattermostRefusal | null = null
  const takeSlot = createSlots({ burst: RATE_BURST, perSecond: RATE_PER_SECOND }, clock)
  const receiver = await startReceiver<MattermostMessage>({
    onMessage,
    onRequest,
    clock,
    rateLimitAnswer: rateLimited,
    judge(request) {
      // Mattermost counts every request, the refused ones too.
      if (enforceRate && !takeSlot()) return refuse(rateLimited(1000))
      return judgeRequest(request, { refusal, errors })
    },
  })
  return {
    ...receiver,
    get behaviour() {
      return receiver.behaviour
    },
    url: `${receiver.origin}/hooks/${HOOK_ID}`,
    channel: CHANNEL,
    refuse: (reason) => void (refusal = reason),
    recover() {
      refusal = null
      receiver.recover()
    },
  }
}

function judgeRequest(
  request: PendingRequest,
  {
    refusal,
    errors,
  }: { refusal: MattermostRefusal | null; errors: NonNullable<MattermostOptions['errors']> },
): Verdict<MattermostMessage> {
  const { number, at, headers, path } = request
  const hook = /^\/hooks\/([A-Za-z0-9]+)$/.exec(path)?.[1]
  // The real server answers a GET with its web page and 200: nobody may take that for a delivery.
  if (hook === undefined || request.method !== 'POST') return answerError(request, NOT_FOUND)
  const read = readMattermostPayload(parseBody(request))
  const judged = judgePayload(read, { hook, refusal })
  if (isMattermostError(judged)) {
    return answerError(request, nameError(judged, { errors, hook, headers }))
  }
  return {
    answer: { status: 200, body: 'ok', headers: { 'content-type': 'text/plain' } },
    message: { number, at, headers, path, payload: judged },
  }
}

function judgePayload(
  read: MattermostPayload | MattermostError,
  { hook, refusal }: { hook: string; refusal: MattermostRefusal | null },
): MattermostPayload | MattermostError {
  if (refusal === 'disabled') return REFUSALS.disabled
  if (isMattermostError(read)) return read
  if (hook !== HOOK_ID) return REFUSALS.invalid
  if (refusal !== null) return REFUSALS[refusal]
  const { channel } = read
  const isOurs = channel === undefined || channel === '' || channel === CHANNEL
  return isOurs ? read : REFUSALS.channel
}

/** JSON, or a form whose `payload` is JSON; without a Content-Type the body must begin with it. */
function parseBody({ body, headers }: PendingRequest): unknown {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json') return parseJson(body)
  const isForm = type === 'application/x-www-form-urlencoded'
  const isUntyped = type === '' && body.startsWith('payload=')
  if (!isForm && !isUntyped) return undefined
  return parseJson(new URLSearchParams(body).get('payload') ?? '')
}

function rateLimited(waitMs: number): ReceiverAnswer {
  return limitAnswer(waitMs, () => 'limit exceeded')
}

interface AppError {
  readonly id: string
  readonly message: string
  readonly status: number
}

const NOT_FOUND: AppError = {
  id: 'api.context.404.app_error',
  message: 'Sorry, we could not find the page.',
  status: 404,
}

function nameError(
  { name, message, status }: MattermostError,
  {
    errors,
    hook,
    headers,
  }: {
    errors: 'named' | 'general'
    hook: string
    headers: Readonly<Record<string, string>>
  },
): AppError {
  if (errors === 'named') return { id: `web.incoming_webhook.${name}.app_error`, message, status }
  const media = headers['content-type'] ?? ''
  return {
    id: 'web.incoming_webhook.general.app_error',
    message: `Failed to handle the payload of media type ${media} for incoming webhook ${hook}.`,
    status,
  }
}

function answerError(
  { number }: PendingRequest,
  { id, message, status }: AppError,
): Verdict<MattermostMessage> {
  const body = {
    id,
    message,
    detailed_error: '',
    // 26 characters, as every id of Mattermost.
    request_id: `playgroundrequest${String(number).padStart(9, '0')}`,
    status_code: status,
  }
  return refuse(jsonAnswer(status, body))
}
