/** The body of a batch: its own members, and its entries. */
import { expect, test } from 'vitest'
import { buildEventBody } from '../../../src/destinations/event-body.ts'
import { buildBatchBody, layOutEntry } from '../../../src/destinations/webhook/batch-body.ts'
import { aDelivery, anEnrichment, anEvent } from '../../support/builders/a-delivery.ts'

const FIRST = aDelivery({ id: 'm-41', sequence: 41, event: anEvent({ ts: 1_790_000_000 }) })
const LAST = aDelivery({
  id: 'm-43',
  sequence: 43,
  event: anEvent({ ts: 1_790_000_060 }),
  enrichment: anEnrichment(),
})

test('buildBatchBody() has the time of its last event, and all events in their order', () => {
  expect(buildBatchBody([FIRST, LAST])).toEqual({
    type: 'bitrix24.batch',
    timestamp: buildEventBody(LAST).timestamp,
    data: {
      events: [
        { id: 'm-41', ...buildEventBody(FIRST) },
        { id: 'm-43', ...buildEventBody(LAST) },
      ],
    },
  })
})

test('layOutEntry() is the body that the event has alone, behind its id', () => {
  const alone = JSON.stringify(buildEventBody(LAST))
  expect(JSON.stringify(layOutEntry(LAST))).toBe(`{"id":"m-43",${alone.slice(1)}`)
})
