/** Plays the failures of a simulated server, on purpose and for every request. */
import type { ServerResponse } from 'node:http'
import { pause, sendJson } from '../local-server.ts'
import { formatRestError, restError } from './rest-error.ts'
import type { RestErrorCode } from './rest-error.ts'

/** The usual target of a redirect: the metadata service of a cloud. */
const METADATA_SERVICE = 'http://169.254.169.254/latest/meta-data/'
const HUGE_BYTES = 10 * 1024 * 1024

/**
 * A failure of a server, in the place of its work or before it.
 * - `down`: cuts the connection without an answer.
 * - `slow`: waits, then works.
 * - `hang`: never answers and keeps the connection.
 * - `lost_answer`: works, then cuts the connection instead of answering.
 * - `error`: answers with a recorded error.
 * - `raw`: answers with anything.
 * - `huge`: answers 200 with a JSON object of 10 MiB.
 * - `html`: answers 200 with the page of a proxy.
 * - `redirect`: answers 302, to 169.254.169.254 unless told otherwise.
 */
export type Failure =
  | { readonly kind: 'down' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'hang' }
  | { readonly kind: 'lost_answer' }
  | { readonly kind: 'error'; readonly code: RestErrorCode }
  | {
      readonly kind: 'raw'
      readonly status: number
      readonly body: string
      readonly headers?: Record<string, string>
    }
  | { readonly kind: 'huge'; readonly bytes?: number }
  | { readonly kind: 'html' }
  | { readonly kind: 'redirect'; readonly to?: string }

/** Plays a failure. True when the request has been dealt with and must not be worked on. */
export async function playFailure(
  failure: Failure | null,
  response: ServerResponse,
): Promise<boolean> {
  switch (failure?.kind) {
    case undefined:
    case 'lost_answer':
      return false
    case 'slow':
      await pause(failure.ms)
      return response.destroyed
    case 'down':
      response.socket?.destroy()
      return true
    case 'hang':
      return true
    case 'error': {
      const error = restError(failure.code)
      sendJson(response, error.status, { value: formatRestError(error) })
      return true
    }
    case 'raw':
      response.writeHead(failure.status, failure.headers ?? {}).end(failure.body)
      return true
    case 'huge':
      sendHuge(response, failure.bytes ?? HUGE_BYTES)
      return true
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      response.end('<!doctype html><title>502</title><h1>Bad gateway</h1>')
      return true
    case 'redirect':
      response.writeHead(302, { location: failure.to ?? METADATA_SERVICE }).end()
      return true
  }
}

/** Cuts the connection when the failure is `lost_answer`; true when it did. */
export function loseAnswer(failure: Failure | null, response: ServerResponse): boolean {
  if (failure?.kind !== 'lost_answer') return false
  response.socket?.destroy()
  return true
}

/** Sends valid JSON without Content-Length, so that the reader notices the size only by counting. */
function sendHuge(response: ServerResponse, bytes: number): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
  response.write('{"result":"')
  response.write('a'.repeat(bytes))
  response.end('"}')
}
