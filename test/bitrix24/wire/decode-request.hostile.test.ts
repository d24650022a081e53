import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBody } from '../../../src/bitrix24/wire/decode-body.ts'
import { decodeRequest as decodeSender } from '../../../src/bitrix24/wire/decode-request.ts'
import { parseForm } from '../../../src/bitrix24/wire/form.ts'
import { parseJson } from '../../../src/bitrix24/wire/json.ts'
import type { Result } from '../../../src/core/result.ts'
import { HOSTILE_BODIES, type HostileBody } from '../../support/hostile/hostile-bodies.ts'
import { HOSTILE_OUTCOMES } from '../../support/hostile/hostile-outcomes.ts'
import { withEvent, type ReadRequest } from '../../support/builders/with-event.ts'
import { MEMBER_ID } from '../../support/identity.ts'

const decodeRequest = (...terms: Parameters<typeof decodeSender>) =>
  withEvent(decodeSender(...terms))

/** Decodes a body as the edge does. */
function decodeHostile({ contentType, body }: HostileBody): Result<ReadRequest, string> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const text = new TextDecoder().decode(bytes)
  return withEvent(decodeBody(text, { isForm: contentType !== 'application/json', query: {} }))
}

describe('decodeRequest() on hostile bodies', () => {
  it('has at least 60 of them, each with its own name and outcome', () => {
    const names = HOSTILE_BODIES.map(({ name }) => name)
    expect(names.length).toBeGreaterThanOrEqual(60)
    expect(new Set(names).size).toBe(names.length)
    expect(names.toSorted()).toEqual([...HOSTILE_OUTCOMES.keys()].toSorted())
  })

  it.each(HOSTILE_BODIES.map((hostile) => ({ shown: hostile.name, hostile })))(
    'stays calm: $shown',
    ({ hostile }) => {
      const result = decodeHostile(hostile)
      const outcome = result.ok ? result.value.kind : result.error
      const quarantined =
        result.ok && result.value.kind === 'event' ? result.value.event.quarantined : null
      expect(quarantined ? `${outcome} ${quarantined}` : outcome).toBe(
        HOSTILE_OUTCOMES.get(hostile.name),
      )
      expect(Object.keys(Object.prototype)).toEqual([])
      expect(JSON.stringify(result).isWellFormed()).toBe(true)
    },
  )

  it('never repeats the input in a refusal', () => {
    const refusals = HOSTILE_BODIES.map(decodeHostile).flatMap((result) =>
      result.ok ? [] : [result.error],
    )
    expect(refusals.filter((reason) => !/^[a-z_]{8,27}$/.test(reason))).toEqual([])
  })
})

/** Any JSON value; texts are sometimes secrets, alone or inside others, and so are keys. */
function treeWith(tokens: readonly string[]): fc.Arbitrary<unknown> {
  const token = fc.constantFrom(...tokens)
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 12 }),
    token,
    fc.tuple(fc.string({ maxLength: 3 }), token).map(([before, after]) => `${before}${after}!`),
  )
  const key = fc.oneof(
    fc.constantFrom(
      'FIELDS',
      'ID',
      'ENTITY_ID',
      'FIELD_NAME',
      'access_token',
      '__proto__',
      'constructor',
    ),
    text,
  )
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.constantFrom(null, true, 0, -1, 235, 1e21),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(key, tie('tree'), { maxKeys: 4 }),
    ),
  }))
  return tree
}

describe('decodeRequest() on any body', () => {
  const secret = fc.stringMatching(/^[0-9a-z]{32}$/)
  const secrets = fc.record({ access: secret, refresh: secret, application: secret })

  const name = fc.oneof(
    fc.constantFrom(
      'ONCRMREQUISITEUSERFIELDUPDATE',
      'onCrmDealAdd',
      'ONAPPINSTALL',
      'ONAPPUNINSTALL',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  )

  const request = secrets.chain((tokens) => {
    const list = Object.values(tokens)
    return fc.record({
      tokens: fc.constant(list),
      payload: fc.record(
        {
          event: fc.oneof({ weight: 9, arbitrary: name }, fc.constantFrom(...list), treeWith(list)),
          event_handler_id: treeWith(list),
          data: treeWith(list),
          ts: fc.oneof(fc.constant('1790000000'), treeWith(list)),
          auth: fc.record({
            member_id: fc.constant(MEMBER_ID),
            application_token: fc.constant(tokens.application),
            access_token: fc.constant(tokens.access),
            refresh_token: fc.constant(tokens.refresh),
            user_id: fc.oneof(fc.constant('1'), treeWith(list)),
          }),
          AUTH_ID: treeWith(list),
        },
        { requiredKeys: ['event', 'auth'] },
      ),
    })
  })

  it('an event from JSON holds no secret, pollutes nothing and is well-formed JSON', () => {
    fc.assert(
      fc.property(request, ({ tokens, payload }) => {
        const parsed = parseJson(JSON.stringify(payload))
        const result = parsed.ok ? decodeRequest(parsed.value) : parsed
        expect(Object.keys(Object.prototype)).toEqual([])
        if (!result.ok || result.value.kind !== 'event') return
        const text = JSON.stringify(result.value.event)
        expect(tokens.filter((token) => text.toLowerCase().includes(token))).toEqual([])
        expect(text.isWellFormed()).toBe(true)
        expect(text).not.toContain('"__proto__":')
        expect(result.value.event.name).toMatch(/^[A-Z0-9_]{1,122}$/)
        expect(result.value.event.quarantined === null || result.value.event.field === null).toBe(
          true,
        )
      }),
      { numRuns: 300 },
    )
  })

  it('an event from a form holds no secret, pollutes nothing and is well-formed JSON', () => {
    const scrap = fc.oneof(
      fc.constantFrom(
        '[',
        ']',
        '[]',
        '[__proto__]',
        '[constructor]',
        '&data[',
        '&data=',
        '&data[a][',
        '&ts=',
        '&auth',
        '&event=',
        '=',
        '%',
        '%FF',
        '%00',
        '+',
        '\0',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    )
    const body = secrets.chain((tokens) =>
      fc
        .record({
          tokens: fc.constant(Object.values(tokens)),
          tail: fc.array(fc.oneof(scrap, fc.constantFrom(...Object.values(tokens))), {
            maxLength: 25,
          }),
          event: name,
        })
        .map(({ tokens: list, tail, event }) => ({
          tokens: list,
          body:
            `event=${encodeURIComponent(event.toWellFormed())}&auth[member_id]=${MEMBER_ID}` +
            `&auth[application_token]=${tokens.application}&auth[access_token]=${tokens.access}` +
            `&auth[refresh_token]=${tokens.refresh}&data[x]=${tail.join('')}`,
        })),
    )
    fc.assert(
      fc.property(body, ({ tokens, body: text }) => {
        const parsed = parseForm(text)
        const result = parsed.ok ? decodeRequest(parsed.value) : parsed
        expect(Object.keys(Object.prototype)).toEqual([])
        if (!result.ok || result.value.kind !== 'event') return
        // A token that the body itself has overwritten is no secret of this request any more.
        const auth = Object(parsed.ok ? parsed.value['auth'] : null)
        const still = tokens.filter((token) => Object.values(auth).includes(token))
        const stored = JSON.stringify(result.value.event)
        expect(still.filter((token) => stored.includes(token))).toEqual([])
        expect(stored.isWellFormed()).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  it('any text at all yields a request or a reason', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const parsed of [parseForm(text), parseJson(text)]) {
          const result = parsed.ok ? decodeRequest(parsed.value) : parsed
          expect(typeof result.ok).toBe('boolean')
        }
      }),
    )
  })
})
