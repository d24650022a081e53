import { beforeAll, describe, expect, it } from 'vitest'
import { CliScenario } from '../../support/scenarios/cli-scenario.ts'
import { MEMBER_ID } from '../../support/identity.ts'

const scenario = new CliScenario()

beforeAll(async () => {
  await scenario.begins()
  await scenario.sends()
  // With the daily visit a portal reports, whatever it has told before.
  await scenario.plays(() => scenario.relay.cron('daily'))
})

describe('status', () => {
  it('says of a relay with which all is well that nobody is needed', async () => {
    const { code, out } = await scenario.run(['status'])
    expect(out).toBe(
      `https://relay.example.com  ok  version unversioned

DESTINATION  TYPE     STATE   BACKLOG  PARKED  LAST OUTCOME
erp          webhook  active  0        0       delivered 2026-09-21 14:14:20Z
crm          slack    active  0        0       delivered 2026-09-21 14:14:20Z

No portal needs anybody.
`,
    )
    expect(code).toBe(0)
  })

  it('shows a portal with its lanes', async () => {
    const { code, out } = await scenario.run(['status', 'acme.bitrix24.com'])
    expect(out).toBe(
      `acme.bitrix24.com  ${MEMBER_ID}  active
known by application, tokens valid, last event 2026-09-21 14:14:20Z, last comparison 2026-09-21 14:13:20Z
1 events, 0 found by comparing, 0 thin, 0 quarantined, 0 waiting outside, 0 refused

DESTINATION  STATE   CURSOR  BACKLOG  PARKED  NEXT ATTEMPT  LAST ERROR
erp          active  1       0        0       -             -
crm          active  1       0        0       -             -
`,
    )
    expect(code).toBe(0)
  })

  it('gives the same as JSON', async () => {
    const relay = JSON.parse((await scenario.run(['status', '--json'])).out)
    expect(relay).toMatchObject({ health: { status: 'ok' }, destinations: [{}, {}], portals: [] })
    const portal = JSON.parse((await scenario.run(['status', 'acme.bitrix24.com', '--json'])).out)
    expect(portal).toMatchObject({ state: 'active', head: 1, spilled: 0, storage: { full: false } })
  })

  it('of a portal that is not known is a failure', async () => {
    const { code, out, err } = await scenario.run(['status', 'nobody.bitrix24.com'])
    expect([code, out]).toEqual([5, ''])
    expect(err).toMatch(/^Nothing is found at this address \(not_found\)\n/u)
  })

  it('names wrong settings and portals that need somebody, with exit code 1', async () => {
    const troubled = new CliScenario()
    await troubled.begins()
    troubled.erp.becomes('gone')
    await troubled.sends()
    const erp = { name: 'erp', type: 'webhook', url: troubled.erp.url }
    troubled.deploys({ DESTINATIONS: [erp], RETENTION_DAYS: 'x' })
    const { code, out } = await troubled.run(['status'])
    expect(code).toBe(1)
    expect(out).toContain('misconfigured  version')
    expect(out).toMatch(/^problem: RETENTION_DAYS: Must be/mu)
    expect(out).toMatch(/^problem: DESTINATIONS\.erp\.secret: Must be/mu)
    expect(out).toMatch(/^acme\.bitrix24\.com {2}lane_disabled \(erp\) {2}The receiver/mu)
    const portal = await troubled.run(['status', 'acme.bitrix24.com'])
    expect([portal.code, portal.out]).toEqual([1, expect.stringMatching(/^erp +disabled/mu)])
  })

  it('of a portal has exit code 1 for whatever the list says of it', async () => {
    const troubled = new CliScenario()
    await troubled.begins()
    troubled.erp.becomes('refuses')
    await troubled.sends()
    await troubled.passes(60_000)
    const { code, out } = await troubled.run(['status', 'acme.bitrix24.com'])
    expect(out).toContain('problem: parked (erp). Look at the reasons of the parked events')
    expect(code).toBe(1)
    expect((await troubled.run(['status'])).code).toBe(1)
  })

  it('a wrong token, and a relay without any, are told', async () => {
    const wrong = await scenario.run(['status'], { env: { ADMIN_TOKEN: 'wrong' } })
    expect([wrong.code, wrong.out]).toEqual([4, ''])
    expect(wrong.err).toContain('Look whether ADMIN_TOKEN is the one of this relay')
  })
})
