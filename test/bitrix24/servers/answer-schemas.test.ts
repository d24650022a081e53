import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { IntegerSchema, TextSchema } from '../../../src/bitrix24/servers/answer-schemas.ts'

describe('IntegerSchema', () => {
  test.for([
    [7, 7],
    ['7', 7],
    ['0123', 123],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['999999999999999', 999_999_999_999_999],
  ])('reads %j as %d', ([written, read]) => {
    expect(v.parse(IntegerSchema, written)).toBe(read)
  })

  test.for([0, -1, 1.5, 2 ** 53, '', '0', '-1', '1.5', '1e3', ' 1', '1000000000000000', null, [1]])(
    'refuses %j',
    (written) => {
      expect(v.is(IntegerSchema, written)).toBe(false)
    },
  )
})

describe('TextSchema', () => {
  test.for(['a', 'a'.repeat(1000)])('accepts a text of 1 to 1,000 characters', (text) => {
    expect(v.parse(TextSchema, text)).toBe(text)
  })

  test.for(['', 'a'.repeat(1001), 5, null, ['a']])('refuses %j', (value) => {
    expect(v.is(TextSchema, value)).toBe(false)
  })
})
