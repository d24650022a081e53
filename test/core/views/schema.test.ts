/** The words in which views are declared. */
import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import {
  JsonSchema,
  listOf,
  TimeOrNullSchema,
  TimeSchema,
  wordOf,
} from '../../../src/core/views/schema.ts'
import { NOW } from '../../support/time.ts'

describe('the words of views', () => {
  it('take the times that views write', () => {
    expect(v.is(TimeSchema, new Date(NOW).toISOString())).toBe(true)
    expect(v.is(TimeOrNullSchema, null)).toBe(true)
    expect(v.is(TimeSchema, NOW)).toBe(false)
  })

  it('take lists, words and JSON', () => {
    expect(v.is(listOf(wordOf<'one' | 'two'>()), ['one', 'two'])).toBe(true)
    expect(v.is(listOf(wordOf()), [1])).toBe(false)
    expect(v.is(JsonSchema, { a: [null, 1] })).toBe(true)
  })
})
