import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DAY_MS } from '../../../src/core/durations.ts'
import { LeakyBucket } from '../../../src/core/pace/leaky-bucket.ts'
import { NOW } from '../../support/time.ts'

describe('LeakyBucket', () => {
  test('lets fifty requests through at once, then two a second', () => {
    const bucket = new LeakyBucket()
    expect(sendAll(bucket, { count: 54, now: NOW }).slice(48)).toEqual([
      0, 0, 500, 1000, 1500, 2000,
    ])
  })

  test('lets as many through as the plan of the portal allows', () => {
    const bucket = new LeakyBucket({ ratePerSecond: 5, size: 3 })
    expect(sendAll(bucket, { count: 6, now: NOW })).toEqual([0, 0, 0, 200, 400, 600])
  })

  test('is empty again when all has leaked out, and never emptier', () => {
    const bucket = new LeakyBucket({ size: 2 })
    sendAll(bucket, { count: 2, now: NOW })
    expect(bucket.waitMs(NOW)).toBe(500)
    expect(bucket.waitMs(NOW + 499)).toBe(1)
    expect(bucket.waitMs(NOW + 500)).toBe(0)
    expect(sendAll(bucket, { count: 3, now: NOW + DAY_MS })).toEqual([0, 0, 500])
  })

  test('counts requests that did not wait', () => {
    const bucket = new LeakyBucket({ size: 1 })
    for (let count = 0; count < 3; count += 1) bucket.take(NOW)
    expect(bucket.waitMs(NOW)).toBe(1500)
  })

  test('sends nothing before the end of a block, then one request, then two a second', () => {
    const bucket = new LeakyBucket()
    bucket.block(NOW + 3000)
    expect(bucket.blockedUntil()).toBe(NOW + 3000)
    expect(bucket.waitMs(NOW)).toBe(3000)
    expect(bucket.waitMs(NOW + 2999.5)).toBe(1)
    expect(bucket.waitMs(NOW + 3000)).toBe(0)
    expect(sendAll(bucket, { count: 3, now: NOW })).toEqual([3000, 3500, 4000])
  })

  test('is no emptier for a block, however many requests were on their way', () => {
    const bucket = new LeakyBucket({ size: 2 })
    bucket.block(NOW + 3000)
    bucket.take(NOW)
    bucket.take(NOW)
    expect(bucket.waitMs(NOW)).toBe(4000)
  })

  test('lengthens a block and never shortens it', () => {
    const bucket = new LeakyBucket()
    expect(bucket.blockedUntil()).toBe(0)
    for (const untilMs of [3000, 1000, 2000]) bucket.block(NOW + untilMs)
    expect(bucket.blockedUntil()).toBe(NOW + 3000)
    bucket.block(NOW + 5000)
    expect(bucket.waitMs(NOW)).toBe(5000)
  })

  test.each([Number.NaN, Infinity, -Infinity])('ignores a block until %s', (untilMs) => {
    const bucket = new LeakyBucket()
    bucket.block(untilMs)
    expect(bucket.blockedUntil()).toBe(0)
    expect(bucket.waitMs(NOW)).toBe(0)
  })

  test('leaks nothing while the clock goes back', () => {
    const bucket = new LeakyBucket({ size: 1 })
    bucket.take(NOW)
    expect(bucket.waitMs(NOW - 10_000)).toBe(500)
    bucket.take(NOW - 10_000)
    expect(bucket.waitMs(NOW)).toBe(1000)
  })

  test.each([
    { ratePerSecond: 0 },
    { ratePerSecond: -1 },
    { ratePerSecond: Number.NaN },
    { size: 0.5 },
    { size: Number.NaN },
  ])('refuses the limits %j', (options) => {
    expect(() => new LeakyBucket(options)).toThrow(RangeError)
  })

  test('never lets a portal see more than its bucket holds, whoever waits how long', () => {
    const steps = fc.array(fc.nat({ max: 5000 }), { minLength: 1, maxLength: 80 })
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 10 }), (pauses, size) => {
        const bucket = new LeakyBucket({ size })
        let now = NOW
        let [level, at] = [0, NOW]
        for (const pause of pauses) {
          now += pause
          now += bucket.waitMs(now)
          bucket.take(now)
          level = Math.max(0, level - ((now - at) * 2) / 1000) + 1
          at = now
          expect(level).toBeLessThanOrEqual(size + 1e-6)
        }
      }),
    )
  })
})

/** Sends one after the other as soon as each may go; tells the times after `now`. */
function sendAll(bucket: LeakyBucket, { count, now }: { count: number; now: number }): number[] {
  let at = now
  return Array.from({ length: count }, () => {
    at += bucket.waitMs(at)
    bucket.take(at)
    return at - now
  })
}
