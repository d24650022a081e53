import { expect, test } from 'vitest'
import { LaneCard } from '../../../../src/dashboard/pages/portal/lane-card.tsx'
import type { LaneView } from '../../../../src/core/views/lane-view.ts'
import { aPage } from '../../../support/builders/a-page.ts'
import { aDisabledLane, aLaneView, HOSTILE, MEMBER_ID } from '../../../support/builders/a-view.ts'

function htmlOf(lane: LaneView): string {
  return String(LaneCard({ terms: aPage(), memberId: MEMBER_ID, lane, head: 42, span: 20 }))
}

/** The acts of a card: the ends of the addresses of its forms and links. */
function actsOf(lane: LaneView): readonly string[] {
  return [...htmlOf(lane).matchAll(/(?:action|href)="[^"]*\/lanes\/erp\/(\w+)"/g)].map(
    ([, act = '']) => act,
  )
}

test('each state has the acts that make sense in it', () => {
  expect(actsOf(aLaneView())).toEqual(['pause', 'replay'])
  const paused = { state: 'paused', backlog: 1 } as const
  expect(actsOf(aLaneView({ ...paused, front: 43 }))).toEqual(['resume', 'park', 'replay'])
  // Nothing that waits is meant for the destination, or an object of the former release does not say it.
  for (const front of [{ front: null }, {}]) {
    expect(actsOf(aLaneView({ ...paused, ...front }))).toEqual(['resume', 'replay'])
  }
  expect(actsOf(aDisabledLane())).toEqual(['resume', 'pause', 'park', 'replay'])
  expect(actsOf(aLaneView({ state: 'removed' }))).toEqual([])
  expect(actsOf(aLaneView({ cursor: 0 }))).toEqual(['pause'])
})

test('a lane that is stuck says since when, why, and what to do', () => {
  const html = htmlOf(aDisabledLane())
  expect(html).toContain('2 events behind event 40, the oldest came')
  expect(html).toContain('>5 min ago</time>')
  expect(html).toContain('The receiver says that the address is gone for good <code>gone</code>')
  expect(html).toContain('<bdi>No such hook</bdi>')
  expect(html).toContain('Make a new webhook at the receiver')
  expect(html).toContain('Park event 42')
})

test('a failure that is over is not shown any more', () => {
  const { lastError } = aDisabledLane()
  expect(htmlOf(aLaneView({ lastError }))).not.toContain('gone')
})

test('a destination that is configured no more has no settings to correct', () => {
  expect(htmlOf(aDisabledLane({ state: 'removed', reason: 'misconfigured' }))).not.toContain(
    'strip',
  )
})

test('wrong settings are named', () => {
  const problems = [{ setting: 'DESTINATIONS[0].url', problem: 'Must be an https URL' }]
  const html = htmlOf(aDisabledLane({ reason: 'misconfigured', problems }))
  expect(html).toContain('<code>DESTINATIONS[0].url</code>: Must be an https URL')
})

test('counts are shown where there is something to count', () => {
  const html = htmlOf(aLaneView({ parked: 3, expired: 5, crowdedOut: 2, replaying: 1 }))
  expect(html).toContain(`href="/admin/portals/${MEMBER_ID}/parked#erp"`)
  expect(html).toContain('3 parked events')
  expect(html).toContain('5 events expired before delivery, 2 of them early for lack of space')
  expect(html).toContain('1 replay under way')
})

test('text of a receiver cannot leave its place', () => {
  const lastError = { reason: 'gone', detail: HOSTILE, status: 410, at: null } as const
  expect(htmlOf(aDisabledLane({ lastError }))).not.toMatch(/<img|<script/)
})
