/** How much of an answer's body is read, and for how long. */
import { describe, expect, test, vi } from 'vitest'
import { AnswerBody } from '../../../src/destinations/answers/answer-body.ts'

const STREAMED = { needsBody: true }

/** A body of equal chunks without an end, and whether its reader has given it up. */
function anEndlessBody(chunk: string) {
  const stream = { isCancelled: false }
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode(chunk)),
    cancel: () => {
      stream.isCancelled = true
    },
  })
  return { stream, response: new Response(body) }
}

describe('AnswerBody', () => {
  test('reads 8 KiB of one large chunk', async () => {
    const body = new AnswerBody()
    await body.read(new Response('a'.repeat(8191) + 'bc'.repeat(50_000)), STREAMED)
    expect(body.text()).toBe(`${'a'.repeat(8191)}b`)
  })

  test('reads 8 KiB of chunks that do not end there, and gives the rest up', async () => {
    const body = new AnswerBody()
    const { stream, response } = anEndlessBody('a'.repeat(5000))
    await body.read(response, STREAMED)
    expect([body.text().length, stream.isCancelled]).toEqual([8192, true])
  })

  test('reads bytes that are no text leniently', async () => {
    const body = new AnswerBody()
    await body.read(new Response(new Uint8Array([0x61, 0xff, 0x62])), STREAMED)
    expect(body.text()).toBe('a\uFFFDb')
  })

  test('of an answer without one is an empty text', async () => {
    const body = new AnswerBody()
    await body.read(new Response(null), STREAMED)
    expect([body.text(), body.isFull]).toEqual(['', false])
  })

  test.each([
    [8191, false],
    [8192, true],
  ])('of %i bytes is full: %s', async (length, isFull) => {
    const body = new AnswerBody()
    await body.read(new Response('a'.repeat(length)), STREAMED)
    expect(body.isFull).toBe(isFull)
  })

  test('is given up, and keeps what has come', async () => {
    const body = new AnswerBody()
    let isCancelled = false
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('so far')),
      cancel: () => {
        isCancelled = true
      },
    })
    const reading = body.read(new Response(stream), STREAMED)
    await vi.waitFor(() => expect(body.text()).toBe('so far'))
    body.cancel()
    await reading
    expect(isCancelled).toBe(true)
  })
})
