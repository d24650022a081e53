import { expect, test } from 'vitest'
import type { RefusedCallerView } from '../../../src/core/views/refused-callers-view.ts'
import { refusedPage } from '../../../src/dashboard/pages/refused-page.tsx'
import { aPage, contentOf, textOf } from '../../support/builders/a-page.ts'
import { ago, HOSTILE, MEMBER_ID } from '../../support/builders/a-view.ts'

const REFUSED: RefusedCallerView = {
  at: ago(300_000),
  network: '198.51.100.0/24',
  memberId: MEMBER_ID,
  known: true,
  request: 'event',
  reason: 'wrong_token',
}

function pageOf(...refused: RefusedCallerView[]) {
  return refusedPage({ terms: aPage(), refused })
}

test('a refused caller has its time, network, portal, reason and remedy', async () => {
  const page = pageOf(REFUSED)
  expect(await textOf(page)).toMatch(
    /In the name of known portals An event from 198\.51\.100\.0\/24 .* UTC 5 min ago Portal: a{32} The portal is known, .*\( wrong_token \)\. Compare OUTGOING_WEBHOOK_TOKENS .*character by character\. All others No other call was refused\.$/,
  )
  expect(await contentOf(page)).toContain(`href="/admin/portals/${MEMBER_ID}"`)
})

test('strangers stand apart, and their portals lead nowhere', async () => {
  const page = pageOf(
    { ...REFUSED, known: false, reason: 'unknown_portal' },
    { ...REFUSED, known: false, memberId: null, request: 'robot', reason: 'wrong_address' },
  )
  const text = await textOf(page)
  expect(text).toContain('No call in the name of a known portal was refused. All others An event')
  expect(text).toContain('A hint of a robot from')
  expect(text).toContain('Portal: it names none')
  expect(await contentOf(page)).not.toContain('href=')
})

test('no text of a caller can leave its place', async () => {
  const hostile = {
    at: HOSTILE,
    network: HOSTILE,
    memberId: HOSTILE,
    request: HOSTILE,
    reason: HOSTILE,
  }
  // Sound: a damaged row may hold anything.
  const views = [true, false].map(
    (known) => ({ ...hostile, known }) as unknown as RefusedCallerView,
  )
  expect(await contentOf(pageOf(...views))).not.toMatch(/<img|<script/)
})
