import { beforeAll, describe, expect, it } from 'vitest'
import { CliScenario } from '../../support/scenarios/cli-scenario.ts'
import { MEMBER_ID } from '../../support/identity.ts'

const scenario = new CliScenario()

beforeAll(async () => {
  await scenario.begins()
  scenario.erp.becomes('refuses')
  await scenario.sends()
  // With the daily visit a portal reports, whatever it has told before.
  await scenario.plays(() => scenario.relay.cron('daily'))
})

describe('portals', () => {
  it('lists every portal', async () => {
    const { code, out } = await scenario.run(['portals'])
    expect(out).toBe(
      `PORTAL             MEMBER ID                         STATE   BACKLOG  PARKED  LAST EVENT            PROBLEM
acme.bitrix24.com  ${MEMBER_ID}  active  0        1       2026-09-21 14:14:20Z  parked (erp)
`,
    )
    expect(code).toBe(0)
  })

  it.each([
    [['--problem'], 1],
    [['--search', 'ACME'], 1],
    [['--search', 'beta'], 0],
    [['--state', 'active'], 1],
    [['--state', 'deleted'], 0],
  ])('narrows the list by %o', async (options, count) => {
    const { out } = await scenario.run(['portals', '--json', ...options])
    expect(JSON.parse(out).portals).toHaveLength(count)
  })

  it('says so when there is none, and refuses a state that does not exist', async () => {
    expect((await scenario.run(['portals', '--search', 'beta'])).out).toBe('No portal is known.\n')
    const { code, out, err } = await scenario.run(['portals', '--state', 'happy'])
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('Allowed choices are active, pending,')
  })
})
