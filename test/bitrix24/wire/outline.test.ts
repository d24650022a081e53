import { describe, expect, it } from 'vitest'
import { readFormOutline, readJsonOutline } from '../../../src/bitrix24/wire/outline.ts'

const AUTH = 'auth%5Bmember_id%5D=m&auth[application_token]=t'

describe('readFormOutline()', () => {
  it('reads who sends what, and the first 200 shallow parameters, of any number', () => {
    const rows = Array.from({ length: 3000 }, (_, index) => `data[rows][${index}]=${index}`)
    const outline = readFormOutline(
      ['event=ONCRMDEALADD', 'data[FIELDS][ID]=7', ...rows, 'ts=5', AUTH].join('&'),
    )
    expect(outline).toMatchObject({
      event: 'ONCRMDEALADD',
      ts: '5',
      auth: { member_id: 'm', application_token: 't' },
      data: { FIELDS: { ID: '7' } },
    })
    expect(Object(outline?.['data']).rows).toHaveLength(199)
  })

  it('leaves out what is too deep', () => {
    const outline = readFormOutline(`event=E&data[1][2][3][4][5][6][7][8]=1&data[a]=2&${AUTH}`)
    expect(outline?.['data']).toEqual({ a: '2' })
  })

  it('takes the last of several values, as PHP does', () => {
    expect(readFormOutline(`event=A&event=B&${AUTH}`)?.['event']).toBe('B')
  })

  it.each([
    ['separators', '&'.repeat(262_144)],
    ['empty parameters', 'a&'.repeat(131_072)],
    ['names of brackets', `a${'[]'.repeat(131_071)}`],
    ['named parameters', 'event=x&'.repeat(32_768)],
  ])('reads a full body of %s', (_, body) => {
    expect(readFormOutline(body)).not.toBeNull()
  })
})

describe('readJsonOutline()', () => {
  it('reads the members that say what the body is, whatever stands beside them', () => {
    const deep = `${'['.repeat(99)}"}]:,{"${']'.repeat(99)}`
    const body = `{"data":${deep},"event":"ONCRMDEALADD","n":1e999,"auth":{"member_id":"m"},"ts": 5 }`
    expect(readJsonOutline(body)).toEqual({
      event: 'ONCRMDEALADD',
      auth: { member_id: 'm' },
      ts: 5,
    })
  })

  it('leaves out a member that is too deep itself', () => {
    expect(readJsonOutline(`{"auth":${'['.repeat(9)}${']'.repeat(9)},"event":"E"}`)).toEqual({
      event: 'E',
    })
  })

  it.each(['['.repeat(100_000), '{"a":'.repeat(50_000), '[{"event":1}]', '"', '{"event"', ''])(
    'reads nothing out of a text that is no object',
    (body) => {
      expect(readJsonOutline(body)).toBeNull()
    },
  )
})
