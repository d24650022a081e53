/**
 * A simulated Slack incoming webhook: the limits of Block Kit, Slack's own error strings, and its pace
 * of one message a second when that is switched on.
 */
import { findBlockProblem } from './slack-blocks.ts'
import { createSlots } from './pace.ts'
import { limitAnswer, refuse, startReceiver } from './receiver.ts'
import type {
  PendingRequest,
  ReceivedMessage,
  Receiver,
  ReceiverAnswer,
  ReceiverOptions,
  Verdict,
} from './receiver.ts'

/** Slack's limit for attachments in one message. */
const MAX_ATTACHMENTS = 100
/** Messages that Slack lets through at once before it holds a sender to one a second. */
const BURST = 4

/** One accepted message. */
export interface SlackMessage extends ReceivedMessage {
  /** The webhook's path, which names the channel. */
  readonly path: string
  /** The parsed message. */
  readonly payload: SlackPayload
}

/** A message as far as every reader needs it. */
export interface SlackPayload {
  readonly text?: string
  readonly blocks?: readonly Record<string, unknown>[]
  readonly [key: string]: unknown
}

/** The settings of a simulated Slack. */
export interface SlackOptions extends ReceiverOptions<SlackMessage> {
  /** Answers 429 to more than one message a second after a short burst. @default false */
  readonly enforceRate?: boolean
}

/** A running Slack. */
export interface SlackSimulator extends Receiver<SlackMessage> {
  /** The webhook's URL, for `url` of a destination. */
  readonly url: string
}

const WEBHOOK_PATH = '/services/T0PLAYGRND/B0PLAYGRND/playgroundplaygroundplay'
const WEBHOOK_PATTERN = /^\/services\/T[A-Z0-9]+\/B[A-Z0-9]+\/[A-Za-z0-9]+$/

/** Starts a Slack. */
export async function createSlackSimulator({
  enforceRate = false,
  onMessage,
  onRequest,
  clock = Date.now,
}: SlackOptions = {}): Promise<SlackSimulator> {
  const takeSlot = createSlots({ burst: BURST, perSecond: 1 }, clock)
  const receiver = await startReceiver<SlackMessage>({
    rateLimitAnswer: rateLimited,
    onMessage,
    onRequest,
    clock,
    judge(request) {
      const verdict = judgeMessage(request)
      if (verdict.message === null || !enforceRate || takeSlot()) return verdict
      return refuse(rateLimited(1000))
    },
  })
  return {
    ...receiver,
    get behaviour() {
      return receiver.behaviour
    },
    url: `${receiver.origin}${WEBHOOK_PATH}`,
  }
}

function judgeMessage(request: PendingRequest): Verdict<SlackMessage> {
  if (!WEBHOOK_PATTERN.test(request.path)) return refuseWith(404, 'no_service')
  if (request.method !== 'POST') return refuseWith(400, 'invalid_payload')
  const payload = parsePayload(request)
  if (payload === null) return refuseWith(400, 'invalid_payload')
  const error = findMessageError(payload)
  if (error !== null) return refuseWith(400, error)
  const { number, at, headers, path } = request
  return {
    answer: { status: 200, body: 'ok', headers: { 'content-type': 'text/html' } },
    message: { number, at, headers, path, payload },
  }
}

/** The body is one seen in the wild: alertmanager#2111. */
function rateLimited(waitMs: number): ReceiverAnswer {
  return limitAnswer(waitMs, (seconds) =>
    JSON.stringify({ retry_after: seconds, ok: false, error: 'rate_limited' }),
  )
}

function refuseWith(status: number, error: string): Verdict<SlackMessage> {
  return refuse({ status, body: error, headers: { 'content-type': 'text/html' } })
}

/** JSON, or a form whose `payload` is JSON. */
function parsePayload({ body, headers }: PendingRequest): SlackPayload | null {
  const isForm = (headers['content-type'] ?? '').includes('x-www-form-urlencoded')
  const text = isForm ? (new URLSearchParams(body).get('payload') ?? '') : body
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
    // Sound: every property of SlackPayload is checked by findMessageError before it is used.
    return value as SlackPayload
  } catch {
    // JSON.parse throws on malformed text only.
    return null
  }
}

/** The error string that Slack would answer; null when it would take the message. */
export function findMessageError(payload: SlackPayload): string | null {
  const { text, blocks, attachments } = payload
  if (text !== undefined && typeof text !== 'string') return 'invalid_payload'
  if (Array.isArray(attachments) && attachments.length > MAX_ATTACHMENTS) {
    return 'too_many_attachments'
  }
  if (blocks !== undefined && !Array.isArray(blocks)) return 'invalid_blocks_format'
  const hasBlocks = blocks !== undefined && blocks.length > 0
  const hasAttachments = Array.isArray(attachments) && attachments.length > 0
  if (!hasBlocks && !hasAttachments && (text === undefined || text.trim() === '')) return 'no_text'
  const problem = hasBlocks ? findBlockProblem(blocks) : null
  return problem === null ? null : problem.error
}
