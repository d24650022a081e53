/**
 * The walks of several lanes: which of them start, when they are repeated, and when the alarm has to wake
 * them.
 */
import { describe, expect, it } from 'vitest'
import type { LaneState } from '../../../src/core/lanes/state/lane-state.ts'
import { DAY_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import { SAFETY_ALARM_MS } from '../../../src/core/pace/schedule.ts'
import { FAILED_RETRY_MS, Pump, RUN_BUDGET_MS } from '../../../src/portal/lanes/pump.ts'
import { aLane } from '../../support/builders/a-lane.ts'
import { configured, machine } from '../../support/builders/entries.ts'
import { NOW } from '../../support/time.ts'

/** A pump whose walks last until a test ends them. */
class PumpScenario {
  now = NOW
  head = 3
  lanes: LaneState[]
  /** Every walk that was begun, and until when it might start sends. */
  readonly walks: { readonly name: string; readonly deadline: number }[] = []
  readonly logged: string[] = []
  rests = 0
  /** Whether events wait for lanes that do not exist yet. */
  isUnopened = false
  /** The lanes with an outcome that storage has refused. */
  readonly unstored = new Set<string>()
  readonly timers: { readonly ms: number; readonly work: () => void }[] = []
  readonly pump: Pump
  readonly #ends: { resolve: () => void; reject: (error: Error) => void }[] = []

  constructor(...lanes: LaneState[]) {
    this.lanes = lanes
    const known = configured(['erp', 'crm'].map((name) => machine(name)))
    this.pump = new Pump({
      book: {
        all: () => this.lanes,
        hasUnstoredOutcome: (name) => this.unstored.has(name),
        correctWaits: () => {},
        hasUnopened: () => this.isUnopened,
      },
      receivers: { findDestination: (name) => known.find((each) => each.name === name) ?? null },
      walker: {
        walk: (name, deadline) => {
          this.walks.push({ name, deadline })
          return new Promise((resolve, reject) => this.#ends.push({ resolve, reject }))
        },
      },
      enricher: { readableHead: () => this.head },
      world: { now: () => this.now },
      scheduler: {
        background: (work) => void work.catch(() => this.logged.push('background_failed')),
        laneRested: () => (this.rests += 1),
        report: (event) => this.logged.push(event),
        after: (ms, work) => {
          this.timers.push({ ms, work })
          return () => {}
        },
      },
    })
  }

  get names(): string[] {
    return this.walks.map(({ name }) => name)
  }

  /** The oldest walk ends. */
  async end(error?: Error): Promise<void> {
    const walk = this.#ends.shift()
    if (error === undefined) walk?.resolve()
    else walk?.reject(error)
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
  }
}

const ERP = aLane()
const CRM = aLane({ destination: 'crm' })

describe('Pump.kick()', () => {
  it('starts one walk for each lane that has something to do', () => {
    const scenario = new PumpScenario(ERP, CRM)
    scenario.pump.kick()
    expect(scenario.walks).toEqual([
      { name: 'erp', deadline: NOW + RUN_BUDGET_MS },
      { name: 'crm', deadline: NOW + RUN_BUDGET_MS },
    ])
    expect(scenario.pump.isRunning()).toBe(true)
  })

  it.each([
    ['nothing to do', aLane({ cursor: 3 })],
    ['a pause', aLane({ status: 'paused' })],
    ['no destination', aLane({ destination: 'former' })],
  ])('starts no walk of a lane with %s', (_name, lane) => {
    const scenario = new PumpScenario(lane)
    scenario.pump.kick()
    expect(scenario.walks).toEqual([])
    expect(scenario.pump.isRunning()).toBe(false)
  })

  it('starts a walk also for a lane that has to wait: it may be for a moment only', () => {
    const scenario = new PumpScenario(aLane({ notBefore: NOW + 1000 }))
    scenario.pump.kick()
    expect(scenario.names).toEqual(['erp'])
  })

  it('repeats the walk of a lane that was kicked meanwhile, once', async () => {
    const scenario = new PumpScenario(ERP)
    scenario.pump.kick()
    scenario.pump.kick()
    scenario.pump.kick()
    await scenario.end()
    expect([scenario.names, scenario.rests]).toEqual([['erp', 'erp'], 0])
    await scenario.end()
    expect([scenario.names, scenario.rests]).toEqual([['erp', 'erp'], 1])
    expect(scenario.pump.isRunning()).toBe(false)
  })

  it('repeats no walk whose time is over', async () => {
    const scenario = new PumpScenario(ERP)
    scenario.pump.kick()
    scenario.pump.kick()
    scenario.now += RUN_BUDGET_MS
    await scenario.end()
    expect([scenario.names, scenario.rests]).toEqual([['erp'], 1])
  })

  it('gives a repeated walk only what is left of the time', async () => {
    const scenario = new PumpScenario(ERP)
    scenario.pump.kick()
    scenario.pump.kick()
    scenario.now += 1000
    await scenario.end()
    expect(scenario.walks.map(({ deadline }) => deadline)).toEqual([
      NOW + RUN_BUDGET_MS,
      NOW + RUN_BUDGET_MS,
    ])
  })
})

describe('G10 a walk that fails', () => {
  it('is logged, ends, and lets its lane rest for a minute', async () => {
    const scenario = new PumpScenario(ERP)
    scenario.pump.kick()
    scenario.pump.kick()
    await scenario.end(new Error('disk is full'))
    expect([scenario.names, scenario.logged, scenario.rests]).toEqual([['erp'], ['lane_failed'], 1])
    scenario.now += FAILED_RETRY_MS - 1
    scenario.pump.kick()
    expect(scenario.names).toEqual(['erp'])
    scenario.now += 1
    scenario.pump.kick()
    expect(scenario.names).toEqual(['erp', 'erp'])
  })

  it('leaves the other lanes alone', async () => {
    const scenario = new PumpScenario(ERP, CRM)
    scenario.pump.kick()
    await scenario.end(new Error('disk is full'))
    expect(scenario.pump.isRunning()).toBe(true)
    await scenario.end()
    expect(scenario.pump.isRunning()).toBe(false)
    scenario.pump.kick()
    expect(scenario.names).toEqual(['erp', 'crm', 'crm'])
  })

  it('is forgotten after a walk that does not', async () => {
    const scenario = new PumpScenario(ERP)
    scenario.pump.kick()
    await scenario.end(new Error('disk is full'))
    scenario.now += FAILED_RETRY_MS
    scenario.pump.kick()
    await scenario.end()
    expect(scenario.pump.dueAt()).toBe(0)
  })
})

describe('a lane with an outcome that storage has refused', () => {
  it('is walked although no event waits, so that it is stored', () => {
    const scenario = new PumpScenario(aLane({ cursor: 3 }))
    scenario.unstored.add('erp')
    scenario.pump.kick()
    expect(scenario.names).toEqual(['erp'])
  })

  it('is walked again after its rest without any alarm, since storage may refuse that too', async () => {
    const scenario = new PumpScenario(ERP)
    scenario.pump.kick()
    await scenario.end(new Error('disk is full'))
    expect(scenario.timers.map(({ ms }) => ms)).toEqual([FAILED_RETRY_MS])
    scenario.now += FAILED_RETRY_MS
    scenario.timers[0]?.work()
    expect(scenario.names).toEqual(['erp', 'erp'])
  })
})

describe('Pump.dueAt()', () => {
  it.each<[string, LaneState[], number | null]>([
    ['of no lane is null', [], null],
    ['of lanes without work is null', [aLane({ cursor: 3 })], null],
    [
      'of a lane without a destination is a look after 15 min',
      [aLane({ destination: 'former' })],
      NOW + 15 * MINUTE_MS,
    ],
    [
      'of a lane whose endpoint is gone is a look after 15 min',
      [aLane({ status: 'disabled', disabledReason: 'gone' })],
      NOW + 15 * MINUTE_MS,
    ],
    [
      'of a lane that waits for longer is a look after 15 min',
      [aLane({ notBefore: NOW + DAY_MS })],
      NOW + 15 * MINUTE_MS,
    ],
    ['of a lane that its operator has paused is null', [aLane({ status: 'paused' })], null],
    [
      'of a removed lane whose events are told is null',
      [aLane({ status: 'removed', cursor: 3 })],
      null,
    ],
    [
      'is the earliest time of all lanes',
      [aLane({ notBefore: NOW + 9 }), aLane({ destination: 'crm', notBefore: NOW + 5 })],
      NOW + 5,
    ],
  ])('%s', (_name, lanes, expected) => {
    expect(new PumpScenario(...lanes).pump.dueAt()).toBe(expected)
  })

  it('of a lane that is walked is only there should the object end', () => {
    const scenario = new PumpScenario(ERP)
    scenario.pump.kick()
    expect(scenario.pump.dueAt()).toBe(NOW + SAFETY_ALARM_MS)
  })

  it('of a lane that rests after a failure is the end of that rest', async () => {
    const scenario = new PumpScenario(ERP)
    scenario.pump.kick()
    await scenario.end(new Error('disk is full'))
    expect(scenario.pump.dueAt()).toBe(NOW + FAILED_RETRY_MS)
  })

  it('of events whose lanes do not exist yet is a look after 15 min', () => {
    const scenario = new PumpScenario()
    scenario.isUnopened = true
    expect(scenario.pump.dueAt()).toBe(NOW + 15 * MINUTE_MS)
  })

  it('of a lane that failed under a clock that was ahead is the present', async () => {
    const scenario = new PumpScenario(ERP)
    scenario.now += DAY_MS
    scenario.pump.kick()
    await scenario.end(new Error('disk is full'))
    scenario.now = NOW
    expect(scenario.pump.dueAt()).toBe(0)
    scenario.pump.kick()
    expect(scenario.names).toEqual(['erp', 'erp'])
  })

  it('looks no further than lanes may read', () => {
    const scenario = new PumpScenario(aLane({ cursor: 2 }))
    scenario.head = 2
    expect(scenario.pump.dueAt()).toBeNull()
  })
})
