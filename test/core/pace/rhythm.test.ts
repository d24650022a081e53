import { describe, expect, it } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../../src/core/durations.ts'
import { alarmForNextEvent } from '../../../src/core/pace/rhythm.ts'
import { NOW } from '../../support/time.ts'

/** Minutes from the last event to the alarm, for events so many minutes ago. */
function minutes(...ago: readonly number[]): number | null {
  const at = alarmForNextEvent(ago.map((span) => NOW - span * MINUTE_MS))
  return at === null ? null : (at - NOW) / MINUTE_MS
}

describe('alarmForNextEvent()', () => {
  it.each([
    ['of a portal that never sent anything', [], null],
    ['after the first event', [0], null],
    ['after events that share an alarm', [0, 1, 3, 8], null],
    ['after a pause of six minutes', [0, 6], 10.5],
    ['after the youngest pause, whatever the order', [22, 0, 14, 6], 10.5],
    ['after a pause before a burst', [0, 0.1, 0.2, 8.2], 12.5],
    ['after a pause of a quarter of an hour', [0, 15], 19.5],
    ['after a longer pause, which tells nothing', [0, 16, 22], null],
  ] as const)('is near enough for the next event %s', (_case, ago, expected) => {
    expect(minutes(...ago)).toBe(expected)
  })

  it('is a whole millisecond', () => {
    expect(alarmForNextEvent([NOW + 0.5, NOW - 6 * MINUTE_MS])).toBe(
      NOW + 1 + 11 * MINUTE_MS - 30 * SECOND_MS,
    )
  })
})
