/** Whether the application is still installed: the portal is asked first, the OAuth server only after it. */
import { describe, expect, it } from 'vitest'
import { ENDPOINT, fail, INFO, infoAnswer } from '../../support/network/install-servers.ts'
import {
  aTokenScenario,
  aTokenScenarioWithSystemUser,
  type TokenScenario,
} from '../../support/scenarios/token-scenario.ts'

const ASKED = `${ENDPOINT}app.info`
const REFRESHED = `${INFO}/oauth/token/`
const NEW = 'https://new.bitrix24.com/rest/'

const ask = (scenario: TokenScenario) => scenario.start().presenceCheck.ask()

describe('ask()', () => {
  it('believes the portal before any refresh', async () => {
    const scenario = await aTokenScenario()
    scenario.onCall = () => fail('APPLICATION_NOT_FOUND')
    expect(await ask(scenario)).toBe('gone')
    expect(scenario.urls()).toEqual([ASKED])
  })

  it('refreshes an expired pair once, and asks the portal again', async () => {
    const scenario = await aTokenScenario()
    expect(await ask(scenario)).toBe('installed')
    expect(scenario.urls()).toEqual([ASKED, REFRESHED, ASKED])
    expect(await scenario.stored()).toBe('canary-fresh-refresh-main')
  })

  it.each([
    ['NOT_INSTALLED', 'gone'],
    ['invalid_grant', 'unknown'],
    ['invalid_client', 'unknown'],
  ])('takes the refusal %s of a refresh as %s, and remembers no trouble', async (code, word) => {
    const scenario = await aTokenScenario()
    scenario.onRefresh = () => fail(code)
    expect(await ask(scenario)).toBe(word)
    expect(scenario.install.access).toBeNull()
  })

  it('asks with the other pair when the first one brings no word', async () => {
    const scenario = await aTokenScenarioWithSystemUser()
    scenario.onCall = ({ form }) =>
      form.get('auth') === 'canary-access-system'
        ? fail('APPLICATION_NOT_FOUND')
        : fail('INTERNAL_SERVER_ERROR', 503)
    expect(await ask(scenario)).toBe('gone')
  })

  it('asks a renamed portal where the OAuth server says that it is', async () => {
    const scenario = await aTokenScenario()
    scenario.onInfo = () => infoAnswer({}, { domain: 'new.bitrix24.com', client_endpoint: NEW })
    scenario.onCall = ({ url }) =>
      url.startsWith(NEW)
        ? Response.json({ result: {} })
        : new Response(null, { status: 302, headers: { location: `${NEW}app.info` } })
    expect(await ask(scenario)).toBe('installed')
  })

  it('knows nothing without a pair, and asks nobody', async () => {
    const scenario = await aTokenScenario({ tokens: null })
    expect(await ask(scenario)).toBe('unknown')
    expect(scenario.urls()).toEqual([])
  })
})
