import { expect, test } from 'vitest'
import { FeedbackText, parseFeedback } from '../../../src/dashboard/parts/feedback.tsx'

test('an address names one of a closed set, so nobody can make a page say something', () => {
  expect(parseFeedback(new URLSearchParams('said=paused'))).toBe('paused')
  for (const query of ['', 'said=', 'said=Call+0123', 'said=toString', 'said=__proto__']) {
    expect(parseFeedback(new URLSearchParams(query))).toBeNull()
  }
})

test('it is said to a screen reader', () => {
  expect(String(FeedbackText({ feedback: 'not_head' }))).toMatch(
    /^<p class="strip bad" role="status">Nothing was parked/,
  )
  expect(FeedbackText({ feedback: null })).toBeNull()
})
