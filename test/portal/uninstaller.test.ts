/** G7: what an uninstall deletes and what it leaves. Who may end an installation is tested in uninstall.test.ts. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ACCEPTED, RelayScenario, said } from '../support/scenarios/relay-scenario.ts'

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(async () => {
  await scenario.close()
})

describe('G7 the end of an installation', () => {
  it('CLEAN=1 deletes log, waiting events and values, counted and shown', async () => {
    await scenario.portal.installs()
    await scenario.admin('/lanes/erp/pause', { method: 'POST' })
    await scenario.admin('/lanes/crm-alerts/pause', { method: 'POST' })
    await scenario.admin('/values/TEAM', { method: 'PUT', body: '{"value":"sales-team"}' })
    await scenario.portal.sends()
    await scenario.portal.sends()
    expect(await said(scenario.portal.uninstalls('clean'))).toEqual(ACCEPTED)
    const { log, fates, portal_values: values } = await scenario.tables()
    expect({ log, fates, values }).toEqual({ log: [], fates: [], values: [] })
    const { state, domain, erased, head } = await scenario.view()
    expect({ state, domain, erased, head }).toEqual({
      state: 'uninstalled',
      domain: null,
      erased: 2,
      head: 2,
    })
    for (const lane of ['erp', 'crm-alerts']) {
      await scenario.admin(`/lanes/${lane}/resume`, { method: 'POST' })
    }
    await scenario.relay.restarts()
    await scenario.time.alarmFires()
    expect(scenario.receiver('erp').delivered()).toEqual([])
    expect(scenario.network.to('hooks.slack.com')).toEqual([])
  })

  it('CLEAN=1 counts only events that a destination was still meant to get', async () => {
    await scenario.portal.installs()
    await scenario.portal.sends()
    await vi.waitFor(async () =>
      expect((await scenario.view()).lanes.map(({ cursor }) => cursor)).toEqual([1, 1]),
    )
    await scenario.portal.uninstalls('clean')
    expect((await scenario.view()).erased).toBe(0)
  })

  it('CLEAN=0 delivers waiting events and lets the log age out', async () => {
    await scenario.portal.installs()
    await scenario.admin('/lanes/erp/pause', { method: 'POST' })
    await scenario.portal.sends()
    expect(await said(scenario.portal.uninstalls('keep-data'))).toEqual(ACCEPTED)
    await scenario.relay.restarts()
    await scenario.admin('/lanes/erp/resume', { method: 'POST' })
    await vi.waitFor(() => expect(scenario.receiver('erp').delivered()).toHaveLength(1))
    const body: unknown = JSON.parse(scenario.network.to('erp.example.com')[0]?.body ?? '')
    expect(body).toMatchObject({
      data: { portal: { memberId: scenario.memberId, domain: scenario.domain } },
    })
    expect((await scenario.tables())['log']).toHaveLength(1)
    await vi.waitFor(async () =>
      expect((await scenario.view()).lanes.map(({ cursor }) => cursor)).toEqual([1, 1]),
    )
    scenario.time.passesWithoutAlarm('31 days')
    expect(await scenario.object.touch()).toEqual({ dropped: 1 })
    expect((await scenario.tables())['log']).toEqual([])
    expect(await scenario.record()).toBeNull()
  })

  it.each(['clean', 'keep-data'] as const)(
    'the sequence goes on after a reinstall (%s): no webhook-id is used twice',
    async (kind) => {
      await scenario.portal.installs()
      await scenario.portal.sends()
      await vi.waitFor(() => expect(scenario.receiver('erp').delivered()).toHaveLength(1))
      await scenario.portal.uninstalls(kind)
      await scenario.relay.restarts()
      scenario.time.passesWithoutAlarm('2 s')
      expect(await said(scenario.portal.installs({ ts: scenario.portal.ts() }))).toEqual(ACCEPTED)
      await scenario.relay.restarts()
      expect(await (await scenario.portal.sends()).json()).toEqual({ accepted: true, sequence: 2 })
      await vi.waitFor(() =>
        expect(scenario.receiver('erp').delivered().at(-1)).toEqual({
          id: `${scenario.memberId}-2`,
          sequence: 2,
        }),
      )
      const ids = new Set(scenario.receiver('erp').ids())
      expect([...ids]).toEqual([`${scenario.memberId}-1`, `${scenario.memberId}-2`])
    },
  )

  it('an event before the uninstall is no duplicate of the same event after it', async () => {
    await scenario.portal.installs()
    const same = { 'data[FIELDS][ID]': 1, ts: scenario.portal.ts() }
    await scenario.portal.sends(same)
    await scenario.portal.uninstalls('clean')
    scenario.time.passesWithoutAlarm('2 s')
    await scenario.portal.installs({ ts: scenario.portal.ts() })
    expect(await (await scenario.portal.sends(same)).json()).toEqual({
      accepted: true,
      sequence: 2,
    })
  })

  it('uninstall keeps one row: state, time, last sequence and generation', async () => {
    await scenario.portal.installs()
    await scenario.portal.sends()
    const ts = scenario.portal.ts()
    await scenario.portal.uninstalls('clean', { ts })
    const { install, pending, portal_values: values, log, fates } = await scenario.tables()
    expect(install).toHaveLength(1)
    expect([pending, values, log, fates]).toEqual([[], [], [], []])
    expect(await scenario.stored()).toMatchObject({
      generation: 1,
      lastSequence: 1,
      uninstallTs: ts,
      installTs: null,
      hashes: [],
      application: null,
      formerDomain: null,
    })
  })
})
