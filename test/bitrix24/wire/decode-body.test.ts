import { describe, expect, it, vi } from 'vitest'
import { decodeBody, LIGHT_BODY } from '../../../src/bitrix24/wire/decode-body.ts'
import { SecretSearch } from '../../../src/bitrix24/wire/tokens-in-text.ts'
import { APPLICATION_TOKEN, MEMBER_ID } from '../../support/identity.ts'

const START = `event=ONCRMDEALUPDATE&ts=1790000000&auth[member_id]=${MEMBER_ID}&auth[application_token]=${APPLICATION_TOKEN}&data[FIELDS][ID]=7`

function rows(count: number): string {
  return Array.from({ length: count }, (_, index) => `&data[ROWS][${index}]=${index}`).join('')
}

function decodeForm(body: string) {
  return decodeBody(body, { isForm: true, query: {} })
}

function eventOf(result: ReturnType<typeof decodeBody>) {
  if (!result.ok || result.value.kind !== 'event') throw new Error('No event was decoded')
  return result.value
}

describe('decodeBody()', () => {
  it('reads a body within the limits for everybody', () => {
    const request = eventOf(decodeForm(START))
    expect(request.isCostly).toBe(false)
    expect(request.decode()).toMatchObject({ quarantined: null, data: { FIELDS: { ID: '7' } } })
  })

  it('says of an event longer than 8 KiB that it is too costly for a stranger', () => {
    const longest = START.padEnd(LIGHT_BODY, 'x')
    expect(eventOf(decodeForm(longest)).isCostly).toBe(false)
    expect(eventOf(decodeForm(`${longest}x`)).isCostly).toBe(true)
    const json = {
      event: 'E',
      auth: { member_id: MEMBER_ID, application_token: APPLICATION_TOKEN },
    }
    const body = JSON.stringify({ ...json, data: 'x'.repeat(LIGHT_BODY) })
    expect(eventOf(decodeBody(body, { isForm: false, query: {} })).isCostly).toBe(true)
  })

  it('searches no text for tokens before the event is asked for', () => {
    const { decode, ...request } = eventOf(
      decodeForm(`${START}&data[note]=see+${APPLICATION_TOKEN}`),
    )
    const search = vi.spyOn(SecretSearch.prototype, 'finds')
    expect(request).toEqual({
      kind: 'event',
      memberId: MEMBER_ID,
      applicationToken: APPLICATION_TOKEN,
      isCostly: false,
    })
    decodeForm(`${START}&data[note]=see+${APPLICATION_TOKEN}${rows(1500)}`)
    expect(search).not.toHaveBeenCalled()
    expect(decode().data).toMatchObject({ note: '[removed]' })
    expect(search).toHaveBeenCalled()
    search.mockRestore()
  })

  it.each([
    ['1,500 parameters', rows(1500)],
    ['12 levels', `&data[a]${'[b]'.repeat(10)}=1`],
  ])('reads %s as a whole, for a known caller', (_, more) => {
    const request = eventOf(decodeForm(START + more))
    expect(request.isCostly).toBe(true)
    const event = request.decode()
    expect(event).toMatchObject({ quarantined: null, data: { FIELDS: { ID: '7' } } })
    expect(event).not.toHaveProperty('bodyLength')
    expect(JSON.stringify(event.data).length).toBeGreaterThan(30)
  })

  it('carries each of 5,000 parameters for a known caller', () => {
    const { data } = eventOf(decodeForm(START + rows(5000))).decode()
    expect(Object(data).ROWS).toHaveLength(5000)
  })

  it.each([
    ['10,500 parameters', rows(10_500), 'too_many_parameters'],
    ['65 levels', `&data${'[b]'.repeat(64)}=1`, 'too_deep'],
  ])('keeps an outline of %s', (_, more, quarantined) => {
    const body = START + more
    expect(eventOf(decodeForm(body)).decode()).toMatchObject({
      name: 'ONCRMDEALUPDATE',
      ts: 1790000000,
      data: { FIELDS: { ID: '7' } },
      field: null,
      quarantined,
      bodyLength: body.length,
    })
  })

  it.each([1500, 10_500])('keeps no token of a body with %i parameters', (count) => {
    const body = `${START}&data[note]=see+${APPLICATION_TOKEN}&data[a][access_token]=secret-of-somebody${rows(count)}`
    const stored = JSON.stringify(eventOf(decodeForm(body)).decode())
    expect(stored).not.toContain(APPLICATION_TOKEN)
    expect(stored).not.toContain('secret-of-somebody')
  })

  it('quarantines a JSON body with a number that no double holds', () => {
    const auth = `{"member_id":"${MEMBER_ID}","application_token":"${APPLICATION_TOKEN}"}`
    const body = `{"event":"ONCRMDEALUPDATE","data":{"n":1e999},"auth":${auth}}`
    const event = eventOf(decodeBody(body, { isForm: false, query: {} })).decode()
    expect(event).toMatchObject({ quarantined: 'number_out_of_range', data: null })
  })

  it.each([
    ['names no sender', `event=ONCRMDEALUPDATE${rows(1500)}`, true, 'invalid_auth'],
    ['is no JSON', '{"event":', false, 'malformed'],
    ['is a long JSON list', `[${'1,'.repeat(1500)}1]`, false, 'malformed'],
  ])('refuses a body that %s', (_, body, isForm, error) => {
    expect(decodeBody(body, { isForm, query: {} })).toEqual({ ok: false, error })
  })
})
