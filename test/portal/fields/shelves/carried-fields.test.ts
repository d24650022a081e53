/** What the row of an event carries of a field: the difference to the stored state, and all of it where nothing is stored. */
import { describe, expect, it } from 'vitest'
import type { FieldState } from '../../../../src/core/fields/field-state.ts'
import {
  carriedId,
  formatCarried,
  parseCarried,
} from '../../../../src/portal/fields/shelves/carried-fields.ts'
import {
  aField,
  aGoneField,
  anUnreadField,
  FIELD,
  OLD,
  YOUNG,
} from '../../../support/builders/a-field.ts'

const TERMS = { sequence: 8, generation: 1, shelfUpTo: 7 }
const ADDED = { ...OLD, HINT: 'x' }

function carry(state: FieldState, stored: FieldState | null): string {
  return JSON.stringify(formatCarried(state, { ...TERMS, stored }))
}

describe('a carried field', () => {
  it.each<[string, FieldState, FieldState | null]>([
    ['whose attribute has changed', aField({ attributes: YOUNG }), aField()],
    ['that has one attribute more', aField({ attributes: ADDED }), aField()],
    ['that has one attribute less', aField(), aField({ attributes: ADDED })],
    ['that nobody has met before', aField({ attributes: YOUNG }), null],
    ['whose name alone was known', aField(), anUnreadField()],
    ['that was deleted', aGoneField({ toldBy: 8 }), aField()],
    ['that is there again', aField({ toldBy: 8 }), aGoneField()],
    [
      'whose thin event owes its change',
      aField({ owed: [{ sequence: 8, action: 'updated', userId: 1 }] }),
      aField(),
    ],
  ])('%s is the same when it is read', (_case, state, stored) => {
    const text = carry(state, stored)
    expect(parseCarried(text, { ...TERMS, stored })).toEqual(state)
    expect(carriedId(text, 1)).toBe(FIELD.id)
  })

  it('takes the room of what has changed, and not that of its definition', () => {
    const long = { ...OLD, HINT: 'x'.repeat(10_000) }
    const text = carry(
      aField({ attributes: { ...long, MANDATORY: 'Y' } }),
      aField({ attributes: long }),
    )
    expect(text.length).toBeLessThan(500)
  })

  it('is nothing for another installation', () => {
    const text = carry(aField({ attributes: YOUNG }), aField())
    expect(carriedId(text, 2)).toBeNull()
    expect(parseCarried(text, { ...TERMS, generation: 2, stored: aField() })).toBeNull()
  })

  it.each([
    ['the shelf was written since', { ...TERMS, shelfUpTo: 8, stored: aField() }],
    ['the shelf was damaged, and begins anew', { ...TERMS, shelfUpTo: 0, stored: null }],
    ['the state on which it rests is gone', { ...TERMS, stored: null }],
  ])('is nothing when %s', (_case, terms) => {
    expect(parseCarried(carry(aField({ attributes: YOUNG }), aField()), terms)).toBeNull()
  })

  it.each([
    '{',
    '[]',
    '{"generation":1}',
    '{"generation":1,"shelfUpTo":7,"isWhole":true,"gone":[],"field":{"id":1,"attributes":null}}',
  ])('that was damaged to %s is nothing', (text) => {
    expect(parseCarried(text, { ...TERMS, stored: aField() })).toBeNull()
  })
})
