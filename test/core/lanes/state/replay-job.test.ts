import { describe, expect, it } from 'vitest'
import { advanceJob } from '../../../../src/core/lanes/state/replay-job.ts'
import { aJob, aLane } from '../../../support/builders/a-lane.ts'
import { NOW } from '../../../support/time.ts'

describe('advanceJob()', () => {
  const first = aJob({ next: 5, to: 8, attempts: 2, retryAt: NOW })
  const second = aJob({ next: 1, to: 2 })
  const lane = aLane({ replays: [first, second] })

  it.each([
    [5, [aJob({ next: 6, to: 8 }), second]],
    [7, [aJob({ next: 8, to: 8 }), second]],
    [8, [second]],
    [9, [second]],
  ])('moves the first job past %i; a finished one is gone', (sequence, replays) => {
    expect(advanceJob(lane, sequence)).toEqual({ ...lane, replays })
  })

  it('changes nothing of a lane without a job', () => {
    const idle = aLane()
    expect(advanceJob(idle, 5)).toBe(idle)
  })
})
