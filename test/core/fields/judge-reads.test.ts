/** Which differences are told now, which are looked at again, and what is only remembered. */
import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import type { FieldRead } from '../../../src/core/fields/field-read.ts'
import type { FieldState } from '../../../src/core/fields/field-state.ts'
import {
  judgeDifference,
  judgeReads,
  type JudgeTerms,
} from '../../../src/core/fields/judge-reads.ts'
import { NO_RECONCILIATION, type Suspect } from '../../../src/core/fields/reconciliation.ts'
import {
  aField,
  aGoneField,
  anUnreadField,
  FIELD,
  READ_AT,
  YOUNG,
} from '../../support/builders/a-field.ts'

const DIFFERENCE = {
  action: 'updated' as const,
  changes: [{ attribute: 'SORT', before: '1', after: '2' }],
}
const FIRST_LOOK = judgeDifference(DIFFERENCE, { suspect: null, isUrgent: false })
const SUSPECT: Suspect = {
  id: 235,
  family: 'requisite',
  entityId: 'CRM_REQUISITE',
  dueAt: 0,
  seen: FIRST_LOOK.tell ? null : FIRST_LOOK.seen,
  looks: 1,
}

describe('a difference', () => {
  it('is looked at again before it is told', () => {
    expect(judgeDifference(DIFFERENCE, { suspect: null, isUrgent: false })).toEqual({
      tell: false,
      seen: expect.stringMatching(/^[0-9a-f]{1,8}-\d+$/),
      looks: 1,
    })
  })

  it.each([
    ['it still stands', { suspect: SUSPECT, isUrgent: false }],
    ['an operator asks', { suspect: null, isUrgent: true }],
    [
      'it has changed at five looks',
      { suspect: { ...SUSPECT, seen: 'x', looks: 5 }, isUrgent: false },
    ],
  ])('is told when %s', (_, terms) => {
    expect(judgeDifference(DIFFERENCE, terms)).toEqual({ tell: true })
  })

  it.each([1, 4])('that has changed at each of %i looks is looked at once more', (looks) => {
    const terms = { suspect: { ...SUSPECT, seen: 'x', looks }, isUrgent: false }
    expect(judgeDifference(DIFFERENCE, terms)).toMatchObject({ tell: false, looks: looks + 1 })
  })
})

describe('the reads of one comparison', () => {
  const JUDGED_AT = READ_AT + 50
  const FOUND: FieldRead = { kind: 'found', attributes: { ...YOUNG, FIELD_NAME: 'UF_CRM_TAX' } }
  const DENIED: FieldRead = { kind: 'failed', reason: 'access_denied' }
  const { action: _, fieldName: __, ...REF } = FIELD

  function judge(known: FieldState | null, read: FieldRead, changes: Partial<JudgeTerms> = {}) {
    const terms = { state: NO_RECONCILIATION, isUrgent: false, hasBaseline: true, now: JUDGED_AT }
    return judgeReads([{ ref: REF, known, read }], { ...terms, readAt: READ_AT, ...changes })
  }

  it('look again at a difference of a scheduled run before they tell it', () => {
    const first = judge(aField(), FOUND)
    expect(first).toMatchObject({ found: [], adopted: [] })
    const [suspect] = first.next.suspects
    expect(suspect).toMatchObject({ id: FIELD.id, dueAt: JUDGED_AT + 2 * MINUTE_MS, looks: 1 })
    const second = judge(aField(), FOUND, { state: first.next })
    expect(second.found).toMatchObject([{ difference: { action: 'updated' }, read: FOUND }])
    expect(second.next.suspects).toEqual([])
  })

  it('tell at once what an operator asks for, and what a thin event owes', () => {
    expect(judge(aField(), FOUND, { isUrgent: true }).found).toHaveLength(1)
    const owed = [{ sequence: 41, action: 'updated' as const, userId: null }]
    expect(judge(aField({ owed }), FOUND).found).toHaveLength(1)
  })

  it('make the first complete read the baseline, which tells nothing', () => {
    const { found, adopted } = judge(null, FOUND, { hasBaseline: false })
    expect(found).toEqual([])
    expect(adopted).toMatchObject([
      { presence: 'present', fieldName: 'UF_CRM_TAX', readAt: READ_AT, isTold: true, toldBy: null },
    ])
  })

  it('remember a listed field that cannot be read before the baseline: no later read may tell it as new', () => {
    const { found, adopted, next } = judge(null, DENIED, { hasBaseline: false })
    expect({ found, next }).toEqual({ found: [], next: NO_RECONCILIATION })
    expect(adopted).toMatchObject([{ presence: 'unread', id: FIELD.id, isTold: true }])
  })

  it.each<[string, FieldState | null, boolean]>([
    ['is known', aField(), false],
    ['is known only by its name', anUnreadField(), false],
    ['is new since the baseline', null, true],
  ])('remember nothing of a failure when the field %s', (_case, known, hasBaseline) => {
    expect(judge(known, DENIED, { hasBaseline })).toEqual({
      found: [],
      adopted: [],
      next: NO_RECONCILIATION,
    })
  })

  it('tell what is new since the baseline as an addition', () => {
    const { found } = judge(null, FOUND, { isUrgent: true })
    expect(found).toMatchObject([{ difference: { action: 'added' } }])
  })

  it('tell nothing of a field that was gone before it was met, or is known to be gone', () => {
    for (const known of [null, aGoneField()]) {
      expect(judge(known, { kind: 'gone' }, { isUrgent: true })).toEqual({
        found: [],
        adopted: [],
        next: NO_RECONCILIATION,
      })
    }
  })

  it('write nothing when a field is as it was, and end the suspicion', () => {
    const state = { ...NO_RECONCILIATION, suspects: [{ ...SUSPECT, id: FIELD.id }] }
    const { found, adopted, next } = judge(
      aField({ attributes: YOUNG }),
      { ...FOUND, attributes: YOUNG },
      { state },
    )
    expect({ found, adopted }).toEqual({ found: [], adopted: [] })
    expect(next.suspects).toEqual([])
  })
})
