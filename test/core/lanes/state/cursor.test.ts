import { describe, expect, it } from 'vitest'
import { parkEvent, skipEvent } from '../../../../src/core/lanes/state/cursor.ts'
import { aLane } from '../../../support/builders/a-lane.ts'
import {
  EARLIER,
  GONE_FOR_NOW,
  BEFORE,
  passed,
  parked,
} from '../../../support/builders/settle-builders.ts'
import { NOW } from '../../../support/time.ts'

describe('parkEvent() and skipEvent()', () => {
  const cause = { reason: 'set_aside', status: null, at: NOW } as const
  const retrying = { ...BEFORE, attempts: 2, retryAt: EARLIER }

  it('parkEvent() parks the front with its attempts so far', () => {
    expect(parkEvent(aLane(retrying), 5, cause)).toEqual({
      lane: aLane({ ...BEFORE, ...passed('parked', 2) }),
      fates: [parked(2, cause)],
    })
  })

  it('skipEvent() passes events without counting them as meant', () => {
    expect(skipEvent(aLane(retrying), 9)).toEqual(aLane({ ...BEFORE, cursor: 9 }))
  })

  it.each([
    [5, [6, 7]],
    [6, null],
    [7, null],
  ])(
    'parkEvent() of %i leaves the rest of a digest, of which one event is none',
    (sequence, rest) => {
      const lane = aLane({ ...BEFORE, gathering: { underWay: [5, 6, 7] } })
      expect(parkEvent(lane, sequence, cause).lane.gathering.underWay).toEqual(rest)
    },
  )

  it('G10 both keep the probe of a disabled lane', () => {
    const lane = aLane({ ...BEFORE, ...GONE_FOR_NOW, attempts: 2 })
    expect(skipEvent(lane, 9)).toEqual({ ...lane, cursor: 9, attempts: 0 })
    expect(parkEvent(lane, 5, cause).lane).toMatchObject({ ...GONE_FOR_NOW, cursor: 5 })
  })
})
