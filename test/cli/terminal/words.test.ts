import { expect, it } from 'vitest'
import { countOf, fatesText, stateWords, textOr, timeText } from '../../../cli/terminal/words.ts'
import { DELIVERED_FATE, PARKED_FATE } from '../../support/builders/a-view.ts'

it('a time is shown in UTC by the second, and a dash stands for none', () => {
  expect(timeText('2026-09-21T14:13:20.123Z')).toBe('2026-09-21 14:13:20Z')
  expect([timeText(null), textOr(null), textOr(''), textOr(0)]).toEqual(['-', '-', '-', '0'])
})

it('a number has its noun', () => {
  expect([countOf(1, 'event'), countOf(0, 'event'), countOf(2, 'portal')]).toEqual([
    '1 event',
    '0 events',
    '2 portals',
  ])
})

it('a state that nobody knows counts as bad', () => {
  expect(stateWords('active')).toEqual({ text: 'active', tone: 'good' })
  expect(stateWords('tokens_lost')).toEqual({ text: 'tokens_lost', tone: 'bad' })
})

it('fates stand in one line with their reasons', () => {
  expect(fatesText({ erp: PARKED_FATE, crm: DELIVERED_FATE })).toBe(
    'erp parked (http_422), crm delivered',
  )
  expect(fatesText({})).toBe('')
})
