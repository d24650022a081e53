import * as v from 'valibot'
import { expect, it } from 'vitest'
import { InstallRequestSchema } from '../../../src/bitrix24/wire/install-request-schema.ts'
import { install, userReady } from '../../support/network/install-servers.ts'

it.each([
  ['without a handler', install()],
  [
    'with everything',
    { ...userReady({}), handlerUrl: 'https://relay.example.com/bitrix24/events' },
  ],
])('reads a stored installation back: %s', (_, request) => {
  expect(v.parse(InstallRequestSchema, JSON.parse(JSON.stringify(request)))).toEqual(request)
})

it('reads none that lacks a member', () => {
  for (const member of Object.keys(install())) {
    const request = { ...install(), [member]: undefined }
    expect(v.is(InstallRequestSchema, JSON.parse(JSON.stringify(request)))).toBe(false)
  }
})
