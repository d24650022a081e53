/** How an operator makes and removes the robot address of a portal. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ANY_TIME, adminOf, refusal } from '../../../support/worker/admin-api.ts'
import { RelayScenario } from '../../../support/scenarios/relay-scenario.ts'

const UNKNOWN = 'f'.repeat(32)

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(() => scenario.close())

const { ask } = adminOf(() => scenario.memberId)
const POST = 'POST /portals/{portal}/robot-address'
const DELETE = 'DELETE /portals/{portal}/robot-address'

it('makes an address, shows it once, and removes it', async () => {
  await scenario.portal.installs()
  expect(await ask('GET /portals/{portal}')).toMatchObject({ body: { robotAddress: null } })
  const { status, body } = await ask(POST)
  expect(status).toBe(201)
  const form = `^https://relay\\.example\\.com/bitrix24/robots/${scenario.memberId}\\.[\\w-]{43}$`
  expect(body).toEqual({ address: expect.stringMatching(new RegExp(form)) })
  expect((await ask(POST)).body).not.toEqual(body)
  const view = await ask('GET /portals/{portal}')
  expect(view).toMatchObject({ body: { robotAddress: { since: ANY_TIME } } })
  expect((await ask(DELETE)).status).toBe(204)
  expect(await ask(DELETE)).toEqual(refusal(404, 'not_found'))
})

it('begins with PUBLIC_URL where it is set', async () => {
  scenario.adapt = (settings) => ({ ...settings, publicUrl: 'https://events.example.com' })
  await scenario.portal.installs()
  const { body } = await ask(POST)
  expect(body).toEqual({
    address: expect.stringMatching(/^https:\/\/events\.example\.com\/bitrix24\/robots\//),
  })
})

it('makes none for a portal that is not known, or not any more, and stores nothing of it', async () => {
  expect(await ask(POST.replace('{portal}', UNKNOWN))).toEqual(refusal(404, 'not_found'))
  expect(await ask(POST)).toEqual(refusal(404, 'not_found'))
  expect((await scenario.traces()).tables).toEqual({})
  await scenario.portal.installs()
  await scenario.portal.uninstalls('keep-data')
  expect(await ask(POST)).toEqual(refusal(404, 'not_found'))
})
