/** Every reason that a lane can show is told in words, with what ends it. */
import { expect, test } from 'vitest'
import { explainReason, type FailureReason } from '../../../src/dashboard/words/reasons.ts'
import receivers from '../../../docs/receivers.md?raw'

/** The reasons that the profiles of the receivers name. */
const NAMED = [
  ...new Set(
    [...receivers.matchAll(/^\| .* \| `([a-z_]+)` \| .* \|$/gm)].map(([, word = '']) => word),
  ),
]

test('the profiles name reasons', () => expect(NAMED.length).toBeGreaterThan(40))

// Sound: the type of a profile takes only reasons.
test.each(NAMED as FailureReason[])('%s has a meaning and a remedy', (reason) => {
  const { meaning, remedy } = explainReason(reason)
  expect(meaning).toMatch(/^[A-Z].*[a-z]$/)
  expect(remedy).toMatch(/^[A-Z].*[^.]$/)
})

test.each([
  ['http_401', 'Give the rights'],
  ['http_404', 'Make a new webhook'],
  ['http_422', 'Only this message'],
  ['http_429', 'The relay tries again'],
  ['http_503', 'The relay tries again'],
] as const)('%s: %s', (reason, remedy) => {
  expect(explainReason(reason).remedy).toContain(remedy)
})

test('words that say it themselves need no others', () => {
  expect(explainReason('channel_is_archived').meaning).toBe('Channel is archived')
})
