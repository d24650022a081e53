/** The exact headers and body of a signed webhook. */
import { describe, expect, test } from 'vitest'
import { buildEventBody } from '../../../src/destinations/event-body.ts'
import type { Delivery, OutgoingRequest } from '../../../src/destinations/receiver.ts'
import type { ExtraHeaders } from '../../../src/destinations/webhook/headers.ts'
import { layOutWebhook } from '../../../src/destinations/webhook/layout.ts'
import { SENT_AT, aDelivery, anEnrichment } from '../../support/builders/a-delivery.ts'

const URL_TEXT = 'https://erp.example.com/hooks/bitrix24?token=kq7Zt0eVb3'
const KEY = new TextEncoder().encode('an example secret of 32 bytes!!!')

describe('webhook headers', () => {
  test('the headers are those of Standard Webhooks, with the time of the attempt', async () => {
    expect((await layOut()).headers).toEqual({
      'content-type': 'application/json',
      'user-agent': 'bitrix24-event-relay',
      'webhook-id': 'a223c6b3710f85df22e9377d6c4f7553-42',
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

function layOut({
  delivery = aDelivery(),
  headers = {},
}: { delivery?: Delivery; headers?: ExtraHeaders } = {}): Promise<OutgoingRequest> {
  const secrets = [{ version: 'v1', text: '', key: KEY }] as const
  return layOutWebhook(delivery, SENT_AT, { url: new URL(URL_TEXT), secrets, headers })
}
