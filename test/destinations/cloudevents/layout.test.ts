/**
 * Exact CloudEvents, and every event read by the SDK of the CloudEvents project and by the simulated receiver's
 * own checker.
 */
import { CloudEvent, HTTP } from 'cloudevents'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCloudEvent, readCloudEvents } from '../../../playground/receivers/cloud-event.ts'
import {
  layOutCloudEvents,
  type CloudEventsMode,
} from '../../../src/destinations/cloudevents/layout.ts'
import { buildEventBody } from '../../../src/destinations/event-body.ts'
import type { Delivery, OutgoingRequest, Parcel } from '../../../src/destinations/receiver.ts'
import { aDelivery, anEnrichment, anEvent, aUserField } from '../../support/builders/a-delivery.ts'
import { aParcel } from '../../support/messages/opened-receiver.ts'
import { sampled } from '../../support/sampling.ts'
import { MEMBER_ID } from '../../support/identity.ts'

const URL_TEXT = 'https://broker.example.com/channels/crm?key=kq7Zt0eVb3'
const MODES = ['structured', 'binary'] as const

describe('cloudevents requests', () => {
  const ENRICHED = aDelivery({ enrichment: anEnrichment() })
  const DATA = JSON.stringify(buildEventBody(ENRICHED).data)

  test('a structured event is whole in the body', async () => {
    expect(layOut('structured', ENRICHED)).toEqual({
      url: URL_TEXT,
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'user-agent': 'bitrix24-event-relay',
      },
      body:
        `{"specversion":"1.0","id":"${MEMBER_ID}-42",` +
        `"source":"https://acme.bitrix24.com/${MEMBER_ID}",` +
        '"type":"bitrix24.crm.requisite_user_field.updated","time":"2026-09-21T14:13:20Z",' +
        '"subject":"CRM_REQUISITE/UF_CRM_TAX","sequence":"0000000000000042",' +
        `"datacontenttype":"application/json","data":${DATA}}`,
    })
  })

  test('a binary event has its attributes in headers and its data in the body', async () => {
    expect(layOut('binary', ENRICHED)).toEqual({
      url: URL_TEXT,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'bitrix24-event-relay',
        'ce-specversion': '1.0',
        'ce-id': `${MEMBER_ID}-42`,
        'ce-source': `https://acme.bitrix24.com/${MEMBER_ID}`,
        'ce-type': 'bitrix24.crm.requisite_user_field.updated',
        'ce-time': '2026-09-21T14:13:20Z',
        'ce-subject': 'CRM_REQUISITE/UF_CRM_TAX',
        'ce-sequence': '0000000000000042',
      },
      body: DATA,
    })
  })

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
    const { body } = layOut('structured', aDelivery({ domain, memberId }))
    expect(JSON.parse(body)).toMatchObject({ source })
  })

  test('an event that is not about a field has no subject', async () => {
    const delivery = aDelivery({ event: anEvent({ name: 'ONCRMDEALADD', field: null }) })
    expect(JSON.parse(layOut('structured', delivery).body)).not.toHaveProperty('subject')
    const { headers } = layOut('binary', delivery)
    expect(headers).not.toHaveProperty('ce-subject')
  })

  test.each(MODES)('a %s test message has its own type and no sequence', async (mode) => {
    const delivery = aDelivery({ id: 'test-1', sequence: null, previousSequence: null })
    const event = readStrictly(layOut(mode, delivery))
    expect(event).toMatchObject({ type: 'relay.test', id: 'test-1' })
    expect(event).not.toHaveProperty('sequence')
  })

  test('sequences sort as texts in the order of their numbers', async () => {
    const numbers = [1, 9, 10, 99, 100, 2 ** 31, Number.MAX_SAFE_INTEGER]
    const texts = await Promise.all(
      numbers.map(async (sequence) => {
        const { headers } = layOut('binary', aDelivery({ sequence }))
        return headers['ce-sequence'] ?? ''
      }),
    )
    expect(texts.toSorted()).toEqual(texts)
    expect(texts.map(Number)).toEqual(numbers)
  })
})

describe('a batch of cloudevents', () => {
  const [one, other] = [aDelivery(), aDelivery({ id: 'm-43', sequence: 43, previousSequence: 42 })]

  test.each(MODES)('is a list of structured events, also where single ones are %s', (mode) => {
    const request = layOut(mode, [one, other])
    expect(request).toEqual({
      url: URL_TEXT,
      headers: {
        'content-type': 'application/cloudevents-batch+json; charset=utf-8',
        'user-agent': 'bitrix24-event-relay',
      },
      body: `[${layOut('structured', one).body},${layOut('structured', other).body}]`,
    })
  })

  test("is read by the project's SDK and by the simulated receiver's checker", () => {
    const { headers, body } = layOut('structured', [one, other])
    const events = HTTP.toEvent({ headers: { ...headers }, body })
    if (!Array.isArray(events)) throw new Error('Expected a batch, not one event')
    expect(events.map((event) => new CloudEvent(event).id)).toEqual([one.id, 'm-43'])
    expect(readCloudEvents({ headers, body }, ['batched'])).toMatchObject({
      ok: true,
      events: [{ mode: 'batched', id: one.id }, { id: 'm-43' }],
    })
  })
})

describe('cloudevents read by others', () => {
  test.each(MODES)("the project's SDK reads a %s event and finds it valid", async (mode) => {
    const delivery = aDelivery({ enrichment: anEnrichment() })
    const event = readStrictly(layOut(mode, delivery))
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

  test.each(MODES)(
    'any text comes back from a %s event as it went in',
    async (mode) => {
      await fc.assert(
        fc.asyncProperty(someDeliveries(), async (delivery) => {
          const request = layOut(mode, delivery)
          const { data } = buildEventBody(delivery)
          const plain: unknown = JSON.parse(JSON.stringify(data))
          expect(readStrictly(request).data).toEqual(plain)
          const reading = readCloudEvent(request, [mode])
          expect(reading).toMatchObject({ ok: true, event: { mode, id: delivery.id, data: plain } })
        }),
        { numRuns: sampled(150) },
      )
    },
    30_000,
  )

  test('any printable text comes back from the percent-encoding of a header', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !/[\p{C}]/u.test(text)),
        async (fieldName) => {
          const delivery = aDelivery({ event: anEvent({ field: aUserField({ fieldName }) }) })
          const request = layOut('binary', delivery)
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
    const delivery = aDelivery({ event: anEvent({ field: aUserField({ fieldName }) }) })
    const { headers } = layOut('binary', delivery)
    expect(headers['ce-subject']).toBe(
      "CRM_REQUISITE/a%20!%22#$%25&'()*+,-./:;<=>?@[\\]^_`{|}~%C3%A9%F0%9F%92%B6%EF%BF%BD",
    )
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

function layOut(mode: CloudEventsMode, delivery: Delivery | Parcel['deliveries']): OutgoingRequest {
  const headers = { 'user-agent': 'bitrix24-event-relay' }
  return layOutCloudEvents(aParcel(delivery), mode, { href: URL_TEXT, headers })
}
