import { describe, expect, it } from 'vitest'
import { silenceDueAt } from '../../../src/core/access/silence.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import { NOW } from '../../support/time.ts'

/** The times of some events, so long ago. */
function ago(...spans: readonly number[]): number[] {
  return spans.map((span) => NOW - span)
}

function endsIn(times: readonly number[], checkedAt: number | null = null): number | null {
  const at = silenceDueAt(times, { checkedAt, now: NOW })
  return at === null ? null : at - NOW
}

describe('silenceDueAt()', () => {
  it.each<[string, readonly number[], number | null]>([
    ['of a portal that never sent anything', [], null],
    ['after one event', ago(0), 15 * MINUTE_MS],
    ['after a burst', ago(3, 2, 1, 0), 15 * MINUTE_MS],
    ['of a portal that sends every hour', ago(2 * HOUR_MS, HOUR_MS, 0), 1.5 * HOUR_MS],
    ['after a night, whatever the order', ago(0, 9 * HOUR_MS, MINUTE_MS), 13.5 * HOUR_MS - 90_000],
    ['of a portal that sends every day', ago(2 * DAY_MS, DAY_MS, 0), null],
    ['that ends between two milliseconds', ago(2_000_001, 1_000_000, 0), 1_500_002],
    ['that is over', ago(HOUR_MS), 15 * MINUTE_MS - HOUR_MS],
    ['with a time that has not come yet', [NOW + DAY_MS], 15 * MINUTE_MS],
  ])('knows the unusual silence %s', (_, times, expected) => {
    expect(endsIn(times)).toBe(expected)
  })

  it('lets the silence double after each look, and leaves it to the daily visit then', () => {
    const looks: number[] = []
    let checkedAt: number | null = null
    for (;;) {
      const at = silenceDueAt([NOW], { checkedAt, now: NOW + 10 * DAY_MS })
      if (at === null) break
      looks.push((at - NOW) / MINUTE_MS)
      checkedAt = at
    }
    expect(looks).toEqual([15, 30, 60, 120, 240, 480, 960])
  })

  it('begins anew with each event: a look before it says nothing of the silence after it', () => {
    expect(endsIn(ago(0), NOW - DAY_MS)).toBe(15 * MINUTE_MS)
  })

  it('believes no look that has not come yet', () => {
    expect(endsIn(ago(MINUTE_MS), NOW + 30 * DAY_MS)).toBe(15 * MINUTE_MS - MINUTE_MS)
  })
})
