import { expect, test } from 'vitest'
import { progressOf, toneOf, waitWordsOf } from '../../../src/dashboard/words/lane-words.ts'
import type { LaneView } from '../../../src/core/views/lane-view.ts'
import { ago, aDisabledLane, aLaneView } from '../../support/builders/a-view.ts'

test.each<[Partial<LaneView>, string]>([
  [{ cursor: 0 }, 'No event yet'],
  [{}, 'Up to date: event 42 was the last one'],
  [{ backlog: 1, oldestWaitingAt: ago(0) }, '1 event behind event 42, the oldest came'],
  [{ backlog: 2 }, '2 events behind event 42'],
  [
    { backlog: 2, state: 'removed' },
    '2 events behind event 42 will not be sent: the destination is not configured any more',
  ],
])('the progress of %j', (partial, words) => {
  expect(progressOf(aLaneView(partial))).toBe(words)
})

const ASKED = { reason: 'rate_limited', detail: null, status: 429, at: ago(0) } as const

test.each<[string, Partial<LaneView>, string | null]>([
  ['nothing', {}, null],
  ['an operator', { state: 'paused' }, 'An operator has paused it'],
  [
    'a retry',
    { state: 'retrying', waitsFor: 'retry', attempts: 2 },
    'Tries again after 2 failed attempts',
  ],
  [
    'a Retry-After',
    { state: 'retrying', waitsFor: 'retry', attempts: 1, lastError: ASKED },
    'The receiver has asked for a pause (Retry-After): tries again',
  ],
  [
    'a Retry-After that is a pace',
    { waitsFor: 'pace', lastError: ASKED },
    'The receiver has asked for a pause (Retry-After): goes on',
  ],
  ['the pace', { waitsFor: 'pace' }, 'Keeps the pace of the receiver: goes on'],
  ['a digest', { waitsFor: 'digest' }, 'Gathers events for one message: sends it'],
  ['a probe', { state: 'disabled', waitsFor: 'probe' }, 'Tries once a day, next'],
  [
    'a setting',
    { state: 'disabled' },
    'Does not try by itself until its settings change or somebody resumes it',
  ],
  ['nobody', { state: 'removed' }, null],
])('a lane that waits for %s says so', (_, partial, words) => {
  expect(waitWordsOf(aLaneView(partial))).toBe(words)
})

test('a state has a tone', () => {
  const states = ['active', 'retrying', 'paused', 'disabled', 'removed'] as const
  expect(states.map(toneOf)).toEqual(['good', 'warn', 'warn', 'bad', 'calm'])
  expect(toneOf(aDisabledLane().state)).toBe('bad')
})
