/** The receiver `webhook`: contract suite, exact headers and body, all settings together. */
import { describe, expect, test } from 'vitest'
import { NO_MEMORY } from '../../../src/core/lanes/receiver-memory.ts'
import type { Delivery, OutgoingRequest } from '../../../src/destinations/receiver.ts'
import { webhook } from '../../../src/destinations/webhook/receiver.ts'
import { describeDestination } from '../../contract/destination-contract.ts'
import { anAnswer } from '../../support/an-answer.ts'
import { SENT_AT, aDelivery, anEnrichment } from '../../support/a-delivery.ts'

const URL_TEXT = 'https://erp.example.com/hooks/bitrix24?token=kq7Zt0eVb3'
const SECRET = `whsec_${btoa('an example secret of 32 bytes!!!')}`
const NEW_SECRET = `whsec_${btoa('another example, also 32 bytes!!')}`
const SEED = 's'.repeat(32)
const KEY_PAIR = `whsk_${btoa(SEED + 'p'.repeat(32))}`
const TERMS = { policy: { allowLocal: false }, language: 'en', template: null } as const

describeDestination({
  type: webhook,
  settings: {
    url: URL_TEXT,
    secret: [SECRET, NEW_SECRET, `whsk_${btoa(SEED)}`],
    signature: 'both',
    headers: { authorization: 'Bearer rR3.vY9.pL1', 'x-api-key': 'hunter2' },
  },
  secrets: [
    URL_TEXT,
    'kq7Zt0eVb3',
    SECRET,
    NEW_SECRET,
    SECRET.slice(6),
    `whsk_${btoa(SEED)}`,
    'rR3.vY9.pL1',
    'hunter2',
  ],
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
    const answer = anAnswer({ status, body: 'whatever' })
    expect(open({}).judge(answer, SENT_AT)).toEqual({ kind: 'delivered', status })
  })
})

describe('webhook headers', () => {
  test('the headers are those of Standard Webhooks, with the time of the attempt', async () => {
    expect((await prepare({})).headers).toEqual({
      'content-type': 'application/json',
      'user-agent': 'bitrix24-event-relay',
      'webhook-id': 'a223c6b3710f85df22e9377d6c4f7553-42',
      'webhook-timestamp': '1790000001',
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    })
  })

  test('extra headers go along', async () => {
    const extra = { Authorization: 'Bearer abcdef', 'x-tenant': 'acme' }
    const [plain, { headers }] = [await prepare({}), await prepare({ headers: extra })]
    expect(headers).toEqual({
      ...plain.headers,
      authorization: 'Bearer abcdef',
      'x-tenant': 'acme',
    })
  })
})

describe('webhook body', () => {
  test('the body is exactly the documented JSON', async () => {
    const { body } = await prepare(
      {},
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
  test('a webhook names its URL, its signing secrets and its extra headers as secrets', () => {
    const headers = { 'x-api-key': 'Key abcdef', 'x-tenant': 'acme' }
    const secret = [NEW_SECRET, KEY_PAIR]
    expect(open({ secret, signature: 'both', headers }).secrets).toEqual([
      URL_TEXT,
      '/hooks/bitrix24?token=kq7Zt0eVb3',
      'kq7Zt0eVb3',
      NEW_SECRET,
      NEW_SECRET.slice(6),
      KEY_PAIR,
      KEY_PAIR.slice(5),
      btoa(SEED),
      'Key abcdef',
      'abcdef',
    ])
  })

  test('a webhook without settings is told both that it needs', () => {
    expect(webhook.create({}, TERMS)).toMatchObject({
      ok: false,
      error: [{ setting: 'url' }, { setting: 'secret' }],
    })
  })

  test('a webhook reports all wrong settings at once', () => {
    const wrong = { url: 'erp', secret: 'old', signature: 'v2', headers: { host: 'erp' } }
    expect(webhook.create(wrong, TERMS)).toMatchObject({
      ok: false,
      error: [
        { setting: 'url' },
        { setting: 'secret' },
        { setting: 'signature' },
        { setting: 'headers.host' },
      ],
    })
  })

  test.each([
    ['url', { url: 'erp' }],
    ['secret', { secret: 'old' }],
    ['signature', { signature: 'v2' }],
    ['headers', { headers: [] }],
  ])('a webhook with a wrong %s alone is refused for that', (setting, changes) => {
    const settings = { url: URL_TEXT, secret: SECRET, ...changes }
    expect(webhook.create(settings, TERMS)).toMatchObject({ ok: false, error: [{ setting }] })
  })
})

function prepare(
  settings: Readonly<Record<string, unknown>>,
  delivery: Delivery = aDelivery(),
): Promise<OutgoingRequest> {
  const parcel = { deliveries: [delivery], dashboard: null } as const
  return open(settings).prepare(parcel, { now: SENT_AT, memory: NO_MEMORY })
}

function open(settings: Readonly<Record<string, unknown>>) {
  const created = webhook.create({ url: URL_TEXT, secret: SECRET, ...settings }, TERMS)
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  return created.value
}
