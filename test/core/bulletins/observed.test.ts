import { describe, expect, it } from 'vitest'
import { PORTAL_STATUSES } from '../../../src/core/access/portal-status.ts'
import {
  causeKey,
  causeOfKey,
  causesOf,
  endOfCause,
  LANE_BEHIND_MS,
  nextCauseAt,
  type CauseEnd,
  type ObservedLane,
  type ObservedPortal,
} from '../../../src/core/bulletins/observed.ts'
import { HOUR_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import { anObserved, anObservedLane } from '../../support/builders/an-observed.ts'
import { NOW } from '../../support/time.ts'

function keysOf(partial: Partial<ObservedPortal>, open: readonly string[] = []): string[] {
  return causesOf(anObserved(partial), (key) => open.includes(key)).map(causeKey)
}

describe('the causes of a portal', () => {
  it('are none while all is well', () => {
    expect(keysOf({})).toEqual([])
  })

  it('are its status where somebody outside of the relay has to mend it', () => {
    const found = PORTAL_STATUSES.flatMap((status) => keysOf({ status }))
    expect(found.toSorted()).toEqual([
      'relay.portal.suspended',
      'relay.portal.tokens_lost',
      'relay.portal.unfinished',
    ])
  })

  it('are a disabled lane with its reason, and no lane that an operator has halted', () => {
    const disabled = anObservedLane({ status: 'disabled', disabledReason: 'gone' })
    expect(causesOf(anObserved({ lanes: [disabled] }), () => false)).toEqual([
      { type: 'relay.lane.disabled', about: 'erp', data: { reason: 'gone' } },
    ])
    for (const status of ['paused', 'removed'] as const) {
      const lane = anObservedLane({ status, disabledReason: 'gone', oldestWaitingAt: 0 })
      expect(keysOf({ lanes: [lane] })).toEqual([])
    }
  })

  it('are a lane whose oldest event is older than half an hour', () => {
    const young = anObservedLane({ oldestWaitingAt: NOW - LANE_BEHIND_MS + 1 })
    const old = anObservedLane({
      oldestWaitingAt: NOW - 34 * MINUTE_MS,
      attempts: 3,
      lastReason: 'http_503',
    })
    expect(keysOf({ lanes: [young] })).toEqual([])
    expect(causesOf(anObserved({ lanes: [old] }), () => false)).toEqual([
      {
        type: 'relay.lane.behind',
        about: 'erp',
        data: { waitingMinutes: 34, reason: 'http_503' },
      },
    ])
  })

  it('are a silence that has become unusual, while the portal could send', () => {
    const silent = { quietAt: NOW, lastEventAt: NOW - 80 * HOUR_MS } as const
    expect(causesOf(anObserved(silent), () => false)).toEqual([
      { type: 'relay.portal.quiet', about: null, data: { silentHours: 80 } },
    ])
    expect(keysOf({ ...silent, quietAt: NOW + 1 })).toEqual([])
    expect(keysOf({ ...silent, status: 'uninstalled' })).toEqual([])
  })

  it('are a log near its limit, until it is well below, and a full object without any limit', () => {
    const storage = (bytes: number) => ({ bytes, limit: 1000, isFull: false })
    const key = 'relay.portal.storage'
    expect(keysOf({ storage: storage(899) })).toEqual([])
    expect(keysOf({ storage: storage(900) })).toEqual([key])
    expect(keysOf({ storage: storage(801) }, [key])).toEqual([key])
    expect(keysOf({ storage: storage(799) }, [key])).toEqual([])
    expect(keysOf({ storage: { bytes: 5, limit: 0, isFull: true } })).toEqual([key])
    expect(keysOf({ storage: { bytes: 5, limit: 0, isFull: false } })).toEqual([])
  })
})

describe('nextCauseAt()', () => {
  it('is the time at which a lane falls behind, or the silence becomes unusual', () => {
    const lanes = [
      anObservedLane({ oldestWaitingAt: NOW - MINUTE_MS }),
      anObservedLane({
        destination: 'crm',
        status: 'paused',
        oldestWaitingAt: NOW - 2 * MINUTE_MS,
      }),
    ]
    expect(nextCauseAt(anObserved())).toBeNull()
    expect(nextCauseAt(anObserved({ lanes }))).toBe(NOW + LANE_BEHIND_MS - MINUTE_MS)
    expect(nextCauseAt(anObserved({ lanes, quietAt: NOW + 5 }))).toBe(NOW + 5)
    expect(nextCauseAt(anObserved({ quietAt: NOW }))).toBeNull()
  })
})

describe('endOfCause()', () => {
  const disabled = { type: 'relay.lane.disabled', about: 'erp' } as const
  const behind = { type: 'relay.lane.behind', about: 'erp' } as const
  const lost = { type: 'relay.portal.tokens_lost', about: null } as const
  const endOf = (cause: Parameters<typeof endOfCause>[0], ...lanes: ObservedLane[]) =>
    endOfCause(cause, anObserved({ lanes }))

  it.each<[string, ObservedLane[], CauseEnd]>([
    ['that has taken something', [anObservedLane()], 'recovered'],
    [
      'that was resumed a moment ago',
      [anObservedLane({ lastReason: 'gone', oldestWaitingAt: NOW })],
      'lasts',
    ],
    ['that an operator has paused', [anObservedLane({ status: 'paused' })], 'lasts'],
    ['whose destination was removed', [anObservedLane({ status: 'removed' })], 'void'],
    ['that is not there any more', [], 'void'],
  ])('of a disabled lane %s', (_, lanes, end) => {
    expect(endOf(disabled, ...lanes)).toBe(end)
  })

  it('of a lane that was behind is its recovery, whatever its last attempt was', () => {
    expect(endOf(behind, anObservedLane({ lastReason: 'gone', oldestWaitingAt: NOW }))).toBe(
      'recovered',
    )
  })

  it('of a portal is its recovery when all is well, and none while another trouble hides it', () => {
    const ends = PORTAL_STATUSES.map((status) => endOfCause(lost, anObserved({ status })))
    expect(Object.fromEntries(PORTAL_STATUSES.map((status, at) => [status, ends[at]]))).toEqual({
      active: 'recovered',
      pending: 'void',
      unfinished: 'lasts',
      tokens_lost: 'lasts',
      no_rights: 'lasts',
      suspended: 'lasts',
      portal_full: 'lasts',
      uninstalled: 'void',
      deleted: 'void',
    })
    const storage = { type: 'relay.portal.storage', about: null } as const
    expect(endOfCause(storage, anObserved({ status: 'tokens_lost' }))).toBe('recovered')
  })
})

describe('causeOfKey()', () => {
  it.each(['relay.lane.disabled erp', 'relay.portal.quiet'])('undoes causeKey(): %s', (key) => {
    expect(causeKey(causeOfKey(key))).toBe(key)
  })
})
