import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalEvent } from '../../../src/core/log/canonical-event.ts'
import type { Json, RelayEvent } from '../../../src/core/log/event.ts'

function anEvent(changes: Partial<RelayEvent> = {}): RelayEvent {
  return {
    name: 'ONCRMDEALUPDATE',
    ts: 1790000000,
    handlerId: '185',
    userId: 1,
    data: { FIELDS: { ID: '7405' } },
    field: null,
    quarantined: null,
    ...changes,
  }
}

describe('canonicalEvent()', () => {
  it('is the canonical JSON of name, time and data', () => {
    const data = { b: [1, 'x', null, true], a: { d: 'é"', c: {} }, '': [] }
    expect(canonicalEvent(anEvent({ data }))).toBe(
      '{"data":{"":[],"a":{"c":{},"d":"é\\""},"b":[1,"x",null,true]},"name":"ONCRMDEALUPDATE","ts":1790000000}',
    )
  })

  it('is the same for other handlers, users and readings of the same event', () => {
    const field = {
      family: 'deal',
      action: 'updated',
      id: 1,
      entityId: 'A',
      fieldName: 'B',
    } as const
    const other = anEvent({ handlerId: null, userId: null, field, quarantined: 'invalid_fields' })
    expect(canonicalEvent(other)).toBe(canonicalEvent(anEvent()))
  })

  it('is the same for an event of all types and its twin of one type', () => {
    const data = { FIELDS: { ID: '22', ENTITY_TYPE_ID: '147' } }
    const [base, twin] = ['ONCRMDYNAMICITEMADD', 'ONCRMDYNAMICITEMADD_147'].map((name) =>
      canonicalEvent(anEvent({ name, data })),
    )
    expect(twin).toBe(base)
  })

  it.each<[string, Partial<RelayEvent>]>([
    ['name', { name: 'ONCRMDEALADD' }],
    ['time', { ts: 1790000001 }],
    ['absent time', { ts: null }],
    ['data', { data: { FIELDS: { ID: '7406' } } }],
    ['type of a value', { data: { FIELDS: { ID: 7405 } } }],
    ['nesting', { data: { FIELDS: [{ ID: '7405' }] } }],
    ['absent data', { data: null }],
  ])('differs by %s', (_, changes) => {
    expect(canonicalEvent(anEvent(changes))).not.toBe(canonicalEvent(anEvent()))
  })

  it('tells an object from the list with the same members', () => {
    const list = canonicalEvent(anEvent({ data: ['x', 'y'] }))
    expect(canonicalEvent(anEvent({ data: { 0: 'x', 1: 'y' } }))).not.toBe(list)
    expect(canonicalEvent(anEvent({ data: ['y', 'x'] }))).not.toBe(list)
  })

  it('does not depend on the order of keys at any depth', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const data: Json = JSON.parse(JSON.stringify(value))
        expect(canonicalEvent(anEvent({ data: reversed(data) }))).toBe(
          canonicalEvent(anEvent({ data })),
        )
      }),
    )
  })

  it('is JSON that says the same', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const data: Json = JSON.parse(JSON.stringify(value))
        expect(JSON.parse(canonicalEvent(anEvent({ data })))).toEqual({
          name: 'ONCRMDEALUPDATE',
          ts: 1790000000,
          data,
        })
      }),
    )
  })
})

/** The same value with the keys of every object in reverse order. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).map(([key, member]): [string, Json] => [
    key,
    reversed(member),
  ])
  return Object.fromEntries(entries.toReversed())
}
