/** Pages of the log, which are limited by their bytes. */
import { describe, expect, it } from 'vitest'
import { countFitting, MAX_PAGE_BYTES } from '../../../../src/portal/log/rows/page-rows.ts'
import { anEnrichment, anEvent } from '../../../support/builders/a-delivery.ts'
import { inLog, many, sequencesOf } from '../../../support/storage/stored-log.ts'

describe('readPage()', () => {
  const large = { event: JSON.stringify(anEvent({ data: 'x'.repeat(MAX_PAGE_BYTES / 2) })) }

  it('reads as many large events as fit', async () => {
    const found = await inLog([{}, {}, large, {}, large, large], (log) => [
      sequencesOf(log.after(0, 9)),
      sequencesOf(log.after(4, 9)),
      sequencesOf(log.before(7, 9)),
    ])
    expect(found).toEqual([[1, 2, 3, 4], [5], [6]])
  })

  it('reads one that is larger than a page, and counts what it told', async () => {
    const huge = { event: JSON.stringify(anEvent({ data: 'x'.repeat(MAX_PAGE_BYTES) })) }
    const found = await inLog([huge, {}], (log) => {
      log.enrich(2, anEnrichment({ userName: 'é'.repeat(MAX_PAGE_BYTES / 2) }))
      return [sequencesOf(log.after(0, 2)), sequencesOf(log.before(3, 2))]
    })
    expect(found).toEqual([[1], [2]])
  })
})

describe('countFitting()', () => {
  it('counts as many rows as their bytes allow, and one at least', async () => {
    const bytes = JSON.stringify(anEvent()).length
    const page = { rows: 'log WHERE sequence > ? ORDER BY sequence', sequence: 0, limit: 4 }
    const found = await inLog(many(5), (_, db) =>
      [1, 2 * bytes, 3 * bytes - 1, 9 * bytes].map((max) => countFitting(db, page, max)),
    )
    expect(found).toEqual([1, 2, 2, 4])
  })
})
