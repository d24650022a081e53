/** The words of a stored report: one of another version is kept, and anything that is no text is refused. */
import { expect, it } from 'vitest'
import * as v from 'valibot'
import {
  OUTCOME_WORDS,
  ProblemReasonSchema,
  StatusSchema,
} from '../../../src/core/reports/report-words.ts'

const WORDS = [StatusSchema, ProblemReasonSchema, OUTCOME_WORDS.reason] as const

it.each(WORDS)('a word of another version is kept', (schema) => {
  expect(v.safeParse(schema, 'moonlit')).toMatchObject({ success: true, output: 'moonlit' })
})

it.each(WORDS)('a number is no word', (schema) => {
  expect(v.is(schema, 7)).toBe(false)
})
