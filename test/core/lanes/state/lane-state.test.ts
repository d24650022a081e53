import { describe, expect, it } from 'vitest'
import {
  isFailing,
  laneDueAt,
  waitOf,
  type LaneState,
  type LaneWait,
} from '../../../../src/core/lanes/state/lane-state.ts'
import { disable } from '../../../../src/core/lanes/state/lane-status.ts'
import { STOPPED, aJob, aLane, type LaneMembers } from '../../../support/builders/a-lane.ts'
import { NOW } from '../../../support/time.ts'

describe('G4 isolation: isFailing()', () => {
  it.each<[string, LaneMembers, boolean]>([
    ['a lane after a success', {}, false],
    ['a lane whose front has failed', { attempts: 1 }, true],
    ['a lane with an untouched job', { replays: [aJob()] }, false],
    ['a lane whose second job has failed', { replays: [aJob(), aJob({ attempts: 1 })] }, true],
  ])('of %s', (_name, lane, expected) => {
    expect(isFailing(aLane(lane))).toBe(expected)
  })
})

describe('G10 liveness: laneDueAt()', () => {
  const waiting = { cursor: 4 }
  const job = { cursor: 5, replays: [aJob({ retryAt: 30 }), aJob({ retryAt: 1 })] }

  it.each<[string, LaneMembers, number | null]>([
    ['nothing waits', { cursor: 5 }, null],
    ['nothing waits although times stand', { cursor: 5, retryAt: 7, notBefore: 8 }, null],
    ['an event waits: at once', waiting, 0],
    ['a retry waits', { ...waiting, retryAt: 20 }, 20],
    ['the receiver’s pace is later', { ...waiting, retryAt: 20, notBefore: 25 }, 25],
    ['the receiver’s pace is over', { ...waiting, retryAt: 20, notBefore: 15 }, 20],
    ['a job waits', job, 30],
    ['the pace is later than the job', { ...job, notBefore: 35 }, 35],
    ['an untouched job waits: at once', { cursor: 5, replays: [aJob()] }, 0],
    ['a job waits behind the head', { cursor: 6, replays: [aJob({ next: 6, to: 6 })] }, null],
    ['a job has found nothing: at once', { cursor: 6, replays: [aJob({ next: 6, to: 5 })] }, 0],
    ['an event waits before the job', { ...job, cursor: 4 }, 0],
    ['events are gathered', { ...waiting, gathering: { until: 40 } }, 40],
    ['events are gathered, a job waits', { ...job, ...waiting, gathering: { until: 40 } }, 30],
    [
      'events are gathered, a job waits longer',
      { ...job, ...waiting, gathering: { until: 25 } },
      25,
    ],
    [
      'a retry waits, the job waits behind it',
      { ...job, ...waiting, attempts: 1, retryAt: 50 },
      50,
    ],
    ['paused', { ...waiting, status: 'paused', retryAt: 20, replays: [aJob()] }, null],
    ['removed', { ...waiting, status: 'removed', retryAt: 20 }, null],
    ['disabled: the daily try', { ...waiting, ...STOPPED, probeAt: 20 }, 20],
    ['disabled, no try allowed', { ...waiting, ...STOPPED, probeAt: null }, null],
    ['disabled, nothing waits', { cursor: 5, ...STOPPED }, null],
    ['disabled, a job waits: the daily try', { ...job, ...STOPPED, probeAt: 20 }, 20],
    [
      'disabled, a job waits behind the head',
      { cursor: 6, replays: [aJob({ next: 6, to: 6 })], ...STOPPED, probeAt: 20 },
      null,
    ],
    [
      'disabled, the receiver asked for longer',
      { ...waiting, ...STOPPED, probeAt: 20, notBefore: 25 },
      25,
    ],
  ])('%s', (_name, lane, expected) => {
    expect(laneDueAt(aLane(lane), 5)).toBe(expected)
  })
})

describe('waitOf()', () => {
  const SOON = NOW + 9
  const LATER = NOW + 99

  it.each<[string, LaneMembers, LaneWait | null]>([
    ['nothing, as nothing waits in it', { cursor: 3, notBefore: SOON }, null],
    ['nothing, as it goes on at once', {}, null],
    ['nothing, as its wait is over', { notBefore: NOW }, null],
    ['nothing, as it is paused', { status: 'paused', notBefore: SOON }, null],
    ['its retry', { attempts: 1, retryAt: SOON }, { until: SOON, reason: 'retry' }],
    ['its pace', { notBefore: SOON }, { until: SOON, reason: 'pace' }],
    [
      'a Retry-After that is longer than its retry',
      { attempts: 1, retryAt: SOON, notBefore: LATER },
      { until: LATER, reason: 'pace' },
    ],
    ['more events', { gathering: { until: SOON } }, { until: SOON, reason: 'digest' }],
    [
      'the pace before more events',
      { gathering: { until: SOON }, notBefore: LATER },
      { until: LATER, reason: 'pace' },
    ],
    [
      'its probe',
      { status: 'disabled', disabledReason: 'gone', probeAt: LATER },
      { until: LATER, reason: 'probe' },
    ],
    ['nothing, as it is never probed', { status: 'disabled', disabledReason: 'gone' }, null],
    [
      'the retry of its replay',
      { cursor: 3, replays: [aJob({ retryAt: SOON })] },
      { until: SOON, reason: 'retry' },
    ],
  ])('of a lane that waits for %s', (_case, partial, expected) => {
    expect(waitOf(aLane(partial), { head: 3, now: NOW })).toEqual(expected)
  })
})

it('takes no time of a retry for that of a probe, nor the other way round', () => {
  const failed = aLane({ attempts: 1, retryAt: NOW })
  if (failed.status !== 'active') throw new Error('It is not active')
  const disabled = disable(failed, { reason: 'gone', probeAt: null })
  // @ts-expect-error: a disabled lane has a probe, or none, and no retry.
  const retried: LaneState = { ...disabled, retryAt: NOW }
  // @ts-expect-error: a lane that is not disabled is never probed.
  const probed: LaneState = { ...failed, probeAt: NOW }
  expect([retried, probed].map((lane) => laneDueAt(lane, 3))).toEqual([null, NOW])
})
