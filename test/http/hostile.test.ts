/** G9: whatever is sent, the answer is 200 or a 4xx, never a 5xx, and a 4xx leaves no storage behind. */
import { env } from 'cloudflare:workers'
import { listDurableObjectIds, reset } from 'cloudflare:test'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Edge, FORM_TYPE, JSON_TYPE, watchLog } from '../support/edge.ts'
import { FORM_BODIES } from '../support/form-bodies.ts'
import { HOSTILE_BODIES } from '../support/hostile-bodies.ts'
import { Network } from '../support/network.ts'

let edge: Edge
let lines: readonly Record<string, unknown>[]

beforeEach(() => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(
    new Network().handle(() => Response.json({ error: 'invalid_token' }, { status: 401 })).fetch,
  )
  edge = new Edge()
  lines = watchLog()
})

afterEach(async () => {
  vi.restoreAllMocks()
  await reset()
})

/** The names of the stored tables and keys; a garbage caller leaves none. */
async function storedThings(): Promise<string[]> {
  const { keys } = await env.INSTALLS.list()
  const things = keys.map(({ name }) => name)
  for (const id of await listDurableObjectIds(env.PORTALS)) {
    const view = await env.PORTALS.get(id).view()
    if (view !== null) things.push(`portal ${id.toString()}`)
  }
  return things
}

async function expectRefusal(response: Response): Promise<void> {
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(response.status).toBeLessThan(500)
  if (response.headers.get('content-type')?.startsWith('text/html') === true) return
  const answer = await response.json()
  expect(answer).toEqual({ error: { code: expect.any(String), message: expect.any(String) } })
}

describe('G9 hostile bodies from a caller whom nobody knows', () => {
  it('are at least 60', () => {
    expect(HOSTILE_BODIES.length).toBeGreaterThanOrEqual(60)
  })

  it.each(HOSTILE_BODIES.map((hostile) => [hostile.name, hostile] as const))(
    '%s: gets a 4xx in the documented form',
    async (_name, { body, contentType }) => {
      await expectRefusal(await edge.call(body, { contentType }))
    },
  )

  it('leave no storage behind, whichever they are', async () => {
    for (const { body, contentType } of HOSTILE_BODIES) await edge.call(body, { contentType })
    expect(await storedThings()).toEqual([])
    expect(lines.filter(({ event }) => event === 'request_failed')).toEqual([])
  })
})

describe('G9 a fuzzed route', () => {
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 400 }).map((bytes) => [FORM_TYPE, bytes] as const),
    fc.string({ unit: 'binary', maxLength: 300 }).map((text) => [FORM_TYPE, text] as const),
    fc.json({ maxDepth: 6 }).map((text) => [JSON_TYPE, text] as const),
    fc
      .tuple(fc.constantFrom(...Object.values(FORM_BODIES)), fc.nat(), fc.string({ maxLength: 8 }))
      .map(([body, at, text]) => {
        const cut = at % (body.length + 1)
        return [FORM_TYPE, body.slice(0, cut) + text + body.slice(cut)] as const
      }),
  )

  it('answers 200 or a 4xx to anything, and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, async ([contentType, body]) => {
        const { status } = await edge.call(typeof body === 'string' ? body : new Uint8Array(body), {
          contentType,
        })
        expect(status === 200 || (status >= 400 && status < 500)).toBe(true)
      }),
      { numRuns: 400 },
    )
    expect(lines.filter(({ event }) => event === 'request_failed')).toEqual([])
  })
})
