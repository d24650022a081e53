/** What is known of one field, and what reading and deleting make of it. */
import { describe, expect, it } from 'vitest'
import {
  goneState,
  isTold,
  owedBy,
  presentState,
  readAtOf,
  snapshotOf,
  withOwed,
  withoutOwed,
} from '../../../src/core/fields/field-state.ts'
import {
  aField,
  aGoneField,
  anUnreadField,
  OLD,
  READ_AT,
  YOUNG,
} from '../../support/builders/a-field.ts'

const ONE_OWED = { sequence: 41, action: 'updated' as const, userId: 1 }
const OWED = [ONE_OWED]

describe('presentState()', () => {
  it('holds what was read, owes nothing, and keeps who told of the field', () => {
    const read = { attributes: YOUNG, readAt: READ_AT, isTold: true }
    const before = [aField({ toldBy: 7, owed: OWED }), anUnreadField({ toldBy: 7, owed: OWED })]
    for (const state of [...before, aGoneField({ toldBy: 7 })]) {
      expect(presentState(state, read)).toEqual(aField({ ...read, toldBy: 7 }))
    }
  })
})

describe('goneState()', () => {
  it('leaves nothing but the name, the time and the sequence', () => {
    const gone = goneState(aField({ owed: OWED, toldBy: 7 }), { toldBy: 42, readAt: READ_AT })
    expect(gone).toEqual(aGoneField({ toldBy: 42, readAt: READ_AT }))
    expect({ snapshot: snapshotOf(gone), told: isTold(gone), owed: owedBy(gone) }).toEqual({
      snapshot: null,
      told: false,
      owed: [],
    })
  })
})

describe('what is owed', () => {
  it('is kept up to 50 events, the youngest last', () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ ...ONE_OWED, sequence: index }))
    const state = withOwed(withOwed(anUnreadField(), many), [{ ...ONE_OWED, sequence: 99 }])
    expect(owedBy(state)).toHaveLength(50)
    expect(owedBy(state).at(-1)?.sequence).toBe(99)
    expect(owedBy(state)[0]?.sequence).toBe(1)
  })

  it('is nothing for a field that is gone', () => {
    expect(withOwed(aGoneField(), OWED)).toEqual(aGoneField())
    expect(withoutOwed(aGoneField())).toEqual(aGoneField())
  })

  it('ends', () => {
    expect(withoutOwed(aField({ owed: OWED }))).toEqual(aField())
  })
})

describe('readAtOf()', () => {
  it('is the time of the read or of the deletion, and null before any', () => {
    expect(
      [aField({ readAt: 5 }), aGoneField({ readAt: 6 }), anUnreadField()].map(readAtOf),
    ).toEqual([5, 6, null])
    expect(snapshotOf(aField())).toBe(OLD)
  })
})
