/** A simulated fetch: a function answers the requests, which are recorded in order. */

import { NOW } from '../time.ts'

/** One request as a real fetch would have sent it. */
export interface SentRequest {
  readonly url: string
  readonly method: string
  readonly redirect: string
  readonly contentType: string | null
  readonly form: URLSearchParams
  readonly signal: AbortSignal | null
}

/** A simulated fetch with its record. */
export interface SimulatedFetch {
  readonly fetch: typeof fetch
  readonly sent: readonly SentRequest[]
}

/** Makes a fetch that hands each request to `answer`. */
export function simulateFetch(
  answer: (request: SentRequest) => Response | Promise<Response>,
): SimulatedFetch {
  const sent: SentRequest[] = []
  return {
    sent,
    async fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
      const request: SentRequest = {
        url: input instanceof Request ? input.url : String(input),
        method: init?.method ?? 'GET',
        redirect: init?.redirect ?? 'follow',
        contentType: new Headers(init?.headers).get('content-type'),
        form: new URLSearchParams(String(init?.body ?? '')),
        signal: init?.signal ?? null,
      }
      sent.push(request)
      return answer(request)
    },
  }
}

/** Answers with a value as JSON. */
export function jsonAnswer(
  value: unknown,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  })
}

/** Never answers; rejects when the request is cut, as fetch does. */
export function silence(request: SentRequest): Promise<Response> {
  return new Promise((_, reject) => {
    request.signal?.addEventListener('abort', () => reject(new Error('The operation was aborted')))
  })
}

/** A server that answers every request with the same JSON, and the means to call it. */
export function answering(value: unknown, status = 200) {
  const { fetch, sent } = simulateFetch(() => jsonAnswer(value, status))
  return { deps: { fetch, policy: { allowLocal: false }, timeoutMs: 5000, now: NOW }, sent }
}
