/** What a command does with answers of every kind, those of others than a relay among them. */
import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { AdminClient, portalPath } from '../../../cli/api/admin-client.ts'
import { EXIT } from '../../../cli/exit-codes.ts'
import { Fault } from '../../../cli/fault.ts'

const SECRET = 'canary-admin-token'
const CONNECTION = {
  origin: 'https://relay.example.com',
  headers: { authorization: `Bearer ${SECRET}` },
}

function clientWith(answer: (url: string, init: RequestInit) => Response | Promise<Response>) {
  return new AdminClient(CONNECTION, { fetch: async (url, init) => answer(url, init) })
}

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  try {
    await work
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  return expect.fail('nothing went wrong')
}

const AnySchema = v.object({ done: v.literal(true) })

describe('AdminClient', () => {
  it('asks below /admin/api with the headers of the connection, and follows no redirect', async () => {
    const seen: unknown[] = []
    const client = clientWith((url, { method, headers, body, redirect }) => {
      seen.push({ url, method, headers, body, redirect })
      return Response.json({ done: true })
    })
    const query = { limit: '5', before: undefined }
    const request = { method: 'POST', body: { a: 1 }, query } as const
    expect(await client.ask(portalPath('a/b c', '/events'), AnySchema, request)).toEqual({
      done: true,
    })
    expect(seen).toEqual([
      {
        url: 'https://relay.example.com/admin/api/portals/a%2Fb%20c/events?limit=5',
        method: 'POST',
        headers: CONNECTION.headers,
        body: '{"a":1}',
        redirect: 'manual',
      },
    ])
  })

  const error = (status: number, code: string) =>
    Response.json({ error: { code, message: 'Words of the relay' } }, { status })

  it.each<[string, () => Response, number, RegExp]>([
    ['a wrong token', () => error(401, 'unauthorized'), EXIT.denied, /\(unauthorized\)$/u],
    ['an unknown portal', () => error(404, 'not_found'), EXIT.unknown, /\(not_found\)$/u],
    ['a conflict', () => error(409, 'not_head'), EXIT.refused, /\(not_head\)$/u],
    ['too many requests', () => error(429, 'too_many_requests'), EXIT.refused, /too_many/u],
    ['a failure of the relay', () => error(500, 'internal_error'), EXIT.unreachable, /internal/u],
    [
      'the sign-in of Cloudflare Access',
      () =>
        new Response(null, {
          status: 302,
          headers: { location: 'https://acme.cloudflareaccess.com/cdn-cgi/access/login' },
        }),
      EXIT.denied,
      /Cloudflare Access asks/u,
    ],
    [
      'another redirect',
      () => new Response(null, { status: 301, headers: { location: 'https://else.example/' } }),
      EXIT.unreachable,
      /redirect \(301\)$/u,
    ],
    [
      'the page of a proxy',
      () => new Response('<b>502', { status: 502 }),
      EXIT.unreachable,
      /502/u,
    ],
    ['a refusing proxy', () => new Response('no', { status: 403 }), EXIT.denied, /403/u],
    [
      'a page in the place of an answer',
      () => new Response('<html>'),
      EXIT.unreachable,
      /not understood/u,
    ],
    [
      'an answer of another form',
      () => Response.json({ done: 1 }),
      EXIT.unreachable,
      /not understood/u,
    ],
  ])('tells %s', async (_case, answer, exitCode, told) => {
    const fault = await faultOf(clientWith(answer).ask('/portals', AnySchema))
    expect(fault.exitCode).toBe(exitCode)
    expect(fault.message).toMatch(told)
  })

  it('tells that nobody answers, in words that quote no header', async () => {
    const cause = Object.assign(new Error(SECRET), { code: 'ECONNREFUSED' })
    const refused = clientWith(() => Promise.reject(new TypeError(SECRET, { cause })))
    expect((await faultOf(refused.ask('/portals', AnySchema))).message).toBe(
      'Cannot reach https://relay.example.com: ECONNREFUSED',
    )
    const late = new DOMException(SECRET, 'TimeoutError')
    const silent = clientWith(() => Promise.reject(late))
    expect((await faultOf(silent.ask('/portals', AnySchema))).message).toMatch(/in time$/u)
  })

  it('reads the health of a misconfigured relay, and asks deeply for the operator', async () => {
    const body = { status: 'misconfigured', version: '1', problems: [] }
    const client = clientWith((url) => {
      const isDeep = url.endsWith('/healthz?deep=1')
      return Response.json({ ...body, version: isDeep ? 'deep' : 'flat' }, { status: 500 })
    })
    expect(await client.health('by the operator')).toMatchObject({ version: 'deep' })
    expect(await client.health('by anybody')).toMatchObject({ version: 'flat' })
    expect(
      (await faultOf(clientWith(() => error(401, 'unauthorized')).health('by anybody'))).exitCode,
    ).toBe(4)
  })

  const LineSchema = v.object({ a: v.number() })

  /** The lines that are read of an answer that comes in pieces, and how it ends. */
  async function linesOf(pieces: readonly string[], end: 'closes' | 'breaks off') {
    const left = [...pieces]
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const next = left.shift()
        if (next !== undefined) return controller.enqueue(new TextEncoder().encode(next))
        return end === 'closes' ? controller.close() : controller.error(new TypeError('terminated'))
      },
    })
    const read: string[] = []
    const reading = async (): Promise<void> => {
      const client = clientWith(() => new Response(body))
      for await (const line of client.lines('/x', LineSchema)) read.push(line)
    }
    try {
      await reading()
      return { read, ended: 'in order' }
    } catch (error) {
      return { read, ended: error instanceof Fault ? error.message : error }
    }
  }

  it('reads the lines of a long answer, in whatever pieces they come', async () => {
    const expected = { read: ['{"a":1}', '{"a":2}'], ended: 'in order' }
    expect(await linesOf(['{"a":1}\n{"a"', ':2}', '\n'], 'closes')).toEqual(expected)
    expect(await linesOf([], 'closes')).toEqual({ read: [], ended: 'in order' })
  })

  it.each([
    ['breaks off', ['{"a":1}\n'], 'breaks off', /^Cannot reach/u],
    ['ends in the middle of a line', ['{"a":1}\n{"a"'], 'closes', /not understood$/u],
    ['has a line of another form', ['{"a":1}\n{"b":2}\n'], 'closes', /not understood$/u],
    ['has a line that is no JSON', ['{"a":1}\nhello\n'], 'closes', /not understood$/u],
  ] as const)('a long answer that %s is a failure', async (_case, pieces, end, told) => {
    expect(await linesOf(pieces, end)).toEqual({
      read: ['{"a":1}'],
      ended: expect.stringMatching(told),
    })
  })
})
