/**
 * Sends one body to one handler as Bitrix24's queue does: one POST and never a second one, whatever the answer
 * is (docs/bitrix24.md#loss).
 */
import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'

/** The name by which Bitrix24's queue calls itself (docs/bitrix24.md#queue-servers). */
export const USER_AGENT = 'Bitrix24 Webhook Engine'

/** One POST and what came back. */
export interface RecordedSend {
  /** Event code; empty for a raw body. */
  readonly event: string
  readonly handlerId: number | null
  readonly url: string
  readonly body: string
  /** When it was sent, in unix milliseconds. */
  readonly at: number
  /** Time until the whole answer was there. */
  readonly ms: number
  /** Null when no answer came. */
  readonly status: number | null
  /** The answer's body; empty when none came. */
  readonly answer: string
  /** Why no answer came; null when one did. */
  readonly error: string | null
}

/** The request to send. */
export interface SendRequest {
  readonly event: string
  readonly handlerId: number | null
  /** http only: the simulators never leave the machine. */
  readonly url: string
  readonly body: string
  readonly contentType?: string
}

/** Sends one body and records what happened; never rejects. `clock` gives unix milliseconds. */
export async function sendEvent(
  { event, handlerId, url, body, contentType = 'application/x-www-form-urlencoded' }: SendRequest,
  { clock, timeoutMs = 30_000 }: { clock: () => number; timeoutMs?: number },
): Promise<RecordedSend> {
  const at = clock()
  const started = performance.now()
  const outcome = await post(url, { body, contentType, timeoutMs })
  const ms = Math.round((performance.now() - started) * 10) / 10
  return { event, handlerId, url, body, at, ms, ...outcome }
}

type Outcome = Pick<RecordedSend, 'status' | 'answer' | 'error'>

function post(
  url: string,
  { body, contentType, timeoutMs }: { body: string; contentType: string; timeoutMs: number },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const fail = (error: Error): void => resolve({ status: null, answer: '', error: error.message })
    const outgoing = request(
      url,
      {
        method: 'POST',
        // The queue service opens a connection per call; a fresh one also survives a killed handler.
        agent: false,
        timeout: timeoutMs,
        headers: requestHeaders(body, contentType),
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', fail)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? null,
            answer: Buffer.concat(chunks).toString('utf8'),
            error: null,
          }),
        )
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error(`No answer within ${timeoutMs} ms`)))
    outgoing.on('error', fail)
    outgoing.end(body)
  })
}

function requestHeaders(body: string, contentType: string): IncomingHttpHeaders {
  return {
    'user-agent': USER_AGENT,
    accept: '*/*',
    'content-type': contentType,
    'content-length': String(Buffer.byteLength(body)),
  }
}
