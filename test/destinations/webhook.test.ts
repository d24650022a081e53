/** The receiver `webhook`: contract suite, signatures checked by the official library, exact body. */
import { Webhook } from 'standardwebhooks'
import { describe, expect, test, vi } from 'vitest'
import type { Delivery, OutgoingRequest } from '../../src/destinations/destination.ts'
import { webhook } from '../../src/destinations/webhook.ts'
import { describeDestination } from '../contract/destination-contract.ts'
import { RECEIVED_AT, aDelivery, anEnrichment } from '../support/a-delivery.ts'

const URL_TEXT = 'https://erp.example.com/hooks/bitrix24?token=kq7Zt0eVb3'
const SECRET = `whsec_${btoa('an example secret of 32 bytes!!!')}`
const NEW_SECRET = `whsec_${btoa('another example, also 32 bytes!!')}`
const STRICT = { allowLocal: false }
const NOW = RECEIVED_AT + 80

describeDestination({
  type: webhook,
  settings: { url: URL_TEXT, secret: [SECRET, NEW_SECRET] },
  secrets: [URL_TEXT, 'kq7Zt0eVb3', SECRET, NEW_SECRET, SECRET.slice(6)],
  delivered: { status: 200 },
  transient: [
    [{ status: 500, body: 'Internal error' }, 'http_500'],
    [{ status: 429 }, 'rate_limited'],
    [{ status: 401, body: 'wrong signature' }, 'http_401'],
    [{ status: 403 }, 'http_403'],
    [{ status: 404 }, 'http_404'],
    [{ status: 408 }, 'http_408'],
    [{ status: 302 }, 'redirect'],
  ],
  messageRejected: [
    [{ status: 400, body: 'unknown field' }, 'http_400'],
    [{ status: 413 }, 'http_413'],
    [{ status: 415 }, 'http_415'],
    [{ status: 422 }, 'http_422'],
  ],
  endpointRejected: [
    [
      { status: 410, body: 'bye' },
      { reason: 'gone', probe: false },
    ],
  ],
  rateLimited: { status: 429 },
  deliveryIdOf: ({ headers }) => headers['webhook-id'] ?? null,
})

describe('webhook answers', () => {
  test.each([200, 201, 202, 204, 299])('a webhook takes status %i as delivered', (status) => {
    const answer = { status, headers: new Headers(), body: 'whatever' }
    expect(open(SECRET).judge(answer, NOW)).toEqual({ kind: 'delivered', status })
  })
})

describe('webhook signatures', () => {
  test('the official library verifies a delivery', async () => {
    const { headers, body } = await prepare(SECRET)
    vi.useFakeTimers({ now: NOW })
    expect(new Webhook(SECRET).verify(body, { ...headers })).toEqual(JSON.parse(body))
    vi.useRealTimers()
  })

  test('while rotating the holders of both secrets verify a delivery, nobody else does', async () => {
    const { headers, body } = await prepare([NEW_SECRET, SECRET])
    expect(headers['webhook-signature']?.split(' ')).toHaveLength(2)
    vi.useFakeTimers({ now: NOW })
    expect(() => new Webhook(SECRET).verify(body, { ...headers })).not.toThrow()
    expect(() => new Webhook(NEW_SECRET).verify(body, { ...headers })).not.toThrow()
    const stranger = new Webhook(`whsec_${btoa('a secret that was never configured')}`)
    expect(() => stranger.verify(body, { ...headers })).toThrow('No matching signature')
    vi.useRealTimers()
  })

  test('a changed body is not verified', async () => {
    const { headers, body } = await prepare(SECRET)
    vi.useFakeTimers({ now: NOW })
    const forged = body.replace('"sequence":42', '"sequence":43')
    expect(() => new Webhook(SECRET).verify(forged, { ...headers })).toThrow(
      'No matching signature',
    )
    vi.useRealTimers()
  })

  test('a body with any Unicode is signed over the bytes that are sent', async () => {
    const label = 'Налог № «ИНН» 税号 \u{1F4B6} \u202E'
    const delivery = aDelivery({
      enrichment: { ...aDelivery().enrichment, status: 'complete', field: { label } },
    })
    const { headers, body } = await prepare(SECRET, delivery)
    vi.useFakeTimers({ now: NOW })
    expect(new Webhook(SECRET).verify(body, { ...headers })).toMatchObject({
      data: { field: { label } },
    })
    vi.useRealTimers()
  })

  test('the headers are those of Standard Webhooks, with the time of the attempt', async () => {
    const { headers } = await prepare(SECRET)
    expect(headers).toEqual({
      'content-type': 'application/json',
      'user-agent': 'bitrix24-event-relay',
      'webhook-id': 'a223c6b3710f85df22e9377d6c4f7553-42',
      'webhook-timestamp': '1790000001',
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    })
  })
})

describe('webhook body', () => {
  test('the body is exactly the documented JSON', async () => {
    const { body } = await prepare(
      SECRET,
      aDelivery({
        enrichment: anEnrichment({
          changes: [{ attribute: 'EDIT_FORM_LABEL.en', before: 'Tax no.', after: 'Tax number' }],
          field: { label: 'Tax number', userTypeId: 'string' },
          userName: 'Anna Petrova',
        }),
      }),
    )
    expect(body).toBe(
      '{"type":"bitrix24.crm.requisite_user_field.updated","timestamp":"2026-09-21T14:13:20Z",' +
        '"data":{"event":"onCrmRequisiteUserFieldUpdate","portal":{"memberId":' +
        '"a223c6b3710f85df22e9377d6c4f7553","domain":"acme.bitrix24.com"},"sequence":42,' +
        '"previousSequence":41,"origin":"event","receivedAt":"2026-09-21T14:13:21.120Z",' +
        '"user":{"id":1,"name":"Anna Petrova"},"fields":{"ID":235,"ENTITY_ID":"CRM_REQUISITE",' +
        '"FIELD_NAME":"UF_CRM_TAX"},"field":{"label":"Tax number","userTypeId":"string"},' +
        '"changes":[{"attribute":"EDIT_FORM_LABEL.en","before":"Tax no.","after":"Tax number"}],' +
        '"enrichment":"complete"}}',
    )
  })
})

describe('webhook settings', () => {
  test('a webhook names its URL and its signing secrets as secrets', () => {
    expect(open([NEW_SECRET, SECRET]).secrets).toEqual([
      URL_TEXT,
      '/hooks/bitrix24?token=kq7Zt0eVb3',
      'kq7Zt0eVb3',
      NEW_SECRET,
      NEW_SECRET.slice(6),
      SECRET,
      SECRET.slice(6),
    ])
  })

  test.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['a word', 'secret'],
    ['base64 without the prefix', btoa('an example secret of 32 bytes!!!')],
    ['another prefix', `whsk_${btoa('an example secret of 32 bytes!!!')}`],
    ['23 bytes', `whsec_${btoa('x'.repeat(23))}`],
    ['65 bytes', `whsec_${btoa('x'.repeat(65))}`],
    ['broken base64', `whsec_${btoa('x'.repeat(24))}A`],
    ['base64 for URLs', `whsec_${'_-'.repeat(16)}`],
    ['an empty list', []],
    ['a list of six', Array.from({ length: 6 }, () => SECRET)],
    ['a list with a wrong entry', [SECRET, 'old']],
    ['broken JSON', `["${SECRET}"`],
    ['a number', 42],
  ])('a webhook refuses %s as its secret and does not repeat it', (_what, secret) => {
    const created = webhook.create({ url: URL_TEXT, secret }, STRICT)
    expect(created).toMatchObject({ ok: false, error: [{ setting: 'secret' }] })
    expect(JSON.stringify(created)).not.toContain(SECRET)
  })

  test.each([
    ['24 bytes', `whsec_${btoa('x'.repeat(24))}`],
    ['64 bytes', `whsec_${btoa('x'.repeat(64))}`],
    ['a list of five', Array.from({ length: 5 }, () => SECRET)],
    ['a list as JSON text', JSON.stringify([NEW_SECRET, SECRET])],
  ])('a webhook accepts %s as its secret', (_what, secret) => {
    expect(webhook.create({ url: URL_TEXT, secret }, STRICT).ok).toBe(true)
  })

  test('a webhook tells which entry of the list is wrong', () => {
    expect(webhook.create({ url: URL_TEXT, secret: [SECRET, 'old'] }, STRICT)).toEqual({
      ok: false,
      error: [
        {
          setting: 'secret',
          problem: 'Entry 2 must be whsec_ and the base64 of 24 to 64 random bytes',
        },
      ],
    })
  })

  test('a webhook reports all wrong settings at once', () => {
    expect(webhook.create({}, STRICT)).toMatchObject({
      ok: false,
      error: [{ setting: 'url' }, { setting: 'secret' }],
    })
  })
})

function prepare(secret: unknown, delivery: Delivery = aDelivery()): Promise<OutgoingRequest> {
  return open(secret).prepare(delivery, NOW)
}

function open(secret: unknown) {
  const created = webhook.create({ url: URL_TEXT, secret }, STRICT)
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  return created.value
}
