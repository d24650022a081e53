import { describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../src/core/durations.ts'
import {
  isFull,
  segmentBytes,
  segmentGraceMs,
  MIN_SEGMENT_EVENTS,
  SEGMENT_BYTES,
  type SegmentState,
} from '../../../src/core/log/segments.ts'
import { NOW } from '../../support/time.ts'

const TERMS = { now: NOW, retentionDays: 30, maxLogBytes: 0 }

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

describe('a log with a limit', () => {
  it.each([
    [0, SEGMENT_BYTES],
    [1024 ** 3, SEGMENT_BYTES],
    [16_000_000, 1_000_000],
  ])('of %d bytes has segments of %d bytes at most', (maxLogBytes, bytes) => {
    expect(segmentBytes(maxLogBytes)).toBe(bytes)
    const open = { events: MIN_SEGMENT_EVENTS, bytes, oldestAt: NOW }
    expect(isFull(open, { ...TERMS, maxLogBytes })).toBe(true)
    expect(isFull({ ...open, bytes: bytes - 1 }, { ...TERMS, maxLogBytes })).toBe(false)
  })
})

it('an event is kept for a tenth longer at most', () => {
  expect(segmentGraceMs(30)).toBe(3 * DAY_MS)
})
