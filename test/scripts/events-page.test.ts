/** docs/events.md says what the code does. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EVENTS_PAGE } from '../../scripts/events-page.ts'
import { displayName } from '../../src/core/events/event-names.ts'
import { DOCUMENTED_EVENTS } from '../support/builders/documented-events.ts'

const PAGE = readFileSync(EVENTS_PAGE, 'utf8')

test('docs/events.md has a row for every event of the documentation that is spelled right', () => {
  // Three spellings of the documentation are mistakes, and an event of one type is told in the row of all types.
  const misspelt = /^(?:OnTaskCommen(?:Update|Delete)|onLeadDelete|onAppsUninstall)$/
  const names = DOCUMENTED_EVENTS.map(({ event }) => displayName(event.toUpperCase()))
  const wanted = new Set(names.filter((name) => !misspelt.test(name) && !/_\d+$/.test(name)))
  const missing = [...wanted].filter((name) => !PAGE.includes(`| \`${name}\``))
  expect(missing).toEqual([])
  expect(wanted.size).toBeGreaterThan(190)
})

test('docs/events.md tells every event in words', () => {
  const rows = PAGE.split('\n').filter((line) => line.startsWith('| `'))
  const bare = rows.filter((row) => {
    const [, name = '', sentence = ''] = row.split(' | ').map((cell) => cell.replace(/^\| /, ''))
    return sentence.includes(name) || /unknown event/i.test(row)
  })
  expect(bare).toEqual([])
})
