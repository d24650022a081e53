import { describe, expect, it } from 'vitest'
import { decodeBody } from '../../../src/bitrix24/wire/decode-body.ts'

const TOKEN = '51856fefc120afa4b628cc82d3935cce'
const MEMBER_ID = 'a223c6b3710f85df22e9377d6c4f7553'
const START = `event=ONCRMDEALUPDATE&ts=1790000000&auth[member_id]=${MEMBER_ID}&auth[application_token]=${TOKEN}&data[FIELDS][ID]=7`

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
  it('reads a body within the limits at once', () => {
    const request = eventOf(decodeForm(START))
    expect(request.event).toMatchObject({ quarantined: null, data: { FIELDS: { ID: '7' } } })
    expect(request).not.toHaveProperty('decodeWhole')
  })

  it.each([
    ['1,500 parameters', rows(1500), 'too_many_parameters'],
    ['12 levels', `&data[a]${'[b]'.repeat(10)}=1`, 'too_deep'],
  ])('keeps an outline of %s, and the whole for a known caller', (_, more, quarantined) => {
    const body = START + more
    const request = eventOf(decodeForm(body))
    expect(request.event).toMatchObject({
      name: 'ONCRMDEALUPDATE',
      ts: 1790000000,
      data: { FIELDS: { ID: '7' } },
      field: null,
      quarantined,
      bodyLength: body.length,
    })
    const whole = request.decodeWhole?.()
    expect(whole).toMatchObject({ quarantined: null })
    expect(whole).not.toHaveProperty('bodyLength')
    expect(JSON.stringify(whole?.data).length).toBeGreaterThan(20)
  })

  it('carries each of 5,000 parameters for a known caller', () => {
    const whole = eventOf(decodeForm(START + rows(5000))).decodeWhole?.()
    expect(Object(whole?.data).ROWS).toHaveLength(5000)
  })

  it('keeps no token of a long body', () => {
    const body = `${START}&data[note]=see+${TOKEN}&data[a][access_token]=secret-of-somebody${rows(1500)}`
    const request = eventOf(decodeForm(body))
    for (const event of [request.event, request.decodeWhole?.()]) {
      const stored = JSON.stringify(event)
      expect(stored).not.toContain(TOKEN)
      expect(stored).not.toContain('secret-of-somebody')
    }
  })

  it('leaves what is beyond the wide limits in the quarantine', () => {
    const request = eventOf(decodeForm(`${START}&data${'[b]'.repeat(64)}=1`))
    expect(request.decodeWhole?.()).toBeNull()
  })

  it('quarantines a JSON body with a number that no double holds', () => {
    const auth = `{"member_id":"${MEMBER_ID}","application_token":"${TOKEN}"}`
    const body = `{"event":"ONCRMDEALUPDATE","data":{"n":1e999},"auth":${auth}}`
    const request = eventOf(decodeBody(body, { isForm: false, query: {} }))
    expect(request.event).toMatchObject({ quarantined: 'number_out_of_range', data: null })
    expect(request.decodeWhole?.()).toBeNull()
  })

  it.each([
    ['names no sender', `event=ONCRMDEALUPDATE${rows(1500)}`, true, 'invalid_auth'],
    ['is no JSON', '{"event":', false, 'malformed'],
    ['is a long JSON list', `[${'1,'.repeat(1500)}1]`, false, 'malformed'],
  ])('refuses a body that %s', (_, body, isForm, error) => {
    expect(decodeBody(body, { isForm, query: {} })).toEqual({ ok: false, error })
  })
})
