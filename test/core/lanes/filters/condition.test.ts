import { describe, expect, it } from 'vitest'
import {
  isMet,
  MAX_CONDITION_LENGTH,
  parseCondition,
} from '../../../../src/core/lanes/filters/condition.ts'
import type { Json } from '../../../../src/core/log/event.ts'
import { anEvent } from '../../../support/builders/a-delivery.ts'

const VALUE = 'a value; one of several words stands in quotes'
const OPERATOR = '=, !=, in or exists'
const PATH = 'subject.kind, subject.id, or data with keys behind dots'
const END = 'the end; what must hold as well is a condition of its own'

describe('parseCondition()', () => {
  it.each([
    ['subject.id = 27', ['subject', 'id'], '=', ['27']],
    ['subject.kind != deal', ['subject', 'kind'], '!=', ['deal']],
    ['data.FIELDS.CATEGORY_ID=9', ['data', 'FIELDS', 'CATEGORY_ID'], '=', ['9']],
    ['  data.FIELDS.ID  in(1,2 , "3 4")  ', ['data', 'FIELDS', 'ID'], 'in', ['1', '2', '3 4']],
    ['data.FIELDS exists', ['data', 'FIELDS'], 'exists', []],
    ['data = 107', ['data'], '=', ['107']],
    ['data.0.id = a', ['data', '0', 'id'], '=', ['a']],
    ['data."a.b c".\'d"e\' = ""', ['data', 'a.b c', 'd"e'], '=', ['']],
    ['data.price = -3.50', ['data', 'price'], '=', ['-3.50']],
    ['data.at != 2026-11-30T12:00:00+03:00', ['data', 'at'], '!=', ['2026-11-30T12:00:00+03:00']],
    ['data.стадия = "Новая сделка"', ['data', 'стадия'], '=', ['Новая сделка']],
    ['data.in in (in, exists)', ['data', 'in'], 'in', ['in', 'exists']],
  ])('takes %s', (text, path, operator, values) => {
    expect(parseCondition(text)).toEqual({ ok: true, value: { path, operator, values } })
  })

  it.each([
    ['', 1, PATH],
    ['FIELDS.ID = 1', 1, PATH],
    ['subject = 1', 1, PATH],
    ['subject.title = x', 1, PATH],
    ['database.ID = 1', 1, PATH],
    ['data..ID = 1', 6, PATH],
    ['data. = 1', 7, PATH],
    ['data.FIELDS ID = 1', 13, OPERATOR],
    ['data.ID', 8, OPERATOR],
    ['data.ID == 1', 10, VALUE],
    ['data.ID > 1', 9, OPERATOR],
    ['data.ID inside (1)', 9, OPERATOR],
    ['data.ID existsnot', 9, OPERATOR],
    ['data.ID =', 10, VALUE],
    ['data.ID = "open', 11, VALUE],
    ['data.ID = 1 2', 13, END],
    ['data.ID = 1 and data.X = 2', 13, END],
    ['data.ID exists 1', 16, END],
    ['data.ID in', 11, 'a list of values in parentheses'],
    ['data.ID in 1', 12, 'a list of values in parentheses'],
    ['data.ID in ()', 13, VALUE],
    ['data.ID in (1,)', 15, VALUE],
    ['data.ID in (1 2)', 15, '"," or ")"'],
    ['data.ID in (1', 14, '"," or ")"'],
  ])('refuses %j at character %i', (text, position, wanted) => {
    expect(parseCondition(text)).toEqual({ ok: false, error: { position, wanted } })
  })

  it('takes 200 characters, and no more', () => {
    const longest = 'data.ID = '.padEnd(MAX_CONDITION_LENGTH, '1')
    expect(parseCondition(longest).ok).toBe(true)
    expect(parseCondition(`${longest}1`)).toEqual({
      ok: false,
      error: { position: 201, wanted: 'the end, since a condition has at most 200 characters' },
    })
  })
})

function met(text: string, data: Json, name = 'ONCRMDEALUPDATE'): boolean {
  const parsed = parseCondition(text)
  if (!parsed.ok) throw new Error(parsed.error.wanted)
  return isMet(parsed.value, anEvent({ name, data, field: null }))
}

describe('isMet()', () => {
  const DEAL = { FIELDS: { ID: '27', STAGE_ID: 'C9:NEW', CATEGORY_ID: 9, EMPTY: '', OPEN: true } }

  it.each([
    ['data.FIELDS.ID = 27', true],
    ['data.FIELDS.ID = 27.0', false],
    ['data.FIELDS.ID != 27', false],
    ['data.FIELDS.ID in (26, 27)', true],
    ['data.FIELDS.ID in (26, 28)', false],
    ['data.FIELDS.CATEGORY_ID = 9', true],
    ['data.FIELDS.CATEGORY_ID != 8', true],
    ['data.FIELDS.STAGE_ID = C9:NEW', true],
    ['data.FIELDS.STAGE_ID = c9:new', false],
    ['data.FIELDS.OPEN = true', true],
    ['data.FIELDS.EMPTY = ""', true],
    ['data.FIELDS.EMPTY exists', true],
    ['data.FIELDS exists', true],
    ['data.FIELDS = 27', false],
    ['data.FIELDS != 27', true],
    ['subject.id = 27', true],
    ['subject.id = 28', false],
    ['subject.kind = deal', true],
    ['subject.kind in (lead, contact)', false],
  ])('of a deal: %s is %s', (text, expected) => {
    expect(met(text, DEAL)).toBe(expected)
  })

  it.each([
    ['data.FIELDS.NONE', DEAL],
    ['data.FIELDS.id', DEAL],
    ['data.FIELDS.ID.deeper', DEAL],
    ['data.FIELDS.toString', DEAL],
    ['data.__proto__', DEAL],
    ['data.list.length', { list: ['a'] }],
    ['data.list.1', { list: ['a'] }],
    ['data.nothing', { nothing: null }],
    ['data', null],
    ['subject.id', {}],
  ])('%s leads to nothing: only != is met', (path, data) => {
    expect([
      met(`${path} = null`, data),
      met(`${path} in (null, "")`, data),
      met(`${path} exists`, data),
      met(`${path} != null`, data),
    ]).toEqual([false, false, false, true])
  })

  it('counts the members of a list, and takes a value that is all of the data', () => {
    expect(met('data.list.1 = b', { list: ['a', 'b'] })).toBe(true)
    expect(met('data = 107', '107')).toBe(true)
  })

  it('knows no subject of an event of an unknown topic', () => {
    expect(met('subject.kind exists', { ID: '7' }, 'ONSOMETHINGNEW')).toBe(false)
    expect(met('data.ID = 7', { ID: '7' }, 'ONSOMETHINGNEW')).toBe(true)
  })
})
