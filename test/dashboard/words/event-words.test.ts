import { expect, test } from 'vitest'
import {
  explanationOf,
  fatesByState,
  subjectOf,
  toneOfFate,
} from '../../../src/dashboard/words/event-words.ts'
import type { EventView } from '../../../src/core/views/event-views.ts'
import { anEventView, DELIVERED_FATE, WAITING_FATE } from '../../support/builders/a-view.ts'

test.each<[EventView['fields'], string]>([
  [{ ID: 1, ENTITY_ID: 'CRM_13', FIELD_NAME: 'UF_A' }, 'UF_A in CRM_13'],
  [{ FIELD_NAME: 'UF_A' }, 'UF_A'],
  [{ FIELDS: { ID: '42' } }, 'id 42'],
  [{ FIELDS: 'text', ID: 5 }, 'id 5'],
  [{ FIELDS: { ID: { a: 1 } } }, ''],
  [null, ''],
  ['text', ''],
  [['ID'], ''],
])('%j is about "%s"', (fields, words) => {
  expect(subjectOf({ fields })).toBe(words)
})

test.each<[Partial<EventView>, string]>([
  [{}, ''],
  [{ changes: null }, ''],
  [{ changes: [] }, 'nothing visible changed'],
  [{ changes: [], toldBy: 40 }, 'told by event 40'],
  [{ enrichment: 'unavailable', enrichmentReason: 'timeout' }, 'without changes (timeout)'],
  [{ quarantined: true, quarantineReason: 'too_deep' }, 'not understood (too_deep)'],
])('%j is told as "%s"', (partial, words) => {
  expect(explanationOf(anEventView(partial))).toBe(words)
})

test('destinations with one fate stand together', () => {
  const fates = { erp: DELIVERED_FATE, crm: WAITING_FATE, bus: DELIVERED_FATE }
  expect([...fatesByState({ fates })]).toEqual([
    ['delivered', ['erp', 'bus']],
    ['waiting', ['crm']],
  ])
})

test('a fate has a tone', () => {
  const states = ['delivered', 'waiting', 'parked', 'expired', 'filtered', 'unchanged'] as const
  expect(states.map(toneOfFate)).toEqual(['good', 'warn', 'bad', 'bad', 'calm', 'calm'])
})
