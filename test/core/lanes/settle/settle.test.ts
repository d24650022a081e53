import { DAY_MS, HOUR_MS } from '../../../../src/core/durations.ts'
import { describe, expect, it } from 'vitest'
import { RECENT_FATES } from '../../../../src/core/lanes/state/cursor.ts'
import { MAX_REJECTED_IN_A_ROW } from '../../../../src/core/lanes/state/lane-status.ts'
import type { DeliveryOutcome } from '../../../../src/core/lanes/state/outcome.ts'
import { settle, type SettleTerms } from '../../../../src/core/lanes/settle/settle.ts'
import {
  DELIVERED,
  REJECTED,
  aLane,
  gone,
  unreachable,
  type LaneMembers,
} from '../../../support/builders/a-lane.ts'
import {
  EARLIER,
  TOMORROW,
  TERMS,
  PACED,
  LATE,
  BUSY,
  BAD,
  GONE,
  GONE_FOR_NOW,
  BEFORE,
  passed,
  parked,
  delivered,
} from '../../../support/builders/settle-builders.ts'
import { NOW } from '../../../support/time.ts'

function settled(lane: LaneMembers, outcome: DeliveryOutcome, terms: Partial<SettleTerms> = {}) {
  return settle(aLane({ ...BEFORE, ...lane }), 5, { outcome, terms: { ...TERMS, ...terms } })
}

describe('settle() delivered', () => {
  it('passes the event at the first attempt without a fate to store', () => {
    expect(settled({ rejectedInARow: 19 }, DELIVERED)).toEqual({
      lane: aLane({ ...passed('delivered', 1), notBefore: PACED }),
      fates: [],
    })
  })

  it('stores the exact fate of an event that was retried', () => {
    expect(settled({ attempts: 2, retryAt: EARLIER }, DELIVERED)).toEqual({
      lane: aLane({ ...passed('delivered', 3), notBefore: PACED }),
      fates: [delivered(3)],
    })
  })

  it.each([
    ['as long as the receiver asks for no further message', 7000, NOW + 7000],
    ['at least as long as its pace', 10, PACED],
    ['for a day at most', 7 * DAY_MS, TOMORROW],
  ])('holds the lane %s', (_name, holdMs, notBefore) => {
    const outcome = { kind: 'delivered', status: 200, holdMs } as const
    expect(settled({}, outcome).lane.notBefore).toBe(notBefore)
  })

  it('enables a disabled lane', () => {
    expect(settled({ ...GONE_FOR_NOW, attempts: 1, rejectedInARow: 20 }, DELIVERED)).toEqual({
      lane: aLane({ ...passed('delivered', 2), notBefore: PACED }),
      fates: [delivered(2)],
    })
  })

  it.each<LaneMembers>([{ status: 'paused' }, { status: 'removed', wasPaused: true }])(
    'keeps a lane %j that became so meanwhile',
    (halted) => {
      const { lane } = settled({ ...halted, disabledReason: 'gone' } as LaneMembers, DELIVERED)
      expect(lane).toEqual(aLane({ ...passed('delivered', 1), ...halted, notBefore: PACED }))
    },
  )

  it('remembers the last 100 fates', () => {
    const recent = Array.from({ length: RECENT_FATES }, (_, sequence) => ({
      sequence,
      state: 'parked' as const,
      at: EARLIER,
      attempts: 1,
    }))
    expect(RECENT_FATES).toBe(100)
    const fate = { sequence: 5, state: 'delivered', at: NOW, attempts: 1 }
    expect(settled({ recent }, DELIVERED).lane.recent).toEqual([...recent.slice(1), fate])
  })
})

describe('settle() unreachable', () => {
  it('waits for the next attempt and stores no fate', () => {
    expect(settled({ attempts: 2, rejectedInARow: 3 }, unreachable())).toEqual({
      lane: aLane({
        ...BEFORE,
        attempts: 3,
        retryAt: NOW + 30_000,
        notBefore: PACED,
        lastError: BUSY,
        rejectedInARow: 3,
      }),
      fates: [],
    })
  })

  it.each([
    ['a longer Retry-After holds the lane', 90_000, NOW + 90_000, NOW + 90_000],
    ['a shorter one shortens nothing', 2000, NOW + 2000, NOW + 30_000],
    ['one below the pace does not hurry the lane', 500, PACED, NOW + 30_000],
    ['one of a week holds it for a day', 7 * DAY_MS, TOMORROW, TOMORROW],
  ])('%s', (_name, retryAfterMs, notBefore, retryAt) => {
    const { lane } = settled({ attempts: 2 }, unreachable(retryAfterMs))
    expect({ notBefore: lane.notBefore, retryAt: lane.retryAt }).toEqual({
      notBefore,
      retryAt,
    })
  })

  it('G5 parks with the reason at the deadline, and goes on', () => {
    expect(settled({ attempts: 9 }, unreachable(), LATE)).toEqual({
      lane: aLane({ ...passed('parked', 10), notBefore: PACED, lastError: BUSY }),
      fates: [parked(10, BUSY)],
    })
  })

  it('holds a Retry-After for the next event when the event itself is given up', () => {
    expect(settled({}, unreachable(HOUR_MS), LATE).lane.notBefore).toBe(NOW + HOUR_MS)
  })

  it('never parks by time while the lane is disabled: it is tried again tomorrow', () => {
    const disabled = { ...GONE_FOR_NOW, attempts: 4 }
    expect(settled(disabled, unreachable(), LATE)).toEqual({
      lane: aLane({
        ...BEFORE,
        ...disabled,
        attempts: 5,
        probeAt: TOMORROW,
        notBefore: PACED,
        lastError: BUSY,
      }),
      fates: [],
    })
  })
})

describe('settle() rejected for the message', () => {
  it('parks with the reason and goes on', () => {
    expect(settled({ attempts: 1 }, REJECTED)).toEqual({
      lane: aLane({
        ...passed('parked', 2),
        notBefore: PACED,
        lastError: BAD,
        rejectedInARow: 1,
      }),
      fates: [parked(2, BAD)],
    })
  })

  it('the 20th time in a row disables the lane, with a daily try', () => {
    expect(MAX_REJECTED_IN_A_ROW).toBe(20)
    expect(settled({ rejectedInARow: 18 }, REJECTED).lane.status).toBe('active')
    expect(settled({ rejectedInARow: 19 }, REJECTED)).toEqual({
      lane: aLane({
        ...passed('parked', 1),
        status: 'disabled',
        disabledReason: 'rejects_everything',
        probeAt: TOMORROW,
        notBefore: PACED,
        lastError: BAD,
        rejectedInARow: 20,
      }),
      fates: [parked(1, BAD)],
    })
  })

  it('at the daily try of a lane that rejects everything keeps it disabled', () => {
    const disabled = {
      ...GONE_FOR_NOW,
      disabledReason: 'rejects_everything',
      rejectedInARow: 20,
    } as const
    expect(settled(disabled, REJECTED)).toMatchObject({
      lane: { ...disabled, cursor: 5, probeAt: TOMORROW, rejectedInARow: 21 },
      fates: [parked(1, BAD)],
    })
  })

  it('G10 at the daily try of another disabled lane shows that the endpoint lives', () => {
    expect(settled({ ...GONE_FOR_NOW, attempts: 1 }, REJECTED)).toEqual({
      lane: aLane({ ...passed('parked', 2), notBefore: PACED, lastError: BAD, rejectedInARow: 1 }),
      fates: [parked(2, BAD)],
    })
  })

  it.each(['paused', 'removed'] as const)('keeps a lane %s, also at the 20th', (status) => {
    expect(settled({ status, rejectedInARow: 19 }, REJECTED).lane).toMatchObject({
      status,
      disabledReason: null,
      cursor: 5,
      rejectedInARow: 20,
    })
  })
})

describe('settle() rejected for the endpoint', () => {
  it.each([
    ['with a daily try where it is allowed', true, TOMORROW],
    ['without one where it is not', false, null],
  ])('disables the lane, its events wait: %s', (_name, probe, probeAt) => {
    expect(settled({ attempts: 1, retryAt: EARLIER }, gone({ probe }), LATE)).toEqual({
      lane: aLane({
        ...BEFORE,
        attempts: 2,
        status: 'disabled',
        disabledReason: 'gone',
        probeAt,
        notBefore: PACED,
        lastError: GONE,
      }),
      fates: [],
    })
  })

  it.each(['paused', 'removed'] as const)('keeps a lane %s that became so meanwhile', (status) => {
    expect(settled({ status }, gone({ probe: true }))).toEqual({
      lane: aLane({ ...BEFORE, attempts: 1, status, notBefore: PACED, lastError: GONE }),
      fates: [],
    })
  })
})

describe('settle() after the operator set the event aside', () => {
  const fate = { sequence: 5, state: 'parked' as const, at: EARLIER, attempts: 2 }
  const aside = { cursor: 7, attempts: 1, retryAt: EARLIER, lastMeant: 7, recent: [fate] }

  it('counts an event as delivered that was delivered meanwhile', () => {
    expect(settled(aside, DELIVERED)).toEqual({
      lane: aLane({ ...BEFORE, ...aside, notBefore: PACED }),
      fates: [delivered(3)],
    })
  })

  it('counts the one attempt it knows of', () => {
    expect(settled({ ...aside, recent: [] }, DELIVERED).fates).toEqual([delivered(1)])
    const other = [{ ...fate, sequence: 6 }]
    expect(settled({ ...aside, recent: other }, DELIVERED).fates).toEqual([delivered(1)])
  })

  it('leaves it parked after any other outcome, without touching the event that follows', () => {
    for (const outcome of [unreachable(), REJECTED, gone({ probe: true })]) {
      expect(settled({ ...aside, cursor: 5 }, outcome)).toEqual({
        lane: aLane({ ...BEFORE, ...aside, cursor: 5, notBefore: PACED }),
        fates: [],
      })
    }
  })

  it('still keeps the receiver’s pace', () => {
    expect(settled(aside, unreachable(HOUR_MS)).lane.notBefore).toBe(NOW + HOUR_MS)
    const held = { ...aside, notBefore: TOMORROW }
    expect(settled(held, unreachable(HOUR_MS)).lane.notBefore).toBe(TOMORROW)
  })
})
