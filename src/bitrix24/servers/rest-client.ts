/**
 * The one way in which the relay talks to portals and OAuth servers: a POST whose tokens are in the
 * body, never in a URL (URLs end up in access logs; an incoming webhook's secret has no other place),
 * no redirect followed, and an answer of bounded size. A renamed portal answers with a redirect; the
 * caller learns `redirected` and asks the OAuth server for the new address instead of following it.
 */
import { checkAddress } from '../../core/safety/address.ts'
import type { AddressPolicy } from '../../core/safety/address.ts'
import type { Json } from '../../core/log/event.ts'
import type { Fetch } from '../../core/fetch.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { isJsonObject } from '../wire/json.ts'
import type { JsonObject } from '../wire/json.ts'
import { encodeParams } from './encode-params.ts'
import { checkEndpoint, checkWebhookUrl } from './rest-address.ts'
import { classifyError, classifyForeignAnswer, MALFORMED_ANSWER } from './rest-error.ts'
import type { AnswerContext, OwnError, RestError } from './rest-error.ts'

/** The largest answer that is read, in bytes. */
export const MAX_REST_ANSWER_BYTES = 1024 * 1024

/** What calls need from outside. */
export interface RestDeps {
  readonly fetch: Fetch
  readonly policy: AddressPolicy
  /** For the whole call, reading the answer included. */
  readonly timeoutMs: number
}

/** One call of a REST method. */
export interface RestRequest {
  /** Ends with `/rest/`; without a token, an incoming webhook's URL as `checkWebhookUrl` accepts it. */
  readonly endpoint: string
  /** For example `crm.requisite.userfield.get`. */
  readonly method: string
  /** The OAuth access token; null when the endpoint is an incoming webhook's URL, itself the secret. */
  readonly token: string | null
  readonly params?: JsonObject
}

/**
 * Calls a method of one portal with whatever access is stored for it: adds the token, refreshes it when it
 * has expired, keeps to the portal's pace. What the functions of this folder need of a portal.
 */
export type CallPortal = (
  method: string,
  params?: JsonObject,
) => Promise<Result<JsonObject, RestError>>

/** A form for an absolute URL, with the values in it that must not come back in an error. */
export interface FormRequest {
  readonly url: string
  readonly form: URLSearchParams
  readonly secrets: readonly string[]
}

/**
 * Calls a REST method and returns the whole answer: `result` and, beside it, `total`, `next`, `time`.
 * Never rejects for anything that the other side or the network does.
 */
export async function callRest(
  request: RestRequest,
  deps: RestDeps,
): Promise<Result<JsonObject, RestError>> {
  if (!/^[a-z0-9_.]+$/i.test(request.method)) {
    throw new TypeError('Cannot call a Bitrix24 method as its name has foreign characters')
  }
  const { token, params = {} } = request
  const check = token === null ? checkWebhookUrl : checkEndpoint
  const endpoint = check(request.endpoint, deps.policy)
  if (endpoint === null) return err(UNSAFE_ADDRESS)
  const form = encodeParams(params)
  // Beside a webhook's secret a parameter `auth` would be taken for the token.
  form.delete('auth')
  if (token !== null) form.set('auth', token)
  const secrets = [token ?? endpoint.pathname.split('/').at(-2) ?? '']
  const answer = await sendForm({ url: endpoint.href + request.method, form, secrets }, deps)
  if (answer.ok && !Object.hasOwn(answer.value, 'result')) {
    return err(MALFORMED_ANSWER)
  }
  return answer
}

/**
 * Posts a form and returns the JSON object answered. An answer that is not JSON (HTML of a proxy), is
 * larger than 1 MiB or is a redirect is `unreachable`: it says nothing about the token.
 */
export async function sendForm(
  request: FormRequest,
  deps: RestDeps,
): Promise<Result<JsonObject, RestError>> {
  const address = checkAddress(request.url, deps.policy)
  if (!address.ok) return err(UNSAFE_ADDRESS)
  // Detached on purpose: workerd refuses a global fetch that is called as a method of something else.
  const { fetch: send, timeoutMs } = deps
  const cut = new AbortController()
  const timer = setTimeout(() => cut.abort(), timeoutMs)
  try {
    const response = await send(address.value.href, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        'user-agent': 'bitrix24-event-relay',
      },
      body: request.form.toString(),
      redirect: 'manual',
      signal: cut.signal,
    })
    return await readAnswer(response, request.secrets, cut.signal)
  } catch {
    // Swallows what fetch and the body's stream throw: refused connections, TLS, DNS, our own cut.
    const code = cut.signal.aborted ? 'timeout' : 'network_error'
    return err({ kind: 'unreachable', code, status: null } satisfies OwnError)
  } finally {
    clearTimeout(timer)
  }
}

const UNSAFE_ADDRESS: OwnError = { kind: 'refused', code: 'unsafe_address', status: null }

async function readAnswer(
  response: Response,
  secrets: readonly string[],
  signal: AbortSignal,
): Promise<Result<JsonObject, RestError>> {
  const { status } = response
  const context: AnswerContext = {
    status,
    retryAfter: response.headers.get('retry-after'),
    secrets,
  }
  if (status >= 300 && status < 400) {
    await response.body?.cancel()
    return err({ kind: 'unreachable', code: 'redirected', status } satisfies OwnError)
  }
  const text = await readText(response, signal)
  if (text === null) return err(classifyForeignAnswer('answer_too_large', context))
  const body = parseJson(text)
  if (!isJsonObject(body)) return err(classifyForeignAnswer('malformed_answer', context))
  if (Object.hasOwn(body, 'error') && body['error'] !== null)
    return err(classifyError(body, context))
  return response.ok ? ok(body) : err(classifyForeignAnswer('malformed_answer', context))
}

/** Returns null when the body is larger than the limit, whatever Content-Length says. */
async function readText(response: Response, signal: AbortSignal): Promise<string | null> {
  if (response.body === null) return ''
  const reader = response.body.getReader()
  // A cancelled reader ends its pending read; the body of a stalled answer would hang otherwise.
  signal.addEventListener('abort', () => void reader.cancel().catch(() => undefined))
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    signal.throwIfAborted()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > MAX_REST_ANSWER_BYTES) {
      await reader.cancel()
      return null
    }
    text += decoder.decode(value, { stream: true })
  }
}

function parseJson(text: string): Json | undefined {
  try {
    // A `__proto__` key is dropped here once, so that no later copy of the answer can set a prototype.
    const value: Json = JSON.parse(text, (key, item) => (key === '__proto__' ? undefined : item))
    return value
  } catch {
    // Not JSON, or nested deeper than the stack.
    return undefined
  }
}
