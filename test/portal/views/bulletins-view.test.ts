import { describe, expect, it } from 'vitest'
import type { NumberedBulletin } from '../../../src/core/bulletins/bulletin.ts'
import type { LaneState } from '../../../src/core/lanes/state/lane-state.ts'
import { bulletinsView } from '../../../src/portal/views/bulletins-view.ts'
import { aLane, anEpoch } from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

const AT = new Date(NOW).toISOString()

function fateOf(lane: LaneState | null, fates: NumberedBulletin['fates'] = {}) {
  const told = { type: 'relay.lane.behind', about: 'erp', data: {}, to: ['ops'] } as const
  const [view] = bulletinsView({
    memberId: 'm',
    bulletinLog: { newest: () => [{ n: 3, at: NOW, fates, ...told }] },
    bulletinBook: { findLane: () => lane },
  })
  expect(view).toMatchObject({ n: 3, id: 'm-relay-3', type: told.type, about: 'erp', at: AT })
  return view?.fates[0]
}

describe('the fate of a bulletin', () => {
  const none = { at: null, attempts: null, reason: null }

  it('waits until its lane has passed it', () => {
    expect(fateOf(null)).toEqual({ destination: 'ops', state: 'waiting', ...none })
    expect(fateOf(aLane({ cursor: 2 }))).toMatchObject({ state: 'waiting' })
  })

  it('is delivered then, with the time as long as the lane remembers it', () => {
    const recent = [{ sequence: 3, state: 'delivered', at: NOW, attempts: 1 } as const]
    const delivered = { destination: 'ops', state: 'delivered', reason: null }
    expect(fateOf(aLane({ cursor: 3, recent }))).toEqual({ ...delivered, at: AT, attempts: 1 })
    expect(fateOf(aLane({ cursor: 3 }))).toEqual({ ...delivered, at: null, attempts: null })
  })

  it('is expired where the lane has begun anew behind it: then nobody knows whether it came', () => {
    const epochs = [anEpoch({ from: 4 })]
    expect(fateOf(aLane({ cursor: 3, epochs }))).toEqual({
      destination: 'ops',
      state: 'expired',
      ...none,
    })
  })

  it('is what is written down of it', () => {
    const parked = { state: 'parked', reason: 'gone', status: 410, at: NOW, attempts: 2 } as const
    expect(fateOf(aLane({ cursor: 3 }), { ops: parked })).toEqual({
      destination: 'ops',
      state: 'parked',
      at: AT,
      attempts: 2,
      reason: 'gone',
    })
  })
})
