import { describe, expect, it } from 'vitest'
import { References, isTable, isValueName } from '../../../src/destinations/settings/references.ts'

const SECRETS: Readonly<Record<string, string>> = { URL: 'https://one/', KEY_2: 'k', EMPTY: '' }

function references(): References {
  return new References((name) => SECRETS[name])
}

describe('References', () => {
  it.each([
    ['text'],
    [''],
    ['not $URL'],
    [5],
    [true],
    [null],
    [undefined],
    [['a', 1]],
    [{ a: { b: 'c' } }],
  ])('leaves %j as it is', (value) => {
    const filled = references()
    expect(filled.fill('url', value)).toEqual(value)
    expect(filled.problems).toEqual([])
  })

  it('fills in secrets, also inside lists and tables', () => {
    const filled = references()
    const value = { 'x-a': '$URL', 'x-b': ['$KEY_2', 'plain'], 'x-c': { d: '$KEY_2' } }
    expect(filled.fill('headers', value)).toEqual({
      'x-a': 'https://one/',
      'x-b': ['k', 'plain'],
      'x-c': { d: 'k' },
    })
    expect(filled.problems).toEqual([])
    expect(filled.portalValues).toEqual([])
  })

  it.each([
    ['$GONE', 'Must be available: the secret GONE is not set'],
    ['$EMPTY', 'Must be available: the secret EMPTY is not set'],
    ['$', 'Must refer to a secret as $NAME'],
    ['$url', 'Must refer to a secret as $NAME'],
    ['$URL ', 'Must refer to a secret as $NAME'],
    ['$toString', 'Must refer to a secret as $NAME'],
    ['$portal', 'Must refer to a secret as $NAME'],
    ['$PORTAL.URL', 'Must refer to a secret as $NAME'],
  ])('says of %j: %s', (value, problem) => {
    const filled = references()
    expect(filled.fill('url', value)).toBe('')
    expect(filled.problems).toEqual([{ setting: 'url', problem }])
  })

  it('names the place inside a table where a secret is missing', () => {
    const filled = references()
    filled.fill('headers', { 'x-a': '$GONE', 'x-b': { c: ['$EMPTY'] } })
    expect(filled.problems.map(({ setting }) => setting)).toEqual(['headers.x-a', 'headers.x-b.c'])
  })

  it.each(['url', 'token', 'chat', 'secret', 'bearer'])(
    "lets the portal's own value stand in %s",
    (key) => {
      const filled = references()
      expect(filled.fill(key, '$portal.MY_VALUE')).toBe('$portal.MY_VALUE')
      expect(filled.problems).toEqual([])
      expect(filled.portalValues).toEqual(['MY_VALUE'])
      expect([...filled.portalSettings]).toEqual([key])
    },
  )

  it('notes every value of a list, and the setting once', () => {
    const filled = references()
    const list = ['$portal.NEW', '$KEY_2', '$portal.OLD']
    expect(filled.fill('secret', list)).toEqual(['$portal.NEW', 'k', '$portal.OLD'])
    expect(filled.portalValues).toEqual(['NEW', 'OLD'])
    expect([...filled.portalSettings]).toEqual(['secret'])
  })

  it.each(['mode', 'signature', 'thread', 'handshake', 'allowPrivate', 'Url', 'urls'])(
    "refuses the portal's own value in %s",
    (key) => {
      const filled = references()
      filled.fill(key, '$portal.MY_VALUE')
      expect(filled.problems).toEqual([
        {
          setting: key,
          problem: "Must not refer to a portal's value: only url, token, chat, secret, bearer may",
        },
      ])
      expect(filled.portalValues).toEqual([])
      expect(filled.portalSettings.size).toBe(0)
    },
  )

  it("refuses the portal's own value inside a table, whatever its key", () => {
    const filled = references()
    filled.fill('headers', { url: '$portal.MY_VALUE' })
    expect(filled.problems.map(({ setting }) => setting)).toEqual(['headers.url'])
    expect(filled.portalValues).toEqual([])
  })

  it.each(['$portal.', '$portal.url', '$portal.A.B', '$portal.A '])(
    "refuses %j as a portal's own value",
    (reference) => {
      const filled = references()
      filled.fill('url', reference)
      expect(filled.problems).toEqual([
        { setting: 'url', problem: 'Must name a value as $portal.NAME' },
      ])
      expect(filled.portalValues).toEqual([])
    },
  )
})

describe('isValueName()', () => {
  it.each([
    ['A', true],
    ['SLACK_URL_2', true],
    [`A${'B'.repeat(63)}`, true],
    [`A${'B'.repeat(64)}`, false],
    ['', false],
    ['a', false],
    ['2A', false],
    ['_A', false],
    ['A-B', false],
    ['A\n', false],
  ])('%j is %j', (name, isName) => {
    expect(isValueName(name)).toBe(isName)
  })
})

describe('isTable()', () => {
  it.each([
    [{}, true],
    [{ a: 1 }, true],
    [[], false],
    [null, false],
    [undefined, false],
    ['{}', false],
  ])('%j is %j', (value, isOne) => {
    expect(isTable(value)).toBe(isOne)
  })
})

it('a secret that was put in the place of a key is not shown', () => {
  const references = new References(() => undefined)
  references.fill('headers', { 'Bearer s3cr3t value': '$MISSING', 'x-key': '$MISSING' })
  expect(references.problems.map(({ setting }) => setting)).toEqual(['headers', 'headers.x-key'])
})
