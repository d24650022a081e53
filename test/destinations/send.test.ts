/** What holds for sending beside the contract suite, which runs through `sendDelivery` as well. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { DeliveryOutcome } from '../../src/core/outcome.ts'
import type { Answer, Destination, OutgoingRequest } from '../../src/destinations/destination.ts'
import type { Fetch } from '../../src/core/fetch.ts'
import { sendDelivery } from '../../src/destinations/send.ts'
import { aDelivery } from '../support/a-delivery.ts'

const URL_TEXT = 'https://receiver.example.com/hook'
const REQUEST: OutgoingRequest = {
  url: URL_TEXT,
  headers: { 'content-type': 'text/plain', 'x-one': '1' },
  body: 'the body',
}

describe('sendDelivery()', () => {
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
    const answers: Answer[] = []
    const destination = aDestination({
      judge(answer) {
        answers.push(answer)
        return { kind: 'delivered', status: answer.status }
      },
    })
    await send(destination, async () => new Response('né', { status: 202, headers: { a: 'b' } }))
    expect(answers.map(({ status, body }) => [status, body])).toEqual([[202, 'né']])
    expect(answers[0]?.headers.get('a')).toBe('b')
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
    const bodies: string[] = []
    const destination = aDestination({
      judge({ body, status }) {
        bodies.push(body)
        return { kind: 'delivered', status }
      },
    })
    await send(destination, async () => new Response('a'.repeat(8191) + 'bc'.repeat(50_000)))
    expect(bodies).toEqual([`${'a'.repeat(8191)}b`])
  })

  test('reads 8 KiB of chunks that do not end there', async () => {
    const chunk = new TextEncoder().encode('a'.repeat(5000))
    const body = new ReadableStream<Uint8Array>({
      pull(stream) {
        stream.enqueue(chunk)
      },
    })
    const lengths: number[] = []
    const destination = aDestination({
      judge(answer) {
        lengths.push(answer.body.length)
        return { kind: 'delivered', status: answer.status }
      },
    })
    await send(destination, async () => new Response(body))
    expect(lengths).toEqual([8192])
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

  test('tells attempt time and judging time apart', async () => {
    const seen: number[] = []
    let clock = 1000
    const destination = aDestination({
      async prepare(_delivery, now) {
        seen.push(now)
        return REQUEST
      },
      judge({ status }, now) {
        seen.push(now)
        return { kind: 'delivered', status }
      },
    })
    await sendDelivery(destination, aDelivery(), {
      fetch: async () => {
        clock += 50
        return new Response('')
      },
      now: () => clock,
      timeoutMs: 1000,
      policy: { allowLocal: false },
    })
    expect(seen).toEqual([1000, 1050])
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
    expect(await send(aDestination(), fetch)).toEqual({
      kind: 'unreachable',
      reason: 'network_error',
      status: null,
      retryAfterMs: null,
      detail: null,
    })
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

function aDestination(partial: Partial<Destination> = {}): Destination {
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
    ...partial,
  }
}

function send(destination: Destination, answer: Fetch): Promise<DeliveryOutcome> {
  return sendDelivery(destination, aDelivery(), {
    fetch: answer,
    now: () => 1000,
    timeoutMs: 1000,
    policy: { allowLocal: false },
  })
}
