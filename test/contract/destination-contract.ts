/**
 * The suite that every destination type must pass, however it writes and judges. A new receiver calls
 * `describeDestination` from its own test file, and is not done until it does.
 */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { HOUR_MS } from '../../src/core/durations.ts'
import type { AddressPolicy } from '../../src/core/safety/address.ts'
import type { DeliveryOutcome } from '../../src/core/lanes/state/outcome.ts'
import type {
  Delivery,
  Receiver,
  DestinationType,
  OutgoingRequest,
  Parcel,
} from '../../src/destinations/receiver.ts'
import type { Fetch } from '../../src/core/fetch.ts'
import { NO_MEMORY } from '../../src/core/lanes/state/receiver-memory.ts'
import { sendParcel } from '../../src/destinations/send.ts'
import { SENT_AT, aDelivery } from '../support/builders/a-delivery.ts'
import type { GivenAnswer } from '../support/builders/an-answer.ts'
import { aParcel, LOCAL, opened, problemsOf, STRICT } from '../support/messages/opened-receiver.ts'

const TIMEOUT_MS = 10_000

/** One kind of receiver and what it answers. */
export interface DestinationCases {
  readonly type: DestinationType
  /** Settings that are accepted, with a public `url`. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The parts of the settings that no reason may show. */
  readonly secrets: readonly string[]
  /** Further URLs that are accepted with these settings. */
  readonly accepted?: readonly string[]
  /** Public URLs that are refused, also where local addresses are allowed, and what is said about them. */
  readonly refused?: readonly (readonly [url: string, problem: string])[]
  /** What is said of the same URL at a host of somebody else; absent where any host may be the receiver's. */
  readonly foreignHost?: string
  readonly delivered: GivenAnswer
  readonly transient: readonly (readonly [answer: GivenAnswer, reason: string])[]
  readonly messageRejected: readonly (readonly [answer: GivenAnswer, reason: string])[]
  readonly endpointRejected: readonly (readonly [
    answer: GivenAnswer,
    expected: { readonly reason: string; readonly probe: boolean },
  ])[]
  /** An answer that asks for patience; the suite adds Retry-After. */
  readonly rateLimited: GivenAnswer
  /** A URL on this machine that the type takes where local addresses are allowed. */
  readonly localUrl?: string
  /** False for a type that has an address without `url`. @default true */
  readonly needsUrl?: boolean
  /** Where a POST goes when `url` is that; @default `url` itself. */
  readonly urlOf?: (url: string) => string
  /** Where the delivery id stands; absent for receivers that people read. */
  readonly deliveryIdOf?: (request: OutgoingRequest) => string | null
  /** How a machine reads a batch; absent for receivers that people read. */
  readonly batch?: BatchCases
}

/** One event of a batch, as a machine reads it. */
interface ReadEntry {
  readonly id: string | null
  readonly content: unknown
}

/** How a machine reads batches and single events, so that both can be compared. */
interface BatchCases {
  readonly entriesOf: (request: OutgoingRequest) => readonly ReadEntry[]
  readonly singleOf: (request: OutgoingRequest) => ReadEntry
}

/** The answers of receivers that machines read: with statuses alone, whatever stands in their bodies. */
export const MACHINE_ANSWERS = {
  transient: [
    [{ status: 401, body: 'wrong signature' }, 'http_401'],
    [{ status: 403 }, 'http_403'],
    [{ status: 404 }, 'http_404'],
    [{ status: 408 }, 'http_408'],
  ],
  messageRejected: [
    [{ status: 400, body: 'unknown field' }, 'http_400'],
    [{ status: 413 }, 'http_413'],
    [{ status: 415 }, 'http_415'],
    [{ status: 422 }, 'http_422'],
  ],
  endpointRejected: [
    [
      { status: 410, body: 'bye' },
      { reason: 'gone', probe: false },
    ],
  ],
  rateLimited: { status: 429 },
} as const satisfies Partial<DestinationCases>

interface RecordingReceiver {
  readonly fetch: Fetch
  readonly requests: OutgoingRequest[]
  readonly inits: RequestInit[]
}

/** Runs the suite for one kind of receiver. */
export function describeDestination(cases: DestinationCases): void {
  describe(`destination type "${cases.type.type}"`, () => {
    afterEach(() => {
      vi.useRealTimers()
    })
    describeOutcomes(cases)
    describeRetryAfter(cases)
    describeConnection(cases)
    describeSecrets(cases)
    describeAddresses(cases)
    describeRequests(cases)
    if (cases.batch !== undefined) describeBatches(cases, cases.batch)
  })

  test(`only machines have batches: ${cases.type.type}`, () => {
    expect(cases.type.layOutEntry !== null).toBe(cases.type.reader === 'machine')
    expect(cases.batch !== undefined).toBe(cases.type.reader === 'machine')
  })
}

function describeOutcomes(cases: DestinationCases): void {
  const { status } = cases.delivered

  test('a success is delivered', async () => {
    expect(await sendTo(cases, cases.delivered)).toEqual({ kind: 'delivered', status })
  })

  test.each(cases.transient)('%j is transient with the reason %s', async (answer, reason) => {
    expect(await sendTo(cases, answer)).toEqual({
      kind: 'unreachable',
      reason,
      status: answer.status,
      retryAfterMs: null,
      detail: detailOf(answer, reason),
    })
  })

  test.each(cases.messageRejected)('%j parks the message as %s', async (answer, reason) => {
    expect(await sendTo(cases, answer)).toEqual({
      kind: 'rejected',
      scope: 'message',
      reason,
      status: answer.status,
      probe: true,
      detail: detailOf(answer, reason),
    })
  })

  test.each(cases.endpointRejected)('%j disables the lane as %j', async (answer, expected) => {
    expect(await sendTo(cases, answer)).toEqual({
      kind: 'rejected',
      scope: 'endpoint',
      ...expected,
      status: answer.status,
      detail: detailOf(answer, expected.reason),
    })
  })

  const passing = { kind: 'unreachable', retryAfterMs: null } as const

  test.each([301, 302, 303, 307, 308])('a redirect %i is a failure', async (code) => {
    const receiver = answering({ status: code, headers: { location: 'https://example.com/' } })
    const outcome = await send(open(cases), receiver)
    expect(outcome).toEqual({ ...passing, reason: 'redirect', status: code, detail: null })
    expect(receiver.requests).toHaveLength(1)
  })

  test.each([500, 502, 503, 504])('a server error %i is transient', async (code) => {
    for (const [body, detail] of [
      ['', null],
      ['Service Unavailable', 'Service Unavailable'],
    ] as const) {
      const outcome = await sendTo(cases, { status: code, body })
      expect(outcome).toEqual({ ...passing, reason: `http_${code}`, status: code, detail })
    }
  })

  test('a message that is too large is parked', async () => {
    const parked = { kind: 'rejected', scope: 'message', reason: 'http_413', status: 413 }
    expect(await sendTo(cases, { status: 413 })).toMatchObject(parked)
  })

  test('a rate limit is transient, with and without words', async () => {
    for (const answer of [{ status: 429 }, cases.rateLimited]) {
      const detail = detailOf(answer, 'rate_limited')
      const expected = { ...passing, reason: 'rate_limited', status: answer.status, detail }
      expect(await sendTo(cases, answer)).toEqual(expected)
    }
  })
}

function describeRetryAfter(cases: DestinationCases): void {
  test.each([
    ['30', 30_000],
    ['Mon, 21 Sep 2026 14:14:21 GMT', 61_000 - 1620],
    ['99999999999999999999999', Number.MAX_SAFE_INTEGER],
    ['-5', null],
    ['soon', null],
  ])('Retry-After %s is handed on as %s ms', async (header, retryAfterMs) => {
    const headers = { ...cases.rateLimited.headers, 'retry-after': header }
    expect(await sendTo(cases, { ...cases.rateLimited, headers })).toMatchObject({
      kind: 'unreachable',
      reason: 'rate_limited',
      retryAfterMs,
    })
  })
}

function describeConnection(cases: DestinationCases): void {
  const noAnswer = { kind: 'unreachable', status: null, retryAfterMs: null, detail: null }

  test('a connection that is refused is transient', async () => {
    const receiver = answeringWith(() => Promise.reject(new TypeError('getaddrinfo ENOTFOUND')))
    expect(await send(open(cases), receiver)).toEqual({ ...noAnswer, reason: 'network_error' })
  })

  const { status, body: success = '' } = cases.delivered
  const { body: wanted } = cases.type.profile.success
  const hasNoWords = wanted === 'any'
  const isStatusEnough = hasNoWords || wanted === 'no_error'
  const delivered = { kind: 'delivered', status }
  const cut = (stream: ReadableStreamDefaultController<Uint8Array>) => {
    stream.error(new Error('connection reset'))
  }

  test('a success counts when its body breaks off behind the words of the success', async () => {
    const receiver = answeringWith(() => new Response(streamOf(success, cut), { status }))
    expect(await send(open(cases), receiver)).toEqual(delivered)
  })

  test('a success counts when its body never ends behind the words of the success', async () => {
    const answer = () =>
      new Response(
        streamOf(success, () => undefined),
        { status },
      )
    const { outcome, aborted } = await sendAndTimeOut(cases, answer, 500)
    expect(outcome).toEqual(delivered)
    expect(aborted).toBe(true)
  })

  test('a success that stands in the body is none when nothing of it comes', async () => {
    const receiver = answeringWith(() => new Response(streamOf('', cut), { status }))
    const lost = { ...noAnswer, reason: 'network_error' }
    expect(await send(open(cases), receiver)).toEqual(isStatusEnough ? delivered : lost)
  })

  test('a rate limit whose body breaks off keeps its Retry-After', async () => {
    const body = streamOf('wait', (stream) => {
      stream.error(new Error('connection reset'))
    })
    const headers = { 'retry-after': '30' }
    const receiver = answeringWith(() => new Response(body, { status: 429, headers }))
    expect(await send(open(cases), receiver)).toMatchObject({
      kind: 'unreachable',
      reason: hasNoWords ? 'rate_limited' : 'network_error',
      retryAfterMs: 30_000,
    })
  })

  test('a receiver that does not answer is cut off by the timeout', async () => {
    const { outcome, aborted } = await sendAndTimeOut(cases, () => new Promise(() => undefined))
    expect(outcome).toEqual({ ...noAnswer, reason: 'timeout' })
    expect(aborted).toBe(true)
  })

  test('a success whose body never ends counts where the status is the success', async () => {
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      cancel() {
        cancelled = true
      },
    })
    const answer = (): Response => new Response(body, { status })
    const waitMs = isStatusEnough ? 500 : TIMEOUT_MS
    const { outcome } = await sendAndTimeOut(cases, answer, waitMs)
    expect(outcome).toEqual(isStatusEnough ? delivered : { ...noAnswer, reason: 'timeout' })
    expect(cancelled).toBe(true)
  })

  test('a failure whose body never ends is judged by its status where that decides', async () => {
    const body = streamOf('gone', () => undefined)
    const { outcome } = await sendAndTimeOut(cases, () => new Response(body, { status: 410 }))
    const gone = { kind: 'rejected', scope: 'endpoint', reason: 'gone', status: 410 }
    expect(outcome).toMatchObject(hasNoWords ? gone : { ...noAnswer, reason: 'timeout' })
  })

  test('of an answer of 10 MB only 8 KiB are read and the rest is cancelled', async () => {
    let pulled = 0
    let cancelled = false
    const body = new ReadableStream<Uint8Array>(
      {
        pull(stream) {
          pulled += 1024
          stream.enqueue(new Uint8Array(1024).fill(120))
          if (pulled >= 10 * 1024 * 1024) stream.close()
        },
        cancel() {
          cancelled = true
        },
      },
      { highWaterMark: 0 },
    )
    const receiver = answeringWith(() => new Response(body, { status: 500 }))
    const outcome = await send(open(cases), receiver)
    expect(outcome).toMatchObject({ kind: 'unreachable', reason: 'http_500' })
    expect(pulled).toBe(8192)
    expect(cancelled).toBe(true)
    expect(JSON.stringify(outcome).length).toBeLessThan(1000)
  })
}

function describeSecrets(cases: DestinationCases): void {
  test('the receiver names its secrets', () => {
    expect(open(cases).secrets).toEqual(expect.arrayContaining([...cases.secrets]))
  })

  const echoes = cases.secrets.flatMap((secret) => [
    secret,
    JSON.stringify(secret).replaceAll('/', '\\/'),
    encodeURIComponent(secret),
  ])
  const padding = 'x '.repeat(4096 - 8)

  test.each([200, 302, 400, 403, 404, 410, 422, 429, 500])(
    'a receiver that echoes URL and secrets with status %i leaves none of them in the outcome',
    async (status) => {
      for (const body of [echoes.join(' '), ...echoes.map((echo) => padding + echo)]) {
        const outcome = await sendTo(cases, { status, body })
        const text = JSON.stringify(outcome)
        for (const secret of echoes) expect(text).not.toContain(secret)
      }
    },
  )

  test('an error of the layout that holds secrets leaves none of them in the outcome', async () => {
    const destination: Receiver = {
      ...open(cases),
      prepare: () => Promise.reject(new Error(`Cannot post to ${cases.secrets.join(' ')}`)),
    }
    const outcome = await send(destination, answering(cases.delivered))
    expect(outcome).toMatchObject({ kind: 'rejected', scope: 'message', reason: 'cannot_render' })
    for (const secret of cases.secrets) expect(JSON.stringify(outcome)).not.toContain(secret)
  })
}

function describeAddresses(cases: DestinationCases): void {
  test.each([
    'http://example.com/services/T000/B000/XXXX',
    'https://127.0.0.1/services/T000/B000/XXXX',
    'https://10.0.0.1/services/T000/B000/XXXX',
    'https://[::1]/services/T000/B000/XXXX',
    'https://169.254.169.254/latest/meta-data',
    'https://0x7f.1/services/T000/B000/XXXX',
    'https://localhost/services/T000/B000/XXXX',
    'https://user:password@hooks.slack.com/services/T000/B000/XXXX',
    'ftp://hooks.slack.com/services/T000/B000/XXXX',
    'no URL at all',
    '',
    undefined,
    42,
  ])('the URL %j is refused at configuration and not repeated', (url) => {
    if (url === undefined && cases.needsUrl === false) return
    const problems = problemsOf(cases.type, { ...cases.settings, url })
    expect(problems).toEqual([expect.stringMatching(/^url: /)])
    expect(JSON.stringify(problems)).not.toContain(url || 'nothing to find')
  })

  test.each(cases.accepted ?? [])('the URL %s is accepted', (url) => {
    expect(problemsOf(cases.type, { ...cases.settings, url })).toEqual([])
  })

  test.each(cases.refused ?? [])('the URL %s is refused: %s', (url, problem) => {
    for (const policy of [STRICT, LOCAL]) {
      const problems = problemsOf(cases.type, { ...cases.settings, url }, { policy })
      expect(problems).toEqual([`url: ${problem}`])
    }
  })

  const { foreignHost, settings } = cases
  const { host } = new URL(String(settings['url']))
  const others = [`${host}.example.com`, 'example.com', `${host}:8443`, `${host}.`]
  test.each(foreignHost === undefined ? [] : others)('the host %s is refused', (other) => {
    const url = String(settings['url']).replace(host, other)
    for (const policy of [STRICT, LOCAL]) {
      const problems = problemsOf(cases.type, { ...settings, url }, { policy })
      expect(problems).toEqual([`url: ${foreignHost}`])
    }
  })

  test('a metadata service is refused even where local addresses are allowed', () => {
    const url = 'http://169.254.169.254/latest/meta-data'
    expect(problemsOf(cases.type, { ...cases.settings, url }, { policy: LOCAL })).not.toEqual([])
  })

  test('a local receiver is called where local addresses are allowed', async () => {
    const receiver = answering(cases.delivered)
    const outcome = await send(open(cases, localUrl(cases)), receiver, { policy: LOCAL })
    expect(outcome).toEqual({ kind: 'delivered', status: cases.delivered.status })
    expect(receiver.requests.map(({ url }) => url)).toEqual([urlOf(cases, localUrl(cases))])
    expect(problemsOf(cases.type, { ...cases.settings, url: localUrl(cases) })).not.toEqual([])
  })

  test('an address that is refused at send time is never called', async () => {
    const receiver = answering(cases.delivered)
    expect(await send(open(cases, localUrl(cases)), receiver, { policy: STRICT })).toEqual({
      kind: 'rejected',
      scope: 'endpoint',
      reason: 'refused_address',
      status: null,
      probe: false,
      detail: 'not_https',
    })
    expect(receiver.requests).toEqual([])
  })
}

function describeRequests(cases: DestinationCases): void {
  test('a delivery is one POST that follows no redirects', async () => {
    const receiver = answering(cases.delivered)
    await send(open(cases), receiver)
    expect(receiver.inits).toHaveLength(1)
    expect(receiver.inits[0]).toMatchObject({ method: 'POST', redirect: 'manual' })
    expect(receiver.requests[0]?.url).toBe(urlOf(cases, String(cases.settings['url'])))
    expect(() => JSON.parse(receiver.requests[0]?.body ?? '') as unknown).not.toThrow()
  })

  test('every attempt and replay of an event has the same delivery id', async () => {
    const receiver = answering({ status: 503 })
    const destination = open(cases)
    const delivery = aDelivery()
    await send(destination, receiver, { delivery, now: SENT_AT })
    await send(destination, receiver, { delivery, now: SENT_AT + HOUR_MS })
    await send(destination, receiver, { delivery: { ...delivery, replayed: true }, now: SENT_AT })
    const { deliveryIdOf } = cases
    expect(receiver.requests).toHaveLength(3)
    if (deliveryIdOf === undefined) return
    expect(receiver.requests.map(deliveryIdOf)).toEqual([delivery.id, delivery.id, delivery.id])
  })

  test('the same delivery at the same time is the same request', async () => {
    const receiver = answering({ status: 503 })
    await send(open(cases), receiver)
    await send(open(cases), receiver)
    expect(receiver.requests[1]).toEqual(receiver.requests[0])
  })

  test('a test message without a sequence is sent like any other', async () => {
    const receiver = answering(cases.delivered)
    const delivery = aDelivery({ id: 'test-1', sequence: null, previousSequence: null })
    expect(await send(open(cases), receiver, { delivery })).toMatchObject({ kind: 'delivered' })
    expect(receiver.requests).toHaveLength(1)
  })
}

const BATCH = [
  aDelivery({ id: 'm-40', sequence: 40, previousSequence: 38 }),
  aDelivery({ id: 'm-41', sequence: 41, previousSequence: 40 }),
  aDelivery({ id: 'm-43', sequence: 43, previousSequence: 41 }),
] as const

function describeBatches(cases: DestinationCases, { entriesOf, singleOf }: BatchCases): void {
  async function batchAt(now: number, answer = cases.delivered) {
    const receiver = answering(answer)
    const outcome = await send(open(cases), receiver, { delivery: BATCH, now })
    return { outcome, requests: receiver.requests }
  }

  test('a batch is one request with each event as it would be alone, in their order', async () => {
    const { outcome, requests } = await batchAt(SENT_AT)
    expect(outcome).toEqual({ kind: 'delivered', status: cases.delivered.status })
    const alone = answering(cases.delivered)
    for (const delivery of BATCH) await send(open(cases), alone, { delivery })
    expect(requests.map(entriesOf)).toEqual([alone.requests.map(singleOf)])
    expect(requests.flatMap(entriesOf).map(({ id }) => id)).toEqual(['m-40', 'm-41', 'm-43'])
  })

  test('a batch that is sent again has the same body', async () => {
    const [first, second] = [await batchAt(SENT_AT), await batchAt(SENT_AT + HOUR_MS)]
    expect(second.requests.map(({ body }) => body)).toEqual(first.requests.map(({ body }) => body))
  })

  test('a batch holds each entry to the byte as it was measured', async () => {
    const { requests } = await batchAt(SENT_AT)
    for (const delivery of BATCH) {
      expect(requests[0]?.body).toContain(JSON.stringify(cases.type.layOutEntry?.(delivery)))
    }
  })

  test('an answer to a batch is judged as one to a single event', async () => {
    const answers = [
      ...[...cases.transient, ...cases.messageRejected].map(([answer]) => answer),
      ...cases.endpointRejected.map(([answer]) => answer),
      cases.rateLimited,
    ]
    for (const answer of answers) {
      expect((await batchAt(SENT_AT, answer)).outcome).toEqual(await sendTo(cases, answer))
    }
  })
}

async function sendAndTimeOut(
  cases: DestinationCases,
  answer: () => Response | Promise<Response>,
  waitMs = TIMEOUT_MS,
): Promise<{ outcome: DeliveryOutcome; aborted: boolean }> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const called = Promise.withResolvers<void>()
  const receiver = answeringWith(() => {
    called.resolve()
    return answer()
  })
  let isSettled = false
  const sending = send(open(cases), receiver).finally(() => {
    isSettled = true
  })
  await called.promise
  await vi.advanceTimersByTimeAsync(waitMs - 1)
  expect(isSettled).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  return { outcome: await sending, aborted: receiver.inits[0]?.signal?.aborted === true }
}

function localUrl({ localUrl: url = 'http://127.0.0.1:8787/receiver' }: DestinationCases): string {
  return url
}

function urlOf({ urlOf: change }: DestinationCases, url: string): string {
  return change === undefined ? url : change(url)
}

function open(cases: DestinationCases, url?: string): Receiver {
  if (url === undefined) return opened(cases.type, cases.settings)
  return opened(cases.type, { ...cases.settings, url }, { policy: LOCAL })
}

function sendTo(cases: DestinationCases, answer: GivenAnswer): Promise<DeliveryOutcome> {
  return send(open(cases), answering(answer))
}

async function send(
  destination: Receiver,
  receiver: RecordingReceiver,
  {
    delivery = aDelivery(),
    now = SENT_AT,
    policy = destination.policy,
  }: {
    delivery?: Delivery | Parcel['deliveries']
    now?: number
    policy?: AddressPolicy
  } = {},
): Promise<DeliveryOutcome> {
  const { fetch } = receiver
  const options = { fetch, now: () => now, timeoutMs: TIMEOUT_MS, memory: NO_MEMORY }
  const { outcome } = await sendParcel({ ...destination, policy }, aParcel(delivery), options)
  return outcome
}

/** A detail that only repeats the reason says nothing. */
function detailOf({ body = '' }: GivenAnswer, reason: string): string | null {
  return body === '' || body === reason ? null : body
}

function answering({ status, body, headers }: GivenAnswer): RecordingReceiver {
  return answeringWith(() => new Response(body ?? null, { status, headers: { ...headers } }))
}

function answeringWith(answer: () => Response | Promise<Response>): RecordingReceiver {
  const requests: OutgoingRequest[] = []
  const inits: RequestInit[] = []
  return {
    requests,
    inits,
    async fetch(url, init) {
      inits.push(init)
      const headers = Object.fromEntries(new Headers(init.headers))
      requests.push({ url, headers, body: typeof init.body === 'string' ? init.body : '' })
      return answer()
    },
  }
}

function streamOf(
  text: string,
  finish: (stream: ReadableStreamDefaultController<Uint8Array>) => void,
): ReadableStream<Uint8Array> {
  let isSent = false
  return new ReadableStream<Uint8Array>({
    pull(stream) {
      if (isSent || text === '') finish(stream)
      else stream.enqueue(new TextEncoder().encode(text))
      isSent = true
    },
  })
}
