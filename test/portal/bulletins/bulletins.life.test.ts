/** The life of an installation as a vendor is told it, up to an uninstall that erases everything. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { machine } from '../../support/builders/entries.ts'
import { configured } from '../../support/builders/entries.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { until } from '../../support/until.ts'
import { WITH_NEW_TOKEN } from '../../support/worker/runtime-bindings.ts'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
  scenario.network.handle(({ url }) =>
    new URL(url).host === 'vendor.example.com' ? new Response('') : null,
  )
  scenario.adapt = (settings) => ({
    ...settings,
    destinations: configured([machine('erp'), machine('vendor', { events: ['relay.*'] })]),
  })
})

afterEach(() => scenario.close())

function told(): string[] {
  return scenario
    .receiver('vendor')
    .received()
    .map(({ type }) => type)
}

/** What the vendor is told at rest, when it is told that many events. */
async function toldAtRest(count: number): Promise<readonly string[]> {
  await until(() => told().length >= count)
  await scenario.idles()
  return told()
}

describe('a vendor', () => {
  it('is told of the installation, of an update, and of the end', async () => {
    await scenario.portal.installs()
    expect(await toldAtRest(1)).toEqual(['relay.portal.installed'])
    await scenario.portal.updates()
    expect(await toldAtRest(2)).toEqual(['relay.portal.installed', 'relay.portal.updated'])
    await scenario.portal.uninstalls('keep-data')
    expect(await toldAtRest(3)).toEqual([
      'relay.portal.installed',
      'relay.portal.updated',
      'relay.portal.uninstalled',
    ])
  })

  it('is told of the end although everything of the portal is erased, and of nothing else after it', async () => {
    await scenario.portal.installs()
    expect(await toldAtRest(1)).toEqual(['relay.portal.installed'])
    scenario.receiver('vendor').answers(503)
    await scenario.portal.uninstalls('clean')
    await until(async () => (await scenario.view()).state === 'uninstalled')
    await until(() => told().length >= 2)
    await scenario.relay.restarts()
    const rows = (await scenario.tables())['bulletins'] ?? []
    expect(rows.map(({ n }) => n)).toEqual([2])
    scenario.receiver('vendor').answers(200)
    await scenario.time.passes('1 h')
    await until(async () => {
      const { bulletins = [] } = (await scenario.object.view()) ?? {}
      return bulletins[0]?.fates[0]?.state === 'delivered'
    })
    const last = scenario.receiver('vendor').requests().at(-1)
    expect(JSON.parse(last?.body ?? '')).toMatchObject({
      type: 'relay.portal.uninstalled',
      data: { portal: { memberId: scenario.memberId, domain: scenario.domain } },
    })
    expect(last?.headers.get('webhook-id')).toBe(`${scenario.memberId}-relay-2`)
    await scenario.portal.installs()
    await until(() => told().at(-1) === 'relay.portal.installed')
    expect(scenario.receiver('vendor').ids().at(-1)).toBe(`${scenario.memberId}-relay-3`)
  })

  it('is told of nothing when an operator erases the portal, and no bulletin is left', async () => {
    await scenario.portal.installs()
    expect(await toldAtRest(1)).toEqual(['relay.portal.installed'])
    expect(await scenario.object.erase(scenario.domain)).toMatchObject({ kind: 'done' })
    await scenario.idles()
    expect(told()).toEqual(['relay.portal.installed'])
    expect((await scenario.tables())['bulletins']).toEqual([])
  })

  it('who asks only later is not told of an installation that has stood for long', async () => {
    const { adapt } = scenario
    scenario.adapt = (settings) => settings
    await scenario.portal.installs()
    await scenario.isSubscribed()
    scenario.adapt = adapt
    await scenario.relay.restarts()
    await scenario.portal.sends()
    await scenario.idles()
    expect(told()).toEqual([])
    await scenario.portal.updates()
    expect(await toldAtRest(1)).toEqual(['relay.portal.updated'])
  })

  it('is told of callers that were refused again and again in the name of the portal', async () => {
    await scenario.portal.installs()
    expect(await toldAtRest(1)).toEqual(['relay.portal.installed'])
    for (let call = 0; call < 6; call += 1) {
      const token = `${WITH_NEW_TOKEN['auth[application_token]']}${call}`
      expect((await scenario.portal.sends({ 'auth[application_token]': token })).status).toBe(403)
    }
    expect(await toldAtRest(2)).toEqual(['relay.portal.installed', 'relay.callers.refused'])
  })
})

describe('a stranger', () => {
  it('makes no bulletin and no table in the name of a portal that is not known', async () => {
    for (let call = 0; call < 6; call += 1) {
      expect((await scenario.portal.sends()).status).toBe(403)
    }
    await scenario.idles()
    expect(await scenario.tables()).toEqual({})
    expect(told()).toEqual([])
  })
})
