import { expect, test } from 'vitest'
import { explainedWords, fateWords } from '../../../src/dashboard/words/event-way.ts'
import { QUARANTINE_REASONS, THIN_REASONS } from '../../../src/core/log/event.ts'
import type { FateView } from '../../../src/core/views/event-views.ts'
import {
  ago,
  anEventView,
  DELIVERED_FATE,
  PARKED_FATE,
  WAITING_FATE,
} from '../../support/builders/a-view.ts'

test.each(THIN_REASONS)('an event that is thin for %s says why', (enrichmentReason) => {
  const view = anEventView({ enrichment: 'unavailable', enrichmentReason, changes: null })
  expect(explainedWords(view).text).toMatch(/because [a-z]/)
})

test.each(QUARANTINE_REASONS)('an event that is quarantined as %s says why', (quarantineReason) => {
  const view = anEventView({ quarantined: true, quarantineReason })
  expect(explainedWords(view).text).toMatch(/^It(?:s|) .*\. No destination gets it/)
})

test('an explained event says how much has changed', () => {
  expect(explainedWords(anEventView()).text).toContain('1 changed attribute.')
  expect(explainedWords(anEventView({ changes: [] })).text).toContain(
    'Nothing visible had changed.',
  )
  const notExplained = { enrichment: 'not_applicable', changes: null } as const
  expect(explainedWords(anEventView({ ...notExplained, event: 'onCrmDealAdd' }))).toEqual({
    title: 'Not explained',
    text: 'Changes are found for events of user fields only.',
  })
  // An outgoing webhook alone: the event is about a field, and nobody could read it.
  expect(explainedWords(anEventView(notExplained)).text).toContain('an outgoing webhook alone')
})

test('an erased event is said to be so, whatever it was before', () => {
  for (const quarantined of [false, true]) {
    const view = anEventView({ quarantined, changes: null, erasedAt: ago(0) })
    expect(explainedWords(view)).toEqual({
      title: 'Erased',
      text: 'An operator has erased its content. Its fates stay, and nothing sends it again.',
    })
  }
})

test.each<[string, FateView, string]>([
  ['delivered', DELIVERED_FATE, 'The receiver has it. '],
  ['waiting', WAITING_FATE, 'It waits for its turn. '],
  [
    'waiting after a failure',
    { ...WAITING_FATE, reason: 'timeout' },
    'The receiver did not answer in time (timeout). The relay',
  ],
  ['parked', PARKED_FATE, 'The receiver refused it (http_422). Only this message'],
  [
    'parked without a reason',
    { ...PARKED_FATE, reason: null },
    'It was set aside after a failed attempt. ',
  ],
  [
    'expired',
    { ...DELIVERED_FATE, state: 'expired' },
    'Its content was erased while it was parked',
  ],
  [
    'unchanged',
    { ...WAITING_FATE, state: 'unchanged', attempts: null, reason: null },
    'An earlier event has told',
  ],
  [
    'filtered',
    {
      ...WAITING_FATE,
      state: 'filtered',
      attempts: null,
      reason: 'condition',
      condition: 'data.ID = 9',
    },
    'Left out: it does not meet a condition of the destination. data.ID = 9',
  ],
])('a fate that is %s says so', (_, fate, words) => {
  const { text, remedy } = fateWords(fate)
  expect(`${text} ${remedy}`).toContain(words)
})
