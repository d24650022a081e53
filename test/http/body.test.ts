import { describe, expect, it } from 'vitest'
import { MAX_BODY_BYTES, readBody, readFormOrJson } from '../../src/http/body.ts'

const CHUNK = new TextEncoder().encode('a=1&'.repeat(4096))

/**
 * A request whose body is made while it is read; `failing` breaks off at its end, and when it is cancelled.
 */
function streamed(
  chunk: Uint8Array,
  { chunks, failing = false }: { chunks: number; failing?: boolean },
) {
  let pulled = 0
  let cancelled = false
  const body = new ReadableStream(
    {
      pull(controller) {
        if (pulled === chunks * chunk.length) {
          if (failing) controller.error(new Error('The caller hung up'))
          else controller.close()
          return
        }
        pulled += chunk.length
        controller.enqueue(chunk)
      },
      cancel() {
        cancelled = true
        if (failing) throw new Error('Cannot cancel')
      },
    },
    { highWaterMark: 0 },
  )
  return { request: aRequest(body), pulled: () => pulled, isCancelled: () => cancelled }
}

function aRequest(body: BodyInit | null, headers: HeadersInit = {}): Request {
  return new Request('https://relay.example.com/', { method: 'POST', body, headers })
}

describe('readBody()', () => {
  it('reads a whole body, and an absent one as empty', async () => {
    expect(await readBody(aRequest('a=1'))).toEqual({ ok: true, value: 'a=1' })
    expect(await readBody(aRequest(null))).toEqual({ ok: true, value: '' })
    expect(MAX_BODY_BYTES).toBe(262_144)
  })

  it('takes as many bytes as are allowed, and refuses one more', async () => {
    expect((await readBody(aRequest('x'.repeat(10)), 10)).ok).toBe(true)
    const refused = { ok: false, error: 'body_too_large' }
    expect(await readBody(aRequest('x'.repeat(11)), 10)).toEqual(refused)
  })

  it('cuts a streamed body of 10 MB at 256 KiB', async () => {
    const { request, pulled, isCancelled } = streamed(CHUNK, { chunks: 640 })
    expect(await readBody(request)).toEqual({ ok: false, error: 'body_too_large' })
    expect(pulled()).toBe(MAX_BODY_BYTES + CHUNK.length)
    expect(isCancelled()).toBe(true)
  })

  it('refuses it although the rest cannot be cancelled', async () => {
    const { request } = streamed(CHUNK, { chunks: 640, failing: true })
    expect(await readBody(request)).toEqual({ ok: false, error: 'body_too_large' })
  })

  it('counts bytes and not characters', async () => {
    const wide = '\u20ac'.repeat(4)
    expect(await readBody(aRequest(wide), 11)).toEqual({ ok: false, error: 'body_too_large' })
    expect(await readBody(aRequest(wide), 12)).toEqual({ ok: true, value: wide })
  })

  it('reads a body of a known length in one piece', async () => {
    const wide = '\u20ac\ufffd'
    const request = aRequest(wide, { 'content-length': '6' })
    expect(await readBody(request, 6)).toEqual({ ok: true, value: wide })
  })

  it.each(['0', '2'])(
    'counts the bytes of a body that is longer than its length of %s',
    async (length) => {
      const wide = '\u20ac'.repeat(4)
      const lying = () => aRequest(wide, { 'content-length': length })
      expect(await readBody(lying(), 11)).toEqual({ ok: false, error: 'body_too_large' })
      expect(await readBody(lying(), 12)).toEqual({ ok: true, value: wide })
    },
  )

  it('calls a body of a known length malformed when the caller hangs up', async () => {
    const { request } = streamed(CHUNK, { chunks: 2, failing: true })
    const broken = aRequest(request.body, { 'content-length': String(3 * CHUNK.length) })
    expect(await readBody(broken)).toEqual({ ok: false, error: 'malformed_body' })
  })

  it('calls a body malformed when the caller hangs up in the middle', async () => {
    const { request } = streamed(CHUNK, { chunks: 2, failing: true })
    expect(await readBody(request)).toEqual({ ok: false, error: 'malformed_body' })
  })

  it('puts characters together that come in pieces', async () => {
    const text = '\u20ac\ud83d\ude00'
    const single = new ReadableStream({
      start(controller) {
        for (const byte of new TextEncoder().encode(text)) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    expect(await readBody(aRequest(single))).toEqual({ ok: true, value: text })
  })

  it('replaces a broken character', async () => {
    const broken = Uint8Array.of(0x61, 0xe2, 0x82)
    expect(await readBody(aRequest(broken))).toEqual({ ok: true, value: 'a\ufffd' })
  })
})

describe('readFormOrJson()', () => {
  it.each([
    ['application/json', false],
    ['APPLICATION/JSON; charset=utf-8', false],
    ['application/x-www-form-urlencoded', true],
    ['  application/x-www-form-urlencoded ;charset=utf-8', true],
  ])('reads a body of the type %j', async (type, isForm) => {
    expect(await readFormOrJson(aRequest('a=1', { 'content-type': type }))).toEqual({
      ok: true,
      value: { text: 'a=1', isForm },
    })
  })

  it.each(['text/plain', 'application/jsonp', ''])('refuses the type %j unread', async (type) => {
    const request = aRequest('a=1', { 'content-type': type })
    expect(await readFormOrJson(request)).toEqual({ ok: false, error: 'unsupported_media_type' })
    expect(request.bodyUsed).toBe(false)
  })

  it('refuses a body without a type, and one that is too large', async () => {
    const untyped = aRequest(CHUNK)
    expect(await readFormOrJson(untyped)).toMatchObject({ error: 'unsupported_media_type' })
    const large = aRequest(new Uint8Array(MAX_BODY_BYTES + 1), {
      'content-type': 'application/json',
    })
    expect(await readFormOrJson(large)).toEqual({ ok: false, error: 'body_too_large' })
  })
})
