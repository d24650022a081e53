import { describe, expect, it } from 'vitest'
import { LEAST_EVENTS, LEAST_QUIET_MS, quietAt } from '../../../src/core/bulletins/quiet.ts'
import { DAY_MS, HOUR_MS } from '../../../src/core/durations.ts'
import { NOW } from '../../support/time.ts'

/** Events so far apart, the last one now. */
function every(ms: number, count = LEAST_EVENTS): number[] {
  return Array.from({ length: count }, (_, index) => NOW - index * ms)
}

describe('quietAt()', () => {
  it('knows nothing as usual of a portal with few events', () => {
    expect(quietAt([])).toBeNull()
    expect(quietAt(every(HOUR_MS, LEAST_EVENTS - 1))).toBeNull()
  })

  it('lets a long weekend pass, however often events came before it', () => {
    expect(quietAt(every(1000))).toBe(NOW + LEAST_QUIET_MS)
    expect(quietAt(every(1000).toReversed())).toBe(NOW + LEAST_QUIET_MS)
  })

  it('waits for three times the longest silence among the last events', () => {
    expect(quietAt([...every(HOUR_MS), NOW - 4 * HOUR_MS - 10 * DAY_MS])).toBe(NOW + 30 * DAY_MS)
  })
})
