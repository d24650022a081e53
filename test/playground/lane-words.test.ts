import { describe, expect, test } from 'vitest'
import { tellLane } from '../../playground/lane-words.ts'
import type { LaneView } from '../../src/core/views/lane-view.ts'

const FAILED: LaneView['lastError'] = {
  reason: 'network_error',
  detail: null,
  status: null,
  at: '2026-12-01T10:00:00.000Z',
}
const UNTIL = '2026-12-01T10:00:05.000Z'

function aLane(partial: Partial<LaneView> = {}): LaneView {
  return {
    destination: 'erp',
    type: 'webhook',
    state: 'active',
    reason: null,
    cursor: 4,
    backlog: 0,
    parked: 0,
    expired: 0,
    crowdedOut: 0,
    replaying: 0,
    attempts: 0,
    oldestWaitingAt: null,
    nextAttemptAt: null,
    waitsFor: null,
    lastError: null,
    ...partial,
  }
}

describe('the progress of a lane', () => {
  test.each([
    [{ cursor: 0 }, 'Nothing to deliver yet'],
    [{}, 'Everything delivered'],
    [{ parked: 1 }, 'Up to date, 1 event set aside'],
    [{ backlog: 2 }, '2 events waiting'],
    [{ cursor: 0, backlog: 1 }, '1 event waiting'],
    [{ backlog: 1, parked: 3 }, '1 event waiting, 3 events set aside'],
  ])('of %j is "%s"', (partial, words) => {
    expect(tellLane(aLane(partial)).progress).toBe(words)
  })
})

describe('the wait of a lane', () => {
  test.each<[Partial<LaneView>, string | null, boolean]>([
    [{}, null, false],
    // What a lane has waited for does not count once nothing is left.
    [{ waitsFor: 'pace', nextAttemptAt: UNTIL, lastError: FAILED }, null, false],
    [{ backlog: 1 }, 'Is being sent', false],
    [
      { backlog: 1, state: 'retrying', attempts: 2, waitsFor: 'retry', nextAttemptAt: UNTIL },
      'Tries again after 2 failed attempts',
      true,
    ],
    [
      {
        backlog: 1,
        state: 'retrying',
        attempts: 1,
        waitsFor: 'retry',
        nextAttemptAt: UNTIL,
        lastError: { ...FAILED, reason: 'rate_limited', status: 429 },
      },
      'The receiver has asked for a pause (Retry-After): tries again',
      true,
    ],
    [
      { backlog: 3, waitsFor: 'pace', nextAttemptAt: UNTIL },
      'Keeps the pace of the receiver: goes on',
      true,
    ],
    [
      { backlog: 3, waitsFor: 'digest', nextAttemptAt: UNTIL },
      'Gathers events for one message: sends it',
      true,
    ],
    [
      { backlog: 1, state: 'disabled', waitsFor: 'probe', nextAttemptAt: UNTIL },
      'Tries once a day, next',
      true,
    ],
    [
      { backlog: 1, state: 'disabled' },
      'Does not try by itself until its settings change or somebody resumes it',
      false,
    ],
    [{ backlog: 1, state: 'paused' }, 'An operator has paused it', false],
  ])('of %j is "%s"', (partial, waiting, hasTime) => {
    const told = tellLane(aLane(partial))
    expect([told.waiting, told.until !== null]).toEqual([waiting, hasTime])
  })

  test('says why the last try failed, in words', () => {
    expect(tellLane(aLane({ backlog: 1, lastError: FAILED })).reason).toBe(
      'The receiver could not be reached',
    )
    expect(tellLane(aLane({ lastError: FAILED })).reason).toBeNull()
  })
})
