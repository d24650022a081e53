/** Portals that were renamed, and answer at their former address with a redirect. */
import { expect, it } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import {
  ENDPOINT,
  TECH,
  fail,
  infoAnswer,
  type Answer,
} from '../../support/network/install-servers.ts'
import {
  METHOD,
  aTokenScenario,
  type TokenScenario,
} from '../../support/scenarios/token-scenario.ts'

const NEW = 'https://new.bitrix24.com/rest/'

async function aRenamedPortal(info: Answer): Promise<TokenScenario> {
  const scenario = await aTokenScenario()
  scenario.onInfo = info
  scenario.onCall = ({ url }) =>
    url.startsWith(NEW)
      ? Response.json({ result: {} })
      : new Response(null, { status: 302, headers: { location: `${NEW}${METHOD}` } })
  return scenario
}

const atNew = (install: Record<string, unknown> = {}) =>
  infoAnswer({}, { domain: 'new.bitrix24.com', client_endpoint: NEW, ...install })

it('follows a redirect that the OAuth server confirms', async () => {
  const scenario = await aRenamedPortal(() => atNew())
  expect((await scenario.calls()(METHOD, {})).ok).toBe(true)
  const { domain, clientEndpoint } = scenario.install.application ?? {}
  expect({ domain, clientEndpoint, kvDirty: scenario.install.kvDirty }).toEqual({
    domain: 'new.bitrix24.com',
    clientEndpoint: NEW,
    kvDirty: true,
  })
})

it('refreshes an access token that the OAuth server finds expired, and asks once more', async () => {
  const scenario = await aRenamedPortal(({ form }) =>
    form.get('auth') === 'canary-fresh-access-main' ? atNew() : fail('expired_token'),
  )
  expect((await scenario.calls()(METHOD, {})).ok).toBe(true)
  expect(scenario.refreshes()).toBe(1)
  expect(scenario.install.application?.clientEndpoint).toBe(NEW)
})

it('shows the pair to no OAuth server that the allow-list does not name', async () => {
  const scenario = await aRenamedPortal(() => atNew())
  scenario.oauthUrls = [TECH]
  const { pairs, address } = scenario.start()
  const pair = pairs.stored('tokens')
  expect(pair && (await address.follow(pair))).toBe(false)
  expect(scenario.sent).toEqual([])
})

it('writes nothing when an uninstall comes while the OAuth server is asked', async () => {
  const scenario = await aRenamedPortal(() => {
    scenario.install = { ...scenario.install, generation: 1 }
    return atNew()
  })
  await scenario.calls()(METHOD, {})
  expect(scenario.install.application?.clientEndpoint).toBe(ENDPOINT)
})

it.each<[string, Answer]>([
  ['nobody confirms', () => fail('invalid_token')],
  [
    'is the metadata service',
    () => atNew({ domain: '169.254.169.254', client_endpoint: 'https://169.254.169.254/rest/' }),
  ],
  ['belongs to another portal', () => atNew({ member_id: 'f'.repeat(32) })],
])('does not follow to a host that %s, and asks once in 10 minutes', async (_, info) => {
  const scenario = await aRenamedPortal(info)
  const call = scenario.calls()
  for (let n = 0; n < 3; n += 1) expect((await call(METHOD, {})).ok).toBe(false)
  expect(scenario.urls().filter((url) => url.endsWith('/app.info'))).toHaveLength(1)
  expect(scenario.install.application?.clientEndpoint).toBe(ENDPOINT)
  expect(new Set(scenario.urls().map((url) => new URL(url).host))).toEqual(
    new Set(['acme.bitrix24.com', 'oauth.bitrix.info']),
  )
  scenario.now += 10 * MINUTE_MS
  await call(METHOD, {})
  expect(scenario.urls().filter((url) => url.endsWith('/app.info'))).toHaveLength(2)
})

it('takes the new address over only after a call there has succeeded', async () => {
  const scenario = await aRenamedPortal(() => atNew())
  const redirected = scenario.onCall
  scenario.onCall = (request) =>
    request.url.startsWith(NEW) ? fail('INTERNAL_SERVER_ERROR', 503) : redirected(request)
  expect((await scenario.calls()(METHOD, {})).ok).toBe(false)
  expect(scenario.install.application?.clientEndpoint).toBe(ENDPOINT)
})
