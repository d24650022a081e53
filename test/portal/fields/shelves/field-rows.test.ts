/** The stored forms of fields and of reconciliation: written like the first version, read whatever their age. */
import { describe, expect, it } from 'vitest'
import { NO_RECONCILIATION } from '../../../../src/core/fields/reconciliation.ts'
import {
  formatField,
  parseEntity,
  parseField,
  parseReconciliation,
} from '../../../../src/portal/fields/shelves/field-rows.ts'
import {
  aField,
  aGoneField,
  anUnreadField,
  OLD,
  READ_AT,
} from '../../../support/builders/a-field.ts'

/** A present field as the first version wrote it. */
const STORED = {
  family: 'requisite',
  id: 235,
  entityId: 'CRM_REQUISITE',
  fieldName: 'UF_CRM_TAX',
  attributes: OLD,
  readAt: READ_AT,
  isTold: true,
  toldBy: 42,
  isGone: false,
  owed: [{ sequence: 41, action: 'updated', userId: null }],
}

const PRESENT = aField({
  readAt: READ_AT,
  toldBy: 42,
  owed: [{ sequence: 41, action: 'updated', userId: null }],
})

describe('parseField() and formatField()', () => {
  it.each([
    ['a present field', STORED, PRESENT],
    [
      'a field that is gone',
      { ...STORED, attributes: null, isTold: false, isGone: true, owed: [] },
      aGoneField({ readAt: READ_AT, toldBy: 42 }),
    ],
    [
      'a field of which only the name is known',
      { ...STORED, attributes: null, readAt: null, toldBy: null },
      anUnreadField({ isTold: true, owed: PRESENT.owed }),
    ],
  ])('know %s in the form of the first version', (_case, stored, state) => {
    const text = JSON.stringify(stored)
    expect(parseField({ state: text })).toEqual(state)
    expect(formatField(state)).toBe(text)
  })

  it('take a field that is gone and has a snapshot for present: the portal showed it again', () => {
    const text = JSON.stringify({ ...STORED, isGone: true })
    expect(parseField({ state: text })).toEqual(PRESENT)
  })

  it.each([
    ['no JSON', '{'],
    ['no field', '[]'],
    ['a family that nobody knows', JSON.stringify({ ...STORED, family: 'x' })],
    ['a missing member', JSON.stringify({ ...STORED, isTold: undefined })],
  ])('take a row with %s for a field that was never met', (_case, state) => {
    expect(parseField({ state })).toBeNull()
  })
})

describe('parseReconciliation()', () => {
  it('completes what an older version did not know', () => {
    expect(parseReconciliation({ state: '{"startedAt":5}' })).toEqual({
      ...NO_RECONCILIATION,
      startedAt: 5,
    })
  })

  it('keeps members of a later version', () => {
    const suspect = { family: 'lead', id: 5, entityId: 'CRM_LEAD', dueAt: 1, seen: null, looks: 0 }
    const stored = {
      ...NO_RECONCILIATION,
      suspects: [{ ...suspect, colour: 'red' }],
      colour: 'red',
    }
    expect(parseReconciliation({ state: JSON.stringify(stored) })).toEqual(stored)
  })

  it('begins anew without a row, and with one that was damaged', () => {
    expect(parseReconciliation(undefined)).toEqual(NO_RECONCILIATION)
    expect(parseReconciliation({ state: '{"suspects":[1]}' })).toEqual(NO_RECONCILIATION)
  })
})

describe('parseEntity()', () => {
  it('reads the owner of fields', () => {
    const owner = { family: 'requisite', entityId: 'CRM_REQUISITE' }
    expect(parseEntity({ family: 'requisite', entity_id: 'CRM_REQUISITE' })).toEqual(owner)
  })

  it('leaves out a family of a later version', () => {
    expect(parseEntity({ family: 'moon', entity_id: 'CRM_MOON' })).toBeNull()
  })
})
