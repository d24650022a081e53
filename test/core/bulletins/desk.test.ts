/** Each cause is told once, and again only after its end and its rest. */
import { describe, expect, it } from 'vitest'
import {
  COOLDOWN_MS,
  createDesk,
  GATHER_CHANGES_MS,
  isRefusalDue,
  MANY_REFUSALS,
  NEW_DESK,
  planBulletins,
  REFUSALS_COOLDOWN_MS,
  type Desk,
  type CountedCauses,
} from '../../../src/core/bulletins/desk.ts'
import { BULLETIN_TYPES, type Bulletin } from '../../../src/core/bulletins/bulletin.ts'
import type { ObservedPortal } from '../../../src/core/bulletins/observed.ts'
import { DAY_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import { aHappened, anObserved, anObservedLane } from '../../support/builders/an-observed.ts'
import { NOW } from '../../support/time.ts'

/** A desk that is asked again and again, and remembers in between what it would have stored. */
function aDesk(desk: Desk = createDesk(anObserved(), 0)) {
  const made = {
    desk,
    dueAt: null as number | null,
    /** Whether anybody asks. */
    isWanted: true,
    asks(partial: Partial<ObservedPortal> = {}, happened: Partial<CountedCauses> = {}): string[] {
      const plan = planBulletins(made.desk, {
        observed: anObserved(partial),
        happened: aHappened(happened),
        isWanted: () => made.isWanted,
      })
      // What is stored is JSON.
      made.desk = JSON.parse(JSON.stringify(plan.desk)) as Desk
      made.dueAt = plan.dueAt
      return plan.bulletins.map(named)
    },
  }
  return made
}

function named({ type, about, data }: Bulletin): string {
  const of = data['from'] ?? data['count'] ?? ''
  return [type, about ?? '', String(of)].filter((part) => part !== '').join(' ')
}

/** Every trouble that lasts, as it looks while it does. */
const TROUBLES: readonly (readonly [string, Partial<ObservedPortal>])[] = [
  [
    'relay.lane.disabled erp',
    { lanes: [anObservedLane({ status: 'disabled', disabledReason: 'gone' })] },
  ],
  ['relay.lane.behind erp', { lanes: [anObservedLane({ oldestWaitingAt: NOW - DAY_MS })] }],
  ['relay.portal.tokens_lost', { status: 'tokens_lost' }],
  ['relay.portal.suspended', { status: 'suspended' }],
  ['relay.portal.unfinished', { status: 'unfinished' }],
  ['relay.portal.quiet', { quietAt: NOW - 1 }],
  ['relay.portal.storage', { storage: { bytes: 999, limit: 1000, isFull: false } }],
]

describe.each(TROUBLES)('%s', (key, trouble) => {
  const [type = '', about] = key.split(' ')
  const recovered = ['relay.recovered', about, type].filter((part) => part !== undefined).join(' ')

  it('is told once while it lasts, also after a restart', () => {
    const desk = aDesk()
    expect(desk.asks(trouble)).toEqual([key])
    expect(desk.asks(trouble)).toEqual([])
    expect(desk.asks({ ...trouble, now: NOW + 30 * DAY_MS })).toEqual([])
  })

  it('is told to have recovered, once', () => {
    const desk = aDesk()
    desk.asks(trouble)
    expect(desk.asks({ now: NOW + 1 })).toEqual([recovered])
    expect(desk.asks({ now: NOW + 2 })).toEqual([])
  })

  it('that comes back within its rest is told at the end of it, if it lasts until then', () => {
    const desk = aDesk()
    desk.asks(trouble)
    desk.asks({ now: NOW + 1 })
    expect(desk.asks({ ...trouble, now: NOW + 2 })).toEqual([])
    expect(desk.dueAt).toBe(NOW + COOLDOWN_MS)
    expect(desk.asks({ now: NOW + 3 })).toEqual([])
    expect(desk.asks({ ...trouble, now: NOW + COOLDOWN_MS })).toEqual([key])
  })
})

describe('a trouble', () => {
  const disabled = anObservedLane({ status: 'disabled', disabledReason: 'gone' })
  const resumed = anObservedLane({ lastReason: 'gone', attempts: 1, oldestWaitingAt: NOW })

  it('of a lane has not recovered when it is resumed, but when its receiver has taken something', () => {
    const desk = aDesk()
    desk.asks({ lanes: [disabled] })
    expect(desk.asks({ now: NOW + 1, lanes: [resumed] })).toEqual([])
    expect(desk.asks({ now: NOW + 2, lanes: [disabled] })).toEqual([])
    expect(desk.asks({ now: NOW + 3, lanes: [resumed] })).toEqual([])
    expect(desk.asks({ now: NOW + 4 })).toEqual(['relay.recovered erp relay.lane.disabled'])
  })

  it('of a lane has recovered when nothing is left that it could prove it with', () => {
    const desk = aDesk()
    desk.asks({ lanes: [disabled] })
    const empty = anObservedLane({ lastReason: 'gone' })
    expect(desk.asks({ lanes: [empty] })).toEqual(['relay.recovered erp relay.lane.disabled'])
  })

  it('of a lane outlives a pause, and ends without a word when its destination is removed', () => {
    const desk = aDesk()
    desk.asks({ lanes: [disabled] })
    expect(desk.asks({ lanes: [anObservedLane({ status: 'paused' })] })).toEqual([])
    expect(desk.asks()).toEqual(['relay.recovered erp relay.lane.disabled'])
    desk.asks({ lanes: [disabled], now: NOW + COOLDOWN_MS })
    expect(desk.asks({ lanes: [anObservedLane({ status: 'removed' })] })).toEqual([])
    expect(desk.desk.open).toEqual([])
  })

  it('of a portal lasts behind a worse one, and each has its recovery', () => {
    const desk = aDesk()
    expect(desk.asks({ status: 'tokens_lost' })).toEqual(['relay.portal.tokens_lost'])
    expect(desk.asks({ status: 'portal_full' })).toEqual([])
    expect(desk.asks({ status: 'suspended' })).toEqual(['relay.portal.suspended'])
    expect(desk.asks()).toEqual([
      'relay.recovered relay.portal.tokens_lost',
      'relay.recovered relay.portal.suspended',
    ])
  })

  it('that nobody asks for is told to whom asks later, while it lasts', () => {
    const desk = aDesk()
    desk.isWanted = false
    expect(desk.asks({ status: 'suspended' })).toEqual([])
    expect(desk.desk.open).toEqual([])
    desk.isWanted = true
    expect(desk.asks({ status: 'suspended' })).toEqual(['relay.portal.suspended'])
  })

  it('of a lane that goes on again begins when its time to catch up is over', () => {
    const desk = aDesk()
    const goesOn = { oldestWaitingAt: NOW - DAY_MS, behindAt: NOW + MINUTE_MS }
    const lanes = [anObservedLane(goesOn)]
    expect(desk.asks({ lanes })).toEqual([])
    expect(desk.dueAt).toBe(NOW + MINUTE_MS)
    expect(desk.asks({ lanes, now: NOW + MINUTE_MS })).toEqual(['relay.lane.behind erp'])
    const later = { ...goesOn, behindAt: NOW + DAY_MS }
    expect(desk.asks({ lanes: [anObservedLane(later)], now: NOW + 2 * MINUTE_MS })).toEqual([])
    expect(desk.desk.open).toEqual(['relay.lane.behind erp'])
  })
})

describe('a count', () => {
  it('of parked events is told with what came since, after its rest', () => {
    const desk = aDesk()
    const parked = (count: number, now: number) =>
      desk.asks({ now, lanes: [anObservedLane({ parked: count, parkReason: 'http_422' })] })
    expect(parked(1, NOW)).toEqual(['relay.event.parked erp 1'])
    expect(parked(1, NOW + 1)).toEqual([])
    expect(parked(4, NOW + 2)).toEqual([])
    expect(desk.dueAt).toBe(NOW + COOLDOWN_MS)
    expect(parked(5, NOW + COOLDOWN_MS)).toEqual(['relay.event.parked erp 4'])
    expect(parked(5, NOW + 9 * COOLDOWN_MS)).toEqual([])
  })

  it('of parked events begins anew with its lane', () => {
    const lanes = [anObservedLane({ parked: 7 })]
    const desk = aDesk(createDesk(anObserved({ lanes }), 0))
    expect(desk.asks({ lanes })).toEqual([])
    expect(desk.asks({ lanes: [anObservedLane({ parked: 2 })] })).toEqual([
      'relay.event.parked erp 2',
    ])
  })

  it('of changes is gathered for a minute, and outlives a restart meanwhile', () => {
    const desk = aDesk()
    const found = { count: 3, since: NOW }
    expect(desk.asks({}, { seen: 9, found })).toEqual([])
    expect(desk.dueAt).toBe(NOW + GATHER_CHANGES_MS)
    expect(desk.desk.compared).toBe(0)
    const now = NOW + GATHER_CHANGES_MS
    expect(desk.asks({ now }, { seen: 9, found })).toEqual(['relay.changes.found 3'])
    expect(desk.desk.compared).toBe(9)
  })

  it('of changes that are gathered is not lost by another bulletin', () => {
    const desk = aDesk()
    const found = { count: 3, since: NOW }
    desk.asks({ status: 'suspended' }, { seen: 9, found })
    expect(desk.desk).toMatchObject({ seen: 9, compared: 0 })
  })

  it('of refused callers is told when it is large, once a day', () => {
    const desk = aDesk()
    expect(desk.asks({}, { refusals: MANY_REFUSALS - 1 })).toEqual([])
    expect(desk.asks({}, { refusals: 1 })).toEqual([`relay.callers.refused ${MANY_REFUSALS}`])
    const later = { now: NOW + REFUSALS_COOLDOWN_MS - 1 }
    expect(desk.asks(later, { refusals: 50 })).toEqual([])
    expect(desk.asks({ now: NOW + REFUSALS_COOLDOWN_MS }, { refusals: 50 })).toEqual([
      'relay.callers.refused 50',
    ])
  })

  it('of refused callers that come one by one is stored once a minute, and outlives each life of the object', () => {
    const desk = aDesk()
    for (let call = 0; call < MANY_REFUSALS - 1; call += 1) {
      expect(desk.asks({ now: NOW + call * 60 * MINUTE_MS }, { refusals: 1 })).toEqual([])
    }
    expect(desk.desk.refused).toMatchObject({ count: MANY_REFUSALS - 1, since: NOW })
    expect(desk.asks({ now: NOW + DAY_MS - 1 })).toEqual([])
    expect(desk.asks({ now: NOW + DAY_MS - 1 }, { refusals: 1 })).toEqual([
      `relay.callers.refused ${MANY_REFUSALS}`,
    ])
    expect(desk.desk.refused).toBeNull()
  })

  it('of refused callers begins anew with each day, and costs nothing in a flood', () => {
    const desk = aDesk()
    desk.asks({}, { refusals: 1 })
    const { desk: stored } = desk
    desk.asks({ now: NOW + MINUTE_MS - 1 }, { refusals: 1 })
    expect(desk.desk).toEqual(stored)
    expect(isRefusalDue(stored, 1, NOW + MINUTE_MS - 1)).toBe(false)
    expect(isRefusalDue(stored, MANY_REFUSALS - 1, NOW + 1)).toBe(true)
    desk.asks({ now: NOW + DAY_MS }, { refusals: MANY_REFUSALS - 1 })
    expect(desk.desk.refused).toMatchObject({ count: MANY_REFUSALS - 1, since: NOW + DAY_MS })
    desk.asks({ now: NOW + DAY_MS }, { refusals: 1 })
    const { desk: told } = desk
    expect(desk.asks({ now: NOW + DAY_MS + MINUTE_MS }, { refusals: 99 })).toEqual([])
    expect(desk.desk).toEqual(told)
    expect(isRefusalDue(told, 99, NOW + DAY_MS + MINUTE_MS)).toBe(false)
  })

  it('rests not by a clock that ran ahead', () => {
    const desk = aDesk()
    desk.asks({ now: NOW + DAY_MS }, { refusals: MANY_REFUSALS })
    expect(desk.asks({}, { refusals: MANY_REFUSALS })).toHaveLength(1)
  })
})

describe('the life of an installation', () => {
  const install = anObserved().install
  const gone = { ...install, key: null, clientId: null, applicationStatus: null }

  it('is told from its beginning where nothing was known of the portal', () => {
    const desk = aDesk(NEW_DESK)
    expect(desk.asks()).toEqual(['relay.portal.installed'])
    expect(desk.asks()).toEqual([])
    expect(desk.asks({ install: { ...install, updatedTs: 5 } })).toEqual(['relay.portal.updated'])
    expect(desk.asks({ install: gone, status: 'uninstalled' })).toEqual([
      'relay.portal.uninstalled',
    ])
    expect(desk.asks({ install: gone, status: 'uninstalled' })).toEqual([])
    expect(desk.asks({ install: { ...install, key: '1 local.1' } })).toEqual([
      'relay.portal.installed',
    ])
  })

  it('is not told of the time before somebody asked', () => {
    expect(aDesk().asks()).toEqual([])
  })

  it('ends the troubles of the portal without a word of recovery', () => {
    const desk = aDesk()
    desk.asks({ status: 'tokens_lost' })
    expect(desk.asks({ install: gone, status: 'uninstalled' })).toEqual([
      'relay.portal.uninstalled',
    ])
    expect(desk.desk.open).toEqual([])
  })

  it('is told by what the log tells of it, once', () => {
    const desk = aDesk()
    const life = [{ type: 'relay.portal.paid', at: NOW - MINUTE_MS, data: {} }] as const
    expect(desk.asks({}, { seen: 4, life })).toEqual(['relay.portal.paid'])
    expect(desk.desk.seen).toBe(4)
    expect(desk.asks({}, { seen: 4 })).toEqual([])
  })
})

describe('a desk', () => {
  it('is the same while there is nothing to remember, whatever was looked at', () => {
    const desk = createDesk(anObserved(), 3)
    const terms = { observed: anObserved(), happened: aHappened({ seen: 900 }) }
    expect(planBulletins(desk, { ...terms, isWanted: () => true }).desk).toBe(desk)
  })

  it('forgets when a cause was told a day ago', () => {
    const desk = aDesk()
    desk.asks({ status: 'suspended' })
    desk.asks({ now: NOW + 1 })
    desk.asks({ status: 'tokens_lost', now: NOW + 2 * DAY_MS })
    expect(Object.keys(desk.desk.toldAt)).toEqual(['relay.portal.tokens_lost'])
  })

  it('has a case here for each type that lasts or is counted', () => {
    const lasting = TROUBLES.map(([key]) => key.split(' ')[0])
    const others = BULLETIN_TYPES.filter((type) => !lasting.includes(type))
    expect(others.toSorted()).toEqual([
      'relay.callers.refused',
      'relay.changes.found',
      'relay.event.parked',
      'relay.portal.installed',
      'relay.portal.method_confirm',
      'relay.portal.paid',
      'relay.portal.payment_ended',
      'relay.portal.uninstalled',
      'relay.portal.updated',
      'relay.recovered',
    ])
  })
})
