import { describe, expect, it } from 'vitest'
import {
  hasUnopened,
  matchBook,
  NO_LANES,
  type BookState,
} from '../../../../src/core/lanes/state/book-state.ts'
import { createLane } from '../../../../src/core/lanes/state/match-lanes.ts'
import { aLane, aPlan } from '../../../support/builders/a-lane.ts'

describe('matchBook()', () => {
  it('notes the head from which new lanes begin, once, while there are no plans', () => {
    const noted = matchBook(NO_LANES, { plans: null, head: 2 })
    expect(noted).toEqual({ lanes: [], openFrom: 2 })
    expect(matchBook(noted, { plans: null, head: 5 })).toBe(noted)
  })

  it('begins a new lane at the noted sequence, and afterwards at the head', () => {
    const noted: BookState = { lanes: [aLane()], openFrom: 2 }
    const plans = [aPlan(), aPlan({ destination: 'crm' })]
    const matched = matchBook(noted, { plans, head: 5 })
    expect(matched).toEqual({
      lanes: [aLane(), createLane(aPlan({ destination: 'crm' }), 2)],
      openFrom: null,
    })
    const later = matchBook(matched, { plans: [...plans, aPlan({ destination: 'late' })], head: 5 })
    expect(later.lanes.at(-1)).toEqual(createLane(aPlan({ destination: 'late' }), 5))
  })

  it('ends the note when the plans can be read, also when they ask for nothing new', () => {
    const noted: BookState = { lanes: [aLane()], openFrom: 2 }
    expect(matchBook(noted, { plans: [aPlan()], head: 5 })).toEqual({ ...noted, openFrom: null })
  })

  it('gives the same book back when nothing has changed: nothing is written', () => {
    const book: BookState = { lanes: [aLane()], openFrom: null }
    expect(matchBook(book, { plans: [aPlan()], head: 5 })).toBe(book)
  })
})

describe('hasUnopened()', () => {
  it.each([
    ['no event came since the note', 2, 2, false],
    ['an event came since the note', 2, 3, true],
    ['new lanes begin at the head', null, 3, false],
  ])('%s', (_name, openFrom, head, expected) => {
    expect(hasUnopened({ lanes: [], openFrom }, head)).toBe(expected)
  })
})
