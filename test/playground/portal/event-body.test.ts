/** The simulated portal's bodies against the recorded ones, byte for byte. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { formatEventBody } from '../../../playground/portal/event-body.ts'
import type { OutgoingEvent, UserContext } from '../../../playground/portal/event-body.ts'
import { formatPhpQuery, parsePhpQuery } from '../../../playground/portal/php-query.ts'
import { APPLICATION_TOKEN, MEMBER_ID, NEW_TOKEN, WEBHOOK_TOKEN } from '../../support/identity.ts'

const FIXTURES = new URL('../../fixtures/bitrix24/', import.meta.url)

const identity = {
  domain: 'acme.bitrix24.com',
  serverEndpoint: 'https://oauth.bitrix.info/rest/',
  clientEndpoint: 'https://acme.bitrix24.com/rest/',
  memberId: MEMBER_ID,
  applicationToken: APPLICATION_TOKEN,
}

const FIELDS = { ID: '235', ENTITY_ID: 'CRM_REQUISITE', FIELD_NAME: 'UF_CRM_NEWTECH_V1_STRING' }

function aUser(overrides: Partial<UserContext> = {}): UserContext {
  return {
    accessToken: '9049b16a0043d4ca0042213e000000010000077261ef50fc26f1357adbd86a052c9e48',
    expires: 1790003600,
    scope: 'crm',
    status: 'L',
    userId: 1,
    ...overrides,
  }
}

function anEvent(overrides: Partial<OutgoingEvent> = {}): OutgoingEvent {
  return {
    name: 'ONCRMREQUISITEUSERFIELDUPDATE',
    handlerId: 661,
    data: { FIELDS },
    ts: 1790000000,
    identity,
    user: aUser(),
    ...overrides,
  }
}

const refreshToken = '80c8d86a0043d4ca0042213e0000000100000694f171445612e564746d04afebba973e'

const RECORDED: readonly (readonly [string, OutgoingEvent])[] = [
  ['app-ONCRMREQUISITEUSERFIELDUPDATE', anEvent()],
  [
    'app-ONCRMREQUISITEUSERFIELDADD',
    anEvent({
      name: 'ONCRMREQUISITEUSERFIELDADD',
      handlerId: 657,
      ts: 1790000001,
      user: aUser({
        accessToken: '9149b16a0043d4ca0042213e000000010000077261ef50fc26f1357adbd86a052c9e48',
        expires: 1790003601,
      }),
    }),
  ],
  [
    'app-ONCRMREQUISITEUSERFIELDUPDATE-no-handler-id',
    anEvent({
      handlerId: null,
      ts: 1790000012,
      user: aUser({
        accessToken: '9c49b16a0043d4ca0042213e000000010000077261ef50fc26f1357adbd86a052c9e48',
        expires: 1790003612,
      }),
    }),
  ],
  ['app-ONCRMREQUISITEUSERFIELDUPDATE-no-user-context', anEvent({ ts: 1790000010, user: null })],
  [
    'webhook-ONCRMREQUISITEUSERFIELDUPDATE',
    anEvent({
      handlerId: 975,
      ts: 1790000014,
      user: null,
      identity: { ...identity, applicationToken: WEBHOOK_TOKEN },
    }),
  ],
  [
    'app-ONAPPINSTALL-local',
    anEvent({
      name: 'ONAPPINSTALL',
      handlerId: 12,
      data: { VERSION: 1, ACTIVE: 'Y', INSTALLED: 'Y', LANGUAGE_ID: 'en' },
      user: aUser({ refreshToken }),
    }),
  ],
  [
    'app-ONAPPUPDATE-new-application-token',
    anEvent({
      name: 'ONAPPUPDATE',
      handlerId: 13,
      data: { VERSION: 3, PREVIOUS_VERSION: 2, LANGUAGE_ID: 'en' },
      ts: 1790000051,
      identity: { ...identity, applicationToken: NEW_TOKEN },
      user: aUser({
        accessToken: 'c349b16a0043d4ca0042213e000000010000077261ef50fc26f1357adbd86a052c9e48',
        expires: 1790003651,
        scope: 'crm,user',
        status: 'F',
        refreshToken: 'b3c8d86a0043d4ca0042213e0000000100000694f171445612e564746d04afebba973e',
      }),
    }),
  ],
  [
    'app-ONAPPUNINSTALL-clean',
    anEvent({
      name: 'ONAPPUNINSTALL',
      handlerId: 14,
      data: { CLEAN: 1, LANGUAGE_ID: 'en' },
      ts: 1790000100,
      user: null,
    }),
  ],
  [
    'app-ONAPPUNINSTALL-keep-data',
    anEvent({
      name: 'ONAPPUNINSTALL',
      handlerId: 14,
      data: { CLEAN: 0, LANGUAGE_ID: 'en' },
      ts: 1790000101,
      user: null,
    }),
  ],
  [
    'app-ONOFFLINEEVENT',
    anEvent({ name: 'ONOFFLINEEVENT', handlerId: 30, data: [], user: aUser({ refreshToken }) }),
  ],
]

test.each(RECORDED)('formatEventBody() writes the bytes of %s', (name, event) => {
  const recorded = readFileSync(new URL(`${name}.txt`, FIXTURES), 'utf8')
  expect(formatEventBody(event)).toBe(recorded)
})

test('formatPhpQuery() escapes and flattens as PHP does', () => {
  // Checked with `php -r 'echo http_build_query([...]);'` of PHP 8.
  const values = { text: "a b~*'(!)&=é", yes: true, no: false, gone: null, list: ['x', { y: 1 }] }
  expect(formatPhpQuery(values)).toBe(
    'text=a+b%7E%2A%27%28%21%29%26%3D%C3%A9&yes=1&no=0&list%5B0%5D=x&list%5B1%5D%5By%5D=1',
  )
})

test('parsePhpQuery() reads nested keys, appends and lets the last value win', () => {
  const text = 'fields[LABEL][en]=A+b&fields%5BSORT%5D=1&fields[SORT]=2&ids[]=7&ids[]=8'
  expect(JSON.stringify(parsePhpQuery(text))).toBe(
    '{"fields":{"LABEL":{"en":"A b"},"SORT":"2"},"ids":{"0":"7","1":"8"}}',
  )
})
