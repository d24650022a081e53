import { expect, test } from 'vitest'
import type { HistoryView } from '../../../../src/core/views/history-view.ts'
import { HistoryPlots } from '../../../../src/dashboard/pages/portal/history-plots.tsx'
import { contentOf, textOf } from '../../../support/builders/a-page.ts'
import { HOSTILE } from '../../../support/builders/a-view.ts'

const LANE: HistoryView['lanes'][number] = {
  destination: 'erp',
  hours: [
    { delivered: 0, medianMs: null, p95Ms: null, waiting: 5 },
    { delivered: 1200, medianMs: 250, p95Ms: null, waiting: 0 },
  ],
}

const HISTORY: HistoryView = {
  hours: [
    { at: '2026-03-01T11:00:00.000Z', events: 5 },
    { at: '2026-03-01T12:00:00.000Z', events: 1200 },
  ],
  lanes: [LANE],
}

function pageOf(history: HistoryView) {
  return { title: '', content: HistoryPlots({ history }) }
}

test('each plot has a name that tells its numbers, and a title for each bar', async () => {
  const html = await contentOf(pageOf(HISTORY))
  expect([...html.matchAll(/role="img" aria-label="([^"]*)"/g)].map(([, label]) => label)).toEqual([
    'Events in each of the last 2 hours: 1,205 in all, 1,200 in the busiest hour',
    'erp: how long 1,200 deliveries took, by the hour; 95 of 100 lately more than 1 d',
    'erp: how many events waited, by the hour; 5 at most',
  ])
  expect(html).toContain('<title>03-01 11:00 UTC: no delivery</title>')
  expect(html).toContain('median at most 250 ms, 95 of 100 more than 1 d</title>')
  expect(html).not.toContain(' style=')
})

test('a table tells the same', async () => {
  const text = await textOf(pageOf(HISTORY))
  expect(text).toContain('03-01 11:00 UTC 5 0, –, –, 5')
  expect(text).toContain('03-01 12:00 UTC 1,200 1,200, at most 250 ms, more than 1 d, 0')
})

test('a portal with a thousand destinations has a bounded page', async () => {
  const lanes = Array.from({ length: 1000 }, (_, n) => ({ ...LANE, destination: `lane-${n}` }))
  const text = await textOf(pageOf({ ...HISTORY, lanes }))
  expect(text).toContain('980 more destinations')
  expect(text).not.toContain('lane-20 ')
})

test('a name cannot leave its place', async () => {
  const history = { ...HISTORY, lanes: [{ ...LANE, destination: HOSTILE }] }
  expect(await contentOf(pageOf(history))).not.toMatch(/<img|<script/)
})
