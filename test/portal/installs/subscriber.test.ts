/** The portal is subscribed to what is wanted, and says who acts. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { MINUTE_MS } from '../../../src/core/durations.ts'
import { readWanted } from '../../../src/core/events/wanted-events.ts'
import { ok } from '../../../src/core/result.ts'
import { Subscriber } from '../../../src/portal/installs/subscriber.ts'
import { anInstall } from '../../support/builders/an-install.ts'
import { NOW } from '../../support/time.ts'
import type { BoundHandler } from '../../support/network/portal-rest.ts'
import { RelayScenario } from '../../support/scenarios/relay-scenario.ts'
import { RELAY } from '../../support/scenarios/relay-portal.ts'

const HANDLER = `${RELAY}/bitrix24/events`
const FOREIGN = 'https://other-relay.example.com/bitrix24/events'
const WANTED = [
  'ONAPPUNINSTALL',
  'ONAPPUPDATE',
  'ONCRMREQUISITEUSERFIELDADD',
  'ONCRMREQUISITEUSERFIELDDELETE',
  'ONCRMREQUISITEUSERFIELDSETENUMVALUES',
  'ONCRMREQUISITEUSERFIELDUPDATE',
]

let scenario: RelayScenario

beforeEach(() => {
  scenario = new RelayScenario()
})

afterEach(() => scenario.close())

function bound(handler: string): string[] {
  const { rest } = scenario.bitrix24
  return rest.bound
    .filter((row) => row.handler === handler)
    .map(({ event }) => event)
    .toSorted()
}

function aHandler(event: string, changes: Partial<BoundHandler> = {}): BoundHandler {
  return { event, handler: HANDLER, auth_type: '0', offline: 0, ...changes }
}

describe('an installation', () => {
  it('binds what is missing at the address that was called', async () => {
    scenario.bitrix24.rest.bound = [aHandler('ONAPPUPDATE')]
    await scenario.portal.installs()
    await scenario.isSubscribed()
    expect(bound(HANDLER)).toEqual(WANTED)
    expect((await scenario.view()).subscriptions.missing).toEqual([])
  })

  it('unbinds what is ours and not wanted, and nothing else', async () => {
    const foreign = 'https://other.example.com/hook'
    scenario.bitrix24.rest.bound = [
      aHandler('ONCRMDEALUPDATE'),
      aHandler('ONCRMDEALUPDATE', { handler: foreign }),
    ]
    await scenario.portal.installs()
    await scenario.isSubscribed()
    expect([bound(HANDLER), bound(foreign)]).toEqual([WANTED, ['ONCRMDEALUPDATE']])
  })

  it('moves from the address that this relay had before', async () => {
    await scenario.portal.installs()
    await scenario.isSubscribed()
    const publicUrl = 'https://events.example.com'
    scenario.adapt = (settings) => ({ ...settings, publicUrl })
    await scenario.relay.restarts()
    await scenario.object.touch()
    await vi.waitFor(() => expect(bound(`${publicUrl}/bitrix24/events`)).toEqual(WANTED))
    await vi.waitFor(() => expect(bound(HANDLER)).toEqual([]))
  })

  it('forgets a former address once nothing is bound there, for another relay may come to it', async () => {
    await scenario.portal.installs()
    await scenario.isSubscribed()
    const visits = async (publicUrl: string) => {
      scenario.adapt = (settings) => ({ ...settings, publicUrl })
      await scenario.relay.restarts()
      await scenario.object.touch()
      const events = () => bound(`${publicUrl}/bitrix24/events`)
      await vi.waitFor(() => expect(events()).toEqual(WANTED))
      await scenario.relay.restarts()
    }
    await visits('https://old.example.com')
    await visits('https://new.example.com')
    await visits('https://new.example.com')
    const old = 'https://old.example.com/bitrix24/events'
    scenario.bitrix24.rest.bound.push(...WANTED.map((event) => aHandler(event, { handler: old })))
    await visits('https://new.example.com')
    expect(bound(old)).toEqual(WANTED)
    expect((await scenario.view()).subscriptions).toMatchObject({ others: ['old.example.com'] })
  })

  it('leaves the bindings of another relay of the application alone, and tells of it', async () => {
    scenario.bitrix24.rest.bound = WANTED.map((event) => aHandler(event, { handler: FOREIGN }))
    await scenario.portal.installs()
    await scenario.isSubscribed()
    expect([bound(HANDLER), bound(FOREIGN)]).toEqual([WANTED, WANTED])
    const view: unknown = await (await scenario.admin()).json()
    expect(view).toMatchObject({
      subscriptions: { others: ['other-relay.example.com'], remedy: expect.any(String) },
    })
    // The other one looks after its own daily, and takes nothing of ours away.
    await scenario.object.touch()
    await scenario.relay.restarts()
    expect([bound(HANDLER), bound(FOREIGN)]).toEqual([WANTED, WANTED])
  })

  it('binds at the configured address where there is one', async () => {
    scenario.adapt = (settings) => ({ ...settings, publicUrl: 'https://events.example.com' })
    await scenario.portal.installs()
    await scenario.isSubscribed()
    expect(bound('https://events.example.com/bitrix24/events')).toEqual(WANTED)
    expect(bound(HANDLER)).toEqual([])
  })

  it('shows what the portal did not let it bind', async () => {
    scenario.network.handle(({ url, body }) =>
      url.endsWith('/rest/batch') && body.includes('event.bind')
        ? Response.json({ error: 'ACCESS_DENIED' }, { status: 403 })
        : null,
    )
    await scenario.portal.installs()
    await vi.waitFor(() =>
      expect(scenario.network.sent.some(({ url }) => url.endsWith('/rest/batch'))).toBe(true),
    )
    await scenario.idles()
    expect(bound(HANDLER)).toEqual([])
    expect((await scenario.portal.sends()).status).toBe(200)
  })
})

describe('events that the configuration names', () => {
  const OWN = ['ONAPPUNINSTALL', 'ONAPPUPDATE', 'ONCRMDEALADD', 'ONCRMDEALUPDATE', 'MODULE.VISIT']

  /** A relay that wants these, at a portal that offers `OWN`, and events of tasks beyond the scopes. */
  async function wants(...patterns: string[]): Promise<void> {
    scenario.bitrix24.rest.offer = { own: OWN, all: [...OWN, 'ONTASKADD'] }
    scenario.adapt = (settings) => ({ ...settings, wanted: readWanted(patterns, []) })
    await scenario.portal.installs()
    await scenario.isSubscribed()
  }

  const asked = () =>
    scenario.network.sent.filter(({ body }) => body.includes('events%3FFULL')).length

  it('are bound as far as the portal offers them, and every other one is told with its reason', async () => {
    await wants('onCrmDeal*', 'module.visit', 'onTaskAdd', 'onCrmDealAd', 'onCalendar*', 'on task')
    expect(bound(HANDLER)).toEqual([
      'MODULE.VISIT',
      'ONAPPUNINSTALL',
      'ONAPPUPDATE',
      'ONCRMDEALADD',
      'ONCRMDEALUPDATE',
    ])
    expect((await scenario.view()).subscriptions.missing).toEqual([
      { event: 'OnTaskAdd', reason: 'no_scope', remedy: expect.stringMatching(/: task$/) },
      {
        event: 'ONCRMDEALAD',
        reason: 'not_offered',
        remedy: expect.stringMatching(/onCrmDealAdd$/),
      },
      { event: 'on task', reason: 'no_name', remedy: expect.any(String) },
      { event: 'onCalendar*', reason: 'not_offered', remedy: expect.any(String) },
    ])
  })

  it('are matched with what the portal offers once a day', async () => {
    await wants('onCrmDeal*')
    expect(asked()).toBe(1)
    await scenario.object.touch()
    await vi.waitFor(() => expect(scenario.asked('/rest/event.get').length).toBeGreaterThan(1))
    await scenario.idles()
    expect(asked()).toBe(1)
    scenario.time.passesWithoutAlarm('25 h')
    await scenario.object.touch()
    await vi.waitFor(() => expect(asked()).toBe(2))
  })

  it('need no question where no glob stands, and everything is bound', async () => {
    await wants('onCrmDealAdd')
    expect(asked()).toBe(0)
  })

  it.each([true, false])(
    'are bound by one of two twins only, whatever was bound before (the portal tells its offer: %s)',
    async (tells) => {
      const twins = ['ONCRMDYNAMICITEMUPDATE', 'ONCRMDYNAMICITEMUPDATE_147']
      const patterns = ['onCrmDynamicItem*', 'onCrmDynamicItemUpdate_147']
      const own = [...OWN, ...twins]
      scenario.bitrix24.rest.offer = tells ? { own, all: own } : null
      scenario.bitrix24.rest.bound = twins.map((event) => aHandler(event))
      scenario.adapt = (settings) => ({ ...settings, wanted: readWanted(patterns, []) })
      await scenario.portal.installs()
      await scenario.isSubscribed()
      expect(bound(HANDLER).filter((event) => event.startsWith(twins[0] ?? ''))).toEqual([twins[0]])
    },
  )

  it('stay bound while the portal does not say what it offers', async () => {
    await wants('module.*')
    scenario.bitrix24.rest.offer = null
    await scenario.relay.restarts()
    await scenario.object.touch()
    await vi.waitFor(() => expect(scenario.asked('/rest/event.get').length).toBeGreaterThan(1))
    await scenario.idles()
    expect(bound(HANDLER)).toContain('MODULE.VISIT')
  })
})

describe('the daily visit', () => {
  it('binds again what an update of the application has taken away', async () => {
    await scenario.portal.installs()
    await scenario.isSubscribed()
    scenario.bitrix24.rest.bound = []
    await scenario.object.touch()
    await vi.waitFor(() => expect(bound(HANDLER)).toEqual(WANTED))
  })

  it('notices that the installation is not finished any more, and an event that it is', async () => {
    await scenario.portal.installs()
    await scenario.isSubscribed()
    scenario.bitrix24.rest.finished = false
    await scenario.object.touch()
    await vi.waitFor(async () => expect((await scenario.view()).state).toBe('unfinished'))
    const view: unknown = await (await scenario.admin()).json()
    expect(view).toMatchObject({ remedy: expect.stringContaining('until the installation is') })
    await scenario.portal.sends()
    expect((await scenario.view()).state).toBe('active')
  })
})

describe('a portal that is silent for longer than usual', () => {
  /** Bitrix24 takes the bindings away, as with an update in the Market, and says nothing. */
  async function losesBindings(): Promise<void> {
    await scenario.portal.installs()
    await scenario.isSubscribed()
    await scenario.portal.sends()
    scenario.bitrix24.rest.bound = []
  }

  it('is bound again by the alarm, long before the daily visit', async () => {
    await losesBindings()
    await scenario.time.passes('14 min')
    expect(bound(HANDLER)).toEqual([])
    await scenario.time.passes('2 min')
    await vi.waitFor(() => expect(bound(HANDLER)).toEqual(WANTED))
  })

  it('is bound again also after the end of the object', async () => {
    await losesBindings()
    await scenario.relay.restarts()
    await scenario.time.passes('16 min')
    await vi.waitFor(() => expect(bound(HANDLER)).toEqual(WANTED))
  })

  it('has its fields compared, since events were lost with the bindings', async () => {
    await losesBindings()
    scenario.time.passesWithoutAlarm('12 h')
    await scenario.time.alarmFires()
    await vi.waitFor(() => expect(bound(HANDLER)).toEqual(WANTED))
    const lists = () =>
      scenario.network.sent.filter(({ url }) => url.endsWith('userfield.list')).length
    const before = lists()
    await vi.waitFor(async () => {
      await scenario.time.passes('11 min')
      expect(lists()).toBeGreaterThan(before)
    })
  })

  it('is looked at ever more rarely when nothing was lost', async () => {
    await scenario.portal.installs()
    await scenario.isSubscribed()
    await scenario.portal.sends()
    const looks = () => scenario.network.sent.filter(({ url }) => url.endsWith('event.get')).length
    const before = looks()
    for (let minutes = 0; minutes < 24 * 60; minutes += 10) await scenario.time.passes('10 min')
    await scenario.relay.restarts()
    expect(looks() - before).toBeGreaterThan(2)
    expect(looks() - before).toBeLessThan(8)
  })
})

it('an event that is bound to one user names nobody, since it carries that user whoever acted', async () => {
  scenario.bitrix24.rest.bound = [aHandler('ONCRMREQUISITEUSERFIELDUPDATE', { auth_type: '15' })]
  await scenario.portal.installs()
  await scenario.isSubscribed()
  await scenario.portal.sends()
  await vi.waitFor(() => expect(scenario.receiver('erp').delivered()).toHaveLength(1))
  const [sent] = scenario.network.to('erp.example.com')
  expect(JSON.parse(sent?.body ?? '')).toMatchObject({ data: { user: null } })
})

it('the page finishes an installation that the portal says is not, whatever the OAuth server says', async () => {
  scenario.bitrix24.rest.finished = false
  const page = await scenario.portal.opensPage()
  expect(await page.text()).toContain('BX24.installFinish()')
})

describe('a visit of the page', () => {
  it.each([
    [MINUTE_MS - 1, 1],
    [MINUTE_MS, 2],
  ])('%i ms after an alignment that nothing has outdated makes it %i in all', async (ms, count) => {
    let now = NOW
    let install = anInstall()
    let alignments = 0
    const subscriber = new Subscriber({
      memberId: scenario.memberId,
      state: {
        install: () => install,
        changeInstall: (change) => void (install = change(install)),
      },
      youngest: { lastEventTimes: () => [] },
      config: { publicUrl: RELAY, wanted: { names: [], globs: [], noNames: [] } },
      world: { now: () => now, logLine: () => {} },
      call: async (method) => {
        if (method === 'event.get') alignments += 1
        return ok({ result: [] })
      },
    })
    await subscriber.alignAfterVisit()
    now += ms
    await subscriber.alignAfterVisit()
    expect(alignments).toBe(count)
  })
})
