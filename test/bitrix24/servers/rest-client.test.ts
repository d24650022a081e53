import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import {
  MAX_FIELD_LIST_BYTES,
  MAX_REST_ANSWER_BYTES,
  callRest,
  sendForm,
} from '../../../src/bitrix24/servers/rest-client.ts'
import type { RestRequest } from '../../../src/bitrix24/servers/rest-client.ts'
import type { RestErrorKind } from '../../../src/bitrix24/servers/rest-error.ts'
import { jsonAnswer, silence, simulateFetch } from '../../support/network/simulated-fetch.ts'
import type { SentRequest } from '../../support/network/simulated-fetch.ts'

const TOKEN = 'canary-access-0123456789abcdef'
const POLICY = { allowLocal: false }
const REQUEST: RestRequest = {
  endpoint: 'https://acme.bitrix24.com/rest/',
  method: 'profile',
  token: TOKEN,
}

/** Calls a server that gives the same answer to every request. */
async function call(
  answer: (request: SentRequest) => Response | Promise<Response>,
  request: Partial<RestRequest> = {},
) {
  const server = simulateFetch(answer)
  const deps = { fetch: server.fetch, policy: POLICY, timeoutMs: 5000 }
  const result = await callRest({ ...REQUEST, ...request }, deps)
  return { result, sent: server.sent }
}

/** A body of `chunks` MiB-sized or smaller pieces that tells whether its reader gave up. */
function streamOf(chunks: number, size: number) {
  let pulled = 0
  const state = { cancelled: false, pulled: () => pulled }
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1
      controller.enqueue(new Uint8Array(size).fill(32))
      if (pulled === chunks) controller.close()
    },
    cancel() {
      state.cancelled = true
    },
  })
  return { body, state }
}

describe('callRest() on the way out', () => {
  test('posts a form to the endpoint with the token in the body and in no URL', async () => {
    const { sent } = await call(() => jsonAnswer({ result: true }), {
      method: 'crm.requisite.userfield.get',
      params: { id: 235 },
    })
    expect(sent).toHaveLength(1)
    const [request] = sent
    expect(request?.url).toBe('https://acme.bitrix24.com/rest/crm.requisite.userfield.get')
    expect(request?.method).toBe('POST')
    expect(request?.redirect).toBe('manual')
    expect(request?.contentType).toBe('application/x-www-form-urlencoded')
    expect([...(request?.form ?? [])]).toEqual([
      ['id', '235'],
      ['auth', TOKEN],
    ])
  })

  test('lets no parameter replace the token', async () => {
    const { sent } = await call(() => jsonAnswer({ result: 1 }), { params: { auth: 'other' } })
    expect(sent[0]?.form.getAll('auth')).toEqual([TOKEN])
  })

  test('calls fetch without a receiver, as workerd demands', async () => {
    const receivers: unknown[] = []
    const deps = {
      policy: POLICY,
      timeoutMs: 5000,
      async fetch(this: unknown): Promise<Response> {
        receivers.push(this)
        return jsonAnswer({ result: 1 })
      },
    }
    expect(await callRest(REQUEST, deps)).toEqual({ ok: true, value: { result: 1 } })
    expect(receivers).toEqual([undefined])
  })

  test.for([
    'http://acme.bitrix24.com/rest/',
    'https://127.0.0.1/rest/',
    'https://169.254.169.254/rest/',
    'https://[::1]/rest/',
    'https://user:pass@acme.bitrix24.com/rest/',
    'https://acme.bitrix24.com/',
    'https://acme.bitrix24.com/rest',
    'https://acme.bitrix24.com/rest/?x=/rest/',
    'https://acme.bitrix24.com/rest/#/rest/',
    'not an address',
    '',
  ])('refuses the endpoint "%s" and sends nothing', async (endpoint) => {
    const { result, sent } = await call(() => jsonAnswer({ result: 1 }), { endpoint })
    const error = { kind: 'refused', code: 'unsafe_address', status: null }
    expect(result).toEqual({ ok: false, error })
    expect(sent).toEqual([])
  })

  test.for(['../oauth/token', 'profile?auth=1', 'a/b', '', 'profile#x'])(
    'takes the method name "%s" for a bug',
    async (method) => {
      const calling = call(() => jsonAnswer({ result: 1 }), { method })
      await expect(calling).rejects.toThrow(TypeError)
    },
  )
})

describe('callRest() on the way back', () => {
  test.for([301, 302, 303, 307, 308])('does not follow a %i', async (status) => {
    const headers = { location: 'https://new.bitrix24.com/rest/profile' }
    const { result, sent } = await call(() => new Response('moved', { status, headers }))
    const error = { kind: 'unreachable', code: 'redirected', status }
    expect(result).toEqual({ ok: false, error })
    expect(sent).toHaveLength(1)
  })

  test.for<[string, string, number, RestErrorKind]>([
    ['HTML with 200', '<html>Bitrix24</html>', 200, 'unreachable'],
    ['HTML with 429', '<html>Slow down</html>', 429, 'rate_limited'],
    ['nothing', '', 200, 'unreachable'],
    ['cut JSON', '{"result":{"ID":', 200, 'unreachable'],
    ['a JSON array', '[{"result":1}]', 200, 'unreachable'],
    ['a JSON string', '"result"', 200, 'unreachable'],
    ['JSON null', 'null', 200, 'unreachable'],
    ['an object without result', '{"time":{}}', 200, 'unreachable'],
    ['a result with status 500', '{"result":1}', 500, 'unreachable'],
    ['a result that only the prototype has', '{"__proto__":{"result":1}}', 200, 'unreachable'],
    ['an error that only the prototype has', '{"__proto__":{"error":"x"}}', 200, 'unreachable'],
  ])('takes %s for no answer', async ([, body, status, kind]) => {
    const { result } = await call(() => new Response(body, { status }))
    expect(result).toEqual({ ok: false, error: { kind, code: 'malformed_answer', status } })
  })

  test('survives JSON that is nested a hundred thousand levels deep', async () => {
    const body = `{"result":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    const { result } = await call(() => new Response(body))
    const error = { kind: 'unreachable', code: 'malformed_answer', status: 200 }
    expect(result).toEqual({ ok: false, error })
  })

  test('drops __proto__ at every depth of an answer', async () => {
    const body = '{"result":{"__proto__":{"admin":true},"list":[{"\\u005f_proto__":1,"a":2}]}}'
    const { result } = await call(() => new Response(body))
    expect(result).toEqual({ ok: true, value: { result: { list: [{ a: 2 }] } } })
    expect(JSON.stringify(result)).not.toContain('proto')
    expect(Object.assign({}, result.ok ? result.value['result'] : null)).not.toHaveProperty('admin')
  })

  test('takes an error beside a result for an error, and error null for none', async () => {
    const both = await call(() => jsonAnswer({ result: 1, error: 'expired_token' }))
    const error = { kind: 'expired', code: 'expired_token', status: 200 }
    expect(both.result).toEqual({ ok: false, error })
    const none = await call(() => jsonAnswer({ result: 1, error: null }))
    expect(none.result).toEqual({ ok: true, value: { result: 1, error: null } })
  })

  test('hands on Retry-After', async () => {
    const body = { error: 'QUERY_LIMIT_EXCEEDED' }
    const { result } = await call(() => jsonAnswer(body, 503, { 'retry-after': '3' }))
    const error = { kind: 'rate_limited', code: 'QUERY_LIMIT_EXCEEDED', status: 503 }
    expect(result).toEqual({ ok: false, error: { ...error, retryAfterMs: 3000 } })
  })

  test('reads an answer of exactly the limit', async () => {
    const text = '{"result":1}'.padEnd(MAX_REST_ANSWER_BYTES, ' ')
    const { result } = await call(() => new Response(text))
    expect(result).toEqual({ ok: true, value: { result: 1 } })
  })

  test('reads four times as much of a list of fields, which holds all their values', async () => {
    const text = '{"result":1}'.padEnd(MAX_FIELD_LIST_BYTES, ' ')
    const list = await call(() => new Response(text), { method: 'crm.deal.userfield.list' })
    expect(list.result).toEqual({ ok: true, value: { result: 1 } })
    const more = await call(() => new Response(`${text} `), { method: 'crm.deal.userfield.list' })
    expect(more.result).toMatchObject({ ok: false, error: { code: 'answer_too_large' } })
    const other = await call(() => new Response(text), { method: 'crm.deal.userfield.get' })
    expect(other.result).toMatchObject({ ok: false, error: { code: 'answer_too_large' } })
  })

  test('stops reading past the limit, whatever Content-Length says', async () => {
    const { body, state } = streamOf(64, 256 * 1024)
    const answer = new Response(body, { headers: { 'content-length': '12' } })
    const { result } = await call(() => answer)
    const error = { kind: 'unreachable', code: 'answer_too_large', status: 200 }
    expect(result).toEqual({ ok: false, error })
    expect(state.cancelled).toBe(true)
    expect(state.pulled()).toBeLessThan(10)
  })

  test('reads characters that are split between two chunks', async () => {
    const bytes = new TextEncoder().encode('{"result":"Müller €"}')
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    const { result } = await call(() => new Response(body))
    expect(result).toEqual({ ok: true, value: { result: 'Müller €' } })
  })

  test('tells nothing of what a failed connection says', async () => {
    const { result } = await call(() => {
      throw new TypeError(`connect failed for auth=${TOKEN}`)
    })
    const error = { kind: 'unreachable', code: 'network_error', status: null }
    expect(result).toEqual({ ok: false, error })
  })

  test('takes a body that breaks off for a failed connection', async () => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new Error(TOKEN)),
    })
    const { result } = await call(() => new Response(body))
    const error = { kind: 'unreachable', code: 'network_error', status: null }
    expect(result).toEqual({ ok: false, error })
  })
})

/** Never ends, whatever the signal says. */
function stalls(): Promise<never> {
  return new Promise(() => {})
}

describe('callRest() and time', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('cuts a server that does not answer', async () => {
    const calling = call(silence)
    await vi.advanceTimersByTimeAsync(4999)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(1)
    const { result, sent } = await calling
    expect(result).toEqual({
      ok: false,
      error: { kind: 'unreachable', code: 'timeout', status: null },
    })
    expect(sent[0]?.signal?.aborted).toBe(true)
  })

  test('cuts a server that begins to answer and stalls', async () => {
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"result":')),
      cancel: () => void (cancelled = true),
    })
    const calling = call(() => new Response(body))
    await vi.advanceTimersByTimeAsync(5000)
    expect((await calling).result).toEqual({
      ok: false,
      error: { kind: 'unreachable', code: 'timeout', status: null },
    })
    expect(cancelled).toBe(true)
  })

  test.for<[string, () => Response | Promise<Response>]>([
    ['a fetch', () => new Promise<never>(() => {})],
    [
      'a body',
      () => new Response(new ReadableStream({ pull: () => new Promise(() => {}), cancel: stalls })),
    ],
    [
      'the body of a redirect',
      () => new Response(new ReadableStream({ cancel: stalls }), { status: 302 }),
    ],
  ])('cuts %s that goes on past its signal', async ([, answer]) => {
    const calling = call(answer)
    await vi.advanceTimersByTimeAsync(5000)
    expect((await calling).result).toEqual({
      ok: false,
      error: { kind: 'unreachable', code: 'timeout', status: null },
    })
  })

  test('leaves no timer behind', async () => {
    await call(() => jsonAnswer({ result: 1 }))
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('callRest() and secrets', () => {
  test.for<[string, () => Response]>([
    ['as the code', () => jsonAnswer({ error: TOKEN }, 401)],
    ['inside the code', () => jsonAnswer({ error: `BAD_${TOKEN}` }, 401)],
    ['as the description', () => jsonAnswer({ error: 'X', error_description: TOKEN }, 400)],
    ['as HTML', () => new Response(`<p>${TOKEN}</p>`, { status: 500 })],
    ['as an object', () => jsonAnswer({ error: { code: TOKEN } }, 400)],
    ['as a key', () => jsonAnswer({ error: [TOKEN], [TOKEN]: 1 }, 400)],
    ['as Retry-After', () => jsonAnswer({ error: 'X' }, 429, { 'retry-after': TOKEN })],
    ['as Location', () => new Response('', { status: 302, headers: { location: TOKEN } })],
  ])('puts no token into an error when the server echoes it %s', async ([, answer]) => {
    const { result, sent } = await call(answer)
    expect(result.ok).toBe(false)
    expect(JSON.stringify(result)).not.toMatch(/canary|0123456789/i)
    expect(sent.every(({ url }) => !url.includes('canary'))).toBe(true)
  })
})

describe('callRest() through an incoming webhook', () => {
  const secret = 'Canary1234567890'
  const access = { endpoint: `https://acme.bitrix24.com/rest/7/${secret}`, token: null }

  test('calls below the URL of the webhook and sends no token', async () => {
    const params = { id: 235, auth: 'other' }
    const { result, sent } = await call(() => jsonAnswer({ result: 1 }), { ...access, params })
    expect(result).toEqual({ ok: true, value: { result: 1 } })
    expect(sent[0]?.url).toBe(`https://acme.bitrix24.com/rest/7/${secret}/profile`)
    expect([...(sent[0]?.form ?? [])]).toEqual([['id', '235']])
  })

  test('puts no part of the secret into an error', async () => {
    const { result } = await call(() => jsonAnswer({ error: `X_${secret}` }, 401), access)
    expect(result).toEqual({ ok: false, error: { kind: 'refused', code: '', status: 401 } })
  })

  test('refuses an address of OAuth without a token, and a webhook with one', async () => {
    const error = { kind: 'refused', code: 'unsafe_address', status: null }
    const bare = await call(() => jsonAnswer({ result: 1 }), { token: null })
    expect(bare).toEqual({ result: { ok: false, error }, sent: [] })
    const both = await call(() => jsonAnswer({ result: 1 }), { ...access, token: TOKEN })
    expect(both).toEqual({ result: { ok: false, error }, sent: [] })
  })
})

describe('sendForm()', () => {
  test('judges the address before it sends', async () => {
    const server = simulateFetch(() => jsonAnswer({}))
    const request = { url: 'https://10.0.0.1/oauth/token/', form: new URLSearchParams() }
    const deps = { fetch: server.fetch, policy: POLICY, timeoutMs: 5000 }
    expect(await sendForm({ ...request, secrets: [] }, deps)).toEqual({
      ok: false,
      error: { kind: 'refused', code: 'unsafe_address', status: null },
    })
    expect(server.sent).toEqual([])
  })
})
