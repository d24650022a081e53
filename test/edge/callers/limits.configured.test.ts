/**
 * A token that OUTGOING_WEBHOOK_TOKENS names by a domain, from an address that a stranger has used up: all
 * portals call from the few addresses of Bitrix24, and an event comes once.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SPENT_MEMORY_MS } from '../../../src/edge/callers/caller-memory.ts'
import { anEventOf, anIntake, type IntakeChanges } from '../../support/builders/an-intake.ts'
import { watchLog } from '../../support/worker/edge.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'

const TOKEN = 'token-of-a-configured-domain-000'
const WEBHOOKS = [{ token: TOKEN, portal: 'acme.bitrix24.com', rest: null }]
const STRANGER = 'b'.repeat(32)
const TOO_MANY = { kind: 'refused', code: 'too_many_requests' }
const no = () => Promise.resolve(false)

let scenario: RelayScenario
let now: number

beforeEach(() => {
  watchLog()
  scenario = new RelayScenario()
  scenario.adapt = (settings) => ({ ...settings, webhooks: WEBHOOKS })
  now = Date.now()
})

afterEach(() => scenario.close())

/** An intake whose limit a stranger's portal has used up, by one request of his own. */
async function usedUp(limits: IntakeChanges) {
  const intake = anIntake({ webhooks: WEBHOOKS, now: () => now, ...limits })
  expect(await intake.take(by('a-wrong-token', STRANGER))).toEqual(TOO_MANY)
  return intake
}

/** An event with this token, in the name of a portal. */
function by(token: string, memberId = scenario.memberId) {
  return anEventOf(scenario, 1, {
    'auth[application_token]': token,
    'auth[member_id]': memberId,
  })
}

describe('the first event of a configured domain', () => {
  it('is asked about from an address that is used up', async () => {
    const intake = await usedUp({ isAddressWithinLimit: no })
    expect(await intake.take(by('another-token'))).toEqual(TOO_MANY)
    expect(await intake.take(by(TOKEN))).toMatchObject({ kind: 'stored', sequence: 1 })
  })

  it('is asked about when wrong tokens have used up the limit of its own portal', async () => {
    const intake = await usedUp({ isUntrustedWithinLimit: no })
    expect(await intake.take(by('another-token'))).toEqual(TOO_MANY)
    expect(await intake.take(by(TOKEN))).toMatchObject({ kind: 'stored', sequence: 1 })
  })
})

describe('the holder of a configured token who invents portals', () => {
  it('is limited like everybody else from the first refusal on', async () => {
    const intake = await usedUp({ isAddressWithinLimit: no })
    await intake.take(by(TOKEN))
    const asked = () => intake.lookups.length
    const before = asked()
    expect(await intake.take(by(TOKEN, 'c'.repeat(32)))).toEqual(TOO_MANY)
    expect(await intake.take(by(TOKEN, 'd'.repeat(32)))).toEqual(TOO_MANY)
    expect(asked()).toBe(before + 1)
    // The true portal is known by now, and goes on.
    expect(await intake.take(by(TOKEN))).toMatchObject({ kind: 'stored' })
    now += SPENT_MEMORY_MS
    await intake.take(by('a-wrong-token', 'e'.repeat(32)))
    expect(await intake.take(by(TOKEN, 'f'.repeat(32)))).toEqual(TOO_MANY)
    expect(asked()).toBe(before + 4)
  })
})
