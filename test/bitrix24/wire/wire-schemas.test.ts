import { describe, expect, it } from 'vitest'
import {
  AddressSchema,
  ApplicationTokenSchema,
  HandlerIdSchema,
  IdSchema,
  LanguageSchema,
  MAX_UNIX_SECONDS,
  MemberIdSchema,
  readOrNull,
  ScopeSchema,
  StatusSchema,
  TokenSchema,
  UnixSecondsSchema,
} from '../../../src/bitrix24/wire/wire-schemas.ts'

const HEX = 'A223C6B3710f85df22e9377d6c4f7553'

describe('readOrNull()', () => {
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
  ])('reads %s', (_name, schema, sent, expected) => {
    expect(readOrNull(schema, sent)).toBe(expected)
  })

  it.each([
    ['the id 0', IdSchema, 0],
    ['an id with a leading zero', IdSchema, '07'],
    ['an id with a sign', IdSchema, '+7'],
    ['an id with a fraction', IdSchema, 7.5],
    ['an id beyond safe integers', IdSchema, '9999999999999999'],
    ['an id in a list', IdSchema, [7]],
    ['a negative time', UnixSecondsSchema, -1],
    ['a time after the year 2099', UnixSecondsSchema, MAX_UNIX_SECONDS + 1],
    ['an empty token', TokenSchema, ''],
    ['a token with a space', TokenSchema, 'a b'],
    ['a token of 1,001 characters', TokenSchema, 'a'.repeat(1001)],
    ['an application token of 7 characters', ApplicationTokenSchema, 'a'.repeat(7)],
    ['one of 129 characters', ApplicationTokenSchema, 'a'.repeat(129)],
    ['one with a letter outside of ASCII', ApplicationTokenSchema, 'ä'.repeat(32)],
    ['a member id of 31 digits', MemberIdSchema, HEX.slice(1)],
    ['a member id with another letter', MemberIdSchema, `g${HEX.slice(1)}`],
    ['an address with a space', AddressSchema, 'a b.de'],
    ['an address with an invisible character', AddressSchema, 'a\u200b.de'],
    ['an address of 256 characters', AddressSchema, 'a'.repeat(256)],
    ['scopes with a line break', ScopeSchema, 'crm\nuser'],
    ['a status of two letters', StatusSchema, 'LF'],
    ['a status in lower case', StatusSchema, 'l'],
    ['a language of three letters', LanguageSchema, 'deu'],
    ['a handler id of 41 characters', HandlerIdSchema, 'a'.repeat(41)],
    ['a handler id with a fraction', HandlerIdSchema, 7.5],
    ['null', AddressSchema, null],
    ['nothing', AddressSchema, undefined],
  ])('takes %s for absent', (_name, schema, sent) => {
    expect(readOrNull(schema, sent)).toBeNull()
  })
})
