/** An installation is spilled only when the edge had a reason to believe it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isTokenOfPortal } from '../../../src/edge/installs/token-of-portal.ts'
import {
  decoded,
  decodedInstall,
  spilledKeys,
  UNREACHABLE,
} from '../../support/builders/an-intake.ts'
import { EdgeScenario } from '../../support/scenarios/edge-scenario.ts'

const NOT_STORED = { kind: 'refused', code: 'not_stored' }
const UNKNOWN_TOKEN = { 'auth[application_token]': 'f'.repeat(32) }

let scenario: EdgeScenario

beforeEach(async () => {
  scenario = await EdgeScenario.create()
})

afterEach(() => scenario.close())

/** What an edge answers that reaches no object, and what it asked the OAuth servers. */
async function spills(body: string) {
  const asked = scenario.network.sent.length
  const answer = await scenario.intake(UNREACHABLE).take(decoded(body))
  const urls = scenario.network.sent.slice(asked).map(({ url }) => new URL(url).pathname)
  return { answer, urls, spilled: (await spilledKeys()).length }
}

describe('takeRequest() with an installation whose object cannot be reached', () => {
  it('spills it without a question when the application token is known', async () => {
    const body = scenario.portal.body('app-ONAPPINSTALL-local')
    expect(await spills(body)).toEqual({ answer: { kind: 'spilled' }, urls: [], spilled: 1 })
  })

  it('spills it when the OAuth server knows the access token as one of that portal', async () => {
    const body = scenario.portal.body('app-ONAPPINSTALL-local', UNKNOWN_TOKEN)
    expect(await spills(body)).toEqual({
      answer: { kind: 'spilled' },
      urls: ['/rest/app.info'],
      spilled: 1,
    })
  })

  it('spills no forged one', async () => {
    scenario.bitrix24.knownTokens = []
    const body = scenario.portal.body('app-ONAPPINSTALL-local', UNKNOWN_TOKEN)
    const { answer, urls, spilled } = await spills(body)
    expect({ answer, spilled }).toEqual({ answer: NOT_STORED, spilled: 0 })
    expect(urls.length).toBeLessThanOrEqual(2)
  })

  it('spills none in the name of another portal', async () => {
    const foreign = { ...UNKNOWN_TOKEN, 'auth[member_id]': 'b'.repeat(32) }
    expect(await spills(scenario.portal.body('app-ONAPPINSTALL-local', foreign))).toMatchObject({
      answer: NOT_STORED,
      spilled: 0,
    })
  })

  it('spills none while the OAuth server does not answer', async () => {
    scenario.bitrix24.answers = false
    expect(
      await spills(scenario.portal.body('app-ONAPPINSTALL-local', UNKNOWN_TOKEN)),
    ).toMatchObject({ answer: NOT_STORED, spilled: 0 })
  })
})

it('isTokenOfPortal() asks no server that is not on the list', async () => {
  const { deps } = scenario.intake(UNREACHABLE)
  const claim = { 'auth[server_endpoint]': 'https://oauth.evil.example.com/rest/' }
  const request = decodedInstall(scenario.portal.body('app-ONAPPINSTALL-local', claim))
  const asked = scenario.network.sent.length
  expect(await isTokenOfPortal(deps, request)).toBe(false)
  expect(scenario.network.sent).toHaveLength(asked)
})
