/** Rows of the log as this version, an older one, or a damaged disk has written them. */
import { describe, expect, it } from 'vitest'
import { NOT_ENRICHED } from '../../../src/core/log/event.ts'
import { AWAITS, parseArrival, parseEntry, receivedAtOf } from '../../../src/portal/log/log-rows.ts'
import type { SqlRow } from '../../../src/storage/database.ts'
import { anEnrichment, anEvent } from '../../support/a-delivery.ts'
import { NOW } from '../../support/time.ts'

const ROW: SqlRow = {
  sequence: 42,
  received_at: NOW,
  receipt: 'receipt-42',
  digest: 'hash-42',
  event: JSON.stringify(anEvent()),
  enrichment: null,
  reconciled: 0,
}

function parse(changes: SqlRow) {
  return parseEntry({ ...ROW, ...changes })
}

describe('parseEntry()', () => {
  it('reads what is stored of an event', () => {
    expect(parse({})).toEqual({
      sequence: 42,
      receipt: 'receipt-42',
      receivedAt: NOW,
      event: anEvent(),
      origin: 'event',
      enrichment: NOT_ENRICHED,
    })
    expect(parse({ reconciled: 1 }).origin).toBe('reconciled')
  })

  it.each([
    ['is no text', 7],
    ['is no JSON', '{"name":'],
    ['is null', 'null'],
    ['is a list', '[]'],
    ['has no name', JSON.stringify({ ...anEvent(), name: undefined })],
    ['has a field without a name', JSON.stringify({ ...anEvent(), field: {} })],
    ['has no field member', JSON.stringify({ ...anEvent(), field: undefined })],
    ['has a wrong reason of its quarantine', JSON.stringify({ ...anEvent(), quarantined: false })],
  ])('quarantines an event that %s', (_case, event) => {
    expect(parse({ event }).event).toMatchObject({
      name: 'UNREADABLE',
      field: null,
      quarantined: 'unreadable_row',
    })
  })

  it.each([
    ['members that filters do not look at', { ts: 'x', userId: {}, more: 1 }],
    ['an event of no field', { field: null }],
    ['the reason of its quarantine', { quarantined: 'invalid_ts' }],
  ])('leaves an event as it is with %s', (_case, changes) => {
    const event = { ...anEvent(), ...changes }
    expect(parse({ event: JSON.stringify(event) }).event).toEqual(event)
  })
})

describe('the enrichment of an entry', () => {
  const THIN = { ...NOT_ENRICHED, status: 'unavailable', reason: 'timeout' }
  const { covers: _covers, users: _users, completes: _completes, ...OLDER } = anEnrichment()

  it.each<[string, SqlRow[string], object]>([
    ['was not wanted', null, NOT_ENRICHED],
    ['is read', JSON.stringify(anEnrichment()), anEnrichment()],
    ['lacks what an older version did not write', JSON.stringify(OLDER), anEnrichment()],
    [
      'says why it is missing in a word of another version',
      JSON.stringify({ ...NOT_ENRICHED, status: 'unavailable', reason: 'moon' }),
      { ...NOT_ENRICHED, status: 'unavailable', reason: 'moon' },
    ],
  ])('%s', (_case, enrichment, expected) => {
    expect(parse({ enrichment }).enrichment).toEqual(expected)
  })

  it.each([
    ['was waited for until the object ended', AWAITS],
    ['is no JSON', '{'],
    ['is no enrichment', '[]'],
    ['has changes that are no list', JSON.stringify({ ...anEnrichment(), changes: {} })],
    ['has a field that is a list', JSON.stringify({ ...anEnrichment(), field: [] })],
  ])('makes the event thin when it %s', (_case, enrichment) => {
    expect(parse({ enrichment }).enrichment).toEqual(THIN)
  })
})

describe('parseArrival()', () => {
  it('takes the column `digest` for the content hash', () => {
    expect(parseArrival(ROW)).toEqual({
      receipt: 'receipt-42',
      contentHash: 'hash-42',
      receivedAt: NOW,
    })
  })

  it('takes a damaged time for long ago, so that the event is neither recent nor kept for ever', () => {
    expect(receivedAtOf({ ...ROW, received_at: 'yesterday' })).toBe(0)
  })
})
