/**
 * The question whether a receiver wants messages, after section 4 of the CloudEvents webhook specification
 * 1.0.2 (https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md#4-abuse-protection). It is
 * asked with OPTIONS before the first delivery and once a day. Many servers answer OPTIONS with 200, so only
 * the header `WebHook-Allowed-Origin` gives the permission.
 */
import { MINUTE_MS, DAY_MS } from '../../core/durations.ts'
import type { PaceWindow } from '../../core/pace/pace-window.ts'
import type { ReceiverMemory } from '../../core/lanes/state/receiver-memory.ts'
import { err, ok } from '../../core/result.ts'
import type { Answer, Handshake, OutgoingRequest } from '../receiver.ts'
import { judgeByProfile } from '../answers/judge.ts'
import { endpointRejected, unreachable } from '../answers/outcomes.ts'
import { CLOUDEVENTS } from './profile.ts'

/**
 * The name that the relay gives itself. The specification wants a DNS name of the whole sender and not of one
 * of its hosts. This name is the same for every portal and address, and is no domain of somebody else.
 */
export const REQUEST_ORIGIN = 'bitrix24-event-relay'

/** The most requests a minute that one lane can send, if an answer takes a tenth of a second. */
const REQUEST_RATE = 600

/** Makes the handshake; `headers` prove the sender, as they do with every delivery. */
export function createHandshake(url: string, headers: Readonly<Record<string, string>>): Handshake {
  return {
    isDue: ({ now, memory: { grantedAt } }) => grantedAt === null || now - grantedAt >= DAY_MS,
    request: (): OutgoingRequest => ({
      method: 'OPTIONS',
      url,
      headers: {
        ...headers,
        'webhook-request-origin': REQUEST_ORIGIN,
        'webhook-request-rate': String(REQUEST_RATE),
      },
      body: '',
    }),
    judge(answer, { now, memory }) {
      // A receiver that is gone for good answers 410 to every method (section 2.2).
      if (answer.status === 410) return err(judgeByProfile(CLOUDEVENTS, answer, now))
      if (isTransient(answer.status)) return err(unreachable(answer, now))
      // A receiver that gave its permission before is not given up for one odd answer to the daily question.
      const wasPermitted = memory.grantedAt !== null
      const isUnsure = answer.status >= 400 && answer.status !== 405 && answer.status !== 501
      if (wasPermitted && isUnsure) return err(unreachable(answer, now))
      const perMinute = readPermission(answer)
      if (perMinute === 'refused') {
        return err(endpointRejected(answer, { reason: 'handshake_refused', probe: true }))
      }
      return ok({ ...memory, grantedAt: now, perMinute })
    },
  }
}

/**
 * The windows that a permission allows. 120 requests a minute become one in half a second: the receiver does
 * not say when its minutes begin, so the requests are spread.
 */
export function paceOfPermission({ perMinute }: ReceiverMemory): readonly PaceWindow[] {
  if (perMinute === null) return CLOUDEVENTS.pace
  return [{ count: 1, ms: Math.ceil(MINUTE_MS / perMinute) }]
}

/** Whether a status may pass. 501 may not: like 405 it says that this method is not known. */
function isTransient(status: number): boolean {
  if (status >= 300 && status <= 399) return true
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501)
}

/** The requests a minute, null for no limit. A rate that cannot be read cannot be kept, so it is a refusal. */
function readPermission({ status, headers }: Answer): number | null | 'refused' {
  const origin = headers.get('webhook-allowed-origin')?.trim().toLowerCase()
  const isGranted = status >= 200 && status <= 299 && (origin === '*' || origin === REQUEST_ORIGIN)
  if (!isGranted) return 'refused'
  const rate = headers.get('webhook-allowed-rate')?.trim() ?? '*'
  if (rate === '*') return null
  const perMinute = /^\d+$/.test(rate) ? Number(rate) : 0
  // A permission of more than one request a millisecond does not limit a lane.
  if (perMinute > MINUTE_MS) return null
  return perMinute > 0 ? perMinute : 'refused'
}
