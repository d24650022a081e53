/** The exact headers and body of a signed webhook. */
import { describe, expect, test } from 'vitest'
import { buildEventBody } from '../../../src/destinations/event-body.ts'
import type { Delivery, OutgoingRequest, Parcel } from '../../../src/destinations/receiver.ts'
import { buildBatchBody } from '../../../src/destinations/webhook/batch-body.ts'
import type { ExtraHeaders } from '../../../src/destinations/webhook/headers.ts'
import { layOutWebhook } from '../../../src/destinations/webhook/layout.ts'
import { SENT_AT, aDelivery, anEnrichment } from '../../support/builders/a-delivery.ts'
import { aParcel } from '../../support/messages/opened-receiver.ts'
import { MEMBER_ID } from '../../support/identity.ts'

const URL_TEXT = 'https://erp.example.com/hooks/bitrix24?token=kq7Zt0eVb3'
const KEY = new TextEncoder().encode('an example secret of 32 bytes!!!')

describe('webhook headers', () => {
  test('the headers are those of Standard Webhooks, with the time of the attempt', async () => {
    expect((await layOut()).headers).toEqual({
      'content-type': 'application/json',
      'user-agent': 'bitrix24-event-relay',
      'webhook-id': `${MEMBER_ID}-42`,
      'webhook-timestamp': '1790000001',
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    })
  })

  test('extra headers go along', async () => {
    const extra = { authorization: 'Bearer abcdef', 'x-tenant': 'acme' }
    const [plain, { headers }] = [await layOut(), await layOut({ headers: extra })]
    expect(headers).toEqual({
      ...plain.headers,
      authorization: 'Bearer abcdef',
      'x-tenant': 'acme',
    })
  })
})

describe('webhook body', () => {
  test('the body is the JSON of the event', async () => {
    const delivery = aDelivery({ enrichment: anEnrichment() })
    expect((await layOut({ delivery })).body).toBe(JSON.stringify(buildEventBody(delivery)))
  })
})

describe('webhook batches', () => {
  const deliveries = [
    aDelivery({ memberId: 'm', sequence: 41 }),
    aDelivery({ memberId: 'm', sequence: 44 }),
  ] as const

  test('several events are one message, whose id names the first and the last', async () => {
    const { headers, body } = await layOut({ delivery: deliveries })
    expect(headers['webhook-id']).toBe('m-41-44')
    expect(body).toBe(JSON.stringify(buildBatchBody(deliveries)))
  })

  test('a single event and a test message are no batch', async () => {
    const test = aDelivery({ id: 'test-1', sequence: null })
    for (const delivery of [aDelivery(), test]) {
      const { headers, body } = await layOut({ delivery })
      expect(headers['webhook-id']).toBe(delivery.id)
      expect(body).toBe(JSON.stringify(buildEventBody(delivery)))
    }
  })
})

function layOut({
  delivery = aDelivery(),
  headers = {},
}: {
  delivery?: Delivery | Parcel['deliveries']
  headers?: ExtraHeaders
} = {}): Promise<OutgoingRequest> {
  const secrets = [{ version: 'v1', text: '', key: KEY }] as const
  return layOutWebhook(aParcel(delivery), SENT_AT, { url: new URL(URL_TEXT), secrets, headers })
}
