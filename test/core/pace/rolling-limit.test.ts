import { expect, it } from 'vitest'
import { RollingLimit } from '../../../src/core/pace/rolling-limit.ts'

it('takes at most so many in any stretch of its time', () => {
  const limit = new RollingLimit({ count: 2, ms: 1000 })
  const taken = [0, 500, 999, 1001, 1400, 1501].map((now) => limit.take(now))
  expect(taken).toEqual([true, true, false, true, false, true])
})

it('does not count what a clock that was ahead has counted', () => {
  const limit = new RollingLimit({ count: 1, ms: 1000 })
  expect([limit.take(1_000_000), limit.take(5), limit.take(6)]).toEqual([true, true, false])
})
