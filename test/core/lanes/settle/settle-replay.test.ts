import { HOUR_MS } from '../../../../src/core/durations.ts'
import { describe, expect, it } from 'vitest'
import type { DeliveryOutcome } from '../../../../src/core/lanes/state/outcome.ts'
import type { SettleTerms } from '../../../../src/core/lanes/settle/settle.ts'
import { settleReplay } from '../../../../src/core/lanes/settle/settle-replay.ts'
import {
  DELIVERED,
  REJECTED,
  aJob,
  aLane,
  gone,
  unreachable,
  type LaneMembers,
} from '../../../support/builders/a-lane.ts'
import {
  EARLIER,
  TOMORROW,
  TERMS,
  PACED,
  LATE,
  BUSY,
  BAD,
  GONE,
  GONE_FOR_NOW,
  BEFORE,
  parked,
  delivered,
} from '../../../support/builders/settle-builders.ts'
import { NOW } from '../../../support/time.ts'

describe('settleReplay()', () => {
  const job = aJob({ next: 5, to: 8 })
  const other = aJob({ next: 1, to: 2 })
  const before = { ...BEFORE, cursor: 9, lastMeant: 9, replays: [job, other] }
  const next = [{ ...job, next: 6 }, other]

  function replayed(lane: LaneMembers, outcome: DeliveryOutcome, terms: Partial<SettleTerms> = {}) {
    return settleReplay(aLane({ ...before, ...lane }), 5, {
      outcome,
      terms: { ...TERMS, ...terms },
      attemptsBefore: 2,
    })
  }

  it('delivered: goes on with the job, the cursor stays', () => {
    const retried = [{ ...job, attempts: 3, retryAt: EARLIER }, other]
    expect(replayed({ replays: retried, rejectedInARow: 19 }, DELIVERED)).toEqual({
      lane: aLane({ ...before, replays: next, notBefore: PACED, lastError: null }),
      fates: [delivered(6)],
    })
  })

  it('delivered: holds the lane as long as the receiver asks for no further message', () => {
    const outcome = { kind: 'delivered', status: 200, holdMs: 7000 } as const
    expect(replayed({}, outcome).lane.notBefore).toBe(NOW + 7000)
  })

  it('delivered: enables a disabled lane', () => {
    const { lane } = replayed({ ...GONE_FOR_NOW, rejectedInARow: 20 }, DELIVERED)
    expect(lane).toEqual(aLane({ ...before, replays: next, notBefore: PACED, lastError: null }))
  })

  it('unreachable: tries the same event again later and lets live events go on', () => {
    const again = { ...job, attempts: 1, retryAt: NOW + 1000 }
    expect(replayed({}, unreachable())).toEqual({
      lane: aLane({ ...before, replays: [again, other], notBefore: PACED, lastError: BUSY }),
      fates: [],
    })
  })

  it('unreachable: waits longer each time, and as long as Retry-After says', () => {
    const third = { ...job, attempts: 2, retryAt: EARLIER }
    expect(replayed({ replays: [third] }, unreachable(), { random: 1 }).lane.replays).toEqual([
      { ...job, attempts: 3, retryAt: NOW + 36_000 },
    ])
    expect(replayed({}, unreachable(HOUR_MS)).lane).toMatchObject({
      notBefore: NOW + HOUR_MS,
      replays: [{ retryAt: NOW + HOUR_MS }, other],
    })
  })

  it('unreachable: parks at the deadline with all its attempts, and goes on', () => {
    const third = { ...job, attempts: 2, retryAt: EARLIER }
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
        probeAt: TOMORROW,
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

  it('rejected for the message: enables a disabled lane unless it rejects everything', () => {
    expect(replayed(GONE_FOR_NOW, REJECTED).lane).toMatchObject({
      status: 'active',
      disabledReason: null,
      retryAt: null,
      replays: next,
    })
    const rejecting = {
      ...GONE_FOR_NOW,
      disabledReason: 'rejects_everything',
      rejectedInARow: 20,
    } as const
    expect(replayed(rejecting, REJECTED)).toMatchObject({
      lane: { ...rejecting, probeAt: TOMORROW, replays: next },
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
        probeAt: at,
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
