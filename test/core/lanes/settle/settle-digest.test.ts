/** What an outcome does to each event of a digest. */
import { describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../../src/core/durations.ts'
import type { DeliveryOutcome } from '../../../../src/core/lanes/state/outcome.ts'
import type { SettleTerms } from '../../../../src/core/lanes/settle/settle.ts'
import { disable } from '../../../../src/core/lanes/state/lane-status.ts'
import { settleDigest } from '../../../../src/core/lanes/settle/settle-digest.ts'
import { DELIVERED, REJECTED, aLane, gone, unreachable } from '../../../support/builders/a-lane.ts'
import { NOW } from '../../../support/time.ts'

const TERMS: SettleTerms = {
  now: NOW + 1000,
  random: 0,
  deadline: NOW + HOUR_MS,
  minIntervalMs: 1000,
}

const FAILED = {
  kind: 'unreachable',
  reason: 'http_503',
  retryAfterMs: null,
  detail: null,
} as const

describe('settleDigest()', () => {
  const lane = aLane({
    cursor: 0,
    gathering: { underWay: [2, 3, 5] },
    attempts: 0,
    lastMeant: null,
  })

  function settleAs(outcome: DeliveryOutcome, terms: Partial<SettleTerms> = {}, of = lane) {
    return settleDigest(of, [2, 3, 5], { outcome, terms: { ...TERMS, ...terms } })
  }

  test('a success passes all of them and writes the message down once', () => {
    const settled = settleAs(DELIVERED)
    const fate = { state: 'delivered', at: TERMS.now, attempts: 1 }
    expect(settled).toEqual({
      lane: {
        ...lane,
        cursor: 5,
        lastMeant: 5,
        gathering: { ...lane.gathering, underWay: null, lastDigestAt: TERMS.now },
        notBefore: TERMS.now + 1000,
        recent: [2, 3, 5].map((sequence) => ({ sequence, ...fate })),
      },
      fates: [],
      digestRecord: { sequences: [2, 3, 5], at: TERMS.now, attempts: 1 },
    })
  })

  test('a success after a failure tells the attempts in the message, not for each event', () => {
    const settled = settleAs(DELIVERED, {}, { ...lane, attempts: 2 })
    expect(settled.fates).toEqual([])
    expect(settled.digestRecord).toEqual({ sequences: [2, 3, 5], at: TERMS.now, attempts: 3 })
    expect(settled.lane.recent.map(({ attempts }) => attempts)).toEqual([3, 3, 3])
  })

  test('a transient failure keeps the message as it is', () => {
    const settled = settleAs(unreachable(MINUTE_MS))
    expect(settled.digestRecord).toBeNull()
    expect(settled.fates).toEqual([])
    expect(settled.lane).toMatchObject({
      cursor: 0,
      gathering: { underWay: [2, 3, 5] },
      attempts: 1,
      retryAt: TERMS.now + MINUTE_MS,
    })
  })

  const SPLITS = { splitsDigests: true }

  test('the third server error splits the message where it may be the cause', () => {
    const settled = settleAs(unreachable(), SPLITS, { ...lane, attempts: 2 })
    expect(settled).toMatchObject({ fates: [], digestRecord: null })
    expect(settled.lane).toMatchObject({
      cursor: 0,
      gathering: { underWay: null, singlyUpTo: 5 },
      attempts: 3,
      retryAt: TERMS.now + 30_000,
    })
  })

  const answers: readonly [string, DeliveryOutcome, Partial<SettleTerms>, number][] = [
    ['the second server error', unreachable(), SPLITS, 1],
    ['a server error of another receiver', unreachable(), {}, 8],
    ['a rate limit', { ...FAILED, status: 429 }, SPLITS, 8],
    ['no answer at all', { ...FAILED, status: null }, SPLITS, 8],
  ]
  test.each(answers)('%s does not', (_which, outcome, terms, attempts) => {
    const settled = settleAs(outcome, terms, { ...lane, attempts })
    expect(settled.lane).toMatchObject({ gathering: { underWay: [2, 3, 5], singlyUpTo: 0 } })
  })

  test('a failure after the deadline sets each of them aside with the reason', () => {
    const settled = settleAs(unreachable(), { deadline: TERMS.now }, { ...lane, attempts: 7 })
    const fate = {
      state: 'parked',
      reason: 'http_503',
      status: 503,
      at: TERMS.now,
      attempts: 8,
    }
    expect(settled.fates).toEqual([2, 3, 5].map((sequence) => ({ sequence, ...fate })))
    expect(settled.lane).toMatchObject({ cursor: 5, gathering: { underWay: null }, attempts: 0 })
    expect(settled.digestRecord).toBeNull()
  })

  test('a refused message falls apart, so that one event cannot take the others with it', () => {
    const settled = settleAs(REJECTED, {}, { ...lane, attempts: 1, rejectedInARow: 3 })
    expect(settled.fates).toEqual([])
    expect(settled.lane).toEqual({
      ...lane,
      gathering: { ...lane.gathering, underWay: null, singlyUpTo: 5 },
      attempts: 0,
      retryAt: null,
      rejectedInARow: 3,
      notBefore: TERMS.now + 1000,
      lastError: { reason: 'http_422', detail: 'No such field', status: 422, at: TERMS.now },
    })
  })

  test('a refused endpoint disables the lane, and the message waits as it is', () => {
    const settled = settleAs(gone({ probe: true }))
    expect(settled.lane).toMatchObject({
      status: 'disabled',
      gathering: { underWay: [2, 3, 5] },
      cursor: 0,
    })
    expect(settled.fates).toEqual([])
  })

  test('what the operator parked meanwhile is delivered as well when the message was taken', () => {
    const settled = settleAs(DELIVERED, {}, aLane({ ...lane, cursor: 3, gathering: {} }))
    expect(settled.lane.cursor).toBe(5)
    expect(settled.digestRecord).toEqual({ sequences: [2, 3, 5], at: TERMS.now, attempts: 1 })
  })

  test('a message all of which was parked meanwhile is delivered only by a success', () => {
    const aside = aLane({ ...lane, cursor: 5, gathering: {} })
    const delivered = settleAs(DELIVERED, {}, aside)
    expect(delivered.fates.map(({ sequence, state }) => [sequence, state])).toEqual([
      [2, 'delivered'],
      [3, 'delivered'],
      [5, 'delivered'],
    ])
    expect(settleAs(unreachable(), {}, aside).fates).toEqual([])
    expect(settleAs(unreachable(MINUTE_MS), {}, aside).lane.notBefore).toBe(TERMS.now + MINUTE_MS)
    expect(settleAs(REJECTED, {}, aside).lane).toMatchObject({
      cursor: 5,
      gathering: { underWay: null },
    })
  })
})

describe('settleDigest() of a batch', () => {
  const lane = aLane({ cursor: 0, gathering: { underWay: [2, 3, 5, 8] }, lastMeant: null })

  function settleAs(outcome: DeliveryOutcome, terms: Partial<SettleTerms> = {}, of = lane) {
    const all = { ...TERMS, isBatch: true, ...terms }
    return settleDigest(of, [2, 3, 5, 8], { outcome, terms: all })
  }

  test('a success at once is told by the cursor alone, as that of a single event', () => {
    const settled = settleAs(DELIVERED)
    expect(settled).toMatchObject({ fates: [], digestRecord: null })
    expect(settled.lane).toMatchObject({
      cursor: 8,
      lastMeant: 8,
      gathering: { underWay: null, singlyUpTo: 0 },
    })
    expect(settled.lane.recent.map(({ sequence }) => sequence)).toEqual([2, 3, 5, 8])
  })

  test('a success after a failure is written down once for all of them', () => {
    const settled = settleAs(DELIVERED, {}, { ...lane, attempts: 1 })
    expect(settled.fates).toEqual([])
    expect(settled.digestRecord).toEqual({ sequences: [2, 3, 5, 8], at: TERMS.now, attempts: 2 })
  })

  test('a refusal halves it at once, parks nothing, and counts no refusal', () => {
    const settled = settleAs(REJECTED, {}, { ...lane, attempts: 1, rejectedInARow: 19 })
    expect(settled).toMatchObject({ fates: [], digestRecord: null })
    expect(settled.lane).toEqual({
      ...lane,
      gathering: { ...lane.gathering, underWay: [2, 3], halves: [[5, 8]] },
      attempts: 0,
      rejectedInARow: 19,
      notBefore: TERMS.now + 1000,
      lastError: { reason: 'http_422', detail: 'No such field', status: 422, at: TERMS.now },
    })
  })

  test('a refusal by the daily try lets a disabled lane go on with the halves', () => {
    const disabled = disable(lane, { reason: 'gone', probeAt: null })
    const settled = settleAs(REJECTED, {}, disabled)
    expect(settled.lane).toMatchObject({
      status: 'active',
      gathering: { underWay: [2, 3], halves: [[5, 8]] },
    })
  })

  test('a taken half lets the next one follow', () => {
    const half = aLane({ cursor: 0, gathering: { underWay: [2, 3], halves: [[5, 8]] } })
    const terms = { ...TERMS, isBatch: true }
    const settled = settleDigest(half, [2, 3], { outcome: DELIVERED, terms })
    expect(settled.lane).toMatchObject({ cursor: 3, gathering: { underWay: [5, 8], halves: [] } })
  })

  test.each([
    ['server errors', unreachable()],
    ['no answer', { ...FAILED, status: null }],
    ['a rate limit', { ...FAILED, status: 429 }],
  ])('%s keep it as it is, however often they come', (_which, outcome) => {
    const settled = settleAs(outcome, {}, { ...lane, attempts: 8 })
    expect(settled.lane).toMatchObject({
      cursor: 0,
      gathering: { ...lane.gathering, underWay: [2, 3, 5, 8], halves: [] },
      attempts: 9,
    })
  })

  test('a server error after the deadline halves it: one event may be the cause', () => {
    const outcome = unreachable(MINUTE_MS)
    const settled = settleAs(outcome, { deadline: TERMS.now }, { ...lane, attempts: 8 })
    expect(settled).toMatchObject({ fates: [], digestRecord: null })
    expect(settled.lane).toMatchObject({
      cursor: 0,
      gathering: { underWay: [2, 3], halves: [[5, 8]] },
      attempts: 0,
      retryAt: null,
      notBefore: TERMS.now + MINUTE_MS,
      lastError: { reason: 'http_503' },
    })
  })

  test('no answer after the deadline sets each of its events aside, and the next half follows', () => {
    const outcome = { ...FAILED, status: null }
    const half = aLane({ ...lane, gathering: { ...lane.gathering, halves: [[9, 10]] } })
    const settled = settleAs(outcome, { deadline: TERMS.now }, half)
    expect(settled.fates.map(({ sequence, state }) => [sequence, state])).toEqual(
      [2, 3, 5, 8].map((sequence) => [sequence, 'parked']),
    )
    expect(settled.lane).toMatchObject({
      cursor: 8,
      gathering: { underWay: [9, 10], halves: [] },
      rejectedInARow: 0,
    })
  })

  test('a refusal of what the operator has left of it halves that', () => {
    const rest = aLane({ cursor: 2, gathering: { underWay: [3, 5, 8] } })
    expect(settleAs(REJECTED, {}, rest).lane).toMatchObject({
      gathering: { underWay: [3, 5], halves: [[8]] },
    })
    const last = aLane({ cursor: 5, gathering: { underWay: null, singlyUpTo: 8 } })
    expect(settleAs(REJECTED, {}, last).lane).toMatchObject({
      gathering: { underWay: null, singlyUpTo: 8 },
    })
  })

  test('what was parked meanwhile never takes a half out of the way of the others', () => {
    const aside = aLane({ cursor: 8, gathering: { underWay: [9, 10] } })
    expect(settleAs(DELIVERED, {}, aside).lane).toMatchObject({
      cursor: 8,
      gathering: { underWay: [9, 10] },
    })
  })
})
