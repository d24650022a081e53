import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileGlobs, isGlob } from '../../src/core/glob.ts'

describe('compileGlobs()', () => {
  it.each([
    ['abc', 'abc'],
    ['ABC', 'abc'],
    ['abc', 'ABC'],
    ['*', ''],
    ['*', 'anything'],
    ['**', ''],
    ['a*', 'a'],
    ['a*', 'abc'],
    ['*c', 'abc'],
    ['*b*', 'abc'],
    ['a*c', 'ac'],
    ['a*b*c', 'a_b_b_c'],
    ['a**c', 'abbc'],
    ['*ab', 'aab'],
    ['*aab*b', 'aaabab'],
    ['?', 'x'],
    ['?', '😀'],
    ['a?c', 'abc'],
    ['*?', 'x'],
    ['?*?', 'xy'],
    ['UF_CRM_TAX*', 'UF_CRM_TAX_ID'],
    ['onCrmRequisiteUserField*', 'ONCRMREQUISITEUSERFIELDUPDATE'],
    ['[a-c]', '[a-c]'],
    ['a.c', 'a.c'],
    ['(a|b)+$', '(a|b)+$'],
    ['a\\*', 'a\\b'],
    ['É', 'É'],
    ['a*', 'a\nb'],
    ['', ''],
  ])('%j matches %j', (pattern, text) => {
    expect(compileGlobs([pattern])(text)).toBe(true)
  })

  it.each([
    ['abc', 'abcd'],
    ['abc', 'xabc'],
    ['abc', ''],
    ['a*', 'ba'],
    ['*c', 'cb'],
    ['a*c', 'acb'],
    ['a*b*c', 'acb'],
    ['?', ''],
    ['?', 'xy'],
    ['??', '😀'],
    ['*?', ''],
    ['?*?', 'x'],
    ['a.c', 'abc'],
    ['[abc]', 'a'],
    ['.*', 'abc'],
    ['É', 'é'],
    ['K', '\u212a'],
    ['', 'a'],
  ])('%j does not match %j', (pattern, text) => {
    expect(compileGlobs([pattern])(text)).toBe(false)
  })

  it('matches a text that any one of the globs matches', () => {
    const matches = compileGlobs(['a*', '*z'])
    expect(['abc', 'xyz', 'mno'].map((text) => matches(text))).toEqual([true, true, false])
  })

  it('matches nothing when there are no globs', () => {
    expect(compileGlobs([])('')).toBe(false)
    expect(compileGlobs([])('abc')).toBe(false)
  })

  it('agrees with a regular expression on every short pattern and text', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 })
    fc.assert(
      fc.property(pattern, text, (glob, sample) => {
        const oracle = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`)
        expect(compileGlobs([glob])(sample)).toBe(oracle.test(sample))
      }),
      { numRuns: 2000 },
    )
  })

  it('reads a long hostile text at most once per character of the pattern', () => {
    // With backtracking over every star this pair takes longer than the universe has.
    const matches = compileGlobs([`${'*a'.repeat(99)}*b`])
    expect(matches('a'.repeat(20_000))).toBe(false)
  })
})

describe('isGlob()', () => {
  it.each([
    ['', false],
    ['*', true],
    ['x'.repeat(200), true],
    ['x'.repeat(201), false],
  ])('says of %j: %j', (pattern, expected) => {
    expect(isGlob(pattern)).toBe(expected)
  })
})
