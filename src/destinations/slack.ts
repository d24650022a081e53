/**
 * The receiver `slack`: an incoming webhook with Block Kit. Slack answers errors as plain words whose
 * statuses differ between its sources, so words are judged first and statuses only where no word is
 * known (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
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
import {
  delivered,
  endpointRejected,
  messageRejected,
  statusReason,
  unreachable,
} from './outcomes.ts'
import { secondsToMs } from './retry-after.ts'
import { renderSlackMessage } from './slack-blocks.ts'
import { isLocalHost, readUrl, secretsOfUrl } from './url-setting.ts'

// The second one is GovSlack's.
const HOSTS: readonly string[] = ['hooks.slack.com', 'hooks.slack-gov.com']

type ErrorClass = 'message' | 'endpoint' | 'endpoint_gone' | 'transient'

// `endpoint` may be set right on Slack's side (a channel brought back, a restriction lifted), so it is
// tried once a day; `endpoint_gone` says that this URL will never work again.
const ERROR_CLASSES: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ['invalid_payload', 'message'],
  ['no_text', 'message'],
  ['missing_text_or_fallback_or_attachments', 'message'],
  ['user_not_found', 'message'],
  ['invalid_blocks', 'message'],
  ['invalid_blocks_format', 'message'],
  ['too_many_attachments', 'message'],
  ['msg_blocks_too_long', 'message'],
  ['channel_is_archived', 'endpoint'],
  ['action_prohibited', 'endpoint'],
  ['posting_to_general_channel_denied', 'endpoint'],
  ['team_disabled', 'endpoint'],
  ['channel_not_found', 'endpoint'],
  ['invalid_token', 'endpoint_gone'],
  ['no_service', 'endpoint_gone'],
  ['no_service_id', 'endpoint_gone'],
  ['no_active_hooks', 'endpoint_gone'],
  ['no_team', 'endpoint_gone'],
  ['rate_limited', 'transient'],
  ['rollup_error', 'transient'],
])

const ENDPOINT_STATUSES: readonly number[] = [403, 404, 410]

/** A Slack incoming webhook; one message a second, delivered is 200 with the body `ok`. */
export const slack: DestinationType = {
  type: 'slack',
  reader: 'person',
  minIntervalMs: 1000,
  settings: ['url'],
  create: createSlack,
}

function createSlack(
  settings: Readonly<Record<string, unknown>>,
  policy: AddressPolicy,
): Result<Destination, readonly SettingProblem[]> {
  const url = readUrl(settings['url'], policy)
  if (!url.ok) return err([url.error])
  const problem = findProblem(url.value)
  if (problem !== null) return err([{ setting: 'url', problem }])
  const { href } = url.value
  return ok({
    prepare: async (delivery, now) => prepare(href, delivery, now),
    judge,
    secrets: secretsOfUrl(url.value),
  })
}

/** A local host has passed `readUrl` only where local addresses are allowed: a simulated Slack. */
function findProblem(url: URL): string | null {
  if (isLocalHost(url)) return null
  if (!HOSTS.includes(url.host)) return `Must be a URL of ${HOSTS.join(' or ')}`
  if (url.pathname.startsWith('/services/')) return null
  return 'Must be an incoming webhook whose path begins with /services/, not a workflow trigger'
}

function prepare(url: string, delivery: Delivery, now: number): OutgoingRequest {
  return {
    url,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'bitrix24-event-relay',
    },
    body: JSON.stringify(renderSlackMessage(delivery, now)),
  }
}

function judge(answer: Answer, now: number): DeliveryOutcome {
  const { status } = answer
  if (status === 200 && answer.body === 'ok') return delivered(answer)
  const { error, retryAfterMs } = readError(answer.body)
  switch (ERROR_CLASSES.get(error)) {
    case 'message':
      return messageRejected(answer, error)
    case 'endpoint':
      return endpointRejected(answer, { reason: error, probe: true })
    case 'endpoint_gone':
      return endpointRejected(answer, { reason: error, probe: false })
    case 'transient':
      return unreachable(answer, now, { reason: error, retryAfterMs })
    case undefined:
      return judgeStatus(answer, now, retryAfterMs)
  }
}

/** Without a word of Slack the answer may come from something between, so an endpoint is tried again. */
function judgeStatus(answer: Answer, now: number, retryAfterMs: number | null): DeliveryOutcome {
  const reason = statusReason(answer.status)
  if (answer.status === 400) return messageRejected(answer, reason)
  if (ENDPOINT_STATUSES.includes(answer.status)) {
    return endpointRejected(answer, { reason, probe: true })
  }
  if (answer.status === 200) return unreachable(answer, now, { reason: 'unexpected_body' })
  return unreachable(answer, now, { reason, retryAfterMs })
}

/** Reads a plain word, or the JSON of Slack's Web API that rate limits come with. */
function readError(body: string): { error: string; retryAfterMs: number | null } {
  const word = body.trim()
  if (!word.startsWith('{')) return { error: word.split(/[\s:]/, 1)[0] ?? '', retryAfterMs: null }
  const json = parseJson(word)
  const error = readKey(json, 'error')
  return {
    error: typeof error === 'string' ? error : '',
    retryAfterMs: secondsToMs(readKey(json, 'retry_after')),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // An answer that only looks like JSON tells no error word.
    return null
  }
}

function readKey(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}
