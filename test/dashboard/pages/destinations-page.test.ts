import { expect, test } from 'vitest'
import {
  destinationsPage,
  type DestinationsPage,
} from '../../../src/dashboard/pages/destinations-page.tsx'
import type { DestinationView } from '../../../src/core/views/destination-views.ts'
import { aPage, contentOf, textOf } from '../../support/builders/a-page.ts'
import { ago, HOSTILE } from '../../support/builders/a-view.ts'

const ROW: DestinationView = {
  name: 'erp',
  type: 'webhook',
  host: 'erp.example.com',
  language: 'en',
  problems: [],
  state: 'disabled',
  lanes: { active: 3, retrying: 0, paused: 0, disabled: 1, removed: 0 },
  backlog: 2,
  parked: 1,
  oldestWaitingAt: ago(60_000),
  delivered: 1200,
  attempts: { delivered: 1200, unreachable: 0, rejected: 1 },
  lastOutcome: { outcome: 'failed', reason: 'gone', at: ago(0) },
}

function pageOf(partial: Partial<DestinationsPage> = {}) {
  const rest = { feedback: null, tested: null, message: null }
  return destinationsPage({ terms: aPage(), destinations: [ROW], ...rest, ...partial })
}

test('a destination tells how it stands over all portals', async () => {
  const text = await textOf(pageOf())
  expect(text).toContain('erp webhook disabled')
  expect(text).toContain(
    'active in 3 portals, disabled in 1 portal . 1,200 delivered events , 1 parked event'
      .replaceAll(' .', '.')
      .replaceAll(' ,', ','),
  )
  expect(text).toContain(
    'The last attempt failed : The receiver says that the address is gone for good'.replace(
      ' :',
      ':',
    ),
  )
})

test('its acts are a test, a sample, and behind a fold those in all portals', async () => {
  const html = await contentOf(pageOf())
  const acts = [...html.matchAll(/(?:action|href)="\/admin\/destinations\/erp\/(\w+)/g)].map(
    ([, act]) => act,
  )
  expect(acts).toEqual(['test', 'preview', 'pause', 'resume', 'replay'])
  expect(html.indexOf('<details>')).toBeLessThan(html.indexOf('/erp/pause'))
})

test('one that is not configured any more has no acts', async () => {
  const row = { ...ROW, type: null, host: null, language: null, lastOutcome: null }
  expect(await contentOf(pageOf({ destinations: [row] }))).not.toContain('<form')
  expect(await textOf(pageOf({ destinations: [] }))).toContain('set DESTINATIONS')
})

test('the outcome of a test is told with its reason and what to do', async () => {
  const tested = {
    destination: 'erp',
    outcome: 'delivered',
    reason: null,
    status: 200,
    detail: null,
  } as const
  expect(await textOf(pageOf({ tested }))).toMatch(/^erp has taken the test message\./)
  const failed = {
    ...tested,
    outcome: 'rejected',
    reason: 'http_404',
    status: 404,
    detail: HOSTILE,
  } as const
  const page = pageOf({ tested: failed })
  expect(await textOf(page)).toContain('status 404')
  expect(await textOf(page)).toContain('Make a new webhook')
  expect(await contentOf(page)).not.toMatch(/<img|<script/)
})

test('a wrong setting is named', async () => {
  const problems = [{ setting: 'DESTINATIONS.erp.url', problem: 'Must be https' }]
  const row = { ...ROW, problems, lanes: { ...ROW.lanes, active: 0, disabled: 0 } }
  const text = await textOf(pageOf({ destinations: [row] }))
  expect(text).toContain('DESTINATIONS.erp.url : Must be https')
  expect(text).toContain('No portal has a lane to it yet')
})
