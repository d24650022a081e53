import { describe, expect, it } from 'vitest'
import { BoundedMap } from '../../src/core/bounded-map.ts'

function aMap(maxEntries: number, ...names: readonly string[]): BoundedMap<string> {
  const map = new BoundedMap<string>(maxEntries)
  for (const name of names) map.set(name, `value of ${name}`)
  return map
}

/** The names among a, b, c and d that the map knows. */
function known(map: BoundedMap<string>): string {
  return ['a', 'b', 'c', 'd'].filter((name) => map.get(name) !== undefined).join('')
}

describe('BoundedMap', () => {
  it('gives back what was set, and the newest value of a name', () => {
    const map = aMap(2, 'a')
    map.set('a', 'another')
    expect([map.get('a'), map.get('b')]).toEqual(['another', undefined])
  })

  it('lets the oldest entry go for a new one', () => {
    expect(known(aMap(3, 'a', 'b', 'c'))).toBe('abc')
    expect(known(aMap(3, 'a', 'b', 'c', 'd'))).toBe('bcd')
  })

  it('makes a name new that is set again, and takes no place of another', () => {
    const map = aMap(3, 'a', 'b', 'c', 'a')
    expect(known(map)).toBe('abc')
    map.set('d', '')
    expect(known(map)).toBe('acd')
  })

  it('is not made newer by a look', () => {
    const map = aMap(2, 'a', 'b')
    map.get('a')
    map.set('c', '')
    expect(known(map)).toBe('bc')
  })

  it('forgets the names that begin with a prefix, and no other', () => {
    const map = aMap(5, 'p|1', 'p|2', 'p', 'pp|1')
    map.forget('p|')
    expect(['p|1', 'p|2', 'p', 'pp|1'].filter((name) => map.get(name) !== undefined)).toEqual([
      'p',
      'pp|1',
    ])
  })
})
