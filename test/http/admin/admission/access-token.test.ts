/** The tokens of Cloudflare Access: which open the admin surface, and which do not. */
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ACCESS_HEADER, AccessVerifier } from '../../../../src/http/admin/admission/access-token.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { NOW } from '../../../support/time.ts'
import { askAdmin as ask, refusal } from '../../../support/worker/admin-api.ts'

const ISSUER = 'https://acme.cloudflareaccess.com'
const AUDIENCE = 'a'.repeat(64)
const ACCESS = { issuer: ISSUER, audience: AUDIENCE }
const KID = 'key-1'

type Keys = Awaited<ReturnType<typeof generateKeyPair>>

let keys: Keys
let foreign: Keys

beforeAll(async () => {
  keys = await generateKeyPair('RS256', { extractable: true })
  foreign = await generateKeyPair('RS256', { extractable: true })
})

interface Signing {
  readonly payload?: Readonly<Record<string, unknown>>
  readonly by?: Keys
  readonly now?: number
}

/** A token as Access makes it, with what a test changes. */
function aToken({ payload = {}, by = keys, now = NOW }: Signing = {}): Promise<string> {
  const seconds = Math.floor(now / 1000)
  const own = { iss: ISSUER, aud: [AUDIENCE], sub: 'user-1', iat: seconds, exp: seconds + 60 }
  return new SignJWT({ ...own, ...payload })
    .setProtectedHeader({ alg: 'RS256', kid: KID })
    .sign(by.privateKey)
}

/** The answer of the team's address with its keys. */
async function published(): Promise<Response> {
  const jwk = await exportJWK(keys.publicKey)
  return Response.json({ keys: [{ ...jwk, kid: KID, alg: 'RS256', use: 'sig' }] })
}

describe('AccessVerifier', () => {
  let asked: string[]
  let verifier: AccessVerifier

  beforeEach(() => {
    asked = []
    verifier = new AccessVerifier({
      fetch: async (url) => {
        asked.push(url)
        return published()
      },
      now: () => NOW,
      logLine: () => {},
    })
  })

  it('lets a token of the team through, and asks for the keys once', async () => {
    expect(await verifier.verify(await aToken(), ACCESS)).toBe(true)
    expect(await verifier.verify(await aToken(), ACCESS)).toBe(true)
    expect(asked).toEqual([`${ISSUER}/cdn-cgi/access/certs`])
  })

  it.each<[what: string, signing: () => Signing]>([
    ['of another key', () => ({ by: foreign })],
    ['of another team', () => ({ payload: { iss: 'https://evil.cloudflareaccess.com' } })],
    ['for another application', () => ({ payload: { aud: ['b'.repeat(64)] } })],
    ['that has ended', () => ({ payload: { exp: Math.floor(NOW / 1000) } })],
    ['that never ends', () => ({ payload: { exp: undefined } })],
    ['that is not valid yet', () => ({ payload: { nbf: Math.floor(NOW / 1000) + 60 } })],
  ])('refuses a token %s', async (_, signing) => {
    expect(await verifier.verify(await aToken(signing()), ACCESS)).toBe(false)
  })

  it.each(['', 'x', 'a.b.c'])('refuses %j', async (token) => {
    expect(await verifier.verify(token, ACCESS)).toBe(false)
  })

  it('refuses a token without a signature', async () => {
    const [, payload] = (await aToken()).split('.')
    const header = btoa(JSON.stringify({ alg: 'none', kid: KID })).replaceAll('=', '')
    expect(await verifier.verify(`${header}.${payload}.`, ACCESS)).toBe(false)
  })

  it('refuses, and says so, when the keys cannot be had', async () => {
    const lines: string[] = []
    const away = new AccessVerifier({
      fetch: () => Promise.reject(new TypeError('Network connection lost.')),
      now: () => NOW,
      logLine: (_level, event) => void lines.push(event),
    })
    expect(await away.verify(await aToken(), ACCESS)).toBe(false)
    expect(lines).toEqual(['access_refused'])
  })
})

describe('the admin surface behind Access', () => {
  let scenario: PortalScenario

  beforeEach(() => {
    scenario = new PortalScenario()
    scenario.network.handle(({ url }) =>
      url === `${ISSUER}/cdn-cgi/access/certs` ? published() : null,
    )
  })

  afterEach(() => scenario.close())

  const settings = { ACCESS_TEAM_DOMAIN: 'acme.cloudflareaccess.com', ACCESS_AUD: AUDIENCE }

  it('opens without ADMIN_TOKEN to whom Access lets through, and to nobody else', async () => {
    const own = { ...settings, ADMIN_TOKEN: undefined }
    const token = await aToken({ now: Date.now() })
    const headers = {
      authorization: '',
      [ACCESS_HEADER]: token,
      'cf-connecting-ip': '198.51.100.201',
    }
    expect(await ask('GET /portals', { settings: own, headers })).toMatchObject({ status: 200 })
    const wrong = { ...headers, [ACCESS_HEADER]: await aToken({ by: foreign, now: Date.now() }) }
    const answer = await ask('GET /portals', { settings: own, headers: wrong })
    expect(answer).toEqual(refusal(401, 'unauthorized'))
    const none = { authorization: '', 'cf-connecting-ip': '198.51.100.202' }
    expect(await ask('GET /portals', { settings: own, headers: none })).toEqual(
      refusal(401, 'unauthorized'),
    )
  })

  it('still opens to the admin token', async () => {
    expect(await ask('GET /portals', { settings })).toMatchObject({ status: 200 })
  })

  it('is a 404 without either, whatever is presented', async () => {
    const headers = { authorization: '', [ACCESS_HEADER]: await aToken({ now: Date.now() }) }
    const none = { ADMIN_TOKEN: undefined }
    expect(await ask('GET /portals', { settings: none, headers })).toEqual(
      refusal(404, 'not_found'),
    )
    // A half of the settings opens nothing.
    const half = { ...none, ACCESS_AUD: AUDIENCE }
    expect(await ask('GET /portals', { settings: half, headers })).toEqual(
      refusal(404, 'not_found'),
    )
  })
})
