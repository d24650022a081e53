/**
 * Sends every request of the relay to portals and OAuth servers. Each one is a POST with its tokens in the
 * body, because URLs end up in access logs; only the secret of an incoming webhook is part of its URL by
 * nature. The size of an answer is bounded. No redirect is followed: a renamed portal answers with one, the
 * call fails with `redirected`, and the caller asks the OAuth server for the new address
 * (docs/bitrix24.md#renamed-portal).
 */
import { checkAddress } from '../../core/safety/address.ts'
import type { AddressPolicy } from '../../core/safety/address.ts'
import type { Json } from '../../core/log/event.ts'
import type { Fetch } from '../../core/fetch.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { USER_AGENT } from '../../core/user-agent.ts'
import { isJsonObject } from '../wire/json.ts'
import type { JsonObject } from '../wire/json.ts'
import { encodeParams } from './encode-params.ts'
import { checkEndpoint, checkWebhookUrl } from './rest-address.ts'
import { classifyError, classifyForeignAnswer, MALFORMED_ANSWER } from './rest-error.ts'
import type { AnswerContext, OwnError, RestError } from './rest-error.ts'

/** The largest answer that is read, in bytes, unless it is a list of fields. */
export const MAX_REST_ANSWER_BYTES = 1024 * 1024

/**
 * The largest list of fields that is read, in bytes. Such a list has no pages, and it holds every value of every
 * list field (docs/bitrix24.md#user-fields).
 */
export const MAX_FIELD_LIST_BYTES = 4 * MAX_REST_ANSWER_BYTES

/** The dependencies of a request. */
export interface RestDeps {
  readonly fetch: Fetch
  readonly policy: AddressPolicy
  /** The time for the whole call, including the reading of the answer. */
  readonly timeoutMs: number
}

/** One call of a REST method. */
export interface RestRequest {
  /**
   * With a token the address of the portal, which ends with `/rest/`; without one the URL of an incoming
   * webhook.
   */
  readonly endpoint: string
  /** For example `crm.requisite.userfield.get`. */
  readonly method: string
  /** The OAuth access token; null when the endpoint is the URL of an incoming webhook, itself a secret. */
  readonly token: string | null
  readonly params?: JsonObject
}

/**
 * Calls a method of one portal with the access that is stored for it. The part that makes such a function
 * adds the token, refreshes it when it has expired, and keeps to the portal's request limit; the functions of
 * `bitrix24` just call.
 */
export type CallPortal = (
  method: string,
  params?: JsonObject,
) => Promise<Result<JsonObject, RestError>>

/** A form for an absolute URL. */
export interface FormRequest {
  readonly url: string
  readonly form: URLSearchParams
  /** The values in URL and form that must not come back in an error. */
  readonly secrets: readonly string[]
  /** The largest answer, in bytes. @default MAX_REST_ANSWER_BYTES */
  readonly maxBytes?: number
}

/**
 * Calls a REST method and returns the whole answer: `result` and, beside it, `total`, `next` and `time`.
 * The promise never rejects for a failure of the other side or of the network.
 *
 * @throws TypeError for a method's name with foreign characters, which is a bug.
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
  // Bitrix24 would take a parameter `auth` for the token, beside a webhook's secret too.
  form.delete('auth')
  if (token !== null) form.set('auth', token)
  const secrets = [token ?? endpoint.pathname.split('/').at(-2) ?? '']
  const url = endpoint.href + request.method
  const isFieldList = /\.userfield\.list$/i.test(request.method)
  const maxBytes = isFieldList ? MAX_FIELD_LIST_BYTES : MAX_REST_ANSWER_BYTES
  const answer = await sendForm({ url, form, secrets, maxBytes }, deps)
  if (answer.ok && !Object.hasOwn(answer.value, 'result')) {
    return err(MALFORMED_ANSWER)
  }
  return answer
}

/**
 * Posts a form and returns the JSON object of the answer. Three answers count as `unreachable`, since they
 * say nothing about the token: a redirect, an answer of more than `maxBytes`, and one that is not JSON, for
 * example the HTML of a proxy.
 */
export async function sendForm(
  request: FormRequest,
  deps: RestDeps,
): Promise<Result<JsonObject, RestError>> {
  const address = checkAddress(request.url, deps.policy)
  if (!address.ok) return err(UNSAFE_ADDRESS)
  // Taken out of `deps` on purpose: workerd refuses a global fetch that is called as a method of another
  // object (docs/cloudflare.md#fetch).
  const { fetch: send, timeoutMs } = deps
  const cut = new AbortController()
  const timer = setTimeout(() => cut.abort(), timeoutMs)
  // A fetch or a stream may ignore the signal (docs/cloudflare.md#fetch), so the timeout also ends the wait.
  const timeout = new Promise<never>((_resolve, reject) => {
    cut.signal.addEventListener('abort', () => reject(new Error('timeout')), { once: true })
  })
  try {
    const answer = send(address.value.href, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        'user-agent': USER_AGENT,
      },
      body: request.form.toString(),
      redirect: 'manual',
      signal: cut.signal,
    }).then((response) => readAnswer(response, request, cut.signal))
    return await Promise.race([answer, timeout])
  } catch {
    // Swallows every error of fetch and of the body's stream: refused connections, TLS, DNS, the timeout.
    const code = cut.signal.aborted ? 'timeout' : 'network_error'
    return err({ kind: 'unreachable', code, status: null } satisfies OwnError)
  } finally {
    clearTimeout(timer)
  }
}

const UNSAFE_ADDRESS: OwnError = { kind: 'refused', code: 'unsafe_address', status: null }

async function readAnswer(
  response: Response,
  { secrets, maxBytes = MAX_REST_ANSWER_BYTES }: FormRequest,
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
  const text = await readText(response, { maxBytes, signal })
  if (text === null) return err(classifyForeignAnswer('answer_too_large', context))
  const body = parseJson(text)
  if (!isJsonObject(body)) return err(classifyForeignAnswer('malformed_answer', context))
  if (Object.hasOwn(body, 'error') && body['error'] !== null)
    return err(classifyError(body, context))
  return response.ok ? ok(body) : err(classifyForeignAnswer('malformed_answer', context))
}

/** Reads the body; null when it is larger than the limit. The bytes are counted: Content-Length may lie. */
async function readText(
  response: Response,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<string | null> {
  if (response.body === null) return ''
  const reader = response.body.getReader()
  // Cancelling the reader ends a read that is under way. Without it a body that stalls would hang for ever.
  signal.addEventListener('abort', () => void reader.cancel().catch(() => undefined))
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    signal.throwIfAborted()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > maxBytes) {
      await reader.cancel()
      return null
    }
    text += decoder.decode(value, { stream: true })
  }
}

function parseJson(text: string): Json | undefined {
  try {
    // The key `__proto__` is dropped here, so that no later copy of the answer can set a prototype.
    const value: Json = JSON.parse(text, (key, item) => (key === '__proto__' ? undefined : item))
    return value
  } catch {
    // Swallows a text that is not JSON, and JSON that is nested deeper than the stack.
    return undefined
  }
}
