import { DAY_MS, HOUR_MS } from '../../../../src/core/durations.ts'
import { describe, expect, it } from 'vitest'
import {
  clampRetryAfter,
  planRetry,
  retryWaitMs,
  type RetryQuestion,
} from '../../../../src/core/lanes/settle/retry.ts'
import { NOW } from '../../../support/time.ts'

const SECONDS = [1, 5, 30, 120, 600, 1800, 1800, 1800]

describe('retryWaitMs()', () => {
  it('waits 1 s, 5 s, 30 s, 2 min, 10 min and then 30 min before attempts 2, 3, 4 …', () => {
    expect(SECONDS.map((_, index) => retryWaitMs(index + 1, 0) / 1000)).toEqual(SECONDS)
    expect(retryWaitMs(1000, 0)).toBe(HOUR_MS / 2)
  })

  it('adds 0 to 20 % of jitter', () => {
    const jittered = SECONDS.map((_, index) => retryWaitMs(index + 1, 1) / 1000)
    expect(jittered).toEqual([1.2, 6, 36, 144, 720, 2160, 2160, 2160])
    expect(retryWaitMs(2, 0.5)).toBe(5500)
  })

  it('gives whole milliseconds', () => {
    expect(retryWaitMs(1, 0.123_456)).toBe(1025)
  })

  it('takes a count below 1 for the first attempt', () => {
    expect(retryWaitMs(0, 0)).toBe(1000)
  })
})

describe('clampRetryAfter()', () => {
  it.each([
    [null, 0],
    [Number.NaN, 0],
    [-1, 0],
    [0, 0],
    [1, 1],
    [DAY_MS, DAY_MS],
    [DAY_MS + 1, DAY_MS],
    [Infinity, DAY_MS],
  ])('makes %s into %s ms', (asked, granted) => {
    expect(clampRetryAfter(asked)).toBe(granted)
  })
})

describe('planRetry()', () => {
  const FAR = NOW + 72 * HOUR_MS
  const PARK = { kind: 'park' }

  function plan(partial: Partial<RetryQuestion>) {
    const usual = { attempts: 3, now: NOW, deadline: FAR, retryAfterMs: null, random: 0 }
    return planRetry({ ...usual, ...partial })
  }

  function inSeconds(seconds: number) {
    return { kind: 'retry', at: NOW + seconds * 1000 }
  }

  it.each([
    ['waits by the table', {}, inSeconds(30)],
    ['adds jitter', { random: 1 }, inSeconds(36)],
    ['lets Retry-After lengthen the wait', { retryAfterMs: 31_000 }, inSeconds(31)],
    ['never lets Retry-After shorten the wait', { retryAfterMs: 29_000 }, inSeconds(30)],
    ['waits 24 h at most', { retryAfterMs: 90 * HOUR_MS }, inSeconds(86_400)],
    ['makes the last attempt at the deadline', { deadline: NOW + 10_000 }, inSeconds(10)],
    [
      'waits beyond the deadline when the receiver asks for it',
      { deadline: NOW + 10_000, retryAfterMs: 20_000 },
      inSeconds(20),
    ],
    ['retries one millisecond before the deadline', { deadline: NOW + 1 }, inSeconds(0.001)],
    ['parks at the deadline', { deadline: NOW }, PARK],
    ['parks after the deadline, whatever was asked', { deadline: 0, retryAfterMs: 5 }, PARK],
  ])('%s', (_name, question, expected) => {
    expect(plan(question)).toEqual(expected)
  })
})
