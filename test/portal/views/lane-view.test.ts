/** The progress of one lane as the admin API shows it, and what it waits for. */
import { describe, expect, it } from 'vitest'
import { laneView, type LaneViewParts } from '../../../src/portal/views/lane-view.ts'
import { aLane, anEntry, pagesOf, type LaneMembers } from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

const ENTRIES = [41, 42, 43].map((sequence) => anEntry({ sequence, receivedAt: NOW + sequence }))

const PARTS: LaneViewParts = {
  state: { head: () => 43 },
  log: pagesOf(ENTRIES),
  fates: { countParked: () => 0 },
  receivers: { findDestination: () => null, problems: () => [] },
  rules: { filteredBy: (_, { sequence }) => (sequence === 42 ? { reason: 'event' } : null) },
}

describe('a lane in the view', () => {
  it.each<[string, LaneMembers, object]>([
    ['has passed everything', { cursor: 43 }, { backlog: 0, oldestWaitingAt: null }],
    [
      'waits since the first event behind its cursor',
      { cursor: 41 },
      { backlog: 2, oldestWaitingAt: new Date(NOW + 42).toISOString(), nextAttemptAt: null },
    ],
    [
      'gathers events until a time',
      { cursor: 42, gathering: { until: NOW + 7 } },
      { state: 'active', nextAttemptAt: new Date(NOW + 7).toISOString(), waitsFor: 'digest' },
    ],
    [
      'retries at a time',
      { cursor: 42, attempts: 1, retryAt: NOW + 9, gathering: { until: NOW + 7 } },
      { state: 'retrying', nextAttemptAt: new Date(NOW + 9).toISOString(), waitsFor: 'retry' },
    ],
    [
      'waits for the pace of its receiver',
      { cursor: 42, notBefore: NOW + 5 },
      { state: 'active', nextAttemptAt: new Date(NOW + 5).toISOString(), waitsFor: 'pace' },
    ],
    [
      'waits no more',
      { cursor: 42, notBefore: NOW },
      { state: 'active', nextAttemptAt: null, waitsFor: null },
    ],
    [
      'does not retry while it is paused',
      { cursor: 42, attempts: 1, status: 'paused' },
      { state: 'paused', attempts: 1, front: 43 },
    ],
    [
      'stands before an event that it does not get',
      { cursor: 41, status: 'paused' },
      { backlog: 2, front: 43 },
    ],
    [
      'stands with a digest under way',
      { cursor: 40, attempts: 1, gathering: { underWay: [41, 43] } },
      { state: 'retrying', front: 41 },
    ],
  ])('%s', (_case, changes, expected) => {
    expect(laneView(PARTS, aLane(changes), NOW)).toMatchObject(expected)
  })

  it('has no front while it goes on, since it changes with each event', () => {
    expect(laneView(PARTS, aLane({ cursor: 41 }), NOW)).not.toHaveProperty('front')
  })
})
