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
    expect(quietAt([], NOW)).toBeNull()
    expect(quietAt(every(HOUR_MS, LEAST_EVENTS - 1), NOW)).toBeNull()
  })

  it('lets a long weekend pass, however often events came before it', () => {
    expect(quietAt(every(1000), NOW)).toBe(NOW + LEAST_QUIET_MS)
    expect(quietAt(every(1000).toReversed(), NOW)).toBe(NOW + LEAST_QUIET_MS)
  })

  it('waits for three times the longest silence among the last events', () => {
    expect(quietAt([...every(HOUR_MS), NOW - 4 * HOUR_MS - 10 * DAY_MS], NOW)).toBe(
      NOW + 30 * DAY_MS,
    )
  })

  it('takes no event of a clock that ran ahead for one that is still to come', () => {
    expect(quietAt([...every(HOUR_MS), NOW + 300 * DAY_MS], NOW)).toBe(NOW + LEAST_QUIET_MS)
  })
})
