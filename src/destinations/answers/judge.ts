/**
 * Judges a receiver's answer by its profile: its words decide first, then its status. An answer that no rule
 * knows counts as a trouble that may pass.
 */
import type { DeliveryOutcome, OutcomeReason } from '../../core/lanes/state/outcome.ts'
import type { Answer } from '../receiver.ts'
import { parseAnswer, type AnswerWords } from './answer-words.ts'
import {
  delivered,
  endpointRejected,
  messageRejected,
  statusReason,
  unreachable,
} from './outcomes.ts'
import type { ErrorClass, Profile, SuccessBody } from '../profile.ts'
import { secondsToMs } from './retry-after.ts'

/** The outcome of an answer; `now` (unix milliseconds) is needed for Retry-After dates. */
export function judgeByProfile(profile: Profile, answer: Answer, now: number): DeliveryOutcome {
  const said = parseAnswer(answer.body)
  const hasSuccessStatus = isSuccessStatus(profile, answer.status)
  const holdMs = profile.paceHeaders ? readHold(answer) : 0
  if (hasSuccessStatus && isSuccessBody(profile.success.body, answer, said)) {
    return delivered(answer, holdMs)
  }
  const terms = { now, retryAfterMs: said.retryAfterMs ?? (holdMs > 0 ? holdMs : null) }
  const rule = findRule(profile, said)
  if (rule !== null) return outcomeOf(rule, answer, terms)
  const status = profile.statuses.find(({ statuses }) => statuses.includes(answer.status))
  if (status !== undefined) {
    const reason = status.reason ?? statusReason(answer.status)
    return outcomeOf({ reason, class: status.class }, answer, terms)
  }
  const reason = hasSuccessStatus ? 'unexpected_body' : statusReason(answer.status)
  return outcomeOf({ reason, class: 'transient' }, answer, terms)
}

/**
 * Whether the outcome of a failure depends on its body. Where it does not, the status alone decides, so a failure
 * counts even when its body breaks off or never ends.
 */
export function needsBody({ success, errors }: Profile): boolean {
  return success.body !== 'any' || errors.length > 0
}

function isSuccessStatus({ success: { statuses } }: Profile, status: number): boolean {
  return statuses.length === 0 ? status >= 200 && status <= 299 : statuses.includes(status)
}

function isSuccessBody(wanted: SuccessBody, answer: Answer, said: AnswerWords): boolean {
  const { body } = answer
  switch (wanted) {
    case 'any':
      return true
    case 'ok':
      // Some proxies end the body with a line end.
      return body.trim() === 'ok'
    case 'json_ok':
      // Telegram's Bot API writes "ok" first, so a cut answer still shows it.
      return (
        said.json?.['ok'] === true ||
        (isCutObject(answer, said) && /^\s*\{\s*"ok"\s*:\s*true\b/.test(body))
      )
    case 'json_id':
      // Discord writes the id behind the message that it repeats, so a cut answer does not show it.
      return isNamed(said.json) || isCutObject(answer, said)
    case 'no_error':
      // The status is the success, so a body of which nothing has come takes nothing back.
      return !tellsError(body, said)
  }
}

function isNamed(json: AnswerWords['json']): boolean {
  return typeof json?.['id'] === 'string' || typeof json?.['name'] === 'string'
}

/**
 * Whether the body is the beginning of a JSON object whose end has not come, or was not read. Discord, for
 * example, repeats the message in its answer: without this rule a long message would count as not
 * delivered, and would be sent again and again.
 */
function isCutObject({ body, isCut }: Answer, { json }: AnswerWords): boolean {
  return isCut && json === null && body.trimStart().startsWith('{')
}

/**
 * Whether a success tells an error in its body, as Office 365 connectors did: "… delivery failed with error:
 * … returned HTTP error 429 …"
 * (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using). In
 * JSON the word "error" may belong to the message itself, so only its own member and the connectors'
 * sentences count: a false failure would send the message again and again.
 */
function tellsError(body: string, { json }: AnswerWords): boolean {
  if (json === null) return /\berror\b/i.test(body)
  const { error = null } = json
  if (error !== null && error !== '' && error !== false) return true
  return /HTTP error \d{3}|failed with error/i.test(body)
}

function findRule(
  { errors }: Profile,
  { words, text }: AnswerWords,
): { reason: OutcomeReason; class: ErrorClass } | null {
  const found = errors.find(({ says, match }) =>
    match === 'exact' ? words.includes(says) : text.includes(says.toLowerCase()),
  )
  return found ?? null
}

function outcomeOf(
  { reason, class: errorClass }: { reason: OutcomeReason; class: ErrorClass },
  answer: Answer,
  { now, retryAfterMs }: { now: number; retryAfterMs: number | null },
): DeliveryOutcome {
  switch (errorClass) {
    case 'message':
      return messageRejected(answer, reason)
    case 'endpoint':
      return endpointRejected(answer, { reason, probe: true })
    case 'endpoint_gone':
      return endpointRejected(answer, { reason, probe: false })
    case 'wait':
    case 'transient':
      return unreachable(answer, now, { reason, retryAfterMs })
  }
}

/** `X-RateLimit-Remaining: 0` asks for a wait of `X-RateLimit-Reset-After` seconds, a decimal number. */
function readHold({ headers }: Answer): number {
  if (headers.get('x-ratelimit-remaining')?.trim() !== '0') return 0
  return secondsToMs(Number(headers.get('x-ratelimit-reset-after') ?? Number.NaN)) ?? 0
}
