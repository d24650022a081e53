import { describe, expect, it } from 'vitest'
import { MAX_EPOCHS } from '../../../../src/core/lanes/state/epochs.ts'
import type { LaneState } from '../../../../src/core/lanes/state/lane-state.ts'
import {
  createLane,
  matchLanes,
  type LanePlan,
} from '../../../../src/core/lanes/state/match-lanes.ts'
import {
  STOPPED,
  aJob,
  aLane,
  anEpoch,
  aPlan,
  type LaneMembers,
} from '../../../support/builders/a-lane.ts'
import { NOW } from '../../../support/time.ts'

/** The lane `erp` after the configuration says `plan` of it. */
function match(lane: LaneMembers, plan: Partial<LanePlan> | null, head = 40): LaneState {
  const plans = plan === null ? [] : [aPlan(plan)]
  const [matched = aLane()] = matchLanes([aLane(lane)], { plans, head })
  return matched
}

describe('createLane()', () => {
  it('stands behind the head, before the event that first meets it', () => {
    expect(createLane(aPlan({ events: ['onCrmDeal*'], silent: 'no_value' }), 7)).toEqual({
      destination: 'erp',
      status: 'active',
      disabledReason: null,
      fingerprint: 'f1',
      cursor: 7,
      attempts: 0,
      retryAt: null,
      notBefore: 0,
      measuredAt: 0,
      lastError: null,
      rejectedInARow: 0,
      lastTookMs: 0,
      lastMeant: null,
      meantBeforeFloor: null,
      expired: 0,
      crowdedOut: 0,
      epochs: [
        { from: 8, events: ['onCrmDeal*'], fields: [], silent: 'no_value', skipsUnchanged: false },
      ],
      recent: [],
      replays: [],
      gathering: { underWay: null, lastDigestAt: null, singlyUpTo: 0, halves: [], until: null },
      memory: { movedTo: null, grantedAt: null, perMinute: null },
      hours: [],
      tally: {
        delivered: 0,
        parked: 0,
        attempts: { delivered: 0, unreachable: 0, rejected: 0 },
        latencies: { counts: [], sumMs: 0 },
      },
    })
  })

  it('of an unusable destination is disabled from the beginning, so that its events wait', () => {
    expect(createLane(aPlan({ problem: 'misconfigured' }), 0)).toEqual(
      aLane({ status: 'disabled', disabledReason: 'misconfigured' }),
    )
  })
})

describe('matchLanes()', () => {
  it('gives the same array back when nothing has changed: nothing is written', () => {
    const lanes = [
      aLane({ cursor: 3 }),
      aLane({ destination: 'chat', status: 'removed' }),
      aLane({ destination: 'bad', status: 'disabled', disabledReason: 'misconfigured' }),
    ]
    const plans = [aPlan(), aPlan({ destination: 'bad', problem: 'misconfigured' })]
    expect(matchLanes(lanes, { plans, head: 9 })).toBe(lanes)
  })

  it('adds a lane behind the head beside the others', () => {
    const known = aLane({ cursor: 3 })
    const chat = aPlan({ destination: 'chat' })
    expect(matchLanes([known], { plans: [aPlan(), chat], head: 9 })).toEqual([
      known,
      createLane(chat, 9),
    ])
    expect(matchLanes([], { plans: [chat], head: 0 })).toEqual([createLane(chat, 0)])
  })

  const held = { cursor: 12, attempts: 3, lastMeant: 12 }

  it('stops a removed destination’s lane where it stands', () => {
    for (const status of ['active', 'paused', 'disabled'] as const) {
      const removed = { status: 'removed', wasPaused: status === 'paused' } as const
      expect(match({ ...held, status }, null)).toEqual(aLane({ ...held, ...removed }))
    }
  })

  it.each<[string, LaneMembers, Partial<LanePlan>, LaneMembers]>([
    [
      'lets a returned lane go on from its cursor',
      { ...held, status: 'removed', wasPaused: false },
      {},
      { ...held, status: 'active' },
    ],
    [
      'lets a returned lane go on under its new settings',
      { ...held, status: 'removed', wasPaused: false },
      { fingerprint: 'f2' },
      { ...held, status: 'active', fingerprint: 'f2' },
    ],
    [
      'keeps a lane disabled while its settings are the same',
      { ...held, ...STOPPED },
      {},
      { ...held, ...STOPPED },
    ],
    [
      'enables a disabled lane whose settings have changed',
      { ...held, ...STOPPED, rejectedInARow: 20 },
      { fingerprint: 'f2' },
      { ...held, status: 'active', fingerprint: 'f2' },
    ],
    [
      'keeps a paused lane paused under new settings',
      { ...held, status: 'paused' },
      { fingerprint: 'f2' },
      { ...held, status: 'paused', fingerprint: 'f2' },
    ],
    [
      'keeps a paused lane paused over a deployment without its destination',
      { ...held, status: 'removed', wasPaused: true },
      {},
      { ...held, status: 'paused' },
    ],
    [
      'leaves a retry that waits where it is under the same settings',
      { ...held, retryAt: NOW, notBefore: NOW },
      {},
      { ...held, retryAt: NOW, notBefore: NOW },
    ],
    [
      'ends the waits for the former receiver under new settings',
      { ...held, retryAt: NOW, notBefore: NOW, replays: [aJob({ retryAt: NOW })] },
      { fingerprint: 'f2' },
      { ...held, fingerprint: 'f2', replays: [aJob()] },
    ],
    [
      'ends them for a paused lane too',
      { ...held, status: 'paused', notBefore: NOW },
      { fingerprint: 'f2' },
      { ...held, status: 'paused', fingerprint: 'f2' },
    ],
    [
      'disables an active lane that has become unusable, without a daily try',
      { ...held, retryAt: NOW },
      { problem: 'misconfigured', fingerprint: 'f2' },
      { ...held, status: 'disabled', disabledReason: 'misconfigured', fingerprint: 'f2' },
    ],
    [
      'says of a disabled lane that it has become unusable',
      { ...held, ...STOPPED },
      { problem: 'misconfigured' },
      { ...held, status: 'disabled', disabledReason: 'misconfigured' },
    ],
    [
      'disables a returned lane that is unusable',
      { ...held, status: 'removed', disabledReason: 'misconfigured', wasPaused: false },
      { problem: 'misconfigured' },
      { ...held, status: 'disabled', disabledReason: 'misconfigured' },
    ],
    [
      'keeps an unusable paused lane paused',
      { ...held, status: 'paused' },
      { problem: 'misconfigured', fingerprint: 'f2' },
      { ...held, status: 'paused' },
    ],
    [
      'enables a lane that has become usable again',
      { ...held, status: 'disabled', disabledReason: 'misconfigured', fingerprint: 'unusable f1' },
      {},
      { ...held, status: 'active' },
    ],
  ])('%s', (_name, lane, plan, expected) => {
    expect(match(lane, plan)).toEqual(aLane(expected))
  })
})

describe('G2 order: matchLanes() begins an epoch', () => {
  const first = anEpoch({ events: ['a'] })

  it('also while the lane is paused, disabled or unusable', () => {
    for (const status of ['paused', 'disabled', 'removed'] as const) {
      expect(match({ status, epochs: [first] }, {}).epochs).toEqual([anEpoch()])
    }
    expect(match({ epochs: [first] }, { problem: 'misconfigured' }).epochs).toEqual([anEpoch()])
  })

  it('and remembers the last 50', () => {
    const epochs = Array.from({ length: 50 }, (_, n) => anEpoch({ from: n + 1, events: [`${n}`] }))
    const matched = match({ cursor: 99, epochs }, {})
    expect(MAX_EPOCHS).toBe(50)
    expect(matched.epochs).toEqual([...epochs.slice(1), anEpoch({ from: 100 })])
  })
})
