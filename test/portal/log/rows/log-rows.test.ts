/** Rows of the log as this version, an older one, or a damaged disk has written them. */
import { describe, expect, it } from 'vitest'
import { NOT_ENRICHED } from '../../../../src/core/log/event.ts'
import {
  AWAITS,
  parseArrival,
  parseEntry,
  receivedAtOf,
} from '../../../../src/portal/log/rows/log-rows.ts'
import type { SqlRow } from '../../../../src/storage/database.ts'
import { anEnrichment, anEvent } from '../../../support/builders/a-delivery.ts'
import { NOW } from '../../../support/time.ts'

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
    ['no text', 7],
    ['no event', '[]'],
  ])('quarantines a row whose event is %s', (_case, event) => {
    expect(parse({ event }).event).toMatchObject({
      name: 'UNREADABLE',
      field: null,
      quarantined: 'unreadable_row',
    })
  })

  it('reads the enrichment of an event', () => {
    const enrichment = anEnrichment()
    expect(parse({ enrichment: JSON.stringify(enrichment) }).enrichment).toEqual(enrichment)
  })

  it.each([
    ['was waited for until the object ended', AWAITS],
    ['cannot be read', '[]'],
  ])('makes an event thin whose enrichment %s', (_case, enrichment) => {
    const thin = { ...NOT_ENRICHED, status: 'unavailable', reason: 'timeout' }
    expect(parse({ enrichment }).enrichment).toEqual(thin)
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
