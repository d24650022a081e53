/** Each cause is told once, and again only after its end and its rest. */
import { describe, expect, it } from 'vitest'
import {
  COOLDOWN_MS,
  createDesk,
  GATHER_CHANGES_MS,
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
    asks(partial: Partial<ObservedPortal> = {}, happened: Partial<CountedCauses> = {}): string[] {
      const plan = planBulletins(made.desk, anObserved(partial), aHappened(happened))
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

describe('a count', () => {
  it('of parked events is told with what came since, after its rest', () => {
    const desk = aDesk()
    const parked = (count: number, now: number) =>
      desk.asks({ now, lanes: [anObservedLane({ parked: count, lastReason: 'http_422' })] })
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
    expect(desk.asks({}, { refusals: MANY_REFUSALS })).toEqual([
      `relay.callers.refused ${MANY_REFUSALS}`,
    ])
    const later = { now: NOW + REFUSALS_COOLDOWN_MS - 1 }
    expect(desk.asks(later, { refusals: 50 })).toEqual([])
    expect(desk.asks({ now: NOW + REFUSALS_COOLDOWN_MS }, { refusals: 50 })).toEqual([
      'relay.callers.refused 50',
    ])
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
    expect(planBulletins(desk, anObserved(), aHappened({ seen: 900 })).desk).toBe(desk)
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
