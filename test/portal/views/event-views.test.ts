/** Pages of events, and which fate belongs to which event and destination. */
import { describe, expect, it } from 'vitest'
import type { DigestRecord } from '../../../src/core/lanes/state/fate.ts'
import type { LaneState } from '../../../src/core/lanes/state/lane-state.ts'
import type { LogEntry } from '../../../src/core/log/event.ts'
import type { DestinationFate } from '../../../src/portal/lanes/book/fate-rows.ts'
import {
  eventsPage,
  eventViews,
  parkedView,
  type EventViewParts,
} from '../../../src/portal/views/event-views.ts'
import { aLane, anEntry, oneTo, pagesOf } from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

const AT = new Date(NOW).toISOString()

/** Stored events and fates; `asked` holds every range that was asked for. */
interface Stored {
  readonly entries?: readonly LogEntry[]
  readonly lanes?: readonly LaneState[]
  readonly fates?: readonly DestinationFate[]
  readonly digests?: Readonly<Record<string, readonly DigestRecord[]>>
}

function partsOf({ entries = [], lanes = [], fates = [], digests = {} }: Stored) {
  const asked: object[] = []
  const parts: EventViewParts = {
    log: pagesOf(entries),
    fates: {
      inRange: (wanted, range) => {
        asked.push(range)
        return fates.filter(({ destination }) => destination === wanted)
      },
      digestsInRange: (destination) => [...(digests[destination] ?? [])],
      parked: (limit) => fates.slice(0, limit),
    },
    book: { all: () => lanes },
    rules: {
      filteredBy: ({ destination }) => (destination === 'team' ? { reason: 'event' } : null),
    },
  }
  return { parts, asked }
}

function aParked(destination: string, sequence: number): DestinationFate {
  return {
    destination,
    sequence,
    state: 'parked',
    reason: 'http_422',
    status: 422,
    at: NOW,
    attempts: 3,
  }
}

describe('eventsPage()', () => {
  const entries = oneTo(300).map((sequence) => anEntry({ sequence }))

  it.each([
    ['says where the next page begins', 301, 50, [300, 251], 251],
    ['ends with the oldest event, although it is full', 51, 50, [50, 1], null],
    ['ends with the oldest event in it', 20, 50, [19, 1], null],
    ['holds no more than 200 events', 999, 1000, [300, 101], 101],
  ])('%s', (_case, before, limit, [first, last], next) => {
    const page = eventsPage(partsOf({ entries }).parts, before, limit)
    expect(page.events.at(0)?.sequence).toBe(first)
    expect(page.events.at(-1)?.sequence).toBe(last)
    expect(page.before).toBe(next)
    expect(page.events.length).toBeLessThanOrEqual(200)
  })

  it('of nothing is empty', () => {
    expect(eventsPage(partsOf({}).parts, 99, 10)).toEqual({ events: [], before: null })
  })
})

describe('eventViews()', () => {
  it('gives each destination its own fate of each event', () => {
    const { parts, asked } = partsOf({
      lanes: ['erp', 'crm', 'chat', 'team'].map((destination) =>
        aLane({ destination, cursor: 42 }),
      ),
      fates: [aParked('erp', 41), aParked('crm', 42)],
      digests: { chat: [{ sequences: [40, 41], at: NOW, attempts: 2 }] },
    })
    const views = eventViews(parts, [anEntry({ sequence: 42 }), anEntry({ sequence: 41 })])
    expect(views.map(({ fates }) => fates)).toMatchObject([
      {
        erp: { state: 'delivered', at: null, digest: null },
        crm: { state: 'parked', reason: 'http_422', at: AT, attempts: 3 },
        chat: { state: 'delivered', at: null, digest: null },
        team: { state: 'filtered', reason: 'event' },
      },
      {
        erp: { state: 'parked', reason: 'http_422', at: AT, attempts: 3 },
        crm: { state: 'delivered', at: null, digest: null },
        chat: { state: 'delivered', at: AT, digest: { first: 40, last: 41, count: 2 } },
        team: { state: 'filtered', reason: 'event' },
      },
    ])
    expect(asked).toEqual(Array.from({ length: 4 }, () => ({ from: 41, to: 42 })))
  })
})

describe('parkedView()', () => {
  it('lists at most 1,000 fates, without what is the same for all of them', () => {
    const fates = oneTo(1001).map((sequence) => aParked('erp', sequence))
    const parked = parkedView(partsOf({ fates }).parts)
    expect(parked).toHaveLength(1000)
    const { state: _, ...first } = aParked('erp', 1)
    expect(parked[0]).toEqual({ ...first, at: AT })
  })
})
