import { describe, expect, it } from 'vitest'
import {
  asReplayed,
  asToldTo,
  canReplay,
  filteredBy,
  isMeant,
  type FilterMatcher,
  type FilterReason,
  type MatchFilter,
} from '../../../../src/core/lanes/filters/filter-reason.ts'
import { compileFilter } from '../../../../src/core/lanes/filters/filter.ts'
import type { Epoch } from '../../../../src/core/lanes/state/lane-state.ts'
import { withoutContent } from '../../../../src/core/log/erased-event.ts'
import { NOT_ENRICHED, type LogEntry } from '../../../../src/core/log/event.ts'
import { aLane, anEntry, anEpoch } from '../../../support/builders/a-lane.ts'

const LANE = aLane({
  epochs: [
    anEpoch({ from: 3, events: ['a'], fields: ['x'] }),
    anEpoch({ from: 5, silent: 'portal' }),
    anEpoch({ from: 7, silent: 'no_value' }),
    anEpoch({ from: 9, events: ['b'] }),
    anEpoch({ from: 11, skipsUnchanged: true }),
  ],
})

/** The filter `a`/`x` leaves everything out by its field, each other one takes everything. */
const match: MatchFilter = ({ events, fields }) =>
  events[0] === 'a' && fields[0] === 'x' ? { matches: false, reason: 'field' } : { matches: true }

const MATCHER: FilterMatcher = { match, tellerOf: () => null }

describe('filteredBy()', () => {
  function reasonAt(sequence: number, quarantined: 'invalid_fields' | null = null): string | null {
    const entry = anEntry({ sequence, event: { quarantined } })
    return filteredBy(LANE, entry, MATCHER)?.reason ?? null
  }

  it.each<[number, FilterReason | null]>([
    [2, 'older_than_destination'],
    [3, 'field'],
    [4, 'field'],
    [5, 'portal'],
    [8, 'no_value'],
    [9, null],
    [11, null],
  ])('asks the filter that stood at event %i: %s', (sequence, expected) => {
    expect(reasonAt(sequence)).toBe(expected)
  })

  it.each([2, 3, 5, 9])('says quarantined before everything else, at event %i', (sequence) => {
    expect(reasonAt(sequence, 'invalid_fields')).toBe('quarantined')
  })

  it.each<[number, FilterReason | null]>([
    [9, null],
    [11, 'unchanged'],
  ])(
    'leaves event %i out when an earlier one told its change and its epoch skips such events: %s',
    (sequence, expected) => {
      const enrichment = { ...NOT_ENRICHED, toldBy: 1 }
      const entry = anEntry({ sequence, enrichment })
      expect(filteredBy(LANE, entry, MATCHER)?.reason ?? null).toBe(expected)
    },
  )

  it('matches the entry itself', () => {
    const entry = anEntry({ sequence: 9 })
    const matched: unknown[] = []
    filteredBy(LANE, entry, {
      ...MATCHER,
      match: (filter, asked) => {
        matched.push(filter.events, asked)
        return { matches: true }
      },
    })
    expect(matched).toEqual([['b'], entry])
  })

  it('names the condition that an event does not meet', () => {
    const filtered = { reason: 'condition', condition: 'data.ID = 7' } as const
    const matcher = { ...MATCHER, match: () => ({ matches: false as const, ...filtered }) }
    expect(filteredBy(LANE, anEntry({ sequence: 9 }), matcher)).toEqual(filtered)
  })
})

describe('isMeant()', () => {
  const lane = aLane({ epochs: [anEpoch({ from: 3 }), anEpoch({ from: 5, silent: 'portal' })] })

  it.each<[string, number, 'invalid_fields' | null, boolean]>([
    ['older than the lane', 2, null, false],
    ['taken by the filter', 3, null, true],
    ['quarantined', 3, 'invalid_fields', false],
    ['of a silent epoch', 5, null, false],
  ])('of an event %s', (_name, sequence, quarantined, expected) => {
    const entry = anEntry({ sequence, event: { quarantined } })
    expect(isMeant(lane, entry, MATCHER)).toBe(expected)
  })
})

describe('a quarantined event that is understood now', () => {
  const lane = aLane({ epochs: [anEpoch({ from: 3 })] })
  const stored = anEntry({ sequence: 3, event: { quarantined: 'invalid_fields' } })
  const again = { ...stored.event, quarantined: null }

  it('can be replayed, and is meant for no lane before', () => {
    expect(isMeant(lane, { ...stored, again }, MATCHER)).toBe(false)
    expect(canReplay(lane, { ...stored, again }, MATCHER)).toBe(true)
    expect(canReplay(lane, stored, MATCHER)).toBe(false)
  })

  it('is sent as it is understood', () => {
    expect(asReplayed({ ...stored, again }).event).toBe(again)
    expect(asReplayed(stored)).toBe(stored)
  })
})

describe('an event whose change another one has told', () => {
  const changes = [{ attribute: 'LIST.7.VALUE', before: null, after: 'Gold' }]
  const update = anEntry({
    sequence: 41,
    event: { name: 'ONCRMDEALUSERFIELDUPDATE', userId: 1 },
    enrichment: { ...NOT_ENRICHED, status: 'complete', changes, covers: [41, 42] },
  })
  const values = anEntry({
    sequence: 42,
    event: { name: 'ONCRMDEALUSERFIELDSETENUMVALUES', userId: 2 },
    enrichment: { ...NOT_ENRICHED, status: 'complete', changes: [], toldBy: 41 },
  })

  function decide(epochs: readonly Partial<Epoch>[], teller: LogEntry | null = update) {
    const lane = aLane({
      destination: 'chat',
      epochs: epochs.map((epoch) => anEpoch({ skipsUnchanged: true, ...epoch })),
    })
    const matcher: FilterMatcher = {
      match: (filter, entry) => compileFilter(filter)(entry),
      tellerOf: (sequence) => (sequence === 41 ? teller : null),
    }
    const told = asToldTo(lane, values, matcher).enrichment
    return {
      reason: filteredBy(lane, values, matcher)?.reason ?? null,
      told: told.toldBy === null ? told.changes : told.toldBy,
    }
  }

  it('is left out where the other one comes', () => {
    expect(decide([{}])).toEqual({ reason: 'unchanged', told: 41 })
  })

  it.each<[string, Partial<Epoch>[]]>([
    ['its name', [{ events: ['*SetEnumValues'] }]],
    ['its user', [{ users: ['2'] }]],
    ['its age', [{ from: 42 }]],
    ['the missing value of its destination', [{ silent: 'no_value' }, { from: 42 }]],
  ])('is sent with the change where the other one is left out by %s', (_why, epochs) => {
    expect(decide(epochs)).toEqual({ reason: null, told: changes })
  })

  it('is left out by its own filter, which its reader can change', () => {
    expect(decide([{ events: ['*Update'] }])).toEqual({ reason: 'event', told: 41 })
  })

  it('stays left out once the log does not hold the other one', () => {
    expect(decide([{ events: ['*SetEnumValues'] }], null)).toEqual({
      reason: 'unchanged',
      told: 41,
    })
  })

  it('shows nothing of another one that was erased', () => {
    const erased = { ...update, ...withoutContent(update, { at: 1, filtered: { chat: 'event' } }) }
    expect(decide([{ events: ['*SetEnumValues'] }], erased)).toEqual({ reason: null, told: 41 })
  })
})
