/** Which step a lane takes next, from the lane, the log and the time alone. */
import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import { nextStep } from '../../../src/core/lanes/next-step.ts'
import { aJob, anEpoch, type LaneMembers } from '../../support/builders/a-lane.ts'
import {
  aLaneScenario,
  type LaneScenario,
  type LaneScenarioOptions,
} from '../../support/scenarios/lane-scenario.ts'
import { NOW } from '../../support/time.ts'

const LATER = NOW + 5000

/** The step of a lane in a few words: `7`, `7+8`, `r3`, `wait 5`, `idle`. */
function step(scenario: LaneScenario, { liveWasLast = false } = {}): string {
  const next = nextStep(scenario.ports(), { liveWasLast })
  switch (next.kind) {
    case 'live':
      return next.entries.map(({ sequence }) => sequence).join('+')
    case 'replay':
      return `r${next.entry.sequence}`
    case 'wait':
      return `wait ${(next.at - scenario.now) / 1000}`
    case 'idle':
      return 'idle'
  }
}

function stepOf(lane: LaneMembers, options: LaneScenarioOptions = {}): string {
  return step(aLaneScenario({ events: 3, ...options, lane }))
}

describe('nextStep() of an active lane', () => {
  it.each<[string, LaneMembers, string]>([
    ['sends its front', {}, '1'],
    ['sends the event behind its cursor', { cursor: 2 }, '3'],
    ['does nothing when nothing waits', { cursor: 3 }, 'idle'],
    ['waits for its retry', { attempts: 1, retryAt: LATER }, 'wait 5'],
    ['retries when the time has come', { attempts: 1, retryAt: NOW }, '1'],
    ['waits for the receiver', { notBefore: LATER }, 'wait 5'],
    ['waits for the later of both', { retryAt: LATER, notBefore: LATER + 1000 }, 'wait 6'],
  ])('%s', (_name, lane, expected) => {
    expect(stepOf(lane)).toBe(expected)
  })

  it('passes in memory what its destination does not get', () => {
    const scenario = aLaneScenario({ events: 2, lane: { epochs: [anEpoch({ from: 2 })] } })
    expect(step(scenario)).toBe('2')
    expect(scenario.lane.cursor).toBe(1)
    expect(scenario.saves).toEqual([])
  })
})

describe('nextStep() between live events and replays', () => {
  const job = { replays: [aJob({ to: 1 })] }
  const half = { cursor: 1, ...job }

  it('sends a live event first, and a replay after it', () => {
    const scenario = aLaneScenario({ events: 3, lane: half })
    expect(step(scenario, { liveWasLast: false })).toBe('2')
    expect(step(scenario, { liveWasLast: true })).toBe('r1')
  })

  it.each<[string, LaneMembers, string]>([
    ['a replay when no live event waits', { ...job, cursor: 3 }, 'r1'],
    ['no replay while the lane retries', { ...half, attempts: 1, retryAt: LATER }, 'wait 5'],
    [
      'a live event while the replay waits for its retry',
      { cursor: 1, replays: [aJob({ to: 1, retryAt: LATER })] },
      '2',
    ],
    ['nothing before the receiver wants it', { ...half, notBefore: LATER }, 'wait 5'],
    [
      'nothing while its only replay waits for its retry',
      { cursor: 3, replays: [aJob({ to: 1, retryAt: LATER })] },
      'wait 5',
    ],
  ])('sends %s', (_name, lane, expected) => {
    expect(stepOf(lane)).toBe(expected)
  })

  it('waits for the sooner of both while events are gathered', () => {
    const digestRule = { waitMs: 30_000, max: 50 }
    const waiting = { cursor: 2, replays: [aJob({ to: 1, retryAt: LATER })] }
    expect(stepOf(waiting, { digestRule })).toBe('wait 5')
    const late = { cursor: 2, replays: [aJob({ to: 1, retryAt: NOW + MINUTE_MS })] }
    expect(stepOf(late, { digestRule })).toBe('wait 30')
    expect(stepOf({ cursor: 2, ...job }, { digestRule })).toBe('r1')
  })

  it('never takes the turn of a live event for a replay that has to wait', () => {
    const scenario = aLaneScenario({
      events: 3,
      lane: { cursor: 1, replays: [aJob({ to: 1, retryAt: LATER })] },
    })
    expect(step(scenario, { liveWasLast: true })).toBe('2')
  })
})

describe('nextStep() of a digest', () => {
  const digestRule = { waitMs: 30_000, max: 3 }

  it('gathers until the front has waited long enough, and remembers until when', () => {
    const scenario = aLaneScenario({ events: 2, digestRule })
    expect(step(scenario)).toBe('wait 30')
    expect(scenario.lane.gathering.until).toBe(NOW + 30_000)
    scenario.now += 30_000
    expect(step(scenario)).toBe('1+2')
  })

  it('gathers at least as long as the receiver wants to be left alone', () => {
    expect(stepOf({ notBefore: NOW + 40_000 }, { digestRule, events: 2 })).toBe('wait 40')
  })

  it.each<[string, LaneMembers]>([
    ['was tried alone', { attempts: 1, retryAt: NOW }],
    ['was in a digest that was refused', { gathering: { singlyUpTo: 1 } }],
  ])('sends a front alone that %s', (_name, lane) => {
    expect(stepOf(lane, { digestRule })).toBe('1')
  })

  it('sends the digest that was decided before', () => {
    expect(stepOf({ gathering: { underWay: [1, 2] } }, { digestRule })).toBe('1+2')
  })

  it('holds a full digest back as long as the receiver wants', () => {
    expect(stepOf({ notBefore: LATER }, { digestRule })).toBe('wait 5')
  })

  it('sends the events in front of a half alone', () => {
    const lane = { cursor: 1, gathering: { singlyUpTo: 1, halves: [[3, 4]] } }
    expect(stepOf(lane, { digestRule, events: 4 })).toBe('2')
  })

  it('behind the refused one gathers again', () => {
    expect(stepOf({ cursor: 1, gathering: { singlyUpTo: 1 } }, { digestRule })).toBe('wait 30')
  })
})

describe('nextStep() of a lane that is stopped', () => {
  const disabled = { status: 'disabled', disabledReason: 'gone' } as const
  const job = { replays: [aJob({ to: 1 })] }

  it.each<[string, LaneMembers, string]>([
    ['paused: nothing', { status: 'paused', ...job }, 'idle'],
    ['removed: nothing', { status: 'removed' }, 'idle'],
    ['disabled without a probe: nothing', { ...disabled, ...job, cursor: 1 }, 'idle'],
    ['disabled: waits for its probe', { ...disabled, probeAt: LATER }, 'wait 5'],
    ['disabled: probes with its front', { ...disabled, probeAt: NOW }, '1'],
    [
      'disabled: probes as late as the receiver wants',
      { ...disabled, probeAt: NOW, notBefore: LATER },
      'wait 5',
    ],
    [
      'disabled: probes with a live event before a replay',
      { ...disabled, ...job, cursor: 1, probeAt: NOW },
      '2',
    ],
    ['disabled: probes with a replay', { ...disabled, ...job, cursor: 3, probeAt: NOW }, 'r1'],
    ['disabled: nothing to probe with', { ...disabled, cursor: 3, probeAt: NOW }, 'idle'],
  ])('%s', (_name, lane, expected) => {
    expect(stepOf(lane)).toBe(expected)
  })
})
