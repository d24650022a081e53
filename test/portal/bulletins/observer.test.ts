/** What the observer reads, and how rarely. */
import { describe, expect, it } from 'vitest'
import { NO_INSTALL, type InstallState } from '../../../src/core/access/installs/install.ts'
import { MANY_REFUSALS } from '../../../src/core/bulletins/desk.ts'
import { LANE_BEHIND_MS } from '../../../src/core/bulletins/observed.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import type { LaneState } from '../../../src/core/lanes/state/lane-state.ts'
import { NOT_ENRICHED, type LogEntry } from '../../../src/core/log/event.ts'
import { Observer } from '../../../src/portal/bulletins/observer.ts'
import { aLane, anEntry, oneTo } from '../../support/builders/a-lane.ts'
import { anApplication } from '../../support/builders/an-install.ts'
import { NOW } from '../../support/time.ts'

const DESK = { seen: 0, compared: 0 }

/** A portal with these entries and lanes, and its observer. */
function observed({ entries = [], lanes = [] }: Partial<Pick<Watched, 'entries' | 'lanes'>> = {}) {
  const watched: Watched = {
    entries,
    lanes,
    reads: 0,
    install: NO_INSTALL,
    now: NOW,
    parkReason: null,
    isMeant: () => true,
  }
  const observer = new Observer({
    state: {
      install: () => watched.install,
      isFull: () => false,
      head: () => watched.entries.length,
    },
    status: () => 'active',
    log: {
      afterForLanes: (sequence, limit) => {
        watched.reads += 1
        return watched.entries.slice(sequence, sequence + limit)
      },
    },
    youngest: { lastEventTimes: () => watched.entries.map(({ receivedAt }) => receivedAt) },
    lanes: {
      all: () => watched.lanes,
      lastParkReason: () => watched.parkReason,
      frontOf: ({ cursor }) => {
        watched.reads += 1
        return watched.entries.slice(cursor).find(watched.isMeant) ?? null
      },
    },
    space: { bytes: () => 5, limit: () => 9 },
    world: { now: () => watched.now },
  })
  return Object.assign(watched, { observer })
}

interface Watched {
  readonly entries: readonly LogEntry[]
  lanes: readonly LaneState[]
  reads: number
  install: InstallState
  now: number
  parkReason: 'http_422' | null
  isMeant: (entry: LogEntry) => boolean
}

function entriesOf(count: number): LogEntry[] {
  return oneTo(count).map((sequence) => anEntry({ sequence, receivedAt: NOW + sequence }))
}

function aFound(sequence: number, partial: Partial<LogEntry['enrichment']> = {}): LogEntry {
  return anEntry({ sequence, origin: 'reconciled', enrichment: { ...NOT_ENRICHED, ...partial } })
}

function aPayment(sequence: number): LogEntry {
  return anEntry({ sequence, event: { name: 'ONAPPPAYMENT', field: null, data: {} } })
}

describe('the log', () => {
  it('is read as far as it is new, and again by the next life from where the desk stood', () => {
    const portal = observed({ entries: [aPayment(1), ...entriesOf(3).slice(1)] })
    expect(portal.observer.happened(DESK)).toMatchObject({
      seen: 3,
      life: [{ type: 'relay.portal.paid' }],
    })
    const { reads } = portal
    expect(portal.observer.happened(DESK).life).toHaveLength(1)
    expect(portal.reads).toBe(reads)
    portal.observer.noteTold({ found: false, refusals: false })
    expect(portal.observer.happened(DESK).life).toEqual([])
    const next = observed({ entries: portal.entries })
    expect(next.observer.happened({ seen: 1, compared: 1 }).life).toEqual([])
    expect(next.reads).toBe(1)
  })

  it('tells the changes that comparisons have found, and no read that completes an event', () => {
    const entries = [aFound(1), aFound(2, { completes: [1] }), aFound(3, { repeats: 1 }), aFound(4)]
    const portal = observed({ entries })
    expect(portal.observer.happened(DESK).found).toEqual({ count: 2, since: NOW })
    portal.observer.noteTold({ found: true, refusals: false })
    expect(portal.observer.happened(DESK).found).toBeNull()
    expect(observed({ entries }).observer.happened({ seen: 4, compared: 1 }).found).toMatchObject({
      count: 1,
    })
  })

  it('that ends before what was looked at is looked at from its end on', () => {
    expect(
      observed({ entries: entriesOf(2) }).observer.happened({ seen: 90, compared: 90 }).seen,
    ).toBe(2)
  })
})

describe('a lane with a backlog', () => {
  it('is looked at once a minute, however often the object goes on', () => {
    const portal = observed({ entries: entriesOf(9), lanes: [aLane({ cursor: 2 })] })
    const oldest = () => portal.observer.look().lanes[0]?.oldestWaitingAt
    expect(oldest()).toBe(NOW + 3)
    const { reads } = portal
    portal.lanes = [aLane({ cursor: 5 })]
    expect(oldest()).toBe(NOW + 3)
    expect(portal.reads).toBe(reads)
    portal.now += MINUTE_MS
    expect(oldest()).toBe(NOW + 6)
    portal.lanes = [aLane({ cursor: 9 })]
    expect(oldest()).toBeNull()
  })

  it('counts as behind half an hour after its first event when it waits for a time', () => {
    const entries = entriesOf(9)
    const waiting = aLane({ cursor: 2, attempts: 4, retryAt: NOW + HOUR_MS })
    const portal = observed({ entries, lanes: [waiting] })
    expect(portal.observer.look().lanes[0]?.behindAt).toBe(NOW + 3 + LANE_BEHIND_MS)
  })

  it('has a minute to catch up when it goes on: after a pause, from the spill, behind a digest', () => {
    const portal = observed({
      entries: entriesOf(9),
      lanes: [aLane({ status: 'paused', cursor: 2 })],
    })
    portal.now += HOUR_MS
    const behindAt = () => portal.observer.look().lanes[0]?.behindAt
    expect(behindAt()).toBeNull()
    portal.lanes = [aLane({ cursor: 2 })]
    expect(behindAt()).toBe(NOW + HOUR_MS + MINUTE_MS)
    portal.now += 2 * MINUTE_MS
    expect(behindAt()).toBe(NOW + HOUR_MS + MINUTE_MS)
    const until = portal.now + HOUR_MS
    portal.lanes = [aLane({ cursor: 2, gathering: { until } })]
    expect(behindAt()).toBe(until + MINUTE_MS)
    portal.lanes = [aLane({ cursor: 9 })]
    expect(behindAt()).toBeNull()
  })

  it('is told with the reason of the event that it has parked last, also when it has delivered since', () => {
    const portal = observed({ lanes: [aLane()] })
    expect(portal.observer.look().lanes[0]?.parkReason).toBeNull()
    portal.parkReason = 'http_422'
    expect(portal.observer.look().lanes[0]).toMatchObject({
      parkReason: 'http_422',
      lastReason: null,
    })
  })

  it('is behind with nothing that it does not get, and is looked at again while it gets nothing', () => {
    const portal = observed({ entries: entriesOf(9), lanes: [aLane({ cursor: 2 })] })
    portal.isMeant = () => false
    const oldest = () => portal.observer.look().lanes[0]?.oldestWaitingAt
    expect(oldest()).toBeNull()
    portal.isMeant = ({ sequence }) => sequence === 7
    expect(oldest()).toBeNull()
    portal.now += MINUTE_MS
    expect(oldest()).toBe(NOW + 7)
  })

  it('is not looked at while it stands by an operator', () => {
    const portal = observed({ entries: entriesOf(9), lanes: [aLane({ status: 'paused' })] })
    portal.observer.look()
    expect(portal.reads).toBe(0)
  })
})

describe('refused callers', () => {
  it('are counted for a day, with the installations that were refused since', () => {
    const portal = observed()
    const refused = (count: number) => ({ ...NO_INSTALL.refused, count })
    portal.install = { ...NO_INSTALL, refused: refused(50) }
    expect(portal.observer.happened(DESK).refusals).toBe(0)
    portal.install = { ...NO_INSTALL, refused: refused(52) }
    expect(portal.observer.noteRefused()).toBe(1)
    expect(portal.observer.happened(DESK).refusals).toBe(3)
    portal.now += DAY_MS
    expect(portal.observer.happened(DESK).refusals).toBe(0)
    for (let call = 0; call < MANY_REFUSALS; call += 1) portal.observer.noteRefused()
    portal.observer.noteTold({ found: false, refusals: true })
    expect(portal.observer.happened(DESK).refusals).toBe(0)
  })
})

describe('the install', () => {
  it('has another key after each installation, and the time of its update', () => {
    const portal = observed()
    const application = anApplication()
    const keyOf = () => portal.observer.look().install.key
    expect(keyOf()).toBeNull()
    portal.install = { ...NO_INSTALL, application, updatedTs: 7 }
    const first = keyOf()
    expect(portal.observer.look().install).toMatchObject({
      clientId: application.clientId,
      updatedTs: 7,
    })
    portal.install = { ...NO_INSTALL, application, generation: 1 }
    expect(keyOf()).not.toBe(first)
  })
})
