import { describe, expect, it } from 'vitest'
import { decodeRequest as decodeSender } from '../../../src/bitrix24/wire/decode-request.ts'
import { parseForm } from '../../../src/bitrix24/wire/form.ts'
import { parseJson } from '../../../src/bitrix24/wire/json.ts'
import { deliveryType, displayName } from '../../../src/core/events/event-names.ts'
import { BITRIX24_BODIES, bitrix24Body } from '../../support/builders/bitrix24-bodies.ts'
import {
  aFieldEventRequest,
  EVENTS,
  LIFECYCLE,
  PAGES,
  REFUSED,
  TAX,
} from '../../support/builders/bitrix24-expectations.ts'
import { documentationSample } from '../../support/builders/documentation-sample.ts'
import { withEvent } from '../../support/builders/with-event.ts'

const decodeRequest = (...terms: Parameters<typeof decodeSender>) =>
  withEvent(decodeSender(...terms))

const UPDATE = 'ONCRMREQUISITEUSERFIELDUPDATE'

function decodeForm(body: string, query: Record<string, string> = {}): unknown {
  const parsed = parseForm(body)
  return parsed.ok ? decodeRequest(parsed.value, query) : parsed
}

describe('decodeRequest() on the replayable bodies', () => {
  it('has an expectation for every fixture, and a fixture for every expectation', () => {
    const expected = [
      ...[EVENTS, LIFECYCLE, PAGES, REFUSED].flatMap((group) => Object.keys(group)),
      ...Object.values(PAGES).map(({ query }) => query),
      // A page of the documentation, which holds a sample of a body.
      'documentation-page',
    ]
    expect([...BITRIX24_BODIES.keys()].toSorted()).toEqual(expected.toSorted())
  })

  it.each(Object.entries({ ...EVENTS, ...LIFECYCLE }))('reads %s', (name, request) => {
    expect(decodeForm(bitrix24Body(name))).toEqual({ ok: true, value: request })
  })

  it.each(Object.entries(PAGES))('reads %s with its query', (name, { query, request }) => {
    const parameters = Object.fromEntries(new URLSearchParams(bitrix24Body(query)))
    expect(decodeForm(bitrix24Body(name), parameters)).toEqual({ ok: true, value: request })
    expect(decodeForm(bitrix24Body(query))).toEqual({ ok: false, error: 'invalid_auth' })
  })

  it.each(Object.entries(REFUSED))('refuses %s as %s', (name, error) => {
    expect(decodeForm(bitrix24Body(name))).toEqual({ ok: false, error })
  })

  it('keeps no token of any body in its event', () => {
    const kept = Object.keys(EVENTS).filter((name) => {
      const body = bitrix24Body(name)
      const result = decodeForm(body)
      const tokens = [...new URLSearchParams(body)].filter(([key]) => key.endsWith('_token]'))
      expect(tokens.length).toBeGreaterThan(0)
      const stored = JSON.stringify(Object(result).value.event)
      return tokens.some(([, token]) => stored.includes(token))
    })
    expect(kept).toEqual([])
  })
})

describe("decodeRequest() on the documentation page's sample", () => {
  const sample = documentationSample()
  const expected = aFieldEventRequest(
    {
      name: UPDATE,
      ts: 1466439714,
      handlerId: null,
      userId: null,
      // The page shows an integer. A form carries it as text.
      data: { FIELDS: { ID: 235, ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: 'NEWTECH_v1_STRING' } },
    },
    { ...TAX, fieldName: 'NEWTECH_v1_STRING' },
  )

  it('accepts it as JSON', () => {
    const parsed = parseJson(sample)
    expect(parsed.ok && decodeRequest(parsed.value)).toEqual({ ok: true, value: expected })
  })

  it('accepts it as a form, with the same meaning', () => {
    const form = decodeForm(bitrix24Body('doc-onCrmRequisiteUserFieldUpdate-verbatim'))
    expect(form).toEqual({ ok: true, value: EVENTS['doc-onCrmRequisiteUserFieldUpdate-verbatim'] })
    expect(form).toMatchObject({
      ok: true,
      value: { event: { field: Object(expected).event.field } },
    })
  })

  it('names it as the page does', () => {
    expect(displayName(UPDATE)).toBe(JSON.parse(sample).event)
    expect(deliveryType(UPDATE)).toBe('bitrix24.crm.requisite_user_field.updated')
  })
})
