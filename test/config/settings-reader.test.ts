import { describe, expect, it } from 'vitest'
import * as v from 'valibot'
import { noList, SettingsReader } from '../../src/config/settings-reader.ts'

const ENV = {
  TEXT: ' text ',
  EMPTY: ' ',
  NUMBER: 7,
  NOTHING: null,
  TABLE: { a: 1 },
  JSON: ' {"a": 1} ',
  BROKEN: '{"canary"',
}

describe('SettingsReader', () => {
  it('reads a value as it is, and takes an empty one for none', () => {
    const reader = new SettingsReader(ENV)
    const names = ['TEXT', 'EMPTY', 'NUMBER', 'NOTHING', 'TABLE', 'ABSENT']
    expect(names.map((name) => reader.raw(name))).toEqual([
      'text',
      undefined,
      7,
      undefined,
      { a: 1 },
      undefined,
    ])
  })

  it('reads a text, and reports anything else', () => {
    const reader = new SettingsReader(ENV)
    expect(['TEXT', 'EMPTY', 'NUMBER'].map((name) => reader.text(name))).toEqual([
      'text',
      undefined,
      undefined,
    ])
    expect(reader.problems).toEqual([{ setting: 'NUMBER', problem: 'Must be a text' }])
  })

  it('reads a secret, and takes no table for one', () => {
    const reader = new SettingsReader(ENV)
    expect(['TEXT', 'TABLE'].map((name) => reader.secret(name))).toEqual(['text', undefined])
    expect(reader.problems).toEqual([])
  })

  it.each([
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
    [undefined, false],
  ])('reads the flag %j as %j', (value, flag) => {
    const reader = new SettingsReader({ FLAG: value })
    expect(reader.flag('FLAG')).toBe(flag)
    expect(reader.problems).toEqual([])
  })

  it.each(['yes', 1])('reports the flag %j, and takes it for false', (value) => {
    const reader = new SettingsReader({ FLAG: value })
    expect(reader.flag('FLAG')).toBe(false)
    expect(reader.problems).toEqual([{ setting: 'FLAG', problem: 'Must be "true" or "false"' }])
  })

  const schema = v.object({ a: v.number('Must have a number') }, 'Must be an object with a')

  it.each(['TABLE', 'JSON'])('parses %s, a table or its JSON', (name) => {
    expect(new SettingsReader(ENV).parse(name, schema)).toEqual({ a: 1 })
  })

  it.each([
    ['BROKEN', 'Must be an object with a (the text is not JSON)'],
    ['NUMBER', 'Must be an object with a'],
  ])('reports %s by the form that is wanted', (setting, problem) => {
    const reader = new SettingsReader(ENV)
    expect(reader.parse(setting, schema)).toBeUndefined()
    expect(reader.problems).toEqual([{ setting, problem }])
  })

  it('parses nothing where nothing is set, and reports nothing', () => {
    const reader = new SettingsReader(ENV)
    expect([reader.parse('ABSENT', schema), reader.parse('EMPTY', schema)]).toEqual([
      undefined,
      undefined,
    ])
    expect(reader.problems).toEqual([])
  })
})

describe('noList()', () => {
  it('refuses a list, which a record alone would take', () => {
    const record = v.record(v.string(), v.string())
    expect([v.is(record, ['a']), v.is(v.pipe(noList('form'), record), ['a'])]).toEqual([
      true,
      false,
    ])
    expect(v.is(v.pipe(noList('form'), record), { a: 'b' })).toBe(true)
  })
})
