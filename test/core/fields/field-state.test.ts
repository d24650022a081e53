/** The table of cases of design section 7: how one read explains the events of one field. */
import { describe, expect, it } from 'vitest'
import { NOT_ENRICHED, type FieldAction } from '../../../src/core/log/event.ts'
import type { FieldAttributes } from '../../../src/core/fields/field-read.ts'
import {
  adoptRead,
  compareRead,
  explainFound,
  explainGone,
  explainThin,
  MAX_OWED,
  needsNoRead,
  newFieldState,
  tellDifference,
  type FieldState,
  type WaitingEvent,
} from '../../../src/core/fields/field-state.ts'

const FIELD = {
  family: 'requisite' as const,
  action: 'updated' as const,
  id: 235,
  entityId: 'CRM_REQUISITE',
  fieldName: 'UF_CRM_TAX',
}
const TS = 1_790_000_000
const READ_AT = TS * 1000 + 900
const OLD: FieldAttributes = { ID: '235', USER_TYPE_ID: 'string', SORT: '100', MANDATORY: 'N' }
const YOUNG: FieldAttributes = { ...OLD, MANDATORY: 'Y' }
const CONTEXT = { readAt: READ_AT, userNames: new Map([[1, 'Anna Petrova']]) }
const CHANGE = { attribute: 'MANDATORY', before: 'N', after: 'Y' }
const EVERY_LEAF = [
  { attribute: 'ID', before: null, after: '235' },
  { attribute: 'USER_TYPE_ID', before: null, after: 'string' },
  { attribute: 'SORT', before: null, after: '100' },
  { attribute: 'MANDATORY', before: null, after: 'Y' },
]

function aField(changes: Partial<FieldState> = {}): FieldState {
  return {
    ...newFieldState(FIELD),
    isTold: true,
    attributes: OLD,
    readAt: READ_AT - 60_000,
    ...changes,
  }
}

function anEvent(
  sequence: number,
  action: FieldAction = 'updated',
  { userId = 1, ts = TS }: { userId?: number | null; ts?: number | null } = {},
): WaitingEvent {
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

function found(state: FieldState, events: readonly WaitingEvent[], attributes = YOUNG) {
  return explainFound(state, events, { ...CONTEXT, attributes })
}

describe('a read that finds the field', () => {
  it('tells an update the difference to the snapshot, and who made it', () => {
    const { enrichments, state, further } = found(aField(), [anEvent(42)])
    expect(enrichments.get(42)).toEqual({
      ...NOT_ENRICHED,
      status: 'complete',
      changes: [CHANGE],
      field: expect.objectContaining({ userTypeId: 'string', mandatory: true }),
      userName: 'Anna Petrova',
      readAt: READ_AT,
    })
    expect(state).toMatchObject({ attributes: YOUNG, readAt: READ_AT, toldBy: 42 })
    expect(further).toBeNull()
  })

  it('tells an update without a snapshot nothing, and keeps what it has read', () => {
    const { enrichments, state } = found(aField({ attributes: null, isTold: false }), [anEvent(42)])
    expect(enrichments.get(42)).toMatchObject({ status: 'complete', changes: null, toldBy: null })
    expect(state).toMatchObject({ attributes: YOUNG, isTold: false, toldBy: 42 })
  })

  it('tells an addition every leaf, also after an update that came first', () => {
    const unknown = aField({ isTold: false })
    const { enrichments, state } = found(unknown, [anEvent(42, 'added')])
    expect(enrichments.get(42)?.changes).toEqual(EVERY_LEAF)
    expect(state.isTold).toBe(true)
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

  it.each([
    ['before the read that told it', TS, 40],
    ['after that read', TS + 1, null],
    ['at no known time', null, 40],
  ])('says of an event that happened %s who told its change', (_, ts, toldBy) => {
    const known = aField({ attributes: YOUNG, readAt: READ_AT, toldBy: 40 })
    const { enrichments, state } = found(known, [anEvent(42, 'updated', { ts })])
    expect(enrichments.get(42)).toMatchObject({ status: 'complete', changes: [], toldBy })
    expect(state.toldBy).toBe(40)
  })

  it('completes thin events with the next event that is read', () => {
    const owed = [{ sequence: 41, action: 'updated' as const, userId: 7 }]
    const { enrichments, state } = found(aField({ owed }), [anEvent(42)])
    expect(enrichments.get(42)).toMatchObject({ changes: [CHANGE], completes: [41] })
    expect(state.owed).toEqual([])
  })

  it('completes them with a further event when none waits any more', () => {
    const owed = [{ sequence: 41, action: 'updated' as const, userId: 7 }]
    const { enrichments, state, further } = found(aField({ owed }), [])
    expect(enrichments.size).toBe(0)
    expect(further?.event).toEqual({
      name: 'ONCRMREQUISITEUSERFIELDUPDATE',
      ts: null,
      handlerId: null,
      userId: 7,
      data: { FIELDS: { ID: '235', ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: 'UF_CRM_TAX' } },
      field: FIELD,
      quarantined: null,
    })
    expect(further?.enrichment).toMatchObject({ changes: [CHANGE], completes: [41], toldBy: null })
    expect(state.owed).toEqual([])
  })

  it('tells a thin addition as an addition', () => {
    const owed = [{ sequence: 41, action: 'added' as const, userId: null }]
    const { further } = found(aField({ owed, isTold: false, attributes: null }), [])
    expect(further?.event.field.action).toBe('added')
    expect(further?.enrichment.changes).toEqual(EVERY_LEAF)
  })

  it.each([
    ['nothing has changed', aField({ attributes: YOUNG })],
    ['nothing was known before', aField({ attributes: null })],
  ])('adds no further event when %s', (_, state) => {
    expect(found(state, []).further).toBeNull()
  })
})

describe('a field that is gone', () => {
  it('tells a deletion every leaf of the snapshot, and is told once', () => {
    const first = explainGone(aField(), [anEvent(42, 'deleted')], CONTEXT)
    expect(first.enrichments.get(42)).toMatchObject({
      status: 'complete',
      changes: EVERY_LEAF.map(({ attribute }) => ({
        attribute,
        before: OLD[attribute],
        after: null,
      })),
    })
    expect(first.state).toMatchObject({ isGone: true, attributes: null, toldBy: 42 })
    const second = explainGone(first.state, [anEvent(43, 'deleted')], CONTEXT)
    expect(second.enrichments.get(43)).toMatchObject({ changes: [], toldBy: 42 })
  })

  it('tells a deletion nothing when no snapshot is known', () => {
    const { enrichments } = explainGone(newFieldState(FIELD), [anEvent(42, 'deleted')], CONTEXT)
    expect(enrichments.get(42)).toMatchObject({ status: 'complete', changes: null, toldBy: null })
  })

  it('leaves additions and updates thin, and the snapshot for the deletion', () => {
    const events = [anEvent(42), anEvent(43, 'added'), anEvent(44, 'deleted')]
    const { enrichments } = explainGone(aField(), events, CONTEXT)
    expect(enrichments.get(42)).toMatchObject({
      status: 'unavailable',
      reason: 'not_found',
      changes: null,
    })
    expect(enrichments.get(43)).toMatchObject({ status: 'unavailable', reason: 'not_found' })
    expect(enrichments.get(44)?.changes).toHaveLength(4)
    expect(explainGone(aField(), [anEvent(42)], CONTEXT).state.attributes).toBe(OLD)
  })

  it('needs no read once a deletion waits', () => {
    expect(needsNoRead([anEvent(42), anEvent(43, 'deleted')])).toBe(true)
    expect(needsNoRead([anEvent(42)])).toBe(false)
  })

  it('is there again when the portal shows it', () => {
    const gone = aField({ isGone: true, attributes: null, isTold: false, toldBy: 40 })
    const { state, enrichments } = found(gone, [anEvent(42)])
    expect(state).toMatchObject({ isGone: false, attributes: YOUNG })
    expect(enrichments.get(42)).toMatchObject({ status: 'complete', changes: null })
  })
})

describe('an event that nothing could be read for', () => {
  it('goes out thin with its reason and what was known, and is owed', () => {
    const { enrichments, state } = explainThin(aField(), [anEvent(42)], {
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
    expect(state.owed).toEqual([{ sequence: 42, action: 'updated', userId: 1 }])
    expect(state.attributes).toBe(OLD)
  })

  it('is forgotten when too many others are owed', () => {
    const events = Array.from({ length: MAX_OWED + 1 }, (_, index) => anEvent(index + 1))
    const { state } = explainThin(aField(), events, { reason: 'timeout', userNames: new Map() })
    expect(state.owed).toHaveLength(MAX_OWED)
    expect(state.owed[0]?.sequence).toBe(2)
  })
})

describe('comparing with the portal', () => {
  const hasBaseline = true
  const read = { kind: 'found' as const, attributes: YOUNG }

  it('finds what has changed, what has gone and what is new', () => {
    expect(compareRead(aField(), read, { hasBaseline })).toEqual({
      action: 'updated',
      changes: [CHANGE],
    })
    expect(compareRead(aField(), { kind: 'gone' }, { hasBaseline })?.action).toBe('deleted')
    const unknown = newFieldState(FIELD)
    expect(compareRead(unknown, read, { hasBaseline })).toEqual({
      action: 'added',
      changes: EVERY_LEAF,
    })
  })

  it('finds nothing in a failure, in the same definition and in a field that was never known', () => {
    const failed = { kind: 'failed' as const, reason: 'access_denied' as const }
    expect(compareRead(aField(), failed, { hasBaseline })).toBeNull()
    expect(compareRead(aField({ attributes: YOUNG }), read, { hasBaseline })).toBeNull()
    expect(compareRead(newFieldState(FIELD), { kind: 'gone' }, { hasBaseline })).toBeNull()
    expect(
      compareRead(aField({ isGone: true, attributes: null }), { kind: 'gone' }, { hasBaseline }),
    ).toBeNull()
  })

  it('makes the first complete read the baseline, which tells nothing', () => {
    const unknown = newFieldState(FIELD)
    expect(compareRead(unknown, read, { hasBaseline: false })).toBeNull()
    const adopted = adoptRead(unknown, read, { readAt: READ_AT, isBaseline: true })
    expect(adopted).toMatchObject({ attributes: YOUNG, isTold: true, toldBy: null })
  })

  it('tells an addition that a thin event owes even before the baseline', () => {
    const owed = [{ sequence: 41, action: 'added' as const, userId: null }]
    const state = { ...newFieldState(FIELD), owed }
    expect(compareRead(state, read, { hasBaseline: false })?.action).toBe('added')
  })

  it('makes an event of a difference, and moves the snapshot with it', () => {
    const difference = { action: 'updated' as const, changes: [CHANGE] }
    const told = tellDifference(aField(), difference, { ...CONTEXT, read })
    expect(told.further.event.name).toBe('ONCRMREQUISITEUSERFIELDUPDATE')
    expect(told.further.enrichment).toMatchObject({ changes: [CHANGE], completes: [] })
    expect(told.state).toMatchObject({ attributes: YOUNG, readAt: READ_AT, isTold: true })
  })

  it('leaves a tombstone after a deletion', () => {
    const difference = { action: 'deleted' as const, changes: [] }
    const told = tellDifference(aField(), difference, { ...CONTEXT, read: { kind: 'gone' } })
    expect(told.state).toMatchObject({ isGone: true, attributes: null, isTold: false })
    expect(told.further.event.name).toBe('ONCRMREQUISITEUSERFIELDDELETE')
  })
})
