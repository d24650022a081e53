/** When a portal has something to report. */
import { describe, expect, it } from 'vitest'
import { HOUR_MS } from '../../../src/core/durations.ts'
import type { LaneState } from '../../../src/core/lanes/state/lane-state.ts'
import { disable } from '../../../src/core/lanes/state/lane-status.ts'
import { NO_TALLY } from '../../../src/core/lanes/state/tally.ts'
import {
  hasNewSigns,
  isReportOld,
  signsOf,
  type SignTerms,
} from '../../../src/core/reports/portal-report.ts'
import { aJob, aLane } from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

const WELL: SignTerms = {
  domain: 'acme.bitrix24.com',
  status: 'active',
  missing: 0,
  lanes: [aLane()],
}

function parkedLane(parked: number): LaneState {
  return aLane({ tally: { ...NO_TALLY, parked } })
}

describe('hasNewSigns()', () => {
  const last = { at: NOW, ...signsOf(WELL), hasParked: false }

  it('is true before the first report', () => {
    expect(hasNewSigns(null, signsOf(WELL))).toBe(true)
  })

  it.each<[what: string, changed: Partial<SignTerms>]>([
    ['another state', { status: 'tokens_lost' }],
    ['another domain', { domain: 'new.bitrix24.com' }],
    ['an event that could not be bound', { missing: 1 }],
    ['a disabled lane', { lanes: [disable(aLane(), { reason: 'gone', probeAt: null })] }],
    ['a lane that has failed for long', { lanes: [aLane({ attempts: 6 })] }],
    ['a replay', { lanes: [aLane({ replays: [aJob()] })] }],
    ['the first parked event', { lanes: [parkedLane(1)] }],
  ])('is true for %s', (_, changed) => {
    expect(hasNewSigns(last, signsOf({ ...WELL, ...changed }))).toBe(true)
  })

  it.each<[what: string, lane: LaneState]>([
    ['events that wait', aLane({ cursor: 3 })],
    ['a hiccup', aLane({ attempts: 5 })],
  ])('is false for %s', (_, lane) => {
    expect(hasNewSigns(last, signsOf({ ...WELL, lanes: [lane] }))).toBe(false)
  })

  it('is false for more parked events where some were parked', () => {
    const told = { ...last, ...signsOf({ ...WELL, lanes: [parkedLane(1)] }), hasParked: true }
    expect(hasNewSigns(told, signsOf({ ...WELL, lanes: [parkedLane(9)] }))).toBe(false)
  })
})

describe('isReportOld()', () => {
  const last = { at: NOW, signs: '', parked: 0, hasParked: false }

  it.each([
    [HOUR_MS - 1, false],
    [HOUR_MS, true],
    [-HOUR_MS, true],
  ])('%i ms later: %s', (ms, isOld) => {
    expect(isReportOld(last, NOW + ms)).toBe(isOld)
  })
})
