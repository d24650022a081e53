/**
 * The edge of the Worker by itself: the real routes with a memory of their own, over the real bindings or
 * over some that a test puts in their place.
 */
import { env } from 'cloudflare:workers'
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { vi } from 'vitest'
import { createApp } from '../../../src/app.ts'
import type { Env } from '../../../src/config/config.ts'
import { RELAY } from '../scenarios/relay-portal.ts'

/** The two content types that the routes accept. */
export const FORM_TYPE = 'application/x-www-form-urlencoded'
export const JSON_TYPE = 'application/json'

/** The parts of a call beside its body. */
export interface Call {
  readonly method?: string
  readonly path?: string
  /** Null sends none. */
  readonly contentType?: string | null
  /** The source address; by default another one each time, so that the rate limit stays out of it. */
  readonly address?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** One isolate's edge: whoever makes two has two memories. */
export class Edge {
  readonly #app = createApp()
  readonly #env: Env

  constructor(bindings: Readonly<Record<string, unknown>> = {}) {
    this.#env = { ...env, ...bindings }
  }

  /** Sends a request and waits for everything that it started. */
  async call(body: BodyInit | null, call: Call = {}): Promise<Response> {
    const ctx = createExecutionContext()
    const response = await this.#app.fetch(aRequest(body, call), this.#env, ctx)
    await waitOnExecutionContext(ctx)
    return response
  }

  /** Sends a request with an execution context of the test's own. */
  callWith(ctx: ExecutionContext, body: BodyInit | null, call: Call = {}): Promise<Response> {
    return Promise.resolve(this.#app.fetch(aRequest(body, call), this.#env, ctx))
  }
}

/** A request as it reaches the Worker. */
export function aRequest(body: BodyInit | null, call: Call = {}): Request {
  const { method = 'POST', path = '/bitrix24/events', contentType = FORM_TYPE } = call
  const headers = new Headers(call.headers)
  if (contentType !== null) headers.set('content-type', contentType)
  headers.set('cf-connecting-ip', call.address ?? anAddress())
  // A text would bring a content type of its own.
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  return new Request(`${RELAY}${path}`, { method, headers, body: bytes })
}

/** An IPv6 address whose /64 nobody else has. */
export function anAddress(): string {
  const digits = crypto.randomUUID()
  return `2001:db8:${digits.slice(0, 4)}:${digits.slice(9, 13)}::1`
}

/** Status, JSON body and Retry-After of an answer. */
export async function answerOf(
  response: Response,
): Promise<{ status: number; body: unknown; retryAfter?: string }> {
  const retryAfter = response.headers.get('retry-after')
  const body: unknown = await response.json()
  return { status: response.status, body, ...(retryAfter === null ? {} : { retryAfter }) }
}

/** Every line that the code under test logs from now on, as the operator sees it. */
export function watchLog(): readonly Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = []
  for (const level of ['info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: unknown) => {
      lines.push({ level, ...fieldsOf(String(line)) })
    })
  }
  return lines
}

function fieldsOf(line: string): Record<string, unknown> {
  try {
    const fields: unknown = JSON.parse(line)
    return { ...Object(fields) }
  } catch {
    // Not the project's own line: shown as it is.
    return { line }
  }
}
