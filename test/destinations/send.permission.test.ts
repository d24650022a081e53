/** Sending to a receiver that is asked for its permission first. */
import { describe, expect, test, vi } from 'vitest'
import { DAY_MS } from '../../src/core/durations.ts'
import type { Fetch } from '../../src/core/fetch.ts'
import { NO_MEMORY, type ReceiverMemory } from '../../src/core/lanes/state/receiver-memory.ts'
import { err, ok } from '../../src/core/result.ts'
import type {
  AttemptTerms,
  Handshake,
  OutgoingRequest,
  Receiver,
} from '../../src/destinations/receiver.ts'
import { sendParcel, type Sent } from '../../src/destinations/send.ts'
import {
  NO_ANSWER,
  PARCEL,
  REQUEST,
  URL_TEXT,
  aReceiver,
  optionsOf,
} from '../support/builders/send-builders.ts'

describe('sendParcel() to a receiver that wants to be asked', () => {
  const QUESTION: OutgoingRequest = {
    method: 'OPTIONS',
    url: URL_TEXT,
    headers: { 'x-question': '1' },
    body: '',
  }
  /** Gives permission for a day with status 200. */
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
    const destination = aReceiver({
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

  test('asks without a body before the first message, and remembers the permission', async () => {
    const inits: RequestInit[] = []
    const destination = aReceiver({ handshake: aHandshake() })
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

  test('renders the message with the permission that was just given', async () => {
    const { rendered } = await talk({ memory: { ...NO_MEMORY, movedTo: 'kept' } })
    expect(rendered).toEqual([
      { now: 1000, memory: { movedTo: 'kept', grantedAt: 1000, perMinute: 60 } },
    ])
  })

  test('does not ask while the permission is fresh, and keeps it', async () => {
    const memory = { movedTo: null, grantedAt: 1000, perMinute: 7 }
    const { sent, methods } = await talk({ memory, now: 1000 + DAY_MS - 1 })
    expect(methods).toEqual(['POST'])
    expect(sent.memory).toEqual(memory)
  })

  test('asks again when the permission is a day old', async () => {
    const memory = { movedTo: null, grantedAt: 1000, perMinute: 7 }
    const { sent, methods } = await talk({ memory, now: 1000 + DAY_MS })
    expect(methods).toEqual(['OPTIONS', 'POST'])
    expect(sent.memory).toEqual({ movedTo: null, grantedAt: 1000 + DAY_MS, perMinute: 60 })
  })

  test('sends nothing without permission, and forgets nothing', async () => {
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

  test('keeps the permission when the message itself fails', async () => {
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

  test('keeps the permission that was just given when the receiver has moved', async () => {
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

  test('a handshake that throws parks the message and keeps the memory', async () => {
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
