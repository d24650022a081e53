import { expect, test } from 'vitest'
import { SearchForm } from '../../../../src/dashboard/pages/portal/search-form.tsx'
import { parseEventSearch } from '../../../../src/dashboard/pages/portal/event-search.ts'
import { HOSTILE, MEMBER_ID } from '../../../support/builders/a-view.ts'

function htmlOf(query: Record<string, string>): string {
  const search = parseEventSearch(new URLSearchParams(query))
  return String(SearchForm({ memberId: MEMBER_ID, search, destinations: ['erp', 'crm'] }))
}

test('the form holds what is looked for', () => {
  const html = htmlOf({ event: 'task', fate: 'parked', destination: 'crm' })
  expect(html).toContain('name="event" value="task"')
  expect([...html.matchAll(/value="(\w+)" selected/g)].map(([, value]) => value)).toEqual([
    'parked',
    'crm',
  ])
  expect(html).toContain('Show all')
  expect(htmlOf({})).not.toContain('Show all')
})

test('what is looked for cannot leave its place', () => {
  expect(htmlOf({ event: HOSTILE, field: HOSTILE })).not.toMatch(/<img|<script/)
})
