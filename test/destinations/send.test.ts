/** Sending, beside the contract suite, which goes through `sendParcel` as well. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { DeliveryOutcome } from '../../src/core/lanes/state/outcome.ts'
import { NO_MEMORY, type ReceiverMemory } from '../../src/core/lanes/state/receiver-memory.ts'
import type { Answer, Receiver } from '../../src/destinations/receiver.ts'
import type { Fetch } from '../../src/core/fetch.ts'
import { sendParcel, type Sent } from '../../src/destinations/send.ts'
import { aDelivery } from '../support/builders/a-delivery.ts'
import {
  NO_ANSWER,
  PARCEL,
  REQUEST,
  URL_TEXT,
  aReceiver,
  optionsOf,
} from '../support/builders/send-builders.ts'

describe('sendParcel()', () => {
  afterEach(() => {
    vi.useRealTimers()
  })

  test('posts exactly the prepared request', async () => {
    const calls: [string, RequestInit][] = []
    await send(aReceiver(), async (url, init) => {
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
    const outcome = await send(aReceiver(), async () => new Response(null, { status: 204 }))
    expect(outcome).toMatchObject({ status: 204, detail: '' })
  })

  test.each([
    [8191, false],
    [8192, true],
  ])('tells the judge whether a body of %i bytes was cut: %s', async (length, isCut) => {
    expect(await judged(new Response('a'.repeat(length)))).toMatchObject({ isCut })
  })

  test('keeps the beginning of a long answer where there are no secrets', async () => {
    const outcome = await send(aReceiver(), async () => new Response('so '.repeat(4000)))
    expect(outcome).toMatchObject({ detail: expect.stringMatching(/^so so so .*…$/) })
  })

  test('judges what has come of a body that broke off, which may be the success', async () => {
    const body = (text: string): ReadableStream<Uint8Array> => {
      const parts = [new TextEncoder().encode(text)]
      return new ReadableStream({
        pull(stream) {
          const part = parts.shift()
          if (part === undefined) stream.error(new Error('connection reset'))
          else stream.enqueue(part)
        },
      })
    }
    const destination = aReceiver({
      judge: ({ status, body: text, isCut }) =>
        text === 'ok' && isCut ? { kind: 'delivered', status } : { ...NO_ANSWER, status },
    })
    const sent = ['ok', 'o'].map((text) => send(destination, async () => new Response(body(text))))
    expect(await Promise.all(sent)).toEqual([{ kind: 'delivered', status: 200 }, NO_ANSWER])
  })

  test('parks the message for a judge that throws at a body that has not ended', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const destination = aReceiver({
      judge() {
        throw new Error('bug')
      },
    })
    const sending = send(destination, async () => new Response(new ReadableStream()))
    await vi.advanceTimersByTimeAsync(500)
    expect(await sending).toMatchObject({ kind: 'rejected', reason: 'cannot_render' })
  })

  test('sends to the URL as it was judged', async () => {
    const urls: string[] = []
    const written = { ...REQUEST, url: 'https://RECEIVER.example.com:443/hook' }
    await send(aReceiver({ prepare: async () => written }), async (url) => {
      urls.push(url)
      return new Response('')
    })
    expect(urls).toEqual([URL_TEXT])
  })

  test('hands the parcel on as it came', async () => {
    const parcels: unknown[] = []
    const destination = aReceiver({
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
    const destination = aReceiver({
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
    await send(aReceiver(), async function (this: unknown) {
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
    expect(await send(aReceiver(), fetch)).toEqual(NO_ANSWER)
  })

  describe('reads a body of a known short length in one piece', () => {
    const judge: Receiver['judge'] = ({ status }) => ({ kind: 'delivered', status })

    /** Whether the runtime read the body as a text. */
    async function isReadWhole(
      headers: Record<string, string>,
      { status = 200, needsBody = false }: { status?: number; needsBody?: boolean } = {},
    ): Promise<boolean> {
      const response = new Response('é', { status, headers })
      const text = vi.spyOn(response, 'text')
      await send(aReceiver({ judge, needsBody }), async () => response)
      expect(response.bodyUsed).toBe(true)
      return text.mock.calls.length > 0
    }

    test('where the status decides', async () => {
      const short = { 'content-length': '2' }
      expect(await isReadWhole(short)).toBe(true)
      expect(await isReadWhole(short, { needsBody: true })).toBe(false)
      expect(await isReadWhole(short, { status: 500 })).toBe(false)
      expect(await isReadWhole({ 'content-length': '8191' })).toBe(true)
      expect(await isReadWhole({ 'content-length': '8192' })).toBe(false)
      expect(await isReadWhole({ ...short, 'content-encoding': 'gzip' })).toBe(false)
      expect(await isReadWhole({})).toBe(false)
    })

    test('and an empty one not at all', async () => {
      const empty = new Response('', { status: 500, headers: { 'content-length': '0' } })
      const outcome = await send(aReceiver(), async () => empty)
      expect(outcome).toMatchObject({ status: 500, detail: '' })
      expect(empty.bodyUsed).toBe(false)
    })

    test('and waits half a second for one that never ends', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const headers = { 'content-length': '2' }
      const endless = new Response(new ReadableStream(), { headers })
      const sending = send(aReceiver({ judge, needsBody: false }), async () => endless)
      await vi.advanceTimersByTimeAsync(500)
      expect(await sending).toEqual({ kind: 'delivered', status: 200 })
    })
  })

  test('needs one timer for all its waits', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const sending = send(aReceiver(), async () => new Response(new ReadableStream()))
    await vi.advanceTimersByTimeAsync(499)
    expect(vi.getTimerCount()).toBe(1)
    await vi.advanceTimersByTimeAsync(501)
    expect(await sending).toMatchObject({ kind: 'unreachable', reason: 'timeout' })
  })

  test('leaves no timer behind', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await send(aReceiver(), async () => new Response('fine'))
    await send(aReceiver(), () => Promise.reject(new Error('reset')))
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([
    ['a layout that rejects', aReceiver({ prepare: () => Promise.reject(new Error('bug')) })],
    [
      'a layout that throws',
      aReceiver({
        prepare() {
          throw new Error('bug')
        },
      }),
    ],
    [
      'a judge that throws',
      aReceiver({
        judge() {
          throw new Error('bug')
        },
      }),
    ],
  ])('parks the message for %s', async (_what, destination) => {
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
    const destination = aReceiver({ secrets: ['hunter2-hunter2'] })
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
    const destination = aReceiver({ secrets: [secret] })
    const outcome = await send(destination, async () => new Response(body, { status: 500 }))
    expect(JSON.stringify(outcome)).not.toContain('short')
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
    const destination = aReceiver({
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
    const destination = aReceiver({
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

/** The answer that the judge is given for a response. */
async function judged(response: Response): Promise<Answer> {
  const given = Promise.withResolvers<Answer>()
  const destination = aReceiver({
    judge(answer) {
      given.resolve(answer)
      return { kind: 'delivered', status: answer.status }
    },
  })
  await send(destination, async () => response)
  return given.promise
}

async function send(destination: Receiver, answer: Fetch): Promise<DeliveryOutcome> {
  const { outcome, memory } = await sendParcel(destination, PARCEL, optionsOf(answer))
  expect(memory).toEqual(NO_MEMORY)
  return outcome
}
