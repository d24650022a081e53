/** Outlines: enough of an entry to decide about it, and no long part. */
import { describe, expect, it } from 'vitest'
import { anEnrichment, anEvent } from '../../../support/builders/a-delivery.ts'
import { inLog } from '../../../support/storage/stored-log.ts'

const LONG = 'x'.repeat(5000)
const long = { event: JSON.stringify(anEvent({ data: LONG })) }
const quarantined = {
  event: JSON.stringify(anEvent({ data: LONG, quarantined: 'invalid_fields' })),
}

describe('readOutlines()', () => {
  it('leaves the data of a long event out, and keeps a short event whole', async () => {
    const found = await inLog([{}, long], (log) =>
      log.outlinesAfter(0, 9).map(({ sequence, event: { name, data } }) => [sequence, name, data]),
    )
    const { name, data } = anEvent()
    expect(found).toEqual([
      [1, name, data],
      [2, name, null],
    ])
  })

  it('says which entries have lost the data of their event', async () => {
    const found = await inLog([{}, long, quarantined], (log) =>
      log.outlinesAfter(0, 9).map(({ isCut = false }) => isCut),
    )
    expect(found).toEqual([false, true, true])
  })

  it('leaves long changes out, and keeps who told them', async () => {
    const found = await inLog([{}], (log) => {
      log.enrich(1, anEnrichment({ userName: LONG, toldBy: 7 }))
      log.enrich(1, {
        ...anEnrichment({ toldBy: 7 }),
        changes: [{ attribute: 'HELP', before: null, after: LONG }],
      })
      return log
        .outlinesBefore(2, 9)
        .map(({ enrichment }) => [enrichment.toldBy, enrichment.changes])
    })
    expect(found).toEqual([[7, null]])
  })

  it('says of a long quarantined event that it is one, without its data', async () => {
    const found = await inLog([quarantined], (log) =>
      log.outlinesAfter(0, 9).map(({ event }) => [event.quarantined, event.data]),
    )
    expect(found).toEqual([['invalid_fields', null]])
  })
})
