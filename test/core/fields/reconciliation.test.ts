/** When a portal is compared, and which differences are told. */
import { describe, expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import {
  clearSuspect,
  endRun,
  lookDueAt,
  NO_RECONCILIATION,
  postponeLooks,
  correctTimes,
  runDueAt,
  suspectField,
  worseOf,
  type Suspect,
} from '../../../src/core/fields/reconciliation.ts'
import { NOW } from '../../support/time.ts'

const DAY = 1440
const SUSPECT: Suspect = {
  id: 235,
  family: 'requisite',
  entityId: 'CRM_REQUISITE',
  dueAt: NOW,
  seen: 'hash-of-the-difference',
  looks: 1,
}

describe('the next run', () => {
  const after = { ...NO_RECONCILIATION, startedAt: NOW }

  it.each([
    ['at once for a portal that was never compared', NO_RECONCILIATION, null, DAY, 0],
    ['when its minutes are over', after, null, DAY, NOW + DAY * MINUTE_MS],
    ['ten minutes after the last event since', after, NOW + 5, DAY, NOW + 5 + 10 * MINUTE_MS],
    ['not because of an older event', after, NOW - 1, DAY, NOW + DAY * MINUTE_MS],
    ['after a burst even when scheduled runs are off', after, NOW, 0, NOW + 10 * MINUTE_MS],
    ['never when they are off and nothing happens', after, null, 0, null],
    ['as planned after a failure', { ...after, retryAt: NOW + 7 }, NOW, DAY, NOW + 7],
  ])('is due %s', (_, state, lastEventAt, everyMinutes, dueAt) => {
    expect(runDueAt(state, { lastEventAt, everyMinutes })).toBe(dueAt)
  })
})

describe('correctTimes()', () => {
  const HOURS = 5 * 60 * MINUTE_MS

  it.each([
    ['a start', { startedAt: NOW + HOURS }, { startedAt: null }],
    ['the wait after a failure', { retryAt: NOW + HOURS }, { retryAt: NOW }],
    [
      'a second look',
      { suspects: [{ ...SUSPECT, dueAt: NOW + HOURS }] },
      { suspects: [{ ...SUSPECT, dueAt: NOW }] },
    ],
  ])('takes out %s that a clock has noted which was hours ahead', (_, noted, expected) => {
    const state = { ...NO_RECONCILIATION, startedAt: NOW, ...noted }
    expect(correctTimes(state, NOW)).toEqual({ ...state, ...expected })
  })

  it('leaves every wait alone that may be true', () => {
    const suspects = [{ ...SUSPECT, dueAt: NOW + 60 * MINUTE_MS }]
    const state = {
      ...NO_RECONCILIATION,
      startedAt: NOW + 1000,
      retryAt: NOW + 60 * MINUTE_MS,
      suspects,
    }
    expect(correctTimes(state, NOW)).toBe(state)
  })
})

describe('the outcome of a run', () => {
  it('is the worst of its parts', () => {
    expect(worseOf('read', 'denied')).toBe('denied')
    expect(worseOf('denied', 'failed')).toBe('failed')
    expect(worseOf('failed', 'read')).toBe('failed')
    expect(worseOf('read', 'read')).toBe('read')
  })

  it('is no failure where the portal denies: nothing is repeated, and the operator sees what', () => {
    const run = { startedAt: NOW, now: NOW + 1, unreadable: ['CRM_LEAD'] }
    const state = endRun(NO_RECONCILIATION, { ...run, outcome: 'denied' })
    expect(state).toMatchObject({
      finishedAt: NOW + 1,
      retryAt: null,
      failures: 0,
      unreadable: ['CRM_LEAD'],
    })
  })
})

describe('looks that nobody answers', () => {
  it('wait longer each time, and end', () => {
    let state = suspectField(NO_RECONCILIATION, { ...SUSPECT, looks: 0, dueAt: NOW })
    const waits: number[] = []
    for (;;) {
      const now = state.suspects[0]?.dueAt ?? 0
      state = postponeLooks(state, new Set([235]), now)
      const next = state.suspects[0]
      if (next === undefined) break
      waits.push((next.dueAt - now) / MINUTE_MS)
    }
    expect(waits).toEqual([5, 15, 60, 60, 60])
    const other = suspectField(NO_RECONCILIATION, { ...SUSPECT, id: 9 })
    expect(postponeLooks(other, new Set([235]), NOW)).toEqual(other)
  })
})

describe('the end of a run', () => {
  it('counts failures and waits longer with each, at most an hour', () => {
    let state = NO_RECONCILIATION
    const waits: number[] = []
    for (let count = 0; count < 5; count += 1) {
      state = endRun(state, { startedAt: NOW, now: NOW, outcome: 'failed', unreadable: [] })
      waits.push((state.retryAt ?? 0) - NOW)
    }
    expect(waits).toEqual([1, 5, 15, 60, 60].map((minutes) => minutes * MINUTE_MS))
    expect(state).toMatchObject({ failures: 5, finishedAt: null })
  })

  it('forgets failures when everything was read', () => {
    const failed = endRun(NO_RECONCILIATION, {
      startedAt: NOW,
      now: NOW,
      outcome: 'failed',
      unreadable: [],
    })
    const state = endRun(failed, {
      startedAt: NOW + 1,
      now: NOW + 2,
      outcome: 'read',
      unreadable: [],
    })
    expect(state).toEqual({ ...NO_RECONCILIATION, startedAt: NOW + 1, finishedAt: NOW + 2 })
  })
})

describe('suspects', () => {
  it('are due one by one, each field once', () => {
    const other = { ...SUSPECT, id: 236, dueAt: NOW + 9 }
    const state = suspectField(suspectField(NO_RECONCILIATION, SUSPECT), other)
    expect(lookDueAt(state)).toBe(NOW)
    const moved = suspectField(state, { ...SUSPECT, dueAt: NOW + 20 })
    expect(moved.suspects).toHaveLength(2)
    expect(lookDueAt(moved)).toBe(NOW + 9)
    expect(clearSuspect(moved, 236).suspects).toEqual([{ ...SUSPECT, dueAt: NOW + 20 }])
    expect(clearSuspect(moved, 999)).toBe(moved)
    expect(lookDueAt(NO_RECONCILIATION)).toBeNull()
  })

  it('are a thousand at most', () => {
    const suspects = Array.from({ length: 1000 }, (_, id) => ({ ...SUSPECT, id }))
    const full = { ...NO_RECONCILIATION, suspects }
    expect(suspectField(full, { ...SUSPECT, id: 1000 })).toBe(full)
    expect(suspectField(full, { ...SUSPECT, id: 0, dueAt: 1 }).suspects).toHaveLength(1000)
  })
})
