import { expect, test } from 'vitest'
import { EventRow } from '../../../src/dashboard/parts/event-row.tsx'
import { aPage } from '../../support/builders/a-page.ts'
import { anEventView, MEMBER_ID } from '../../support/builders/a-view.ts'

test('a row shows three changes, and how many more there are', () => {
  const changes = [1, 2, 3, 4, 5].map((n) => ({ attribute: `A${n}`, before: n, after: n + 1 }))
  const html = String(
    EventRow({ terms: aPage(), memberId: MEMBER_ID, view: anEventView({ changes }) }),
  )
  expect(html).toContain('<code>A3</code> <bdi>3</bdi> → <bdi>4</bdi>')
  expect(html).not.toContain('A4')
  expect(html).toContain('and 2 more')
})
