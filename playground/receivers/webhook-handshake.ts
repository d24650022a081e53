/**
 * The abuse protection of the CloudEvents webhook specification (http-webhook.md 1.0.2, section 4). An
 * OPTIONS request finds out whether a sender may send, and how many requests a minute.
 */
import type { PendingRequest, ReceiverAnswer } from './receiver.ts'

/** Requests a minute; `*` is no limit. */
export type AllowedRate = number | '*'

/**
 * The answer of a receiver to OPTIONS. `silent` is a 200 that grants nothing, as from a server that knows
 * nothing of the handshake; `not_supported` is 405; `wrong_origin` grants another sender.
 */
export type HandshakeAnswer = 'grant' | 'silent' | 'not_supported' | 'wrong_origin'

/** The result of a handshake; `origin` is set when that origin may send from now on. */
export interface HandshakeResult {
  readonly answer: ReceiverAnswer
  readonly origin: string | null
}

/** Answers an OPTIONS request. */
export function answerHandshake(
  { headers }: Pick<PendingRequest, 'headers'>,
  { how, rate }: { how: HandshakeAnswer; rate: AllowedRate },
): HandshakeResult {
  if (how === 'not_supported') {
    return { answer: { status: 405, body: '', headers: { allow: 'POST' } }, origin: null }
  }
  const problem = findHandshakeProblem(headers)
  if (problem !== null) return noGrant(400, JSON.stringify({ error: problem }))
  if (how === 'silent') return noGrant(200, '')
  const origin = headers['webhook-request-origin'] ?? ''
  const allowed = how === 'grant' ? origin : 'another-sender.example'
  return {
    answer: {
      status: 200,
      body: '',
      headers: {
        allow: 'OPTIONS, POST',
        'webhook-allowed-origin': allowed,
        'webhook-allowed-rate': String(rate),
      },
    },
    origin: how === 'grant' ? origin : null,
  }
}

function noGrant(status: number, body: string): HandshakeResult {
  return { answer: { status, body, headers: { allow: 'OPTIONS, POST' } }, origin: null }
}

function findHandshakeProblem(headers: Readonly<Record<string, string>>): string | null {
  const origin = headers['webhook-request-origin']
  if (origin === undefined) return 'WebHook-Request-Origin is missing'
  if (!isDnsName(origin)) return 'WebHook-Request-Origin is not a DNS name'
  const rate = headers['webhook-request-rate']
  if (rate !== undefined && !/^[1-9]\d*$/.test(rate)) {
    return 'WebHook-Request-Rate is not a positive integer'
  }
  const callback = headers['webhook-request-callback']
  const isHttps = callback === undefined || /^https:\/\/\S+$/.test(callback)
  return isHttps ? null : 'WebHook-Request-Callback is not an https URL'
}

/** Labels of letters, digits and inner hyphens: no scheme, no port, no path. */
function isDnsName(value: string): boolean {
  return (
    value.length <= 253 &&
    value.split('.').every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(label))
  )
}
