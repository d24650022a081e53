/** How a read that no event asked for is compared with what is known of a field. */
import { describe, expect, it } from 'vitest'
import { adoptRead, compareRead, tellDifference } from '../../../src/core/fields/difference.ts'
import {
  aField,
  aGoneField,
  anUnreadField,
  CHANGE,
  CONTEXT,
  EVERY_LEAF,
  READ_AT,
  YOUNG,
} from '../../support/builders/a-field.ts'

describe('comparing with the portal', () => {
  const hasBaseline = true
  const read = { kind: 'found' as const, attributes: YOUNG }

  it('finds what has changed, what has gone and what is new', () => {
    expect(compareRead(aField(), read, { hasBaseline })).toEqual({
      action: 'updated',
      changes: [CHANGE],
    })
    expect(compareRead(aField(), { kind: 'gone' }, { hasBaseline })?.action).toBe('deleted')
    const unknown = anUnreadField()
    expect(compareRead(unknown, read, { hasBaseline })).toEqual({
      action: 'added',
      changes: EVERY_LEAF,
    })
  })

  it('finds nothing in a failure, in the same definition and in a field that was never known', () => {
    const failed = { kind: 'failed' as const, reason: 'access_denied' as const }
    expect(compareRead(aField(), failed, { hasBaseline })).toBeNull()
    expect(compareRead(aField({ attributes: YOUNG }), read, { hasBaseline })).toBeNull()
    expect(compareRead(anUnreadField(), { kind: 'gone' }, { hasBaseline })).toBeNull()
    expect(compareRead(aGoneField(), { kind: 'gone' }, { hasBaseline })).toBeNull()
  })

  it('makes the first complete read the baseline, which tells nothing', () => {
    const unknown = anUnreadField()
    expect(compareRead(unknown, read, { hasBaseline: false })).toBeNull()
    const adopted = adoptRead(unknown, read, { readAt: READ_AT, isBaseline: true })
    expect(adopted).toMatchObject({ attributes: YOUNG, isTold: true, toldBy: null })
  })

  it('tells an addition that a thin event owes even before the baseline', () => {
    const owed = [{ sequence: 41, action: 'added' as const, userId: null }]
    const state = anUnreadField({ owed })
    expect(compareRead(state, read, { hasBaseline: false })?.action).toBe('added')
  })

  it('makes an event of a difference, and moves the snapshot with it', () => {
    const difference = { action: 'updated' as const, changes: [CHANGE] }
    const told = tellDifference(aField(), difference, { ...CONTEXT, read })
    expect(told.reconciled.event.name).toBe('ONCRMREQUISITEUSERFIELDUPDATE')
    expect(told.reconciled.enrichment).toMatchObject({ changes: [CHANGE], completes: [] })
    expect(told.state).toMatchObject({ attributes: YOUNG, readAt: READ_AT, isTold: true })
  })

  it('leaves a tombstone after a deletion', () => {
    const difference = { action: 'deleted' as const, changes: [] }
    const told = tellDifference(aField(), difference, { ...CONTEXT, read: { kind: 'gone' } })
    expect(told.state).toMatchObject({ presence: 'gone' })
    expect(told.reconciled.event.name).toBe('ONCRMREQUISITEUSERFIELDDELETE')
  })
})
