import { describe, expect, it } from 'vitest'
import {
  MAX_REJECTED_IN_A_ROW,
  RECENT_FATES,
  type LaneState,
} from '../../../src/core/lanes/lane-state.ts'
import type { DeliveryOutcome } from '../../../src/core/lanes/outcome.ts'
import { DAY_MS, HOUR_MS } from '../../../src/core/lanes/retry.ts'
import {
  advanceJob,
  parkEvent,
  settle,
  settleReplay,
  skipEvent,
  type SettleTerms,
} from '../../../src/core/lanes/settle.ts'
import {
  DELIVERED,
  REJECTED,
  START,
  aJob,
  aLane,
  gone,
  unreachable,
} from '../../support/lane-builders.ts'

const NOW = START + 60_000
const TOMORROW = NOW + DAY_MS
const TERMS: SettleTerms = {
  now: NOW,
  random: 0,
  deadline: NOW + HOUR_MS,
  minIntervalMs: 1000,
}
const PACED = NOW + 1000
const LATE = { deadline: NOW }

const BUSY = { reason: 'server_error', detail: 'Busy', status: 503, at: NOW }
const BAD = { reason: 'bad_request', detail: 'No such field', status: 422, at: NOW }
const GONE = { reason: 'gone', detail: null, status: 410, at: NOW }
const GONE_FOR_NOW = {
  status: 'disabled',
  disabledReason: 'gone',
  nextAttemptAt: START,
} as const

/** Event 5 is the head, its lane has delivered event 4. */
const BEFORE = { cursor: 4, lastMeant: 4, recent: [], lastError: GONE } as const

function settled(
  lane: Partial<LaneState>,
  outcome: DeliveryOutcome,
  terms: Partial<SettleTerms> = {},
) {
  return settle(aLane({ ...BEFORE, ...lane }), 5, { outcome, terms: { ...TERMS, ...terms } })
}

/** A lane behind event 5. */
function passed(state: 'delivered' | 'parked', attempts: number): Partial<LaneState> {
  const fate = { sequence: 5, state, at: NOW, attempts }
  return { cursor: 5, lastMeant: 5, attempts: 0, nextAttemptAt: null, recent: [fate] }
}

function parked(attempts: number, { reason, status }: { reason: string; status: number | null }) {
  return { sequence: 5, state: 'parked', reason, status, at: NOW, attempts }
}

function delivered(attempts: number) {
  return { sequence: 5, state: 'delivered', reason: null, status: 200, at: NOW, attempts }
}

describe('settle() delivered', () => {
  it('passes the event at the first attempt without a fate to store', () => {
    expect(settled({ rejectedInARow: 19 }, DELIVERED)).toEqual({
      lane: aLane({ ...passed('delivered', 1), notBefore: PACED }),
      fates: [],
    })
  })

  it('stores the exact fate of an event that was retried', () => {
    expect(settled({ attempts: 2, nextAttemptAt: START }, DELIVERED)).toEqual({
      lane: aLane({ ...passed('delivered', 3), notBefore: PACED }),
      fates: [delivered(3)],
    })
  })

  it('revives a disabled lane', () => {
    expect(settled({ ...GONE_FOR_NOW, attempts: 1, rejectedInARow: 20 }, DELIVERED)).toEqual({
      lane: aLane({ ...passed('delivered', 2), notBefore: PACED }),
      fates: [delivered(2)],
    })
  })

  it.each(['paused', 'removed'] as const)('keeps a lane %s that became so meanwhile', (status) => {
    const { lane } = settled({ status, disabledReason: 'gone' }, DELIVERED)
    expect(lane).toEqual(aLane({ ...passed('delivered', 1), status, notBefore: PACED }))
  })

  it('remembers the last 100 fates', () => {
    const recent = Array.from({ length: RECENT_FATES }, (_, sequence) => ({
      sequence,
      state: 'parked' as const,
      at: START,
      attempts: 1,
    }))
    expect(RECENT_FATES).toBe(100)
    const fate = { sequence: 5, state: 'delivered', at: NOW, attempts: 1 }
    expect(settled({ recent }, DELIVERED).lane.recent).toEqual([...recent.slice(1), fate])
  })
})

describe('settle() unreachable', () => {
  it('waits for the next attempt and stores no fate', () => {
    expect(settled({ attempts: 2, rejectedInARow: 3 }, unreachable())).toEqual({
      lane: aLane({
        ...BEFORE,
        attempts: 3,
        nextAttemptAt: NOW + 30_000,
        notBefore: PACED,
        lastError: BUSY,
        rejectedInARow: 3,
      }),
      fates: [],
    })
  })

  it.each([
    ['a longer Retry-After holds the lane', 90_000, NOW + 90_000, NOW + 90_000],
    ['a shorter one shortens nothing', 2000, NOW + 2000, NOW + 30_000],
    ['one below the pace does not hurry the lane', 500, PACED, NOW + 30_000],
    ['one of a week holds it for a day', 7 * DAY_MS, TOMORROW, TOMORROW],
  ])('%s', (_name, retryAfterMs, notBefore, nextAttemptAt) => {
    const { lane } = settled({ attempts: 2 }, unreachable(retryAfterMs))
    expect({ notBefore: lane.notBefore, nextAttemptAt: lane.nextAttemptAt }).toEqual({
      notBefore,
      nextAttemptAt,
    })
  })

  it('G5 parks with the reason at the deadline, and goes on', () => {
    expect(settled({ attempts: 9 }, unreachable(), LATE)).toEqual({
      lane: aLane({ ...passed('parked', 10), notBefore: PACED, lastError: BUSY }),
      fates: [parked(10, BUSY)],
    })
  })

  it('holds a Retry-After for the next event when the event itself is given up', () => {
    expect(settled({}, unreachable(HOUR_MS), LATE).lane.notBefore).toBe(NOW + HOUR_MS)
  })

  it('never parks by time while the lane is disabled: it is tried again tomorrow', () => {
    const disabled = { ...GONE_FOR_NOW, attempts: 4 }
    expect(settled(disabled, unreachable(), LATE)).toEqual({
      lane: aLane({
        ...BEFORE,
        ...disabled,
        attempts: 5,
        nextAttemptAt: TOMORROW,
        notBefore: PACED,
        lastError: BUSY,
      }),
      fates: [],
    })
  })
})

describe('settle() rejected for the message', () => {
  it('parks with the reason and goes on', () => {
    expect(settled({ attempts: 1 }, REJECTED)).toEqual({
      lane: aLane({
        ...passed('parked', 2),
        notBefore: PACED,
        lastError: BAD,
        rejectedInARow: 1,
      }),
      fates: [parked(2, BAD)],
    })
  })

  it('the 20th time in a row disables the lane, with a daily try', () => {
    expect(MAX_REJECTED_IN_A_ROW).toBe(20)
    expect(settled({ rejectedInARow: 18 }, REJECTED).lane.status).toBe('active')
    expect(settled({ rejectedInARow: 19 }, REJECTED)).toEqual({
      lane: aLane({
        ...passed('parked', 1),
        status: 'disabled',
        disabledReason: 'rejects_everything',
        nextAttemptAt: TOMORROW,
        notBefore: PACED,
        lastError: BAD,
        rejectedInARow: 20,
      }),
      fates: [parked(1, BAD)],
    })
  })

  it('at the daily try of a lane that rejects everything keeps it disabled', () => {
    const disabled = { ...GONE_FOR_NOW, disabledReason: 'rejects_everything', rejectedInARow: 20 }
    expect(settled(disabled, REJECTED)).toMatchObject({
      lane: { ...disabled, cursor: 5, nextAttemptAt: TOMORROW, rejectedInARow: 21 },
      fates: [parked(1, BAD)],
    })
  })

  it('G10 at the daily try of another disabled lane shows that the endpoint lives', () => {
    expect(settled({ ...GONE_FOR_NOW, attempts: 1 }, REJECTED)).toEqual({
      lane: aLane({ ...passed('parked', 2), notBefore: PACED, lastError: BAD, rejectedInARow: 1 }),
      fates: [parked(2, BAD)],
    })
  })

  it.each(['paused', 'removed'] as const)('keeps a lane %s, also at the 20th', (status) => {
    expect(settled({ status, rejectedInARow: 19 }, REJECTED).lane).toMatchObject({
      status,
      disabledReason: null,
      cursor: 5,
      rejectedInARow: 20,
    })
  })
})

describe('settle() rejected for the endpoint', () => {
  it.each([
    ['with a daily try where it is allowed', true, TOMORROW],
    ['without one where it is not', false, null],
  ])('disables the lane, its events wait: %s', (_name, probe, nextAttemptAt) => {
    expect(settled({ attempts: 1, nextAttemptAt: START }, gone({ probe }), LATE)).toEqual({
      lane: aLane({
        ...BEFORE,
        attempts: 2,
        status: 'disabled',
        disabledReason: 'gone',
        nextAttemptAt,
        notBefore: PACED,
        lastError: GONE,
      }),
      fates: [],
    })
  })

  it.each(['paused', 'removed'] as const)('keeps a lane %s that became so meanwhile', (status) => {
    expect(settled({ status }, gone({ probe: true }))).toEqual({
      lane: aLane({ ...BEFORE, attempts: 1, status, notBefore: PACED, lastError: GONE }),
      fates: [],
    })
  })
})

describe('settle() after the operator set the event aside', () => {
  const fate = { sequence: 5, state: 'parked' as const, at: START, attempts: 2 }
  const aside = { cursor: 7, attempts: 1, nextAttemptAt: START, lastMeant: 7, recent: [fate] }

  it('counts an event as delivered that was delivered meanwhile', () => {
    expect(settled(aside, DELIVERED)).toEqual({
      lane: aLane({ ...BEFORE, ...aside, notBefore: PACED }),
      fates: [delivered(3)],
    })
  })

  it('counts the one attempt it knows of', () => {
    expect(settled({ ...aside, recent: [] }, DELIVERED).fates).toEqual([delivered(1)])
    const other = [{ ...fate, sequence: 6 }]
    expect(settled({ ...aside, recent: other }, DELIVERED).fates).toEqual([delivered(1)])
  })

  it('leaves it parked after any other outcome, without touching the event that follows', () => {
    for (const outcome of [unreachable(), REJECTED, gone({ probe: true })]) {
      expect(settled({ ...aside, cursor: 5 }, outcome)).toEqual({
        lane: aLane({ ...BEFORE, ...aside, cursor: 5, notBefore: PACED }),
        fates: [],
      })
    }
  })

  it('still keeps the receiver’s pace', () => {
    expect(settled(aside, unreachable(HOUR_MS)).lane.notBefore).toBe(NOW + HOUR_MS)
    const held = { ...aside, notBefore: TOMORROW }
    expect(settled(held, unreachable(HOUR_MS)).lane.notBefore).toBe(TOMORROW)
  })
})

describe('parkEvent() and skipEvent()', () => {
  const cause = { reason: 'set_aside', status: null, at: NOW }
  const retrying = { ...BEFORE, attempts: 2, nextAttemptAt: START }

  it('parkEvent() sets the head aside with its attempts so far', () => {
    expect(parkEvent(aLane(retrying), 5, cause)).toEqual({
      lane: aLane({ ...BEFORE, ...passed('parked', 2) }),
      fates: [parked(2, cause)],
    })
  })

  it('skipEvent() passes events without counting them as meant', () => {
    expect(skipEvent(aLane(retrying), 9)).toEqual(aLane({ ...BEFORE, cursor: 9 }))
  })

  it('G10 both keep the daily try of a disabled lane', () => {
    const lane = aLane({ ...BEFORE, ...GONE_FOR_NOW, attempts: 2 })
    expect(skipEvent(lane, 9)).toEqual({ ...lane, cursor: 9, attempts: 0 })
    expect(parkEvent(lane, 5, cause).lane).toMatchObject({ ...GONE_FOR_NOW, cursor: 5 })
  })
})

describe('settleReplay()', () => {
  const job = aJob({ next: 5, to: 8 })
  const other = aJob({ next: 1, to: 2 })
  const before = { ...BEFORE, cursor: 9, lastMeant: 9, replays: [job, other] }
  const next = [{ ...job, next: 6 }, other]

  function replayed(
    lane: Partial<LaneState>,
    outcome: DeliveryOutcome,
    terms: Partial<SettleTerms> = {},
  ) {
    return settleReplay(aLane({ ...before, ...lane }), 5, {
      outcome,
      terms: { ...TERMS, ...terms },
      attemptsBefore: 2,
    })
  }

  it('delivered: goes on with the job, the cursor stays', () => {
    const retried = [{ ...job, attempts: 3, nextAttemptAt: START }, other]
    expect(replayed({ replays: retried, rejectedInARow: 19 }, DELIVERED)).toEqual({
      lane: aLane({ ...before, replays: next, notBefore: PACED, lastError: null }),
      fates: [delivered(6)],
    })
  })

  it('delivered: revives a disabled lane', () => {
    const { lane } = replayed({ ...GONE_FOR_NOW, rejectedInARow: 20 }, DELIVERED)
    expect(lane).toEqual(aLane({ ...before, replays: next, notBefore: PACED, lastError: null }))
  })

  it('unreachable: tries the same event again later and lets live events go on', () => {
    const again = { ...job, attempts: 1, nextAttemptAt: NOW + 1000 }
    expect(replayed({}, unreachable())).toEqual({
      lane: aLane({ ...before, replays: [again, other], notBefore: PACED, lastError: BUSY }),
      fates: [],
    })
  })

  it('unreachable: waits longer each time, and as long as Retry-After says', () => {
    const third = { ...job, attempts: 2, nextAttemptAt: START }
    expect(replayed({ replays: [third] }, unreachable(), { random: 1 }).lane.replays).toEqual([
      { ...job, attempts: 3, nextAttemptAt: NOW + 36_000 },
    ])
    expect(replayed({}, unreachable(HOUR_MS)).lane).toMatchObject({
      notBefore: NOW + HOUR_MS,
      replays: [{ nextAttemptAt: NOW + HOUR_MS }, other],
    })
  })

  it('unreachable: parks at the deadline with all its attempts, and goes on', () => {
    const third = { ...job, attempts: 2, nextAttemptAt: START }
    expect(replayed({ replays: [third, other] }, unreachable(HOUR_MS), LATE)).toEqual({
      lane: aLane({ ...before, replays: next, notBefore: NOW + HOUR_MS, lastError: BUSY }),
      fates: [parked(5, BUSY)],
    })
  })

  it('unreachable: a disabled lane is tried again tomorrow and parks nothing', () => {
    expect(replayed(GONE_FOR_NOW, unreachable(HOUR_MS), LATE)).toEqual({
      lane: aLane({
        ...before,
        ...GONE_FOR_NOW,
        nextAttemptAt: TOMORROW,
        notBefore: NOW + HOUR_MS,
        lastError: BUSY,
      }),
      fates: [],
    })
  })

  it('rejected for the message: parks and goes on, outside of the 20 in a row', () => {
    expect(replayed({ rejectedInARow: 19 }, REJECTED)).toEqual({
      lane: aLane({
        ...before,
        replays: next,
        notBefore: PACED,
        lastError: BAD,
        rejectedInARow: 19,
      }),
      fates: [parked(3, BAD)],
    })
  })

  it('rejected for the message: revives a disabled lane unless it rejects everything', () => {
    expect(replayed(GONE_FOR_NOW, REJECTED).lane).toMatchObject({
      status: 'active',
      disabledReason: null,
      nextAttemptAt: null,
      replays: next,
    })
    const rejecting = { ...GONE_FOR_NOW, disabledReason: 'rejects_everything', rejectedInARow: 20 }
    expect(replayed(rejecting, REJECTED)).toMatchObject({
      lane: { ...rejecting, nextAttemptAt: TOMORROW, replays: next },
      fates: [parked(3, BAD)],
    })
  })

  it.each([
    [true, TOMORROW],
    [false, null],
  ])('rejected for the endpoint: disables the lane, the job waits (probe %s)', (probe, at) => {
    expect(replayed({}, gone({ probe }))).toEqual({
      lane: aLane({
        ...before,
        status: 'disabled',
        disabledReason: 'gone',
        nextAttemptAt: at,
        notBefore: PACED,
        lastError: GONE,
      }),
      fates: [],
    })
  })

  it('rejected for the endpoint: keeps a lane paused that became so meanwhile', () => {
    const { lane } = replayed({ status: 'paused' }, gone({ probe: true }))
    expect(lane).toEqual(aLane({ ...before, status: 'paused', notBefore: PACED, lastError: GONE }))
  })

  it('does nothing to a lane whose jobs are gone', () => {
    const lane = aLane({ ...before, replays: [] })
    const given = { outcome: DELIVERED, terms: TERMS, attemptsBefore: 0 }
    expect(settleReplay(lane, 5, given)).toEqual({ lane, fates: [] })
  })
})

describe('advanceJob()', () => {
  const first = aJob({ next: 5, to: 8, attempts: 2, nextAttemptAt: START })
  const second = aJob({ next: 1, to: 2 })
  const lane = aLane({ replays: [first, second] })

  it.each([
    [5, [aJob({ next: 6, to: 8 }), second]],
    [7, [aJob({ next: 8, to: 8 }), second]],
    [8, [second]],
    [9, [second]],
  ])('moves the first job past %i; a finished one is gone', (sequence, replays) => {
    expect(advanceJob(lane, first, sequence)).toEqual({ ...lane, replays })
  })
})
