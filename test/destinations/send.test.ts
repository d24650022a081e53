/** What holds for sending beside the contract suite, which runs through `sendParcel` as well. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { DeliveryOutcome } from '../../src/core/lanes/outcome.ts'
import { NO_MEMORY, type ReceiverMemory } from '../../src/core/lanes/receiver-memory.ts'
import { err, ok } from '../../src/core/result.ts'
import type {
  Answer,
  AttemptTerms,
  Receiver,
  Handshake,
  OutgoingRequest,
} from '../../src/destinations/receiver.ts'
import type { Fetch } from '../../src/core/fetch.ts'
import { sendParcel, type SendOptions, type Sent } from '../../src/destinations/send.ts'
import { aDelivery } from '../support/a-delivery.ts'

const URL_TEXT = 'https://receiver.example.com/hook'
const REQUEST: OutgoingRequest = {
  url: URL_TEXT,
  headers: { 'content-type': 'text/plain', 'x-one': '1' },
  body: 'the body',
}
const PARCEL = { deliveries: [aDelivery()], dashboard: null } as const
const NO_ANSWER = {
  kind: 'unreachable',
  reason: 'network_error',
  status: null,
  retryAfterMs: null,
  detail: null,
} as const

describe('sendParcel()', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('posts exactly the prepared request', async () => {
    const calls: [string, RequestInit][] = []
    await send(aDestination(), async (url, init) => {
      calls.push([url, init])
      return new Response('fine')
    })
    expect(calls).toEqual([
      [
        URL_TEXT,
        {
          method: 'POST',
          headers: REQUEST.headers,
          body: 'the body',
          redirect: 'manual',
          signal: expect.any(AbortSignal),
        },
      ],
    ])
  })

  test('hands status, headers and text of the answer to the judge', async () => {
    const { status, headers, body, isCut } = await judged(
      new Response('né', { status: 202, headers: { a: 'b' } }),
    )
    expect([status, headers.get('a'), body, isCut]).toEqual([202, 'b', 'né', false])
  })

  test('hands an answer without a body on as an empty text', async () => {
    const outcome = await send(aDestination(), async () => new Response(null, { status: 204 }))
    expect(outcome).toMatchObject({ status: 204, detail: '' })
  })

  test('reads bytes that are no text leniently', async () => {
    const bytes = new Uint8Array([0x61, 0xff, 0x62])
    const outcome = await send(aDestination(), async () => new Response(bytes, { status: 500 }))
    expect(outcome).toMatchObject({ detail: 'a\uFFFDb' })
  })

  test('reads 8 KiB of one large chunk', async () => {
    const { body } = await judged(new Response('a'.repeat(8191) + 'bc'.repeat(50_000)))
    expect(body).toBe(`${'a'.repeat(8191)}b`)
  })

  test('reads 8 KiB of chunks that do not end there', async () => {
    const chunk = new TextEncoder().encode('a'.repeat(5000))
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(chunk)
      },
    })
    expect((await judged(new Response(stream))).body).toHaveLength(8192)
  })

  test.each([
    [8191, false],
    [8192, true],
  ])('tells the judge whether a body of %i bytes was cut: %s', async (length, isCut) => {
    expect(await judged(new Response('a'.repeat(length)))).toMatchObject({ isCut })
  })

  test('keeps the beginning of a long answer where there are no secrets', async () => {
    const outcome = await send(aDestination(), async () => new Response('so '.repeat(4000)))
    expect(outcome).toMatchObject({ detail: expect.stringMatching(/^so so so .*…$/) })
  })

  test('sends to the URL as it was judged', async () => {
    const urls: string[] = []
    const written = { ...REQUEST, url: 'https://RECEIVER.example.com:443/hook' }
    await send(aDestination({ prepare: async () => written }), async (url) => {
      urls.push(url)
      return new Response('')
    })
    expect(urls).toEqual([URL_TEXT])
  })

  test('hands the parcel on as it came', async () => {
    const parcels: unknown[] = []
    const destination = aDestination({
      async prepare(given) {
        parcels.push(given)
        return REQUEST
      },
    })
    const deliveries = [aDelivery(), aDelivery({ id: 'second' })] as const
    const given = { deliveries, dashboard: 'https://relay.example.com/' }
    await sendParcel(
      destination,
      given,
      optionsOf(async () => new Response('')),
    )
    expect(parcels).toEqual([given])
  })

  test('tells attempt time and judging time apart', async () => {
    const seen: unknown[] = []
    let clock = 1000
    const memory = { ...NO_MEMORY, perMinute: 5 }
    const destination = aDestination({
      async prepare(_parcel, terms) {
        seen.push(terms)
        return REQUEST
      },
      judge({ status }, now) {
        seen.push(now)
        return { kind: 'delivered', status }
      },
    })
    const fetch: Fetch = async () => {
      clock += 50
      return new Response('')
    }
    const sent = await sendParcel(destination, PARCEL, {
      ...optionsOf(fetch),
      now: () => clock,
      memory,
    })
    expect(seen).toEqual([{ now: 1000, memory }, 1050])
    expect(sent).toEqual({ outcome: { kind: 'delivered', status: 200 }, memory })
  })

  test('calls fetch without a receiver, which workerd refuses as an illegal invocation', async () => {
    const receivers: unknown[] = []
    await send(aDestination(), async function (this: unknown) {
      receivers.push(this)
      return new Response('')
    })
    expect(receivers).toEqual([undefined])
  })

  test.each([
    ['rejects', () => Promise.reject(new Error('getaddrinfo ENOTFOUND'))],
    [
      'throws at once',
      () => {
        throw new TypeError('Invalid header')
      },
    ],
    ['rejects with nothing', () => Promise.reject(undefined)],
  ])('calls it a network error when fetch %s', async (_how, fetch) => {
    expect(await send(aDestination(), fetch)).toEqual(NO_ANSWER)
  })

  test('leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await send(aDestination(), async () => new Response('fine'))
    await send(aDestination(), () => Promise.reject(new Error('reset')))
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([
    ['a renderer that rejects', aDestination({ prepare: () => Promise.reject(new Error('bug')) })],
    [
      'a renderer that throws',
      aDestination({
        prepare() {
          throw new Error('bug')
        },
      }),
    ],
    [
      'a judge that throws',
      aDestination({
        judge() {
          throw new Error('bug')
        },
      }),
    ],
  ])('sets the message aside for %s', async (_what, destination) => {
    expect(await send(destination, async () => new Response(''))).toEqual({
      kind: 'rejected',
      scope: 'message',
      reason: 'cannot_render',
      status: null,
      probe: true,
      detail: 'Error: bug',
    })
  })

  test('redacts the detail and cuts it', async () => {
    const destination = aDestination({ secrets: ['hunter2-hunter2'] })
    const body = `no hunter2-hunter2 ${'and so on '.repeat(100)}`
    const outcome = await send(destination, async () => new Response(body, { status: 500 }))
    const detail = outcome.kind === 'delivered' ? null : outcome.detail
    expect(detail).toMatch(/^no \*\*\* and so on .*…$/)
    expect(Array.from(detail ?? '')).toHaveLength(200)
  })

  test('shows no beginning of a secret that the cut went through', async () => {
    // Dots keep it from looking like a token, which would be masked for that reason alone.
    const secret = `short${'.s'.repeat(500)}`
    const body = `${secret} `.repeat(9)
    expect(secret.length * 8).toBeLessThan(8192)
    const destination = aDestination({ secrets: [secret] })
    const outcome = await send(destination, async () => new Response(body, { status: 500 }))
    expect(JSON.stringify(outcome)).not.toContain('short')
  })
})

describe('sendParcel() to addresses', () => {
  const LOCAL = { ...REQUEST, url: 'http://127.0.0.1:8787/hook' }

  test.each([301, 302, 303, 307, 308])('follows no redirect %i', async (status) => {
    const urls: string[] = []
    const outcome = await send(aDestination(), async (url, init) => {
      urls.push(`${init.redirect} ${url}`)
      return new Response(null, { status, headers: { location: 'https://other.example.com/' } })
    })
    expect(outcome).toMatchObject({ status })
    expect(urls).toEqual([`manual ${URL_TEXT}`])
  })

  test('judges each address by the policy of its destination', async () => {
    const urls: string[] = []
    const fetch: Fetch = async (url) => {
      urls.push(url)
      return new Response('')
    }
    const prepare = async () => LOCAL
    const policy = { allowLocal: true }
    expect(await send(aDestination({ prepare, policy }), fetch)).toMatchObject({ status: 200 })
    expect(await send(aDestination({ prepare }), fetch)).toEqual({
      kind: 'rejected',
      scope: 'endpoint',
      reason: 'refused_address',
      status: null,
      probe: false,
      detail: 'not_https',
    })
    expect(urls).toEqual([LOCAL.url])
  })
})

describe('sendParcel() to a receiver that wants to be asked', () => {
  const QUESTION: OutgoingRequest = {
    method: 'OPTIONS',
    url: URL_TEXT,
    headers: { 'x-question': '1' },
    body: '',
  }
  const DAY_MS = 86_400_000

  /** Gives leave for a day with status 200. */
  function aHandshake(partial: Partial<Handshake> = {}): Handshake {
    return {
      isDue: ({ now, memory: { grantedAt } }) => grantedAt === null || now >= grantedAt + DAY_MS,
      request: () => QUESTION,
      judge: ({ status, body }, { now, memory }) =>
        status === 200
          ? ok({ ...memory, grantedAt: now, perMinute: 60 })
          : err({ ...REFUSED, status, detail: body }),
      ...partial,
    }
  }

  const REFUSED = {
    kind: 'rejected',
    scope: 'endpoint',
    reason: 'handshake_refused',
    status: 405,
    probe: true,
    detail: null,
  } as const

  interface Talk {
    readonly sent: Sent
    readonly methods: readonly string[]
    /** With what the message was rendered. */
    readonly rendered: readonly AttemptTerms[]
  }

  async function talk({
    handshake = aHandshake(),
    answer = () => new Response(''),
    memory = NO_MEMORY,
    now = 1000,
    ...partial
  }: {
    handshake?: Handshake
    answer?: (method: string) => Response | Promise<Response>
    memory?: ReceiverMemory
    now?: number
  } & Partial<Receiver> = {}): Promise<Talk> {
    const methods: string[] = []
    const rendered: AttemptTerms[] = []
    const destination = aDestination({
      handshake,
      async prepare(_parcel, terms) {
        rendered.push(terms)
        return REQUEST
      },
      ...partial,
    })
    const fetch: Fetch = async (_url, { method = '' }) => {
      methods.push(method)
      return answer(method)
    }
    const options = { ...optionsOf(fetch), now: () => now, memory }
    return { sent: await sendParcel(destination, PARCEL, options), methods, rendered }
  }

  test('asks without a body before the first message, and remembers the leave', async () => {
    const inits: RequestInit[] = []
    const destination = aDestination({ handshake: aHandshake() })
    const sent = await sendParcel(
      destination,
      PARCEL,
      optionsOf(async (_url, init) => {
        inits.push(init)
        return new Response('')
      }),
    )
    const memory = { movedTo: null, grantedAt: 1000, perMinute: 60 }
    expect(sent).toMatchObject({ outcome: { status: 200 }, memory })
    expect(inits).toEqual([
      {
        method: 'OPTIONS',
        headers: QUESTION.headers,
        redirect: 'manual',
        signal: expect.any(AbortSignal),
      },
      expect.objectContaining({ method: 'POST', body: 'the body' }),
    ])
    expect(inits[0]?.signal).not.toBe(inits[1]?.signal)
  })

  test('renders the message with the leave that was just given', async () => {
    const { rendered } = await talk({ memory: { ...NO_MEMORY, movedTo: 'kept' } })
    expect(rendered).toEqual([
      { now: 1000, memory: { movedTo: 'kept', grantedAt: 1000, perMinute: 60 } },
    ])
  })

  test('does not ask while the leave is fresh, and keeps it', async () => {
    const memory = { movedTo: null, grantedAt: 1000, perMinute: 7 }
    const { sent, methods } = await talk({ memory, now: 1000 + DAY_MS - 1 })
    expect(methods).toEqual(['POST'])
    expect(sent.memory).toEqual(memory)
  })

  test('asks again when the leave is a day old', async () => {
    const memory = { movedTo: null, grantedAt: 1000, perMinute: 7 }
    const { sent, methods } = await talk({ memory, now: 1000 + DAY_MS })
    expect(methods).toEqual(['OPTIONS', 'POST'])
    expect(sent.memory).toEqual({ movedTo: null, grantedAt: 1000 + DAY_MS, perMinute: 60 })
  })

  test('sends nothing without leave, and forgets nothing', async () => {
    const memory = { movedTo: 'kept', grantedAt: 1000, perMinute: 7 }
    const { sent, methods, rendered } = await talk({
      memory,
      now: 1000 + DAY_MS,
      answer: () => new Response('no', { status: 405 }),
    })
    expect(sent).toEqual({ outcome: { ...REFUSED, detail: 'no' }, memory })
    expect(methods).toEqual(['OPTIONS'])
    expect(rendered).toEqual([])
  })

  test('keeps the leave when the message itself fails', async () => {
    const { sent } = await talk({
      answer: (method) => new Response('busy', { status: method === 'POST' ? 503 : 200 }),
    })
    expect(sent).toMatchObject({
      outcome: { kind: 'unreachable', status: 503 },
      memory: { grantedAt: 1000, perMinute: 60 },
    })
  })

  test.each([301, 307])('follows no redirect %i of the question', async (status) => {
    const { sent, methods } = await talk({
      answer: () => new Response(null, { status, headers: { location: 'https://other.example/' } }),
    })
    expect(sent.outcome).toMatchObject({ reason: 'handshake_refused', status })
    expect(methods).toEqual(['OPTIONS'])
  })

  test('tells a question that is not answered as any other', async () => {
    const { sent, methods } = await talk({ answer: () => Promise.reject(new Error('reset')) })
    expect(sent).toEqual({ outcome: NO_ANSWER, memory: NO_MEMORY })
    expect(methods).toEqual(['OPTIONS'])
  })

  test('judges the address of the question by the policy of the destination', async () => {
    const handshake = aHandshake({ request: () => ({ ...QUESTION, url: 'https://10.0.0.1/' }) })
    const refused = await talk({ handshake })
    expect(refused.sent.outcome).toMatchObject({
      reason: 'refused_address',
      detail: 'private_address',
    })
    expect(refused.methods).toEqual([])
    const allowed = await talk({ handshake, policy: { allowLocal: true } })
    expect(allowed.methods).toEqual(['OPTIONS', 'POST'])
  })

  test('redacts what is said with a refusal', async () => {
    const { sent } = await talk({
      secrets: ['hunter2-hunter2'],
      answer: () => new Response('never hunter2-hunter2', { status: 403 }),
    })
    expect(sent.outcome).toMatchObject({ detail: 'never ***' })
  })

  test('gives question and message the whole timeout each', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const pause = (ms: number): Promise<Response> =>
      new Promise((resolve) => {
        setTimeout(() => resolve(new Response('')), ms)
      })
    const slow = talk({ answer: () => pause(900) })
    await vi.advanceTimersByTimeAsync(1800)
    expect((await slow).sent.outcome).toMatchObject({ status: 200 })
    const slower = talk({ answer: (method) => pause(method === 'POST' ? 1001 : 900) })
    await vi.advanceTimersByTimeAsync(1901)
    expect((await slower).sent).toMatchObject({
      outcome: { reason: 'timeout' },
      memory: { grantedAt: 1000 },
    })
    const slowest = talk({ answer: () => pause(1001) })
    await vi.advanceTimersByTimeAsync(1001)
    expect(await slowest).toMatchObject({
      sent: { outcome: { reason: 'timeout' }, memory: NO_MEMORY },
      methods: ['OPTIONS'],
    })
    vi.useRealTimers()
  })

  test('keeps the leave that was just given when the receiver has moved', async () => {
    let count = 0
    const { sent, methods } = await talk({
      judge({ status }) {
        count += 1
        return count === 1 ? { kind: 'moved', to: 'there' } : { kind: 'delivered', status }
      },
    })
    expect(sent.memory).toEqual({ movedTo: 'there', grantedAt: 1000, perMinute: 60 })
    expect(methods).toEqual(['OPTIONS', 'POST', 'POST'])
  })

  test('a handshake that throws sets the message aside and keeps the memory', async () => {
    const handshake = aHandshake({
      judge() {
        throw new Error('bug')
      },
    })
    expect((await talk({ handshake })).sent).toMatchObject({
      outcome: { kind: 'rejected', scope: 'message', reason: 'cannot_render' },
      memory: NO_MEMORY,
    })
  })
})

describe('sendParcel() to a receiver that has moved', () => {
  /** Sends to the place it knows; answers of 3 digits are statuses, others name the new place. */
  async function follow(
    answers: readonly string[],
    memory: ReceiverMemory = NO_MEMORY,
  ): Promise<{ sent: Sent; places: readonly string[] }> {
    const places: string[] = []
    const left = [...answers]
    const destination = aDestination({
      prepare: async (_parcel, terms) => {
        places.push(terms.memory.movedTo ?? 'home')
        return REQUEST
      },
      judge: ({ body }) =>
        /^\d+$/.test(body)
          ? { kind: 'delivered', status: Number(body) }
          : { kind: 'moved', to: body },
    })
    const fetch: Fetch = async () => new Response(left.shift())
    const sent = await sendParcel(destination, PARCEL, { ...optionsOf(fetch), memory })
    return { sent, places }
  }

  test('sends once more to the new place, and remembers it', async () => {
    expect(await follow(['there', '200'])).toEqual({
      sent: {
        outcome: { kind: 'delivered', status: 200 },
        memory: { ...NO_MEMORY, movedTo: 'there' },
      },
      places: ['home', 'there'],
    })
  })

  test('goes to the place that it remembers at once', async () => {
    const memory = { movedTo: 'there', grantedAt: 5, perMinute: 6 }
    expect(await follow(['200'], memory)).toEqual({
      sent: { outcome: { kind: 'delivered', status: 200 }, memory },
      places: ['there'],
    })
  })

  test('follows no second time, but with the next attempt', async () => {
    expect(await follow(['there', 'further', '200'])).toEqual({
      sent: {
        outcome: { ...NO_ANSWER, reason: 'moved' },
        memory: { ...NO_MEMORY, movedTo: 'further' },
      },
      places: ['home', 'there'],
    })
  })

  test('remembers the new place when the message fails there', async () => {
    let count = 0
    const destination = aDestination({
      judge: ({ status, body }) => {
        count += 1
        return count === 1 ? { kind: 'moved', to: body } : { kind: 'delivered', status }
      },
    })
    const fetch: Fetch = async () => {
      if (count === 1) throw new Error('reset')
      return new Response('there')
    }
    expect(await sendParcel(destination, PARCEL, optionsOf(fetch))).toEqual({
      outcome: NO_ANSWER,
      memory: { ...NO_MEMORY, movedTo: 'there' },
    })
  })
})

function aDestination(partial: Partial<Receiver> = {}): Receiver {
  return {
    prepare: async () => REQUEST,
    judge: ({ status, body }) => ({
      kind: 'unreachable',
      reason: `http_${status}`,
      status,
      retryAfterMs: null,
      detail: body,
    }),
    secrets: [],
    policy: { allowLocal: false },
    paceKey: URL_TEXT,
    pace: () => [],
    carefulMs: 0,
    handshake: null,
    ...partial,
  }
}

/** What the judge is given of a response. */
async function judged(response: Response): Promise<Answer> {
  const given = Promise.withResolvers<Answer>()
  const destination = aDestination({
    judge(answer) {
      given.resolve(answer)
      return { kind: 'delivered', status: answer.status }
    },
  })
  await send(destination, async () => response)
  return given.promise
}

function optionsOf(fetch: Fetch): SendOptions {
  return { fetch, now: () => 1000, timeoutMs: 1000, memory: NO_MEMORY }
}

async function send(destination: Receiver, answer: Fetch): Promise<DeliveryOutcome> {
  const { outcome, memory } = await sendParcel(destination, PARCEL, optionsOf(answer))
  expect(memory).toEqual(NO_MEMORY)
  return outcome
}
