/** How one read enriches the events of one field. */
import { describe, expect, it } from 'vitest'
import { NOT_ENRICHED, type FieldAction } from '../../../src/core/log/event.ts'
import {
  enrichFound,
  enrichGone,
  enrichThin,
  enrichUnreadRepeat,
  needsNoRead,
  type EventToEnrich,
} from '../../../src/core/fields/enrich.ts'
import {
  isTold,
  owedBy,
  snapshotOf,
  type FieldState,
} from '../../../src/core/fields/field-state.ts'
import {
  aField,
  aGoneField,
  anUnreadField,
  CHANGE,
  CONTEXT,
  EVERY_LEAF,
  FIELD,
  OLD,
  READ_AT,
  YOUNG,
} from '../../support/builders/a-field.ts'
import { EVENT_TS } from '../../support/builders/a-delivery.ts'

function anEvent(
  sequence: number,
  action: FieldAction = 'updated',
  { userId = 1, ts = EVENT_TS }: { userId?: number | null; ts?: number | null } = {},
): EventToEnrich {
  const field = { ...FIELD, action }
  const event = {
    name: 'X',
    ts,
    handlerId: null,
    userId,
    data: null,
    field,
    quarantined: null,
  }
  return { sequence, event }
}

function found(state: FieldState, events: readonly EventToEnrich[], attributes = YOUNG) {
  return enrichFound(state, events, { ...CONTEXT, attributes })
}

describe('a read that finds the field', () => {
  it('names the list value whose default changed, to the event that tells the change alone', () => {
    const item = (DEF: string) => ({ ...OLD, LIST: [{ ID: '7', VALUE: 'AG', DEF }] })
    const state = aField({ attributes: item('N') })
    const { enrichments } = found(state, [anEvent(42), anEvent(43)], item('Y'))
    expect(enrichments.get(42)?.field).toMatchObject({ listValues: { 7: 'AG' } })
    expect(enrichments.get(43)?.field).not.toHaveProperty('listValues')
  })

  it('tells an update the difference to the snapshot, and who made it', () => {
    const { enrichments, state, reconciled } = found(aField(), [anEvent(42)])
    expect(enrichments.get(42)).toEqual({
      ...NOT_ENRICHED,
      status: 'complete',
      changes: [CHANGE],
      field: expect.objectContaining({ userTypeId: 'string', mandatory: true }),
      userName: 'Anna Petrova',
      readAt: READ_AT,
    })
    expect(state).toMatchObject({ attributes: YOUNG, readAt: READ_AT, toldBy: 42 })
    expect(reconciled).toBeNull()
  })

  it('tells an update without a snapshot nothing, and keeps what it has read', () => {
    const { enrichments, state } = found(anUnreadField(), [anEvent(42)])
    expect(enrichments.get(42)).toMatchObject({ status: 'complete', changes: null, toldBy: null })
    expect(state).toMatchObject({ attributes: YOUNG, isTold: false, toldBy: 42 })
  })

  it('tells an addition every leaf, also after an update that came first', () => {
    const unknown = aField({ isTold: false })
    const { enrichments, state } = found(unknown, [anEvent(42, 'added')])
    expect(enrichments.get(42)?.changes).toEqual(EVERY_LEAF)
    expect(isTold(state)).toBe(true)
  })

  it('tells an addition every leaf when nobody was told of the field but the baseline', () => {
    const { enrichments } = found(aField({ isTold: true, toldBy: null }), [anEvent(42, 'added')])
    expect(enrichments.get(42)?.changes).toEqual(EVERY_LEAF)
  })

  it('tells an addition that was told before only what is new', () => {
    const { enrichments } = found(aField({ toldBy: 40 }), [anEvent(42, 'added')])
    expect(enrichments.get(42)?.changes).toEqual([CHANGE])
  })

  it('lets the first of several events carry the changes of all, with everybody', () => {
    const events = [
      anEvent(42),
      anEvent(43, 'enum_values_set', { userId: 7 }),
      anEvent(44, 'updated', { userId: 1 }),
    ]
    const { enrichments } = found(aField(), events)
    expect(enrichments.get(42)).toMatchObject({
      changes: [CHANGE],
      toldBy: null,
      covers: [42, 43, 44],
      users: [
        { id: 1, name: 'Anna Petrova' },
        { id: 7, name: null },
      ],
    })
    for (const sequence of [43, 44]) {
      expect(enrichments.get(sequence)).toMatchObject({ changes: [], toldBy: 42, covers: [] })
    }
  })

  it('says that one of several events has no user', () => {
    const of = (...users: readonly (number | null)[]) =>
      found(
        aField(),
        users.map((userId, index) => anEvent(42 + index, 'updated', { userId })),
      ).enrichments.get(42)
    expect(of(1, null)).toMatchObject({ users: [{ id: 1 }], coversUserless: true })
    expect(of(1, 7)).not.toHaveProperty('coversUserless')
    expect(of(null)).not.toHaveProperty('coversUserless')
  })

  it.each([
    ['before the read that told it', EVENT_TS, 40],
    ['after that read', EVENT_TS + 1, null],
    ['at no known time', null, 40],
  ])('says of an event that happened %s who told its change', (_, ts, toldBy) => {
    const known = aField({ attributes: YOUNG, readAt: READ_AT, toldBy: 40 })
    const { enrichments, state } = found(known, [anEvent(42, 'updated', { ts })])
    expect(enrichments.get(42)).toMatchObject({ status: 'complete', changes: [], toldBy })
    expect(state.toldBy).toBe(40)
  })

  it('counts an event of the very millisecond of a read as told by it', () => {
    const known = aField({ attributes: YOUNG, readAt: EVENT_TS * 1000, toldBy: 40 })
    const { enrichments } = found(known, [anEvent(42, 'updated', { ts: EVENT_TS })])
    expect(enrichments.get(42)).toMatchObject({ changes: [], toldBy: 40 })
  })

  it('completes thin events with the next event that is read', () => {
    const owed = [{ sequence: 41, action: 'updated' as const, userId: 7 }]
    const { enrichments, state } = found(aField({ owed }), [anEvent(42)])
    expect(enrichments.get(42)).toMatchObject({ changes: [CHANGE], completes: [41] })
    expect(owedBy(state)).toEqual([])
  })

  it('completes them with a reconciled event when none waits any more', () => {
    const owed = [{ sequence: 41, action: 'updated' as const, userId: 7 }]
    const { enrichments, state, reconciled } = found(aField({ owed }), [])
    expect(enrichments.size).toBe(0)
    expect(reconciled?.event).toEqual({
      name: 'ONCRMREQUISITEUSERFIELDUPDATE',
      ts: null,
      handlerId: null,
      userId: 7,
      data: { FIELDS: { ID: '235', ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: 'UF_CRM_TAX' } },
      field: FIELD,
      quarantined: null,
    })
    expect(reconciled?.enrichment).toMatchObject({
      changes: [CHANGE],
      completes: [41],
      toldBy: null,
    })
    expect(owedBy(state)).toEqual([])
  })

  it('tells a thin addition as an addition', () => {
    const owed = [{ sequence: 41, action: 'added' as const, userId: null }]
    const { reconciled } = found(anUnreadField({ owed }), [])
    expect(reconciled?.event.field.action).toBe('added')
    expect(reconciled?.enrichment.changes).toEqual(EVERY_LEAF)
  })

  it.each([
    ['nothing has changed', aField({ attributes: YOUNG })],
    ['nothing was known before', anUnreadField({ isTold: true })],
  ])('adds no reconciled event when %s', (_, state) => {
    expect(found(state, []).reconciled).toBeNull()
  })
})

describe('a field that is gone', () => {
  it('tells a deletion every leaf of the snapshot, and is told once', () => {
    const first = enrichGone(aField(), [anEvent(42, 'deleted')], CONTEXT)
    expect(first.enrichments.get(42)).toMatchObject({
      status: 'complete',
      changes: EVERY_LEAF.map(({ attribute }) => ({
        attribute,
        before: OLD[attribute],
        after: null,
      })),
    })
    expect(first.state).toMatchObject({ presence: 'gone', toldBy: 42 })
    const second = enrichGone(first.state, [anEvent(43, 'deleted')], CONTEXT)
    expect(second.enrichments.get(43)).toMatchObject({ changes: [], toldBy: 42 })
  })

  it('tells a deletion nothing when no snapshot is known', () => {
    const { enrichments } = enrichGone(anUnreadField(), [anEvent(42, 'deleted')], CONTEXT)
    expect(enrichments.get(42)).toMatchObject({ status: 'complete', changes: null, toldBy: null })
  })

  it('leaves additions and updates thin, and the snapshot for the deletion', () => {
    const events = [anEvent(42), anEvent(43, 'added'), anEvent(44, 'deleted')]
    const { enrichments } = enrichGone(aField(), events, CONTEXT)
    expect(enrichments.get(42)).toMatchObject({
      status: 'unavailable',
      reason: 'not_found',
      changes: null,
    })
    expect(enrichments.get(43)).toMatchObject({ status: 'unavailable', reason: 'not_found' })
    expect(enrichments.get(44)?.changes).toHaveLength(4)
    expect(snapshotOf(enrichGone(aField(), [anEvent(42)], CONTEXT).state)).toBe(OLD)
  })

  it('needs no read once a deletion waits', () => {
    expect(needsNoRead([anEvent(42), anEvent(43, 'deleted')])).toBe(true)
    expect(needsNoRead([anEvent(42)])).toBe(false)
  })

  it('is there again when the portal shows it', () => {
    const gone = aGoneField({ toldBy: 40 })
    const { state, enrichments } = found(gone, [anEvent(42)])
    expect(state).toMatchObject({ presence: 'present', attributes: YOUNG })
    expect(enrichments.get(42)).toMatchObject({ status: 'complete', changes: null })
  })
})

describe('an event that nothing could be read for', () => {
  it('goes out thin with its reason and what was known, and is owed', () => {
    const { enrichments, state } = enrichThin(aField(), [anEvent(42)], {
      reason: 'timeout',
      userNames: CONTEXT.userNames,
    })
    expect(enrichments.get(42)).toEqual({
      ...NOT_ENRICHED,
      status: 'unavailable',
      reason: 'timeout',
      field: expect.objectContaining({ userTypeId: 'string' }),
      userName: 'Anna Petrova',
    })
    expect(owedBy(state)).toEqual([{ sequence: 42, action: 'updated', userId: 1 }])
    expect(snapshotOf(state)).toBe(OLD)
  })

  it('is forgotten when 50 others are owed', () => {
    const events = Array.from({ length: 51 }, (_, index) => anEvent(index + 1))
    const { state } = enrichThin(aField(), events, { reason: 'timeout', userNames: new Map() })
    expect(owedBy(state)).toHaveLength(50)
    expect(owedBy(state)[0]?.sequence).toBe(2)
  })
})

describe('an event that was sent again and could not be read for', () => {
  it.each([
    ['by its user', false, 1],
    ['by nobody when another handler sent it', true, null],
  ])('is owed once, %s', (_whom, isCopy, userId) => {
    const repeated = { ...anEvent(42), isCopy }
    const { state, enrichments, reconciled } = enrichUnreadRepeat(aField(), repeated)
    expect(owedBy(state)).toEqual([{ sequence: 42, action: 'updated', userId }])
    expect([enrichments.size, reconciled]).toEqual([0, null])
    expect(enrichUnreadRepeat(state, repeated).state).toEqual(state)
  })
})
