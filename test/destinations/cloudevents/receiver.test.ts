/**
 * The receiver `cloudevents`: contract suite, exact requests, and every event read by the SDK of the
 * CloudEvents project and by the simulated receiver's own checker.
 */
import { CloudEvent, HTTP } from 'cloudevents'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCloudEvent } from '../../../playground/receivers/cloud-event.ts'
import { NO_MEMORY } from '../../../src/core/lanes/receiver-memory.ts'
import { cloudevents } from '../../../src/destinations/cloudevents/receiver.ts'
import type { Delivery, OutgoingRequest } from '../../../src/destinations/receiver.ts'
import { buildEventBody } from '../../../src/destinations/event-body.ts'
import { describeDestination } from '../../contract/destination-contract.ts'
import { anAnswer } from '../../support/an-answer.ts'
import { RECEIVED_AT, aDelivery, anEnrichment, anEvent } from '../../support/a-delivery.ts'

const URL_TEXT = 'https://broker.example.com/channels/crm?key=kq7Zt0eVb3'
const BEARER = 'mF_9.B5f-4.1JqM~+/=='
const TERMS = { policy: { allowLocal: false }, language: 'en', template: null } as const
const MODES = ['structured', 'binary'] as const
const MEMBER_ID = 'a223c6b3710f85df22e9377d6c4f7553'

const RULES = {
  delivered: { status: 202 },
  transient: [
    [{ status: 500, body: 'Internal error' }, 'http_500'],
    [{ status: 429 }, 'rate_limited'],
    [{ status: 401 }, 'http_401'],
    [{ status: 403 }, 'http_403'],
    [{ status: 404 }, 'http_404'],
    [{ status: 302 }, 'redirect'],
    // Not among the answers of the webhook specification, so nothing says that it was accepted.
    [{ status: 203 }, 'http_203'],
    [{ status: 206 }, 'http_206'],
  ],
  messageRejected: [
    [{ status: 400, body: 'unknown type' }, 'http_400'],
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
} as const

describeDestination({
  type: cloudevents,
  settings: { url: URL_TEXT, bearer: BEARER },
  secrets: [URL_TEXT, 'kq7Zt0eVb3', BEARER],
  ...RULES,
  deliveryIdOf: ({ body }) => String(JSON.parse(body).id),
})

describe('cloudevents in binary mode', () => {
  describeDestination({
    type: cloudevents,
    settings: { url: URL_TEXT, bearer: BEARER, mode: 'binary' },
    secrets: [URL_TEXT, 'kq7Zt0eVb3', BEARER],
    ...RULES,
    deliveryIdOf: ({ headers }) => headers['ce-id'] ?? null,
  })
})

test.each([200, 201, 202, 204])('a receiver of CloudEvents takes with status %i', (status) => {
  const answer = anAnswer({ status, body: 'whatever' })
  expect(open().judge(answer, RECEIVED_AT)).toEqual({ kind: 'delivered', status })
})

describe('cloudevents requests', () => {
  const DATA =
    '{"event":"onCrmRequisiteUserFieldUpdate","portal":{"memberId":' +
    '"a223c6b3710f85df22e9377d6c4f7553","domain":"acme.bitrix24.com"},"sequence":42,' +
    '"previousSequence":41,"origin":"event","receivedAt":"2026-09-21T14:13:21.120Z",' +
    '"user":{"id":1,"name":"Anna Petrova"},"fields":{"ID":235,"ENTITY_ID":"CRM_REQUISITE",' +
    '"FIELD_NAME":"UF_CRM_TAX"},"field":{"label":"Tax number","userTypeId":"string"},' +
    '"changes":[{"attribute":"EDIT_FORM_LABEL.en","before":"Tax no.","after":"Tax number"}],' +
    '"enrichment":"complete"}'

  test('a structured event is whole in the body', async () => {
    expect(await prepare({}, aDelivery({ enrichment: anEnrichment() }))).toEqual({
      url: URL_TEXT,
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'user-agent': 'bitrix24-event-relay',
      },
      body:
        '{"specversion":"1.0","id":"a223c6b3710f85df22e9377d6c4f7553-42",' +
        '"source":"https://acme.bitrix24.com/a223c6b3710f85df22e9377d6c4f7553",' +
        '"type":"bitrix24.crm.requisite_user_field.updated","time":"2026-09-21T14:13:20Z",' +
        '"subject":"CRM_REQUISITE/UF_CRM_TAX","sequence":"0000000000000042",' +
        `"datacontenttype":"application/json","data":${DATA}}`,
    })
  })

  test('a binary event has its attributes in headers and its data in the body', async () => {
    const delivery = aDelivery({ enrichment: anEnrichment() })
    expect(await prepare({ mode: 'binary' }, delivery)).toEqual({
      url: URL_TEXT,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'bitrix24-event-relay',
        'ce-specversion': '1.0',
        'ce-id': 'a223c6b3710f85df22e9377d6c4f7553-42',
        'ce-source': 'https://acme.bitrix24.com/a223c6b3710f85df22e9377d6c4f7553',
        'ce-type': 'bitrix24.crm.requisite_user_field.updated',
        'ce-time': '2026-09-21T14:13:20Z',
        'ce-subject': 'CRM_REQUISITE/UF_CRM_TAX',
        'ce-sequence': '0000000000000042',
      },
      body: DATA,
    })
  })

  test.each(MODES)('a %s event proves itself with the bearer token', async (mode) => {
    const { headers } = await prepare({ mode, bearer: BEARER })
    expect(headers['authorization']).toBe(`Bearer ${BEARER}`)
    expect((await prepare({ mode })).headers).not.toHaveProperty('authorization')
  })

  test.each(MODES)(
    'a %s event names the sender only where permission was asked for',
    async (mode) => {
      const name = 'webhook-request-origin'
      expect((await prepare({ mode, handshake: true })).headers[name]).toBe('bitrix24-event-relay')
      expect((await prepare({ mode })).headers).not.toHaveProperty(name)
    },
  )

  test.each([
    ['acme.bitrix24.com', MEMBER_ID, `https://acme.bitrix24.com/${MEMBER_ID}`],
    ['crm.acme.com:8443', MEMBER_ID, `https://crm.acme.com:8443/${MEMBER_ID}`],
    ['портал.рф', MEMBER_ID, `https://xn--80awhdgm.xn--p1ai/${MEMBER_ID}`],
    [null, MEMBER_ID, `urn:bitrix24:${MEMBER_ID}`],
    ['', MEMBER_ID, `urn:bitrix24:${MEMBER_ID}`],
    ['no domain', MEMBER_ID, `urn:bitrix24:${MEMBER_ID}`],
    ['acme.bitrix24.com', 'a/b c%', 'https://acme.bitrix24.com/a%2Fb%20c%25'],
    [null, 'é:1', 'urn:bitrix24:%C3%A9%3A1'],
  ])('the source of a portal at %j with the id %j is %s', async (domain, memberId, source) => {
    const { body } = await prepare({}, aDelivery({ domain, memberId }))
    expect(JSON.parse(body)).toMatchObject({ source })
  })

  test('an event that is not about a field has no subject', async () => {
    const delivery = aDelivery({ event: anEvent({ name: 'ONCRMDEALADD', field: null }) })
    expect(JSON.parse((await prepare({}, delivery)).body)).not.toHaveProperty('subject')
    const { headers } = await prepare({ mode: 'binary' }, delivery)
    expect(headers).not.toHaveProperty('ce-subject')
  })

  test.each(MODES)('a %s test message has its own type and no sequence', async (mode) => {
    const delivery = aDelivery({ id: 'test-1', sequence: null, previousSequence: null })
    const event = readStrictly(await prepare({ mode }, delivery))
    expect(event).toMatchObject({ type: 'relay.test', id: 'test-1' })
    expect(event).not.toHaveProperty('sequence')
  })

  test('sequences sort as texts in the order of their numbers', async () => {
    const numbers = [1, 9, 10, 99, 100, 2 ** 31, Number.MAX_SAFE_INTEGER]
    const texts = await Promise.all(
      numbers.map(async (sequence) => {
        const { headers } = await prepare({ mode: 'binary' }, aDelivery({ sequence }))
        return headers['ce-sequence'] ?? ''
      }),
    )
    expect(texts.toSorted()).toEqual(texts)
    expect(texts.map(Number)).toEqual(numbers)
  })
})

describe('cloudevents read by others', () => {
  test.each(MODES)("the project's SDK reads a %s event and finds it valid", async (mode) => {
    const delivery = aDelivery({ enrichment: anEnrichment() })
    const event = readStrictly(await prepare({ mode }, delivery))
    expect(event.toJSON()).toEqual({
      specversion: '1.0',
      id: delivery.id,
      source: `https://acme.bitrix24.com/${MEMBER_ID}`,
      type: 'bitrix24.crm.requisite_user_field.updated',
      // The SDK writes times with milliseconds.
      time: '2026-09-21T14:13:20.000Z',
      subject: 'CRM_REQUISITE/UF_CRM_TAX',
      sequence: '0000000000000042',
      datacontenttype: 'application/json',
      data: buildEventBody(delivery).data,
    })
  })

  test.each(MODES)('any text comes back from a %s event as it went in', async (mode) => {
    await fc.assert(
      fc.asyncProperty(someDeliveries(), async (delivery) => {
        const request = await prepare({ mode }, delivery)
        const { data } = buildEventBody(delivery)
        const plain: unknown = JSON.parse(JSON.stringify(data))
        expect(readStrictly(request).data).toEqual(plain)
        const reading = readCloudEvent(request, [mode])
        expect(reading).toMatchObject({ ok: true, event: { mode, id: delivery.id, data: plain } })
      }),
      { numRuns: 150 },
    )
  })

  test('any printable text comes back from the percent-encoding of a header', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !/[\p{C}]/u.test(text)),
        async (fieldName) => {
          const event = anEvent()
          const delivery = aDelivery({
            event: { ...event, field: event.field && { ...event.field, fieldName } },
          })
          const request = await prepare({ mode: 'binary' }, delivery)
          // Refuses whatever is not encoded as it must be.
          const subject = `CRM_REQUISITE/${fieldName}`
          expect(readCloudEvent(request, ['binary'])).toMatchObject({
            event: { attributes: { subject } },
          })
          expect(() => new Headers(request.headers)).not.toThrow()
        },
      ),
    )
  })

  test('only what the binding names is percent-encoded', async () => {
    const fieldName = 'a !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~é\u{1F4B6}\uD800'
    const event = anEvent()
    const delivery = aDelivery({
      event: { ...event, field: event.field && { ...event.field, fieldName } },
    })
    const { headers } = await prepare({ mode: 'binary' }, delivery)
    expect(headers['ce-subject']).toBe(
      "CRM_REQUISITE/a%20!%22#$%25&'()*+,-./:;<=>?@[\\]^_`{|}~%C3%A9%F0%9F%92%B6%EF%BF%BD",
    )
  })
})

describe('cloudevents settings', () => {
  test('URL and bearer token are secrets', () => {
    expect(open({ bearer: BEARER }).secrets).toEqual([
      URL_TEXT,
      '/channels/crm?key=kq7Zt0eVb3',
      'kq7Zt0eVb3',
      BEARER,
    ])
    expect(open().secrets).toHaveLength(3)
  })

  test('a receiver without a handshake is not asked and not paced, whatever is remembered', () => {
    const destination = open({ handshake: false })
    expect(destination.handshake).toBeNull()
    expect(destination.pace({ ...NO_MEMORY, perMinute: 1 })).toEqual([])
    expect(open().handshake).toBeNull()
  })

  test.each([true, 'true'])('the handshake is turned on by %j', (handshake) => {
    expect(open({ handshake }).handshake).not.toBeNull()
  })

  const TOKEN =
    'Must be a token of 6 to 4096 characters: letters, digits and - . _ ~ + /, without the word Bearer'
  test.each([
    [{ mode: 'batch' }, 'mode', 'Must be "structured" or "binary"'],
    [{ mode: '' }, 'mode', 'Must be "structured" or "binary"'],
    [{ mode: 1 }, 'mode', 'Must be "structured" or "binary"'],
    [{ handshake: 'yes' }, 'handshake', 'Must be true or false'],
    [{ handshake: 1 }, 'handshake', 'Must be true or false'],
    [{ handshake: null }, 'handshake', 'Must be true or false'],
    [{ bearer: '' }, 'bearer', TOKEN],
    [{ bearer: 'short' }, 'bearer', TOKEN],
    [{ bearer: '=abcdefgh' }, 'bearer', TOKEN],
    [{ bearer: 'abc=defgh' }, 'bearer', TOKEN],
    [{ bearer: 'Bearer abcdefgh' }, 'bearer', TOKEN],
    [{ bearer: 'abcdefgh\r\nx-evil: 1' }, 'bearer', TOKEN],
    [{ bearer: 'abcdefgh\n' }, 'bearer', TOKEN],
    [{ bearer: 'ключ-ключ' }, 'bearer', TOKEN],
    [{ bearer: 12_345_678 }, 'bearer', TOKEN],
    [{ bearer: [BEARER] }, 'bearer', TOKEN],
  ])('%j is refused by name', (changes, setting, problem) => {
    const created = cloudevents.create({ url: URL_TEXT, ...changes }, TERMS)
    expect(created).toEqual({ ok: false, error: [{ setting, problem }] })
  })

  test('a token of 6 to 4096 characters is accepted', () => {
    const isTaken = (bearer: string): boolean =>
      cloudevents.create({ url: URL_TEXT, bearer }, TERMS).ok
    expect(['abcdef', BEARER, 'a'.repeat(4096), 'a'.repeat(4097)].map(isTaken)).toEqual([
      true,
      true,
      true,
      false,
    ])
  })

  test('all wrong settings are told at once', () => {
    expect(
      cloudevents.create({ url: '', mode: 'x', bearer: 'x', handshake: 'x' }, TERMS),
    ).toMatchObject({
      ok: false,
      error: [
        { setting: 'url' },
        { setting: 'mode' },
        { setting: 'bearer' },
        { setting: 'handshake' },
      ],
    })
  })
})

/** Deliveries whose texts of the CRM are as strange as they can be. */
function someDeliveries(): fc.Arbitrary<Delivery> {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('"', '\\', '%', '%zz', '\r\nx-evil: 1', '\u0000', '\uD800', '\u2028', '{{x}}'),
  )
  return fc
    .record({ label: text, before: text, after: text, userName: text })
    .map(({ label, before, after, userName }) =>
      aDelivery({
        enrichment: anEnrichment({
          field: { label },
          changes: [{ attribute: 'EDIT_FORM_LABEL.en', before, after }],
          userName,
        }),
      }),
    )
}

/** Throws on an event that breaks the specification; `toEvent` alone does not check. */
function readStrictly({ headers, body }: OutgoingRequest): CloudEvent<unknown> {
  const event = HTTP.toEvent({ headers: { ...headers }, body })
  if (Array.isArray(event)) throw new Error('Expected one event, not a batch')
  return new CloudEvent(event)
}

function prepare(
  settings: Readonly<Record<string, unknown>>,
  delivery: Delivery = aDelivery(),
): Promise<OutgoingRequest> {
  const parcel = { deliveries: [delivery], dashboard: null } as const
  return open(settings).prepare(parcel, { now: RECEIVED_AT, memory: NO_MEMORY })
}

function open(settings: Readonly<Record<string, unknown>> = {}) {
  const created = cloudevents.create({ url: URL_TEXT, ...settings }, TERMS)
  if (!created.ok) throw new Error(JSON.stringify(created.error))
  return created.value
}
