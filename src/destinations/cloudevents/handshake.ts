/**
 * Leave to send, after section 4 of the CloudEvents webhook specification 1.0.2
 * (https://github.com/cloudevents/spec/blob/main/cloudevents/http-webhook.md#4-abuse-protection): asked for with
 * OPTIONS before the first delivery and once a day. Its status alone proves nothing; the header does.
 */
import type { PaceWindow } from '../../core/pace/pace-window.ts'
import type { ReceiverMemory } from '../../core/lanes/receiver-memory.ts'
import { err, ok } from '../../core/result.ts'
import type { Answer, Handshake, OutgoingRequest } from '../receiver.ts'
import { judgeByProfile } from '../answers/judge.ts'
import { endpointRejected, unreachable } from '../answers/outcomes.ts'
import { CLOUDEVENTS } from './profile.ts'

/**
 * What the relay calls itself. The specification wants a DNS name that stands for the whole sender and not for
 * one of its hosts; this one is the same for every portal and address, and claims no domain of somebody else.
 */
export const REQUEST_ORIGIN = 'bitrix24-event-relay'

/** What one lane can send, as a tenth of a second is a quick answer; in requests a minute. */
const REQUEST_RATE = 600

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** Makes the handshake; `headers` prove who asks, as with every delivery. */
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
      // A site that is retired says so to every method (section 2.2).
      if (answer.status === 410) return err(judgeByProfile(CLOUDEVENTS, answer, now))
      if (isTransient(answer.status)) return err(unreachable(answer, now))
      // A receiver that has given leave before is not given up for one odd answer to the daily question.
      const hadLeave = memory.grantedAt !== null
      const isUnsure = answer.status >= 400 && answer.status !== 405 && answer.status !== 501
      if (hadLeave && isUnsure) return err(unreachable(answer, now))
      const perMinute = readLeave(answer)
      if (perMinute === 'refused') {
        return err(endpointRejected(answer, { reason: 'handshake_refused', probe: true }))
      }
      return ok({ ...memory, grantedAt: now, perMinute })
    },
  }
}

/**
 * The windows that a leave allows: sends are spread, as nothing says where the receiver's minutes begin.
 */
export function paceOfLeave({ perMinute }: ReceiverMemory): readonly PaceWindow[] {
  if (perMinute === null) return CLOUDEVENTS.pace
  return [{ count: 1, ms: Math.ceil(MINUTE_MS / perMinute) }]
}

/** 501 means the same as 405: this method is not known here. */
function isTransient(status: number): boolean {
  if (status >= 300 && status <= 399) return true
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501)
}

/** The requests a minute; null for no limit. A rate that cannot be read is no leave that can be kept to. */
function readLeave({ status, headers }: Answer): number | null | 'refused' {
  const origin = headers.get('webhook-allowed-origin')?.trim().toLowerCase()
  const isGranted = status >= 200 && status <= 299 && (origin === '*' || origin === REQUEST_ORIGIN)
  if (!isGranted) return 'refused'
  const rate = headers.get('webhook-allowed-rate')?.trim() ?? '*'
  if (rate === '*') return null
  const perMinute = /^\d+$/.test(rate) ? Number(rate) : 0
  // Beyond one a millisecond there is nothing left to keep to.
  if (perMinute > MINUTE_MS) return null
  return perMinute > 0 ? perMinute : 'refused'
}
