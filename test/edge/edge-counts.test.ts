/** The numbers of an isolate: everything is counted once, and goes with the next call that goes anyway. */
import { describe, expect, it } from 'vitest'
import { EdgeCounts } from '../../src/edge/edge-counts.ts'
import { ACCEPTED, NOT_STORED, PORTAL_FULL } from '../../src/edge/intake-answer.ts'

const STORED = { kind: 'stored', sequence: 1, duplicate: false, quarantined: false } as const

describe('EdgeCounts', () => {
  it('counts refusals by their reason, spilled requests, and acknowledgements by how long they took', () => {
    const counts = new EdgeCounts()
    counts.noteAnswer(STORED, 7)
    counts.noteAnswer({ kind: 'spilled' }, 2000)
    counts.noteAnswer(NOT_STORED, 2000)
    counts.noteAnswer(PORTAL_FULL, 5)
    counts.noteAnswer({ kind: 'refused', code: 'untrusted', reason: 'not_administrator' }, 5)
    counts.noteRefused('malformed_body')
    counts.noteRefused('malformed_body')
    expect(counts.take()).toEqual({
      refused: { not_stored: 1, portal_full: 1, not_administrator: 1, malformed_body: 2 },
      spilled: 1,
      acknowledged: { counts: [0, 1, 0, 0, 0, 0, 0, 0, 1], sumMs: 2007 },
    })
  })

  it('counts nothing for an installation that was taken: it asks others, and is no event', () => {
    const counts = new EdgeCounts()
    counts.noteAnswer(ACCEPTED, 900)
    counts.noteAnswer({ kind: 'pending', domain: null }, 900)
    expect(counts.take()).toBeUndefined()
  })

  it('gives everything away once, and has it again when the call did not go through', () => {
    const counts = new EdgeCounts()
    counts.noteRefused('untrusted')
    const taken = counts.take()
    expect(counts.take()).toBeUndefined()
    counts.noteRefused('untrusted')
    counts.giveBack(taken)
    counts.giveBack(undefined)
    expect(counts.take()?.refused).toEqual({ untrusted: 2 })
  })
})
