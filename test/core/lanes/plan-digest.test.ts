/** Events that are told together: when, and in which message. */
import { describe, expect, test } from 'vitest'
import {
  planDigest,
  CALM_MS,
  MAX_BEHIND,
  calmUntil,
  type AttemptEntries,
  type DigestRule,
} from '../../../src/core/lanes/plan-digest.ts'
import { aLane, anEntry } from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

function waiting(count: number): AttemptEntries {
  const [first = anEntry(), ...others] = Array.from({ length: count }, (_, index) =>
    anEntry({ sequence: index + 1, receivedAt: NOW + index }),
  )
  return [first, ...others]
}

describe('planDigest()', () => {
  const BEHIND: DigestRule = { waitMs: null, max: 50 }
  const GATHERING: DigestRule = { waitMs: 30_000, max: 5 }

  test.each([
    [1, 1],
    [MAX_BEHIND, 1],
    [MAX_BEHIND + 1, MAX_BEHIND + 1],
    [50, 50],
  ])('of %i events that wait without a rule of their own sends %i', (count, sent) => {
    const plan = planDigest(waiting(count), BEHIND, { lane: aLane(), now: NOW })
    expect(plan).toEqual({ kind: 'send', entries: waiting(count).slice(0, sent) })
  })

  test.each([
    [1, 0, { kind: 'gather', until: NOW + 30_000 }],
    [4, 29_999, { kind: 'gather', until: NOW + 30_000 }],
    [4, 30_000, { kind: 'send', entries: waiting(4) }],
    [5, 0, { kind: 'send', entries: waiting(5) }],
    [1, 30_000, { kind: 'send', entries: waiting(1) }],
  ])('of %i events %i ms after the first one decides %o', (count, afterMs, expected) => {
    const now = NOW + afterMs
    expect(planDigest(waiting(count), GATHERING, { lane: aLane(), now })).toEqual(expected)
  })

  test('of an event that was received in the future sends at once: the clock was wrong then', () => {
    const lane = aLane()
    expect(planDigest(waiting(1), GATHERING, { lane, now: NOW - 1 })).toMatchObject({
      kind: 'send',
    })
  })

  test.each([
    [1, CALM_MS - 1, { kind: 'gather', until: NOW + CALM_MS }],
    [49, CALM_MS - 1, { kind: 'gather', until: NOW + CALM_MS }],
    [1, 0, { kind: 'gather', until: NOW + CALM_MS }],
    [50, 0, { kind: 'send', entries: waiting(50) }],
    [1, CALM_MS, { kind: 'send', entries: waiting(1) }],
    [3, CALM_MS, { kind: 'send', entries: waiting(3) }],
  ])('after a digest gathers %i events, %i ms later %o', (count, afterMs, expected) => {
    const lane = aLane({ gathering: { lastDigestAt: NOW } })
    const now = NOW + afterMs
    expect(planDigest(waiting(count), BEHIND, { lane, now })).toEqual(expected)
  })

  test('a digest in the future is one of a clock that was wrong, and counts as none', () => {
    const lane = aLane({ gathering: { lastDigestAt: NOW + 1 } })
    expect(calmUntil(lane, NOW)).toBe(0)
    expect(calmUntil(lane, NOW + 1)).toBe(NOW + 1 + CALM_MS)
    expect(calmUntil(aLane(), NOW)).toBe(0)
  })

  test('an event that came when the calm was over is told at once and alone', () => {
    const lane = aLane({ gathering: { lastDigestAt: NOW - CALM_MS } })
    const plan = planDigest(waiting(3), BEHIND, { lane, now: NOW })
    expect(plan).toEqual({ kind: 'send', entries: waiting(1) })
  })
})
