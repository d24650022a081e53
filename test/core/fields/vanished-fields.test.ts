/** The fields that vanish with their smart process. */
import { describe, expect, it } from 'vitest'
import { tellVanished, vanishedEntity } from '../../../src/core/fields/vanished-fields.ts'
import { anEvent } from '../../support/builders/a-delivery.ts'
import { aField, aGoneField, anUnreadField } from '../../support/builders/a-field.ts'
import { NOW } from '../../support/time.ts'

const DELETION = { ts: 1790000000, userId: 7 }
const OWED = [{ sequence: 41, action: 'updated' as const, userId: 1 }]

describe('vanishedEntity()', () => {
  it.each([
    ['ONCRMTYPEDELETE', { FIELDS: { ID: '45' } }, 'CRM_45'],
    ['ONCRMTYPEDELETE', { FIELDS: { ID: '4_5' } }, null],
    ['ONCRMTYPEDELETE', null, null],
    ['ONCRMTYPEUPDATE', { FIELDS: { ID: '45' } }, null],
  ])('%s with %j deletes the fields of %s', (name, data, entityId) => {
    expect(vanishedEntity(anEvent({ name, data, field: null }))).toBe(entityId)
  })

  it('believes no event that is quarantined', () => {
    const data = { FIELDS: { ID: '45' } }
    const event = anEvent({ name: 'ONCRMTYPEDELETE', data, quarantined: 'invalid_ts' })
    expect(vanishedEntity(event)).toBeNull()
  })
})

describe('tellVanished()', () => {
  it('tells every attribute as it was, with the time and the user of the deletion', () => {
    const told = tellVanished(aField({ owed: OWED }), DELETION, NOW)
    expect(told?.state).toMatchObject({ presence: 'gone', readAt: NOW })
    expect(told?.reconciled).toMatchObject({
      event: { name: 'ONCRMREQUISITEUSERFIELDDELETE', ts: 1790000000, userId: 7 },
      enrichment: { status: 'complete', completes: [41], userName: null },
    })
    expect(told?.reconciled.enrichment.changes).toContainEqual({
      attribute: 'MANDATORY',
      before: 'N',
      after: null,
    })
  })

  it('tells a field of which only the name is known without changes', () => {
    const told = tellVanished(anUnreadField({ owed: OWED }), DELETION, NOW)
    expect(told?.reconciled.enrichment).toMatchObject({ changes: null, completes: [] })
  })

  it('tells nothing of a field that is gone already', () => {
    expect(tellVanished(aGoneField(), DELETION, NOW)).toBeNull()
  })
})
