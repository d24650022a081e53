import { describe, expect, it } from 'vitest'
import { SAFETY_ALARM_MS, computeNextAlarm, earliest } from '../../../src/core/pace/schedule.ts'
import { NOW } from '../../support/time.ts'

describe('earliest()', () => {
  it.each([
    ['of nothing is null', [], null],
    ['of what is never due is null', [null, null], null],
    ['is the smallest, wherever it stands', [7, null, 3, 5], 3],
    ['takes time 0 for a time', [4, 0, null], 0],
    ['of one is that one', [9], 9],
  ])('%s', (_name, times, expected) => {
    expect(earliest(times)).toBe(expected)
  })
})

describe('G10 liveness: computeNextAlarm()', () => {
  it('lets nothing wait for the safety alarm longer than 5 min', () => {
    expect(SAFETY_ALARM_MS).toBe(300_000)
  })

  it.each([
    ['sets nothing when nothing is due', null, null, null],
    ['leaves the standing alarm when nothing is due', NOW + 1000, null, null],
    ['sets the alarm when none stands', null, NOW + 2000, NOW + 2000],
    ['moves a later alarm forward', NOW + 3000, NOW + 2000, NOW + 2000],
    ['saves the write when the alarm stands at that time', NOW + 2000, NOW + 2000, null],
    ['saves the write when the alarm stands earlier', NOW + 1000, NOW + 2000, null],
    ['fires at once for what is overdue', null, NOW - 500, NOW],
    ['fires at once for what is overdue although a later alarm stands', NOW + 1, NOW - 500, NOW],
    ['counts an alarm that is itself overdue as standing', NOW - 100, NOW - 500, null],
    ['counts an alarm of this moment as standing', NOW, NOW - 500, null],
    ['counts an alarm of almost a minute ago as standing', NOW - 59_999, NOW - 90_000, null],
    ['sets an alarm that never fired again', NOW - 60_000, NOW - 90_000, NOW],
    ['sets it again for what is due later, too', NOW - 60_000, NOW + 2000, NOW + 2000],
  ])('%s', (_name, scheduled, due, expected) => {
    expect(computeNextAlarm(due, { scheduled, now: NOW })).toBe(expected)
  })
})
