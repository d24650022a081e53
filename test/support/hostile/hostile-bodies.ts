/**
 * Hand-made bodies that nobody should send, for the tests of the decoder and of the route. The answer to each
 * is 200 or a 4xx, and nothing breaks. A body with the identity of the fixtures' portal would be authentic;
 * the others fail earlier.
 */
import { APPLICATION_TOKEN, MEMBER_ID } from '../identity.ts'

/** One body with the content type that it claims. */
export interface HostileBody {
  readonly name: string
  readonly contentType: string
  readonly body: string | Uint8Array
}

const FORM_TYPE = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'

const FORM_AUTH = `auth[member_id]=${MEMBER_ID}&auth[application_token]=${APPLICATION_TOKEN}`
const JSON_AUTH = `"auth":{"member_id":"${MEMBER_ID}","application_token":"${APPLICATION_TOKEN}"}`
const FIELDS =
  'data[FIELDS][ID]=235&data[FIELDS][ENTITY_ID]=CRM_REQUISITE&data[FIELDS][FIELD_NAME]=UF_CRM_TAX'
const UPDATE = 'event=ONCRMREQUISITEUSERFIELDUPDATE'

function form(name: string, body: string | Uint8Array): HostileBody {
  return { name, contentType: FORM_TYPE, body }
}

function json(name: string, body: string): HostileBody {
  return { name, contentType: JSON_TYPE, body }
}

/** An authentic form whose event name is hostile. */
function named(name: string, event: string): HostileBody {
  return form(name, `event=${encodeURIComponent(event)}&${FORM_AUTH}&${FIELDS}&ts=1790000000`)
}

/** An authentic JSON body with one more member. */
function jsonWith(name: string, member: string): HostileBody {
  return json(name, `{"event":"ONCRMDEALUPDATE",${JSON_AUTH},${member}}`)
}

function bytes(...parts: readonly (string | readonly number[])[]): Uint8Array {
  const encoder = new TextEncoder()
  return Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? [...encoder.encode(part)] : part)),
  )
}

const WRONG_SHAPES: readonly HostileBody[] = [
  form('empty form', ''),
  form('separators only', '&&&&==&&'),
  form('form without event', `${FORM_AUTH}&${FIELDS}`),
  form('empty event', `event=&${FORM_AUTH}`),
  form('event as array', `event[]=ONCRMDEALUPDATE&${FORM_AUTH}`),
  form('event as object', `event[name]=ONCRMDEALUPDATE&${FORM_AUTH}`),
  form('form without auth', `${UPDATE}&${FIELDS}`),
  form('auth as text', `${UPDATE}&auth=${APPLICATION_TOKEN}`),
  form('auth as list', `${UPDATE}&auth[]=${MEMBER_ID}&auth[]=${APPLICATION_TOKEN}`),
  form(
    'member id as array',
    `${UPDATE}&auth[member_id][]=${MEMBER_ID}&auth[application_token]=${APPLICATION_TOKEN}`,
  ),
  form(
    'member id one digit short',
    `${UPDATE}&auth[member_id]=${MEMBER_ID.slice(1)}&auth[application_token]=${APPLICATION_TOKEN}`,
  ),
  form(
    'member id with a line break',
    `${UPDATE}&auth[member_id]=${MEMBER_ID}%0A&auth[application_token]=${APPLICATION_TOKEN}`,
  ),
  form(
    'member id as a path',
    `${UPDATE}&auth[member_id]=../../install:admin&auth[application_token]=${APPLICATION_TOKEN}`,
  ),
  form('application token missing', `${UPDATE}&auth[member_id]=${MEMBER_ID}`),
  form(
    'application token as array',
    `${UPDATE}&auth[member_id]=${MEMBER_ID}&auth[application_token][]=x`,
  ),
  form(
    'application token too short',
    `${UPDATE}&auth[member_id]=${MEMBER_ID}&auth[application_token]=1234567`,
  ),
  form(
    'application token too long',
    `${UPDATE}&auth[member_id]=${MEMBER_ID}&auth[application_token]=${'a'.repeat(129)}`,
  ),
  form(
    'application token with NUL',
    `${UPDATE}&auth[member_id]=${MEMBER_ID}&auth[application_token]=${APPLICATION_TOKEN}%00`,
  ),
  form('auth overwritten by a scalar', `${UPDATE}&${FORM_AUTH}&auth=1`),
  form('JSON in a form', `{"event":"ONCRMDEALUPDATE",${JSON_AUTH}}`),
  form('install without tokens', `event=ONAPPINSTALL&${FORM_AUTH}`),
  form(
    'install with an access token of line breaks',
    `event=ONAPPINSTALL&${FORM_AUTH}&auth[access_token]=a%0D%0AX-Injected:%201`,
  ),
  form('uninstall with data as text', `event=ONAPPUNINSTALL&${FORM_AUTH}&data=1`),
  form('page without tokens', `member_id=${MEMBER_ID}&PLACEMENT=DEFAULT`),
  form('page with tokens as arrays', `member_id=${MEMBER_ID}&AUTH_ID[]=x&REFRESH_ID[]=y`),
  form(
    'page with a strange application token',
    `member_id=${MEMBER_ID}&AUTH_ID=${'a'.repeat(32)}&APPLICATION_TOKEN=a%20b%20c%20d%20e`,
  ),
]

const STRANGE_EVENTS: readonly HostileBody[] = [
  form('fields as text', `${UPDATE}&${FORM_AUTH}&data[FIELDS]=235`),
  form('fields as list', `${UPDATE}&${FORM_AUTH}&data[FIELDS][]=235`),
  form('data as text', `${UPDATE}&${FORM_AUTH}&data=235`),
  form('id zero', `${UPDATE}&${FORM_AUTH}&${FIELDS.replace('235', '0')}`),
  form('id negative', `${UPDATE}&${FORM_AUTH}&${FIELDS.replace('235', '-235')}`),
  form(
    'id beyond safe integers',
    `${UPDATE}&${FORM_AUTH}&${FIELDS.replace('235', '9007199254740993')}`,
  ),
  form('id in hexadecimal', `${UPDATE}&${FORM_AUTH}&${FIELDS.replace('235', '0xEB')}`),
  form(
    'field name with mark-up',
    `${UPDATE}&${FORM_AUTH}&${FIELDS.replace('UF_CRM_TAX', '%3C!channel%3E')}`,
  ),
  form(
    'field name overlong',
    `${UPDATE}&${FORM_AUTH}&${FIELDS.replace('UF_CRM_TAX', 'A'.repeat(101))}`,
  ),
  form('ts as text', `${UPDATE}&${FORM_AUTH}&${FIELDS}&ts=yesterday`),
  form('ts negative', `${UPDATE}&${FORM_AUTH}&${FIELDS}&ts=-1`),
  form('ts in milliseconds', `${UPDATE}&${FORM_AUTH}&${FIELDS}&ts=1790000000000`),
  form('ts as array', `${UPDATE}&${FORM_AUTH}&${FIELDS}&ts[]=1790000000`),
  form(
    'handler id overlong',
    `${UPDATE}&${FORM_AUTH}&${FIELDS}&event_handler_id=${'9'.repeat(41)}`,
  ),
  form('user id as text', `${UPDATE}&${FORM_AUTH}&${FIELDS}&auth[user_id]=admin`),
  named('event of 201 characters', `ON${'A'.repeat(199)}`),
  named('event of 200 characters', `ON${'A'.repeat(198)}`),
  named('event that is no ON event', 'CRMDEALUPDATE'),
  named('event with a zero-width space', 'ONCRMREQUISITE\u200bUSERFIELDUPDATE'),
  named('event with a trailing line break', 'ONCRMREQUISITEUSERFIELDUPDATE\n'),
  named('event with a leading space', ' ONAPPUNINSTALL'),
  named('event with a Cyrillic letter', 'ONCRMREQUISITEUSERFIELDUPD\u0410TE'),
  named('event with a dotless i', 'oncrmrequ\u0131siteuserfieldupdate'),
  named('event with a long s', 'oncrmrequi\u017fiteuserfieldupdate'),
  named('event with a Kelvin sign', 'ONCRMBAN\u212aDETAILADD'),
  named(
    'event in full width',
    '\uff2f\uff2e\uff21\uff30\uff30\uff29\uff2e\uff33\uff34\uff21\uff2c\uff2c',
  ),
  named('event written right to left', '\u202eONCRMDEALUPDATE'),
  named('event with a NUL', 'ONAPPINSTALL\0'),
  named('event with mark-up', '<img src=x onerror=alert(1)>'),
  named('event that is a prototype key', '__proto__'),
  named('event of characters outside the first plane', '😀😀😀'),
  named('event that is the application token', APPLICATION_TOKEN),
]

const FORM_ATTACKS: readonly HostileBody[] = [
  form(
    'prototype pollution',
    `${UPDATE}&${FORM_AUTH}&${FIELDS}&__proto__[polluted]=1&data[__proto__][polluted]=1&constructor[prototype][polluted]=1`,
  ),
  form(
    'prototype pollution in auth',
    `${UPDATE}&auth[__proto__][member_id]=${MEMBER_ID}&auth[__proto__][application_token]=${APPLICATION_TOKEN}`,
  ),
  form(
    'auth inherited through a constructor',
    `${UPDATE}&constructor[prototype][auth][member_id]=${MEMBER_ID}`,
  ),
  form('1,001 parameters', `${UPDATE}&${FORM_AUTH}&${'a=1&'.repeat(1000)}`),
  form('60,000 separators', '&'.repeat(60_000)),
  form('9 levels deep', `${UPDATE}&${FORM_AUTH}&data[1][2][3][4][5][6][7][8]=1`),
  form('100,000 opening brackets', `${UPDATE}&a${'['.repeat(100_000)}=1`),
  form('thousands of empty brackets', `${UPDATE}&a${'[]'.repeat(50_000)}=1`),
  form('thousands of percent signs', `${UPDATE}&${FORM_AUTH}&data=${'%'.repeat(50_000)}`),
  form('a key of 200,000 letters', `${UPDATE}&${FORM_AUTH}&data[${'k'.repeat(200_000)}]=1`),
  form('broken escapes', `${UPDATE}&${FORM_AUTH}&data[%]=%zz&data[%4]=%4`),
  form('escapes that are not UTF-8', `${UPDATE}&${FORM_AUTH}&data[%FF]=%C3%28%ED%A0%80`),
  form(
    'bytes that are not UTF-8',
    bytes(`${UPDATE}&${FORM_AUTH}&data=`, [0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80]),
  ),
  form('NUL bytes', bytes(UPDATE, [0], `&${FORM_AUTH}&data=a`, [0], 'b')),
  form('byte order mark before a form', bytes([0xef, 0xbb, 0xbf], `${UPDATE}&${FORM_AUTH}`)),
  form(
    'UTF-16 form',
    bytes(
      [0xff, 0xfe],
      UPDATE.split('').flatMap((letter) => [letter.charCodeAt(0), 0]),
    ),
  ),
  form(
    'random bytes',
    Uint8Array.from({ length: 4096 }, (_, index) => (index * 167 + 13) % 256),
  ),
  form(
    'tokens in the data',
    `${UPDATE}&${FORM_AUTH}&${FIELDS}&data[note]=see+${APPLICATION_TOKEN}&data[${APPLICATION_TOKEN}]=1&event_handler_id=${APPLICATION_TOKEN}`,
  ),
  {
    name: 'multipart body',
    contentType: 'multipart/form-data; boundary=x',
    body: `--x\r\nContent-Disposition: form-data; name="event"\r\n\r\nONCRMDEALUPDATE\r\n--x--\r\n`,
  },
  {
    name: 'XML body',
    contentType: 'application/xml',
    body: '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
  },
  { name: 'form without content type', contentType: '', body: `${UPDATE}&${FORM_AUTH}&${FIELDS}` },
]

const JSON_ATTACKS: readonly HostileBody[] = [
  json('empty JSON body', ''),
  json('JSON null', 'null'),
  json('JSON number', '42'),
  json('JSON text', '"ONCRMDEALUPDATE"'),
  json('JSON list', `[{"event":"ONCRMDEALUPDATE",${JSON_AUTH}}]`),
  json('JSON list as event', `{"event":["ONCRMDEALUPDATE"],${JSON_AUTH}}`),
  json('JSON number as event', `{"event":1,${JSON_AUTH}}`),
  json('JSON null as auth', '{"event":"ONCRMDEALUPDATE","auth":null}'),
  json(
    'JSON number as member id',
    `{"event":"ONCRMDEALUPDATE","auth":{"member_id":12345678901234567890123456789012,"application_token":"${APPLICATION_TOKEN}"}}`,
  ),
  json('JSON cut off', `{"event":"ONCRMDEALUPDATE",${JSON_AUTH}`),
  json('JSON with a trailing comma', `{"event":"ONCRMDEALUPDATE",${JSON_AUTH},}`),
  json('JSON with a comment', `{/* hello */"event":"ONCRMDEALUPDATE",${JSON_AUTH}}`),
  json('JSON after a byte order mark', `\ufeff{"event":"ONCRMDEALUPDATE",${JSON_AUTH}}`),
  json('two JSON values', `{"event":"ONCRMDEALUPDATE",${JSON_AUTH}} {}`),
  json('100,000 opening brackets in JSON', '['.repeat(100_000)),
  json('100,000 objects in JSON', '{"a":'.repeat(100_000)),
  jsonWith('JSON 9 levels deep', `"data":${'['.repeat(8)}${']'.repeat(8)}`),
  jsonWith('JSON of 1,001 values', `"data":[${Array.from({ length: 1001 }, () => '1').join(',')}]`),
  jsonWith(
    'JSON prototype keys',
    '"__proto__":{"polluted":1},"data":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  ),
  jsonWith('repeated JSON keys', '"event":"ONCRMLEADUPDATE","data":1,"data":2'),
  jsonWith('lone surrogates in JSON', String.raw`"data":{"\ud800":"\udfff","ok":"\ud83d\ude00"}`),
  jsonWith('a number that is infinite', '"data":{"n":1e400}'),
  jsonWith('a number of 5,000 digits', `"data":{"n":${'9'.repeat(5000)}}`),
  jsonWith('numbers that lose digits', '"data":{"n":9007199254740993,"z":-0,"small":1e-400}'),
  jsonWith('a fraction as ts', '"ts":1790000000.5'),
  jsonWith('true as ts', '"ts":true'),
  jsonWith('control characters in JSON', String.raw`"data":"\u0000\u001b[31m\u202e"`),
  jsonWith(
    'functions by name in JSON',
    '"data":{"toJSON":"x","then":"y","valueOf":null,"length":-1}',
  ),
  jsonWith('handler id as object', '"event_handler_id":{"id":1},"ts":1790000000'),
]

/** All hostile bodies; names are unique. */
export const HOSTILE_BODIES: readonly HostileBody[] = [
  ...WRONG_SHAPES,
  ...STRANGE_EVENTS,
  ...FORM_ATTACKS,
  ...JSON_ATTACKS,
]
