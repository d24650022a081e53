import { expect, it } from 'vitest'
import { lowered } from '../../../src/dashboard/words/sentence.ts'

it('a sentence within another one begins with a small letter', () => {
  expect(lowered('The lane waits')).toBe('the lane waits')
  expect(lowered('')).toBe('')
})
