/** The events that no portal sent: named like Bitrix24's own, and honest about who is known. */
import { describe, expect, it } from 'vitest'
import { createReconciledEvent } from '../../../src/core/fields/reconciled-event.ts'
import type { FieldAction } from '../../../src/core/log/event.ts'
import { anEvent, aUserField } from '../../support/builders/a-delivery.ts'
import { aField, CHANGE, CONTEXT, READ_AT, YOUNG } from '../../support/builders/a-field.ts'

const READ = { ...CONTEXT, attributes: YOUNG }

function owedBy(...userIds: (number | null)[]) {
  return userIds.map((userId, index) => ({
    sequence: 41 + index,
    action: 'updated' as const,
    userId,
  }))
}

describe('createReconciledEvent()', () => {
  it('tells the change under the name that Bitrix24 gives to it, with what it completes', () => {
    const told = { action: 'updated' as const, changes: [CHANGE], owed: owedBy(1) }
    const { event, enrichment } = createReconciledEvent(aField(), told, READ)
    expect(event).toMatchObject({
      name: 'ONCRMREQUISITEUSERFIELDUPDATE',
      ts: null,
      handlerId: null,
      userId: 1,
      data: { FIELDS: { ID: '235', ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: 'UF_CRM_TAX' } },
      quarantined: null,
    })
    expect(enrichment).toMatchObject({
      status: 'complete',
      changes: [CHANGE],
      completes: [41],
      readAt: READ_AT,
      userName: 'Anna Petrova',
      field: { mandatory: true },
    })
  })

  it.each([
    ['several events name different users', owedBy(1, 2)],
    ['one of them names nobody', owedBy(1, null)],
    ['no event owes it', []],
  ])('names nobody when %s', (_case, owed) => {
    const told = { action: 'updated' as const, changes: [CHANGE], owed }
    const { event, enrichment } = createReconciledEvent(aField(), told, READ)
    expect(event.userId).toBeNull()
    expect(enrichment.userName).toBeNull()
  })

  it('names the user whom all owed events name', () => {
    const told = { action: 'updated' as const, changes: [CHANGE], owed: owedBy(1, 1) }
    expect(createReconciledEvent(aField(), told, READ).event.userId).toBe(1)
  })

  it('says nothing of a field whose definition is not known', () => {
    const told = { action: 'deleted' as const, changes: null, owed: [] }
    const context = { ...CONTEXT, attributes: null }
    const { event, enrichment } = createReconciledEvent(aField(), told, context)
    expect(event.name).toBe('ONCRMREQUISITEUSERFIELDDELETE')
    expect(enrichment).toMatchObject({ field: null, changes: null })
  })

  it.each([
    ['updated', 'enum_values_set', 'ONCRMREQUISITEUSERFIELDSETENUMVALUES'],
    ['updated', 'updated', 'ONCRMREQUISITEUSERFIELDUPDATE'],
    ['added', 'updated', 'ONCRMREQUISITEUSERFIELDADD'],
  ] as const)(
    'tells what was %s by a repeated event "%s" as %s, with its time and its user',
    (action, sent, name) => {
      const told = { action, changes: [CHANGE], owed: owedBy(2), repeated: aRepeat(sent) }
      const { event, enrichment } = createReconciledEvent(aField(), told, READ)
      expect(event).toMatchObject({ name, ts: 1_790_000_000, handlerId: '661', userId: 1 })
      expect(enrichment).toMatchObject({ repeats: 41, completes: [41], userName: 'Anna Petrova' })
    },
  )

  it('names nobody for what a copy of another handler brought about', () => {
    const repeated = { ...aRepeat('updated'), isCopy: true }
    const told = { action: 'updated' as const, changes: [CHANGE], owed: [], repeated }
    const { event, enrichment } = createReconciledEvent(aField(), told, READ)
    expect([event.userId, enrichment.userName]).toEqual([null, null])
    expect(enrichment.repeats).toBe(41)
  })
})

function aRepeat(action: FieldAction) {
  const event = anEvent({ ts: 1_790_000_000, handlerId: '661', userId: 1 })
  return { sequence: 41, event: { ...event, field: aUserField({ action }) }, isCopy: false }
}
