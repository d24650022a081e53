import { describe, expect, it } from 'vitest'
import { disable, enable, pause } from '../../../../src/core/lanes/state/lane-status.ts'
import { STOPPED, aJob, aLane } from '../../../support/builders/a-lane.ts'
import { NOW } from '../../../support/time.ts'

describe('operator transitions', () => {
  it('pause() stops every lane but a removed one, and changes nothing else', () => {
    const lane = aLane({ attempts: 2, retryAt: NOW, notBefore: NOW })
    expect(pause(lane)).toEqual({ ...lane, status: 'paused' })
    const removed = aLane({ status: 'removed' })
    expect(pause(removed)).toBe(removed)
  })

  it('enable() ends the lane’s own waits and keeps a receiver’s Retry-After', () => {
    const lane = aLane({
      ...STOPPED,
      attempts: 2,
      notBefore: NOW + 5,
      rejectedInARow: 20,
      replays: [aJob({ attempts: 3, retryAt: NOW }), aJob({ next: 4, to: 9 })],
    })
    const { probeAt: _probeAt, ...rest } = lane
    expect(enable(lane)).toEqual({
      ...rest,
      status: 'active',
      disabledReason: null,
      retryAt: null,
      rejectedInARow: 0,
      replays: [aJob({ attempts: 3 }), aJob({ next: 4, to: 9 })],
    })
  })

  it('disable() keeps the events waiting and remembers the time of the probe', () => {
    const lane = aLane({ cursor: 3, attempts: 2 })
    const { retryAt: _retryAt, ...rest } = lane
    expect(disable(lane, { reason: 'gone', probeAt: NOW })).toEqual({ ...rest, ...STOPPED })
    expect(disable(lane, { reason: 'gone', probeAt: null }).probeAt).toBeNull()
  })
})
