/** A relay that runs, looked at by `doctor`. */
import { beforeEach, describe, expect, it } from 'vitest'
import { CliScenario, type Surroundings } from '../../support/scenarios/cli-scenario.ts'
import { SIGNING_SECRET } from '../../support/worker/runtime-bindings.ts'

let scenario: CliScenario

beforeEach(async () => {
  scenario = new CliScenario()
  await scenario.begins()
})

async function findings(options: readonly string[], surroundings: Surroundings = {}) {
  const { out } = await scenario.run(['doctor', '--json', ...options], surroundings)
  const all: readonly { check: string; result: string; finding: string }[] =
    JSON.parse(out).findings
  const ofMachine = ['node', 'wrangler', 'wrangler.toml']
  return all
    .filter(({ check }) => !ofMachine.includes(check))
    .map(({ check, result, finding }) => `${result} ${check}: ${finding}`)
}

describe('checkRelay()', () => {
  it('finds nothing wrong with a relay with which all is well', async () => {
    expect(await findings(['--portal', 'acme.bitrix24.com'])).toEqual([
      'ok health: The relay is well, version unversioned',
      'ok admin: It lets in, and knows 1 portal',
      'ok kv: KV answers',
      'ok portals: No portal needs anybody',
      'ok portal acme.bitrix24.com: Its installation is active',
      'ok portal acme.bitrix24.com: It is bound to every wanted event',
      'ok destination erp: It is usable: webhook at erp.acme.test',
      'ok destination crm: It is usable: slack at hooks.slack.com',
    ])
  })

  it('sends test messages only when it is told to', async () => {
    scenario.crm.becomes('gone')
    const told = await findings(['--send'])
    expect(told).toContain('ok destination erp: A test message was delivered')
    expect(told.at(-1)).toMatch(
      /^problem destination crm: A test message was rejected: .*HTTP 410/u,
    )
    expect(scenario.erp.taken).toHaveLength(1)
    await findings([])
    expect(scenario.erp.taken).toHaveLength(1)
  })

  it('asks for the portal whose values a destination needs', async () => {
    scenario.deploys({ DESTINATIONS: [{ name: 'own', type: 'slack', url: '$portal.SLACK_URL' }] })
    expect(await findings(['--send'])).toContain(
      'skipped destination own: No test message: it asks for values of a portal',
    )
    const told = await findings(['--send', '--portal', 'acme.bitrix24.com'])
    expect(told).toContain('problem destination own: A test message was rejected: no_value')
  })

  it('ends where it is not let in', async () => {
    const told = await findings([], { env: { ADMIN_TOKEN: 'wrong' } })
    expect(told).toEqual([
      'ok health: The relay is well, version unversioned',
      'problem admin: A valid admin token is needed (unauthorized)',
    ])
  })

  it('tells that KV fails, and goes on', async () => {
    scenario.relay.kv.mode = 'fails'
    const told = await findings([])
    expect(told).toContain('problem kv: The request failed inside of the relay (internal_error)')
    expect(told).toContain('ok destination crm: It is usable: slack at hooks.slack.com')
  })

  it('tells wrong settings, events that are not bound, and portals that need somebody', async () => {
    const erp = { name: 'erp', type: 'webhook', url: scenario.erp.url, secret: SIGNING_SECRET }
    scenario.deploys({
      DESTINATIONS: [erp, { name: 'broken', type: 'slack', url: 'ftp://x' }],
      SUBSCRIBED_EVENTS: ['onCrmNoSuchThing'],
    })
    scenario.portal.bitrix24.rest.offer = { own: ['ONCRMDEALADD'], all: ['ONCRMDEALADD'] }
    await scenario.plays(() => scenario.relay.cron('daily'))
    await scenario.passes(60_000)
    const told = await findings(['--portal', 'acme.bitrix24.com'])
    expect(told).toContainEqual(
      expect.stringMatching(/^problem health: DESTINATIONS\.broken\.url: Must be/u),
    )
    expect(told).toContainEqual(expect.stringMatching(/^problem destination broken: url: Must be/u))
    expect(told).toContainEqual(expect.stringMatching(/^problem portals: acme\.bitrix24\.com: /u))
  })

  it('knows no portal of another name', async () => {
    expect(await findings(['--portal', 'nobody.bitrix24.com'])).toContain(
      'problem portal nobody.bitrix24.com: Nothing is found at this address (not_found)',
    )
  })
})
