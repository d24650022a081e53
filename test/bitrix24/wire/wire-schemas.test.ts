import type * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import {
  AddressSchema,
  ApplicationTokenSchema,
  HandlerIdSchema,
  IdSchema,
  LanguageSchema,
  MAX_UNIX_SECONDS,
  MemberIdSchema,
  parseOrNull,
  ScopeSchema,
  StatusSchema,
  TokenSchema,
  UnixSecondsSchema,
} from '../../../src/bitrix24/wire/wire-schemas.ts'

const HEX = 'A223C6B3710f85df22e9377d6c4f7553'

describe('parseOrNull()', () => {
  it.each([
    ['an id as a number', IdSchema, 235, 235],
    ['an id as digits', IdSchema, '235', 235],
    ['the first second', UnixSecondsSchema, '0', 0],
    ['the last second', UnixSecondsSchema, MAX_UNIX_SECONDS, MAX_UNIX_SECONDS],
    ['a token of 1,000 characters', TokenSchema, 'a'.repeat(1000), 'a'.repeat(1000)],
    ['an application token of 8 characters', ApplicationTokenSchema, 'a'.repeat(8), 'a'.repeat(8)],
    ['one of 128 characters', ApplicationTokenSchema, 'a'.repeat(128), 'a'.repeat(128)],
    ['a member id, in lower case', MemberIdSchema, HEX, HEX.toLowerCase()],
    ['an address', AddressSchema, 'https://müller.de/rest/', 'https://müller.de/rest/'],
    ['scopes', ScopeSchema, 'crm,user_brief', 'crm,user_brief'],
    ['a status', StatusSchema, 'L', 'L'],
    ['a language, in lower case', LanguageSchema, 'DE', 'de'],
    ['a handler id', HandlerIdSchema, '7x', '7x'],
    ['a handler id as a number', HandlerIdSchema, 7, '7'],
    ['a handler id of 40 characters', HandlerIdSchema, '9'.repeat(40), '9'.repeat(40)],
    ['an address of 255 characters', AddressSchema, 'a'.repeat(255), 'a'.repeat(255)],
    ['the last second in digits', UnixSecondsSchema, '4102444800', MAX_UNIX_SECONDS],
  ])('reads %s', (_name, schema, sent, expected) => {
    expect(parseOrNull(schema, sent)).toBe(expected)
  })

  const refused: readonly (readonly [string, v.GenericSchema, readonly unknown[]])[] = [
    ['an id', IdSchema, [0, '0', '07', '+7', -235, 7.5, '2e3', '235\n', '٢٣٥', 'admin', [7]]],
    ['an id', IdSchema, ['9007199254740992', '9999999999999999']],
    ['a time', UnixSecondsSchema, ['', 'soon', '-1', -1, '1e9', ' 1', 1.5, '1790000000.5']],
    ['a time', UnixSecondsSchema, [MAX_UNIX_SECONDS + 1, '4102444801', true, [5], { a: 1 }]],
    ['a token', TokenSchema, ['', 'two words', 'line\nbreak', 'tab\t', 'é', 5, ['access']]],
    ['a token', TokenSchema, ['a'.repeat(1001)]],
    ['an application token', ApplicationTokenSchema, ['', 'a'.repeat(7), 'a'.repeat(129)]],
    ['an application token', ApplicationTokenSchema, ['ä'.repeat(32), 12345678, ['a'.repeat(32)]]],
    ['an application token', ApplicationTokenSchema, ['with space', 'line\nbreak']],
    ['a member id', MemberIdSchema, ['', HEX.slice(1), `${HEX}0`, `${HEX}\n`, [HEX], 5]],
    ['a member id', MemberIdSchema, [`g${HEX.slice(1)}`, 'g'.repeat(32)]],
    ['an address', AddressSchema, ['', 'a b.de', 'a\u200b.de', 'a'.repeat(256), 5, { host: 'x' }]],
    ['scopes', ScopeSchema, ['', 'crm\nuser', ['crm']]],
    ['a status', StatusSchema, ['', 'LF', 'l']],
    ['a language', LanguageSchema, ['deu', '<b', ['en']]],
    ['a handler id', HandlerIdSchema, ['', 'a'.repeat(41), '6 61', '6\u200b61', 7.5, ['661']]],
    ['an address', AddressSchema, [null, undefined]],
  ]

  it.each(
    refused.flatMap(([what, schema, values]) =>
      values.map((sent) => [sent, what, schema] as const),
    ),
  )('takes %j as absent, which is not %s', (sent, _what, schema) => {
    expect(parseOrNull(schema, sent)).toBeNull()
  })
})
