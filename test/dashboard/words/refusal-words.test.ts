import { describe, expect, it } from 'vitest'
import { INSTALL_REFUSALS } from '../../../src/core/access/installs/install-refusal.ts'
import { explainRefusal, requestWords } from '../../../src/dashboard/words/refusal-words.ts'

describe('explainRefusal()', () => {
  it('tells a wrong token of a known portal with its remedy', () => {
    const { meaning, remedy } = explainRefusal('wrong_token')
    expect(meaning).toBe('The portal is known, and this token does not speak for it')
    expect(remedy).toContain('OUTGOING_WEBHOOK_TOKENS')
  })

  it.each(INSTALL_REFUSALS)(
    'tells %s with its remedy, each a sentence without its point',
    (reason) => {
      for (const text of Object.values(explainRefusal(reason))) {
        expect(text).toMatch(/^[A-Z].{10,}[^.]$/su)
      }
    },
  )

  it('a word of another release stands for itself, whatever its name', () => {
    // Sound: the directory may be of another release.
    expect(explainRefusal('constructor' as 'late').meaning).toBe('constructor')
    expect(requestWords('toString' as 'event')).toBe('A call')
  })
})

it('a request is told as what it wants', () => {
  expect(requestWords('robot')).toBe('A hint of a robot')
})
