import { expect, test } from 'vitest'
import {
  formatEventSearch,
  isFound,
  isSearching,
  parseEventSearch,
} from '../../../../src/dashboard/pages/portal/event-search.ts'
import { anEventView, DELIVERED_FATE, PARKED_FATE } from '../../../support/builders/a-view.ts'

const searchOf = (query: string) => parseEventSearch(new URLSearchParams(query))

test.each(['', 'event=task', 'field=UF_%22', 'fate=parked&destination=erp', 'before=42'])(
  'the search "%s" is its own address',
  (query) => {
    const search = searchOf(query)
    expect(formatEventSearch(search)).toBe(query === '' ? '' : `?${query}`)
    expect(isSearching(search)).toBe(query !== '' && query !== 'before=42')
  },
)

test.each(['fate=lost', 'before=0', 'before=-1', 'before=1e3', 'said=paused', 'event=+'])(
  '"%s" asks for nothing',
  (query) => expect(searchOf(query)).toEqual(searchOf('')),
)

test('a text is cut before it is looked for', () => {
  expect(searchOf(`field=${'x'.repeat(999)}`).field).toHaveLength(200)
})

const VIEW = anEventView({ fates: { erp: DELIVERED_FATE, crm: PARKED_FATE } })

test.each([
  ['', true],
  ['event=userfield', true],
  ['event=task', false],
  ['field=uf_crm_tax', true],
  ['field=235', true],
  ['field=mandatory', true],
  ['field=anna', true],
  ['field=UF_CRM_OTHER', false],
  ['fate=delivered', true],
  ['fate=parked', true],
  ['fate=waiting', false],
  ['fate=parked&destination=erp', false],
  ['fate=parked&destination=crm', true],
  ['destination=erp', true],
  ['destination=other', false],
  ['fate=quarantined', false],
  ['fate=thin', false],
])('"%s" finds the event: %s', (query, found) => {
  expect(isFound(searchOf(query), VIEW)).toBe(found)
})

test('events without a fate of their own are found by their state', () => {
  expect(isFound(searchOf('fate=quarantined'), anEventView({ quarantined: true }))).toBe(true)
  expect(isFound(searchOf('fate=thin'), anEventView({ enrichment: 'unavailable' }))).toBe(true)
})

test('a text with quotes is found as it stands', () => {
  const view = anEventView({ fields: { TITLE: 'the "big" deal' } })
  expect(isFound(searchOf(`field=${encodeURIComponent('"big"')}`), view)).toBe(true)
})
