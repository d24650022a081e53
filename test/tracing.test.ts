/** Spans around the work of the relay, with the tracer of the platform and with one that remembers. */
import { describe, expect, it } from 'vitest'
import { createInSpan, inSpan } from '../src/tracing.ts'

type Tracer = Parameters<typeof createInSpan>[0]

describe('inSpan()', () => {
  it('gives the answer of the work, and its failure, on the real platform', async () => {
    expect(await inSpan('relay.test', async (note) => (note({ n: 1 }), 7))).toBe(7)
    await expect(inSpan('relay.test', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  })

  it('names the span and notes the attributes', async () => {
    const seen: unknown[] = []
    const span = { setAttributes: (attributes: object) => seen.push(attributes) }
    // Sound: it is the part of a tracer that is used.
    const tracer = {
      enterSpan: (name: string, work: (one: typeof span) => unknown) => {
        seen.push(name)
        return work(span)
      },
    } as unknown as Tracer
    await createInSpan(tracer)('relay.test', async (note) => note({ a: 'b' }))
    expect(seen).toEqual(['relay.test', { a: 'b' }])
  })
})
