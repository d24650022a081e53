/** What the report of a portal tells of one lane. */
import { describe, expect, it } from 'vitest'
import { laneWord, lastOutcomeOf, reportLane } from '../../../src/core/reports/lane-report.ts'
import { aJob, aLane } from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

const FAILURE = { reason: 'gone', detail: null, status: 410, at: NOW } as const
const TAKEN = { sequence: 7, state: 'delivered', at: NOW - 1, attempts: 1 } as const
const PARKED = { sequence: 8, state: 'parked', at: NOW, attempts: 1 } as const

describe('laneWord()', () => {
  it('tells a lane that retries from one that goes on', () => {
    expect(laneWord(aLane())).toBe('active')
    expect(laneWord(aLane({ attempts: 1 }))).toBe('retrying')
    expect(laneWord(aLane({ replays: [aJob({ attempts: 1 })] }))).toBe('retrying')
    expect(laneWord(aLane({ attempts: 1, status: 'paused' }))).toBe('paused')
  })
})

describe('lastOutcomeOf()', () => {
  it('is the failure that no success has forgotten, else the last success', () => {
    expect(lastOutcomeOf(aLane())).toBeNull()
    expect(lastOutcomeOf(aLane({ recent: [TAKEN, PARKED] }))).toEqual({
      outcome: 'delivered',
      reason: null,
      at: NOW - 1,
    })
    expect(lastOutcomeOf(aLane({ recent: [TAKEN], lastError: FAILURE }))).toEqual({
      outcome: 'failed',
      reason: 'gone',
      at: NOW,
    })
  })
})

it('reportLane() counts what waits behind the cursor', () => {
  const lane = aLane({ cursor: 5 })
  const { tally } = lane
  const stored = { parked: 2, oldestWaitingAt: NOW }
  expect(reportLane(lane, 7, stored)).toEqual({
    destination: 'erp',
    state: 'active',
    backlog: 2,
    ...stored,
    tally,
    lastOutcome: null,
  })
})
