/** Where the address and the token come from, and that the token never goes in clear. */
import { describe, expect, it } from 'vitest'
import { readConnection } from '../../../cli/api/connection.ts'
import { aWorld, type Surroundings } from '../../support/scenarios/cli-scenario.ts'

const URL_OF_RELAY = 'https://relay.example.com'

function connectionOf(
  options: Parameters<typeof readConnection>[0],
  surroundings: Surroundings = {},
) {
  return readConnection(options, aWorld(surroundings, { out: '', err: '' }))
}

describe('readConnection()', () => {
  it('takes both from the environment', () => {
    const env = { RELAY_URL: `${URL_OF_RELAY}/`, ADMIN_TOKEN: 'token-1' }
    expect(connectionOf({}, { env })).toEqual({
      origin: URL_OF_RELAY,
      headers: { accept: 'application/json', authorization: 'Bearer token-1' },
    })
  })

  it.each([
    ['alone', 'token-2\n'],
    ['in a secrets file', 'TOKEN_KEYS=x\nADMIN_TOKEN="token-2"\n'],
  ])('takes the token out of a file, where it stands %s', (_case, text) => {
    const connection = connectionOf(
      { url: URL_OF_RELAY, tokenFile: 'secrets.env' },
      { env: { ADMIN_TOKEN: 'another' }, files: { 'secrets.env': text } },
    )
    expect(connection.headers['authorization']).toBe('Bearer token-2')
  })

  it('sends the service token of Cloudflare Access, with or without the admin token', () => {
    const access = { CF_ACCESS_CLIENT_ID: 'id.access', CF_ACCESS_CLIENT_SECRET: 'shh' }
    const sent = { 'cf-access-client-id': 'id.access', 'cf-access-client-secret': 'shh' }
    expect(connectionOf({ url: URL_OF_RELAY }, { env: access }).headers).toEqual({
      accept: 'application/json',
      ...sent,
    })
    const both = connectionOf({ url: URL_OF_RELAY }, { env: { ...access, ADMIN_TOKEN: 'x' } })
    expect(both.headers).toMatchObject({ ...sent, authorization: 'Bearer x' })
  })

  it.each(['http://127.0.0.1:8787', 'http://localhost:8787', 'http://[::1]:8787'])(
    'takes %s, which is this machine',
    (url) => {
      expect(connectionOf({ url }, { env: { ADMIN_TOKEN: 'x' } }).origin).toBe(url)
    },
  )

  it.each([
    'http://relay.example.com',
    'http://127.0.0.1.example.com',
    'ftp://relay.example.com',
    'https://user:pw@relay.example.com',
    'relay.example.com',
  ])('refuses the address %s', (url) => {
    expect(() => connectionOf({ url }, { env: { ADMIN_TOKEN: 'x' } })).toThrow(
      /address of the relay/u,
    )
  })

  it.each<[string, Surroundings, RegExp]>([
    ['no token', {}, /no token is given/u],
    ['half an Access token', { env: { CF_ACCESS_CLIENT_ID: 'x' } }, /belong together/u],
    ['a token of several lines', { env: { ADMIN_TOKEN: 'a\nsecret' } }, /one word/u],
  ])('refuses %s, and shows no value', (_case, surroundings, told) => {
    const read = () => connectionOf({ url: URL_OF_RELAY }, surroundings)
    expect(read).toThrow(told)
    expect(read).not.toThrow(/secret\b/u)
  })

  it.each(['', 'a b', 'OTHER=x'])('refuses a file that holds %o', (text) => {
    const files = { token: text }
    expect(() => connectionOf({ url: URL_OF_RELAY, tokenFile: 'token' }, { files })).toThrow(
      'Cannot find the token in token',
    )
    expect(() => connectionOf({ url: URL_OF_RELAY, tokenFile: 'none' })).toThrow(
      'there is no file none',
    )
  })
})
