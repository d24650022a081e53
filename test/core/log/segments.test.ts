import { describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../src/core/durations.ts'
import {
  isFull,
  segmentGraceMs,
  MIN_SEGMENT_EVENTS,
  SEGMENT_BYTES,
  type SegmentState,
} from '../../../src/core/log/segments.ts'
import { NOW } from '../../support/time.ts'

const TERMS = { now: NOW, retentionDays: 30 }

describe('isFull()', () => {
  it.each<[string, Partial<SegmentState>, boolean]>([
    ['covers a thirtieth of the retention', { oldestAt: NOW - DAY_MS }, true],
    ['covers less, and is small', { oldestAt: NOW - DAY_MS + 1 }, false],
    ['is large, however young', { bytes: SEGMENT_BYTES }, true],
    ['is nearly large', { bytes: SEGMENT_BYTES - 1 }, false],
    ['has few events, however old', { oldestAt: 0, events: MIN_SEGMENT_EVENTS - 1 }, false],
    ['has few events, however large', { bytes: 1e12, events: MIN_SEGMENT_EVENTS - 1 }, false],
    ['has no event that it could be old by', { oldestAt: null, bytes: SEGMENT_BYTES }, false],
  ])('for one that %s', (_case, partial, expected) => {
    const open = { events: MIN_SEGMENT_EVENTS, bytes: 0, oldestAt: NOW, ...partial }
    expect(isFull(open, TERMS)).toBe(expected)
  })
})

it('an event is kept for a tenth longer at most', () => {
  expect(segmentGraceMs(30)).toBe(3 * DAY_MS)
})
