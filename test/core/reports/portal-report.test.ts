/** When a portal has something to report. */
import { describe, expect, it } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import type { LaneState } from '../../../src/core/lanes/state/lane-state.ts'
import { disable, pause } from '../../../src/core/lanes/state/lane-status.ts'
import { NO_TALLY } from '../../../src/core/lanes/state/tally.ts'
import {
  hasSettledBacklog,
  hasNewSigns,
  isReportOld,
  signsOf,
  tellsOfWaiting,
  type SignTerms,
} from '../../../src/core/reports/portal-report.ts'
import type { LaneWord } from '../../../src/core/reports/lane-report.ts'
import { aLaneReport } from '../../support/builders/a-report.ts'
import { aJob, aLane } from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

const WELL: SignTerms = {
  domain: 'acme.bitrix24.com',
  status: 'active',
  missing: 0,
  lanes: [aLane()],
  open: [],
}

function failed(at: number): NonNullable<LaneState['lastError']> {
  return { reason: 'rate_limited', detail: null, status: 429, at }
}

function parkedLane(parked: number): LaneState {
  return aLane({ tally: { ...NO_TALLY, parked } })
}

describe('hasNewSigns()', () => {
  const last = { at: NOW, ...signsOf(WELL), hasParked: false, hasWaiting: false }

  it('is true before the first report', () => {
    expect(hasNewSigns(null, signsOf(WELL))).toBe(true)
  })

  it.each<[what: string, changed: Partial<SignTerms>]>([
    ['another state', { status: 'tokens_lost' }],
    ['another domain', { domain: 'new.bitrix24.com' }],
    ['an event that could not be bound', { missing: 1 }],
    ['a disabled lane', { lanes: [disable(aLane(), { reason: 'gone', probeAt: null })] }],
    ['a lane that has failed for long', { lanes: [aLane({ attempts: 6 })] }],
    [
      'a lane whose receiver asks for a long wait',
      { lanes: [aLane({ attempts: 1, lastError: failed(NOW), notBefore: NOW + HOUR_MS })] },
    ],
    ['a replay', { lanes: [aLane({ replays: [aJob()] })] }],
    [
      'a bulletin that tells of something that lasts',
      { open: [{ type: 'relay.portal.quiet', about: null, since: NOW }] },
    ],
    ['the first parked event', { lanes: [parkedLane(1)] }],
  ])('is true for %s', (_, changed) => {
    expect(hasNewSigns(last, signsOf({ ...WELL, ...changed }))).toBe(true)
  })

  it.each<[what: string, lane: LaneState]>([
    ['events that wait', aLane({ cursor: 3 })],
    ['a hiccup', aLane({ attempts: 5 })],
    [
      'the longest wait before the sixth attempt',
      aLane({ attempts: 5, lastError: failed(NOW), retryAt: NOW + 12 * MINUTE_MS }),
    ],
    ['a pace', aLane({ notBefore: NOW + HOUR_MS })],
  ])('is false for %s', (_, lane) => {
    expect(hasNewSigns(last, signsOf({ ...WELL, lanes: [lane] }))).toBe(false)
  })

  it('is false for more parked events where some were parked', () => {
    const told = { ...last, ...signsOf({ ...WELL, lanes: [parkedLane(1)] }), hasParked: true }
    expect(hasNewSigns(told, signsOf({ ...WELL, lanes: [parkedLane(9)] }))).toBe(false)
  })
})

describe('hasSettledBacklog()', () => {
  const last = { at: NOW, signs: '', parked: 0, hasParked: false, hasWaiting: true }
  const behind = aLane({ cursor: 3 })
  const done = aLane({ cursor: 5 })

  it.each<[what: string, told: boolean, lanes: readonly LaneState[], is: boolean]>([
    ['nothing waits any more', true, [done], true],
    ['something waits still', true, [done, behind], false],
    ['only a lane waits that an operator has paused', true, [done, pause(behind)], true],
    ['nothing was told', false, [done], false],
  ])('%s', (_, hasWaiting, lanes, is) => {
    expect(hasSettledBacklog({ ...last, hasWaiting }, { lanes, head: 5 })).toBe(is)
  })
})

describe('tellsOfWaiting()', () => {
  it.each<[LaneWord, number, boolean]>([
    ['active', 1, true],
    ['retrying', 1, true],
    ['active', 0, false],
    ['paused', 9, false],
    ['disabled', 9, false],
    ['removed', 9, false],
  ])('a lane that is %s with %i events: %s', (state, backlog, tells) => {
    expect(tellsOfWaiting({ lanes: [aLaneReport({ state, backlog })] })).toBe(tells)
  })
})

describe('isReportOld()', () => {
  const last = { at: NOW, signs: '', parked: 0, hasParked: false, hasWaiting: false }

  it.each([
    [HOUR_MS - 1, false],
    [HOUR_MS, true],
    [-HOUR_MS, true],
  ])('%i ms later: %s', (ms, isOld) => {
    expect(isReportOld(last, NOW + ms)).toBe(isOld)
  })
})
