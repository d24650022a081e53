/**
 * A damaged install of which KV holds no copy: the portal begins anew. Its log and its lanes stay, its sequences go
 * on, and nobody is believed more easily than at a portal that was never met.
 */
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashToken } from '../../../../src/storage/token-hash.ts'
import { damageInstall, DAMAGED_INSTALLS } from '../../../support/storage/damage.ts'
import { configured, machine } from '../../../support/builders/entries.ts'
import { REFUSED, RelayScenario, said } from '../../../support/scenarios/relay-scenario.ts'
import { until } from '../../../support/until.ts'

const TOKEN = 'token-of-the-portal-000000000000'
const FOREIGN = 'token-of-a-stranger-000000000000'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(() => scenario.close())

async function install(): Promise<void> {
  await scenario.portal.installs()
  await scenario.isSubscribed()
  await scenario.kvFollows()
}

/** KV has lost the record, the row is damaged, and the object has begun again. */
async function forgets(
  damaged: Parameters<typeof damageInstall>[1] = '{',
  alsoDo?: Parameters<typeof damageInstall>[2],
): Promise<void> {
  await scenario.relay.restarts()
  await scenario.object.view()
  await scenario.time.alarmFires()
  await scenario.kvFollows()
  await env.INSTALLS.delete(`install:${scenario.memberId}`)
  await damageInstall(scenario, damaged, alsoDo)
  await scenario.object.view()
}

/** An administrator opens the application's page, which brings the token again. */
async function installsAgain(): Promise<void> {
  scenario.time.passesWithoutAlarm('1 min')
  const answer = await scenario.portal.installs({ ts: scenario.portal.ts() })
  expect(answer.status).toBe(200)
}

function stored(sequence: number) {
  return { status: 200, body: { accepted: true, sequence } }
}

describe.each(DAMAGED_INSTALLS)('without a copy of an install whose row is %s', (row) => {
  it('no former token speaks, and the operator is told', async () => {
    await install()
    await scenario.portal.sends()
    await forgets(row)
    expect(await said(scenario.portal.sends())).toEqual(REFUSED)
    expect(await scenario.view()).toMatchObject({
      state: 'uninstalled',
      install: { kinds: [], tokens: 'none' },
      recovery: { from: 'nothing', remedy: expect.stringContaining("application's page") },
      damaged: [{ part: 'install' }],
    })
  })

  it('log and lanes go on, and no id is used twice (G1, G3)', async () => {
    await install()
    scenario.receiver('erp').answers(503)
    await scenario.portal.sends()
    await until(() => scenario.receiver('erp').count > 0)
    scenario.receiver('erp').answers(200)
    await forgets(row)
    await installsAgain()
    expect(await said(scenario.portal.sends())).toEqual(stored(2))
    await until(async () => {
      scenario.time.passesWithoutAlarm('1 min')
      await scenario.time.alarmFires()
      return scenario.receiver('erp').sequences().at(-1) === 2
    })
    expect([...new Set(scenario.receiver('erp').ids())]).toEqual([
      `${scenario.memberId}-1`,
      `${scenario.memberId}-2`,
    ])
    expect((await scenario.view()).recovery).toBeNull()
  })
})

describe('the sequences of a portal whose log is empty', () => {
  it('go on behind the cursor of a lane', async () => {
    scenario.adapt = (settings) => ({ ...settings, destinations: configured([machine('erp')]) })
    await install()
    for (const sequence of [1, 2])
      expect(await said(scenario.portal.sends())).toEqual(stored(sequence))
    await until(async () => {
      scenario.time.passesWithoutAlarm('1 min')
      await scenario.time.alarmFires()
      return (await scenario.view()).lanes.every(({ backlog }) => backlog === 0)
    })
    scenario.time.passesWithoutAlarm('31 days')
    await scenario.object.touch()
    expect((await scenario.tables())['log']).toEqual([])
    await forgets()
    await installsAgain()
    expect(await said(scenario.portal.sends())).toEqual(stored(3))
  })

  it('go on behind every sequence that any portal has had, where nothing tells the last one', async () => {
    await install()
    await scenario.portal.sends()
    await scenario.portal.uninstalls('clean')
    await forgets('{', ({ sql }) => void sql.exec('DELETE FROM lanes'))
    await installsAgain()
    const answer = await (await scenario.portal.sends()).json<{ sequence: number }>()
    expect(answer.sequence).toBeGreaterThan(1_700_000_000)
    expect(answer.sequence).toBeLessThan(Number.MAX_SAFE_INTEGER)
  })
})

describe('the identity of stored events', () => {
  it.each<[string, (row: string) => string]>([
    ['is cut off', (row) => row.slice(0, -9)],
    ['has a member of another shape', (row) => row.replace('"hashes":[', '"hashes":7,"x":[')],
  ])('is taken from the row where it %s', async (_, damaged) => {
    scenario.adapt = (settings) => ({
      ...settings,
      destinations: configured([machine('erp', { portals: [scenario.domain] })]),
    })
    await install()
    scenario.receiver('erp').answers(503)
    await scenario.portal.sends()
    await until(() => scenario.receiver('erp').count > 0)
    scenario.receiver('erp').answers(200)
    const before = scenario.receiver('erp').count
    await forgets(damaged)
    await until(async () => {
      scenario.time.passesWithoutAlarm('1 min')
      await scenario.time.alarmFires()
      return scenario.receiver('erp').count > before
    })
    expect((await scenario.view()).domain).toBe(scenario.domain)
  })
})

describe('a stranger at a portal that has begun anew (G7)', () => {
  it('does not claim it with the token of another domain', async () => {
    await install()
    scenario.adapt = (settings) => ({
      ...settings,
      webhooks: [{ token: FOREIGN, portal: 'stranger.bitrix24.com', rest: null }],
    })
    await forgets()
    expect((await scenario.portal.sendsByWebhook(FOREIGN)).status).toBe(403)
  })

  it('does not use a pin again that another domain has ended, where the row tells this domain', async () => {
    scenario.adapt = (settings) => ({
      ...settings,
      webhooks: [{ token: FOREIGN, portal: 'stranger.bitrix24.com', rest: null }],
    })
    expect((await scenario.portal.sendsByWebhook(FOREIGN)).status).toBe(200)
    await install()
    expect((await scenario.portal.sendsByWebhook(FOREIGN)).status).toBe(403)
    await forgets((row) => row.slice(0, -9))
    // The edge remembers its refusal, so the object is asked directly.
    const hash = await hashToken(scenario.memberId, FOREIGN)
    expect(await scenario.object.recognises(hash)).toBe(false)
  })

  it('does not install without an administrator', async () => {
    await install()
    await forgets()
    scenario.bitrix24.isAdmin = false
    expect(await said(scenario.portal.installs({ ts: scenario.portal.ts() }))).toEqual(REFUSED)
    expect((await scenario.view()).refused).toMatchObject({ count: 1, reason: 'not_administrator' })
  })

  it('does not revive it with an old installation, where the row tells of the uninstall', async () => {
    await install()
    await scenario.portal.uninstalls('keep-data')
    await scenario.kvFollows()
    await forgets((row) => row.slice(0, -9))
    expect(await said(scenario.portal.installs())).toEqual(REFUSED)
  })

  it('does not find it in a record of KV that is none of this program', async () => {
    await install()
    const record = JSON.parse((await env.INSTALLS.get(`install:${scenario.memberId}`)) ?? '')
    const foreign = { hash: 'f'.repeat(64), until: null }
    for (const put of ['{"version":', JSON.stringify({ ...record, hashes: [foreign] })]) {
      await scenario.relay.restarts()
      await env.INSTALLS.put(`install:${scenario.memberId}`, put)
      await damageInstall(scenario, '{')
      expect((await scenario.view()).recovery).toMatchObject({ from: 'nothing' })
      expect((await scenario.stored()).hashes).toEqual([])
    }
  })
})

describe('the token of an outgoing webhook at a portal that has begun anew', () => {
  it.each([
    ['its member id', true],
    ['its domain, which the directory has pinned to it', false],
  ])('speaks when it names %s', async (_, byMember) => {
    const portal = byMember ? scenario.memberId : 'own.bitrix24.com'
    scenario.adapt = (settings) => ({
      ...settings,
      webhooks: [
        { token: TOKEN, portal, rest: null },
        { token: FOREIGN, portal: 'stranger.bitrix24.com', rest: null },
      ],
    })
    expect(await said(scenario.portal.sendsByWebhook(TOKEN))).toEqual(stored(1))
    await forgets()
    expect((await scenario.portal.sendsByWebhook(FOREIGN)).status).toBe(403)
    expect(await said(scenario.portal.sendsByWebhook(TOKEN))).toEqual(stored(2))
  })
})
