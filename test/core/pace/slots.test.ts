import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import type { PaceWindow } from '../../../src/core/pace/pace-window.ts'
import {
  createPacerState,
  followClock,
  GRACE_MS,
  hold,
  MAX_HOLD_MS,
  takeSlot,
  type PacerState,
} from '../../../src/core/pace/slots.ts'
import { NOW } from '../../support/time.ts'

const ONE_A_SECOND: readonly PaceWindow[] = [{ count: 1, ms: 1000 }]
const ONE_A_MINUTE: readonly PaceWindow[] = [{ count: 1, ms: MINUTE_MS }]
const FOUR_A_SECOND: readonly PaceWindow[] = [{ count: 4, ms: 1000 }]

/** A pacer that is asked at times of the test; 0 is some day in 2026. */
function aPacer(windows = ONE_A_SECOND, initial: PacerState = createPacerState()) {
  const start = NOW
  let state = initial
  return {
    ask(waiter: string, ms: number, own = windows): number | null {
      const answer = takeSlot(state, { waiter, windows: own, now: start + ms })
      state = answer.state
      return answer.at === null ? null : answer.at - start
    },
    hold(until: number): void {
      state = hold(state, start + until)
    },
    state: () => state,
    start,
  }
}

describe('takeSlot()', () => {
  it('gives as many slots as a window has, and the next one when the first is over', () => {
    const pacer = aPacer(FOUR_A_SECOND)
    const answers = [0, 100, 200, 300, 400, 999].map((ms) => pacer.ask(`p${ms}`, ms))
    expect(answers).toEqual([null, null, null, null, 1000, 1100])
    expect(pacer.ask('p400', 1000)).toBeNull()
    expect(pacer.ask('p999', 1099)).toBe(1100)
    expect(pacer.ask('p999', 1100)).toBeNull()
  })

  it('keeps to all windows', () => {
    const pacer = aPacer([
      { count: 1, ms: 1000 },
      { count: 3, ms: MINUTE_MS },
    ])
    const answers = [0, 1000, 2000].map((ms) => pacer.ask('a', ms))
    expect(answers).toEqual([null, null, null])
    expect(pacer.ask('a', 3000)).toBe(MINUTE_MS)
    expect(pacer.ask('b', 3000)).toBe(61_000)
  })

  it('lets everybody through without a window', () => {
    const pacer = aPacer([])
    expect([1, 1, 1].map((ms) => pacer.ask('a', ms))).toEqual([null, null, null])
    expect(pacer.state().grants.length).toBeLessThanOrEqual(1)
  })

  it('tells 50 waiters times that lie a slot apart', () => {
    const pacer = aPacer()
    const answers = Array.from({ length: 51 }, (_, index) => pacer.ask(`p${index}`, 0))
    expect(answers).toEqual([null, ...Array.from({ length: 50 }, (_, index) => 1000 * (index + 1))])
  })

  it('gives slots in turn, however often one of the waiters asks', () => {
    const pacer = aPacer()
    expect(pacer.ask('a', 0)).toBeNull()
    expect(pacer.ask('b', 10)).toBe(1000)
    expect(pacer.ask('c', 20)).toBe(2000)
    expect([30, 500, 999, 1000].map((ms) => pacer.ask('a', ms))).toEqual([3000, 3000, 3000, 3000])
    expect(pacer.ask('b', 1000)).toBeNull()
    expect(pacer.ask('b', 1000)).toBe(4000)
    expect(pacer.ask('c', 2000)).toBeNull()
    expect(pacer.ask('a', 3000)).toBeNull()
    expect(pacer.ask('b', 4000)).toBeNull()
  })

  it('keeps the place of one that waits, not a second one', () => {
    const pacer = aPacer()
    pacer.ask('a', 0)
    for (const ms of [1, 2, 3]) pacer.ask('b', ms)
    expect(pacer.state().queue).toHaveLength(1)
    expect(pacer.ask('c', 4)).toBe(2000)
  })

  it('lets one that is early overtake, but only once while the first waits', () => {
    const pacer = aPacer(FOUR_A_SECOND)
    for (const waiter of ['w', 'x', 'y', 'z']) pacer.ask(waiter, 0)
    expect(pacer.ask('b', 1)).toBe(1000)
    expect(pacer.ask('a', 2)).toBe(1000)
    expect(pacer.ask('a', 1000)).toBeNull()
    expect(pacer.ask('a', 1001)).toBe(1251)
    expect(pacer.ask('c', 1001)).toBeNull()
    expect(pacer.ask('b', 1002)).toBeNull()
    expect(pacer.ask('a', 1003)).toBeNull()
    expect(pacer.state().served.size).toBe(0)
  })

  it('lets nobody wait for one that is so late that its grace is over', () => {
    const pacer = aPacer(FOUR_A_SECOND)
    for (const waiter of ['w', 'x', 'y', 'z']) pacer.ask(waiter, 0)
    expect(pacer.ask('late', 1)).toBe(1000)
    expect(pacer.ask('a', 2)).toBe(1000)
    expect(pacer.ask('a', 1000)).toBeNull()
    expect(pacer.ask('a', 1000 + GRACE_MS - 1)).toBe(1000 + GRACE_MS + 249)
    expect(pacer.ask('a', 1000 + GRACE_MS)).toBeNull()
  })

  it('keeps the place of one that is late for a minute, and not longer', () => {
    const pacer = aPacer()
    pacer.ask('a', 0)
    expect(pacer.ask('gone', 1)).toBe(1000)
    expect(pacer.ask('b', 2)).toBe(2000)
    pacer.ask('c', 1000 + MINUTE_MS - 1)
    expect(pacer.state().queue.map(({ waiter }) => waiter)).toEqual(['gone', 'b'])
    pacer.ask('c', 1000 + MINUTE_MS)
    expect(pacer.state().queue.map(({ waiter }) => waiter)).toEqual(['b', 'c'])
  })

  it('holds others back for its grace, and not a millisecond longer', () => {
    const late = aPacer()
    late.ask('a', 0)
    expect(late.ask('gone', 1)).toBe(1000)
    expect(late.ask('b', 2)).toBe(2000)
    expect(late.ask('b', 2000)).toBe(3000)
    expect(late.ask('gone', 2999)).toBeNull()

    const gone = aPacer()
    gone.ask('a', 0)
    expect(gone.ask('gone', 1)).toBe(1000)
    expect(gone.ask('b', 2)).toBe(2000)
    expect(gone.ask('b', 2000)).toBe(3000)
    // It keeps its place nevertheless, so that whoever is always late is served too.
    expect(gone.ask('gone', 1000 + GRACE_MS)).toBeNull()
    expect(gone.ask('b', 1000 + GRACE_MS)).toBe(4000)
    expect(gone.ask('b', 4000)).toBeNull()
  })

  it('lets nobody wait for a late one longer than its grace, in a slow window either', () => {
    const pacer = aPacer(ONE_A_MINUTE)
    pacer.ask('a', 0)
    expect(pacer.ask('gone', 1)).toBe(MINUTE_MS)
    expect(pacer.ask('b', MINUTE_MS)).toBe(2 * MINUTE_MS)
    expect(pacer.ask('b', 60_500)).toBe(62_000)
    expect(pacer.ask('c', 60_500)).toBe(122_000)
    expect(pacer.ask('b', 62_000)).toBeNull()
    expect(pacer.ask('c', 122_000)).toBeNull()
  })

  it('goes by the windows of the question', () => {
    const pacer = aPacer()
    pacer.ask('a', 0)
    expect(pacer.ask('b', 10)).toBe(1000)
    expect(pacer.ask('b', 10, [{ count: 1, ms: 300 }])).toBe(300)
    expect(pacer.ask('b', 300, [{ count: 2, ms: 1000 }])).toBeNull()
  })

  it('remembers no more grants than the windows can count', () => {
    const pacer = aPacer([
      { count: 2, ms: 1000 },
      { count: 3, ms: 5000 },
    ])
    for (let ms = 0; ms < MINUTE_MS; ms += 100) pacer.ask('a', ms)
    expect(pacer.state().grants.length).toBeLessThanOrEqual(3)
    pacer.ask('a', 100_000)
    expect(pacer.state().grants).toEqual([pacer.start + 100_000])
  })

  it('keeps the latest grants when its windows have become smaller', () => {
    const grants = [100, 200, 300, 400].map((ms) => NOW + ms)
    const pacer = aPacer([{ count: 2, ms: 1000 }], createPacerState({ grants }))
    expect(pacer.ask('a', 500)).toBe(1300)
    expect(pacer.state().grants).toEqual(grants.slice(2))
  })

  it('tells whole milliseconds', () => {
    const pacer = aPacer([{ count: 1, ms: 1000 / 3 }])
    expect(pacer.ask('a', 0)).toBeNull()
    expect(pacer.ask('a', 1)).toBe(334)
    expect(pacer.ask('a', 334)).toBeNull()
  })

  it.each([
    { count: 0, ms: 1000 },
    { count: 1.5, ms: 1000 },
    { count: Number.NaN, ms: 1000 },
    { count: 1, ms: 0 },
    { count: 1, ms: Infinity },
    { count: 1, ms: Number.NaN },
  ])('refuses the window $count in $ms ms', (window) => {
    expect(() => aPacer([{ count: 1, ms: 1000 }, window]).ask('a', 0)).toThrow(
      new RangeError('Cannot pace messages as a window must let one through'),
    )
  })
})

describe('a clock that goes back', () => {
  it('counts as one that stood still', () => {
    const pacer = aPacer()
    expect(pacer.ask('a', 7_200_000)).toBeNull()
    expect(pacer.ask('b', 7_200_400)).toBe(7_201_000)
    expect(pacer.ask('b', 0)).toBe(600)
    expect(pacer.ask('b', 600)).toBeNull()
  })

  it('does not keep the place of one that is gone until it has caught up', () => {
    const pacer = aPacer()
    pacer.ask('a', 7_200_000)
    pacer.ask('gone', 7_200_000)
    expect(pacer.ask('b', 0)).toBe(2000)
    expect(pacer.ask('b', 2000)).toBe(3000)
    expect(pacer.ask('b', 3000)).toBeNull()
  })

  it('takes grants that outlived the pacer for new ones', () => {
    const future = NOW + 7_200_000
    const stored = createPacerState({ grants: [future, future - 4000] })
    expect(aPacer(ONE_A_SECOND, stored).ask('a', 0)).toBe(1000)
    expect(aPacer([{ count: 2, ms: 10_000 }], stored).ask('a', 0)).toBe(6000)
  })
})

describe('followClock()', () => {
  const AHEAD = NOW + 18_000_000

  it.each<[string, Partial<PacerState>]>([
    ['a hold of the present clock', { holdUntil: NOW + 30_000, heldAt: NOW }],
    ['a hold of a day', { holdUntil: NOW + MAX_HOLD_MS, heldAt: NOW }],
    ['a grant of the present moment', { grants: [NOW], seenAt: NOW }],
  ])('leaves %s as it is', (_case, known) => {
    const state = { ...createPacerState(), ...known }
    expect(followClock(state, NOW)).toBe(state)
  })

  it('lets a hold begin now that a clock has noted which was ahead', () => {
    const held = hold(createPacerState(), AHEAD + 30_000, AHEAD)
    expect(followClock(held, NOW)).toMatchObject({ holdUntil: NOW + 30_000, heldAt: NOW })
  })

  it('leaves a hold that was noted by a right clock, also after one that was ahead', () => {
    const held = hold(createPacerState(), NOW + 7_200_000, NOW)
    const { state } = takeSlot(held, { waiter: 'a', windows: ONE_A_SECOND, now: AHEAD })
    expect(followClock(state, NOW).holdUntil).toBe(NOW + 7_200_000)
  })
})

describe('hold()', () => {
  it('lets nobody through before it is over, and spreads those who wait', () => {
    const pacer = aPacer()
    pacer.hold(30_000)
    expect(pacer.ask('a', 0)).toBe(30_000)
    expect(pacer.ask('b', 0)).toBe(31_000)
    expect(pacer.ask('a', 29_999)).toBe(30_000)
    expect(pacer.ask('a', 30_000)).toBeNull()
  })

  it('is only ever lengthened, and ignores what is no number', () => {
    const pacer = aPacer()
    for (const until of [5000, 4000, Number.NaN, -1]) pacer.hold(until)
    expect(pacer.ask('a', 0)).toBe(5000)
  })

  it('ends within a day, whatever was asked for', () => {
    const pacer = aPacer()
    pacer.hold(Infinity)
    expect(pacer.ask('a', 0)).toBe(MAX_HOLD_MS)
    expect(pacer.ask('a', MINUTE_MS)).toBe(MAX_HOLD_MS)
    expect(pacer.ask('a', MAX_HOLD_MS)).toBeNull()
  })

  it('costs nobody its place', () => {
    const pacer = aPacer()
    pacer.ask('a', 0)
    expect(pacer.ask('b', 0)).toBe(1000)
    expect(pacer.ask('c', 0)).toBe(2000)
    pacer.hold(MINUTE_MS)
    expect(pacer.ask('b', 1000)).toBe(MINUTE_MS)
    expect(pacer.ask('c', 2000)).toBe(61_000)
    expect(pacer.ask('c', MINUTE_MS)).toBe(61_000)
    expect(pacer.ask('b', MINUTE_MS)).toBeNull()
  })
})

interface Grant {
  readonly waiter: number
  readonly at: number
  readonly askedAt: number
}

interface Asker {
  /** When it asks first. */
  readonly startMs: number
  /** From a grant to its next question. */
  readonly thinkMs: number
  /** How late it comes. */
  readonly lateMs: number
  /** After how many refusals it is gone. */
  readonly patience: number
}

interface Schedule {
  readonly windows: readonly PaceWindow[]
  readonly askers: readonly Asker[]
  readonly holds: readonly { readonly at: number; readonly until: number }[]
}

const MAX_LATE_MS = 40
const RUN_MS = MINUTE_MS

const anAsker = fc.record({
  startMs: fc.nat(20_000),
  thinkMs: fc.integer({ min: 0, max: 3000 }),
  lateMs: fc.nat(MAX_LATE_MS),
  patience: fc.oneof(
    { weight: 3, arbitrary: fc.constant(Infinity) },
    fc.integer({ min: 1, max: 9 }),
  ),
})

const aWindow = fc.record({
  count: fc.integer({ min: 1, max: 5 }),
  ms: fc.integer({ min: 100, max: 5000 }),
})

const aSchedule: fc.Arbitrary<Schedule> = fc.record({
  windows: fc.array(aWindow, { minLength: 1, maxLength: 3 }),
  askers: fc.array(anAsker, { minLength: 1, maxLength: 8 }),
  holds: fc.array(
    fc
      .record({ at: fc.nat(40_000), ms: fc.nat(5000) })
      .map(({ at, ms }) => ({ at, until: at + ms })),
    { maxLength: 3 },
  ),
})

/** Lets askers come at the times that they are told; ends with those that still wait. */
function run({ windows, askers, holds }: Schedule) {
  let state = createPacerState()
  const grants: Grant[] = []
  const pending = [...holds].toSorted((a, b) => a.at - b.at)
  const coming = askers.map(({ startMs, patience }, waiter) => ({
    waiter,
    at: startMs,
    askedAt: startMs,
    patience,
  }))
  for (;;) {
    const next = coming.toSorted((a, b) => a.at - b.at)[0]
    const asker = askers[next?.waiter ?? -1]
    if (next === undefined || asker === undefined || next.at > RUN_MS) break
    for (; pending[0] !== undefined && pending[0].at <= next.at; pending.shift()) {
      state = hold(state, pending[0].until)
    }
    const { waiter, at } = next
    const answer = takeSlot(state, { waiter: String(waiter), windows, now: at })
    state = answer.state
    if (answer.at === null) {
      grants.push({ waiter, at, askedAt: next.askedAt })
      next.at = at + asker.thinkMs
      next.askedAt = next.at
    } else {
      if (answer.at <= at) throw new Error('Told to come again at once')
      next.at = answer.at + asker.lateMs
      next.patience -= 1
      if (next.patience <= 0) coming.splice(coming.indexOf(next), 1)
    }
  }
  return { grants, waiting: coming, state }
}

describe('any schedule of askers', () => {
  it('never exceeds a window', () => {
    fc.assert(
      fc.property(aSchedule, (schedule) => {
        const times = run(schedule).grants.map(({ at }) => at)
        for (const { count, ms } of schedule.windows) {
          for (const [index, at] of times.slice(count).entries()) {
            expect(at - (times[index] ?? Infinity)).toBeGreaterThanOrEqual(ms)
          }
        }
      }),
    )
  })

  it('grants nothing while the receiver is held', () => {
    fc.assert(
      fc.property(aSchedule, (schedule) => {
        for (const { at } of run(schedule).grants) {
          expect(schedule.holds.filter((held) => held.at <= at && at < held.until)).toEqual([])
        }
      }),
    )
  })

  it('gives every other at most one slot while one waits', () => {
    fc.assert(
      fc.property(aSchedule, (schedule) => {
        const { grants } = run(schedule)
        for (const [index, { waiter, askedAt }] of grants.entries()) {
          const meanwhile = grants
            .slice(0, index)
            .filter((other) => other.waiter !== waiter && other.at > askedAt)
            .map((other) => other.waiter)
          expect(meanwhile).toEqual([...new Set(meanwhile)])
        }
      }),
    )
  })

  it('gives exactly one slot to each between two of one, when all wait all the time', () => {
    const greedy = fc.record({
      startMs: fc.constant(0),
      thinkMs: fc.constant(0),
      lateMs: fc.constant(0),
      patience: fc.constant(Infinity),
    })
    const steady = fc.record({
      windows: fc.tuple(aWindow),
      askers: fc.array(greedy, { minLength: 2, maxLength: 8 }),
      holds: fc.constant([]),
    })
    fc.assert(
      fc.property(steady, (schedule) => {
        const { askers, windows } = schedule
        const started = windows[0].count + askers.length
        const order = run(schedule)
          .grants.map(({ waiter }) => waiter)
          .slice(started)
        for (const [index, waiter] of order.entries()) {
          const again = order.indexOf(waiter, index + 1)
          if (again === -1) continue
          const between = order.slice(index + 1, again)
          expect(between.toSorted((a, b) => a - b)).toEqual(
            askers.map((_, other) => other).filter((other) => other !== waiter),
          )
        }
      }),
    )
  })

  it('lets nobody wait longer than the slots of all others and one grace', () => {
    fc.assert(
      fc.property(aSchedule, (schedule) => {
        const { windows, askers, holds } = schedule
        const { grants, waiting } = run(schedule)
        const lateMs = MAX_LATE_MS * (askers.length + 1)
        const slotsMs = windows
          .map(({ count, ms }) => (Math.ceil(askers.length / count) + 1) * ms)
          .reduce((sum, ms) => sum + ms, 0)
        const heldMs = holds.reduce((sum, { at, until }) => sum + until - at, 0)
        const bound = slotsMs + lateMs + heldMs + GRACE_MS + 250
        for (const { at, askedAt } of grants) expect(at - askedAt).toBeLessThanOrEqual(bound)
        for (const { askedAt } of waiting) expect(askedAt).toBeGreaterThanOrEqual(RUN_MS - bound)
      }),
    )
  })

  it('forgets those that are gone when their grace is over', () => {
    fc.assert(
      fc.property(aSchedule, ({ windows, askers, holds }) => {
        const impatient = askers.map((asker) => ({ ...asker, patience: 1 }))
        const { state } = run({ windows, holds, askers: impatient })
        const promised = state.queue.map(({ promisedAt }) => promisedAt)
        const now = Math.max(state.seenAt, ...promised) + GRACE_MS
        const request = { waiter: 'new', windows, now }
        expect(takeSlot(state, request).at).toBe(takeSlot({ ...state, queue: [] }, request).at)
      }),
    )
  })
})
