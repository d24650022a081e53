import { expect, test } from 'vitest'
import { fillLayersPage } from '../../scripts/layers-page.ts'

const PAGE = `Before.

<!-- layers: npm run generate -->
old
<!-- end of layers -->

Between.

<!-- rooms: npm run generate -->
<!-- end of rooms -->

After.
`

test('the tables stand between their marks, and everything else stays', () => {
  const filled = fillLayersPage(PAGE)
  const prose = filled.split('\n').filter((line) => line !== '' && !line.startsWith('|'))
  expect(prose.filter((line) => !line.startsWith('<!--'))).toEqual([
    'Before.',
    'Between.',
    'After.',
  ])
  expect(filled).toContain('| `src/core` | valibot | decisions: no I/O, no clock, no platform |\n')
  expect(filled).toContain(
    '| `src/portal/log` | `state` | the log of events, and the way into it |\n',
  )
  expect(fillLayersPage(filled)).toBe(filled)
})

test('a page without a mark is not written', () => {
  expect(() => fillLayersPage(PAGE.replace('<!-- end of rooms -->', ''))).toThrow(
    'Cannot write the table of rooms as its marks are missing',
  )
})
