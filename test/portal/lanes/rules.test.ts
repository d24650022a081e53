/** Which lanes the configuration asks for, which events each of them gets, and why not the others. */
import { describe, expect, it } from 'vitest'
import { remove } from '../../../src/core/lanes/state/lane-status.ts'
import { aLane } from '../../support/builders/a-lane.ts'
import { inLaneRoom, type LaneRoomScenario } from '../../support/scenarios/lane-room-scenario.ts'
import { machine, type Entry } from '../../support/builders/entries.ts'

const DEALS = { name: 'ONCRMDEALADD', field: null }
const OTHER_PORTAL = 'f'.repeat(32)

/** The plan of one destination in a portal with these values. */
function planOf(entry: Entry, values: Readonly<Record<string, string | null>> = {}) {
  return inLaneRoom({ destinations: [entry], values }, ({ rules }) => rules.plans()?.[0])
}

describe('LaneRules.plans()', () => {
  it('are the filters and fingerprints of the destinations', async () => {
    const entry = machine('erp', { events: ['onCrmDeal*'], fields: ['UF_*'], unchanged: 'skip' })
    expect(await planOf(entry)).toEqual({
      destination: 'erp',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      events: ['onCrmDeal*'],
      fields: ['UF_*'],
      silent: null,
      skipsUnchanged: true,
      problem: null,
    })
  })

  it('are not known while the configuration cannot be read', async () => {
    expect(await inLaneRoom({ destinations: null }, ({ rules }) => rules.plans())).toBeNull()
  })

  it.each([
    ['without its value', machine('erp', { url: '$portal.URL' }), {}, 'no_value'],
    [
      'with its value',
      machine('erp', { url: '$portal.URL' }),
      { URL: 'https://erp.example.com/' },
      null,
    ],
  ])('say why a destination %s gets nothing', async (_name, entry, values, silent) => {
    expect(await planOf(entry, values)).toMatchObject({ silent, problem: null })
  })

  it('leave out a destination whose `portals` do not take this portal', async () => {
    expect(await planOf(machine('erp', { portals: [OTHER_PORTAL] }))).toBeUndefined()
    const wrong = machine('erp', { portals: [OTHER_PORTAL], url: 'ftp://erp.example.com/' })
    expect(await planOf(wrong)).toBeUndefined()
  })

  it('hold a destination whose `portals` cannot be read: its events wait', async () => {
    const wrong = machine('erp', { portals: 7 })
    expect(await planOf(wrong)).toMatchObject({ problem: 'misconfigured' })
  })

  it('keep the lane of a destination that took this portal before, and say why it gets nothing', async () => {
    const entry = machine('erp', { portals: [OTHER_PORTAL] })
    const plan = await inLaneRoom({ destinations: [entry] }, ({ rules, book }) => {
      book.saveAll([aLane({ destination: 'erp', lastMeant: 7 })])
      return rules.plans()?.[0]
    })
    expect(plan).toMatchObject({ silent: 'portal', problem: null })
  })

  it.each([
    ['a wrong setting', machine('erp', { url: 'ftp://erp.example.com/' }), {}],
    ['an unknown type', { name: 'erp', type: 'carrier-pigeon' }, {}],
    ['a value that makes no address', machine('erp', { url: '$portal.URL' }), { URL: 'nonsense' }],
    ['a value that cannot be opened', machine('erp', { url: '$portal.URL' }), { URL: null }],
  ])('let the events wait of a destination with %s', async (_name, entry, values) => {
    expect(await planOf(entry, values)).toMatchObject({
      fingerprint: expect.stringMatching(/^unusable /),
      events: ['*'],
      fields: [],
      silent: null,
      problem: 'misconfigured',
    })
  })

  it('keep the filter that stood while a destination is wrong', async () => {
    const wrong = machine('erp', { url: 'nonsense', fields: ['UF_OTHER'] })
    const plan = await inLaneRoom({ destinations: [wrong] }, (scenario) => {
      const stood = { from: 1, events: ['onCrmLead*'], fields: ['UF_LEAD'], silent: null }
      scenario.book.save({ ...scenario.lane(), epochs: [{ ...stood, skipsUnchanged: true }] })
      return scenario.rules.plans()?.[0]
    })
    expect(plan).toMatchObject({
      events: ['onCrmLead*'],
      fields: ['UF_LEAD'],
      skipsUnchanged: true,
    })
  })
})

describe('LaneRules.find()', () => {
  it('knows the configured destinations by name', async () => {
    const found = await inLaneRoom({}, ({ rules }) => [rules.find('erp')?.name, rules.find('crm')])
    expect(found).toEqual(['erp', null])
  })

  it('knows none while the configuration cannot be read', async () => {
    expect(await inLaneRoom({ destinations: null }, ({ rules }) => rules.find('erp'))).toBeNull()
  })
})

describe('LaneRules.filteredBy()', () => {
  it.each([
    ['gets', machine('erp'), null],
    ['does not get by its event', machine('erp', { events: ['onCrmDeal*'] }), 'event'],
    ['does not get by its field', machine('erp', { fields: ['UF_OTHER'] }), 'field'],
  ])('says of an event that a destination %s', async (_name, entry, reason) => {
    const found = await inLaneRoom({ destinations: [entry] }, (scenario) => {
      scenario.portal.sends()
      return scenario.rules.filteredBy(scenario.lane(), scenario.entry(1))
    })
    expect(found).toBe(reason)
  })

  it('matches by the filter of the epoch, not by the one of today', async () => {
    const found = await inLaneRoom({}, (scenario) => {
      scenario.portal.sends(DEALS)
      const former = { events: ['onCrmLead*'], fields: [] }
      return [
        scenario.rules.match(former, scenario.entry(1).event),
        scenario.rules.match(former, scenario.entry(1).event),
      ]
    })
    expect(found).toEqual([
      { matches: false, reason: 'event' },
      { matches: false, reason: 'event' },
    ])
  })
})

describe('LaneRules.skipFiltered()', () => {
  const CHOOSY = [machine('erp', { events: ['onCrmDeal*'] })]

  function cursorAfter(prepare: (scenario: LaneRoomScenario) => void): Promise<[number, number]> {
    return inLaneRoom({ destinations: CHOOSY }, (scenario) => {
      prepare(scenario)
      scenario.rules.skipFiltered()
      const cursor = scenario.lane().cursor
      scenario.book.load()
      return [cursor, scenario.lane().cursor]
    })
  }

  it('moves the cursor in memory up to the first event that the destination gets', async () => {
    expect(
      await cursorAfter((scenario) => {
        scenario.portal.sends()
        scenario.portal.sends()
        scenario.portal.sends(DEALS)
        scenario.portal.sends()
      }),
    ).toEqual([2, 0])
  })

  it('moves it to the end of a log that holds nothing for the destination', async () => {
    expect(
      await cursorAfter((scenario) => [scenario.portal.sends(), scenario.portal.sends()]),
    ).toEqual([2, 0])
  })

  it('leaves a front where it is', async () => {
    expect(
      await cursorAfter((scenario) => [scenario.portal.sends(DEALS), scenario.portal.sends()]),
    ).toEqual([0, 0])
  })

  it('leaves a lane that is paused, and one with a digest under way', async () => {
    expect(
      await cursorAfter((scenario) => {
        scenario.portal.sends()
        scenario.control.apply('erp', { kind: 'pause' })
      }),
    ).toEqual([0, 0])
    expect(
      await cursorAfter((scenario) => {
        scenario.portal.sends()
        scenario.book.save({ ...scenario.lane(), digest: [1, 2] })
      }),
    ).toEqual([0, 0])
  })
})

describe('LaneRules.countUnsettled()', () => {
  const BOTH = [machine('erp'), machine('crm', { events: ['onCrmDeal*'] })]

  it('counts an event once that several lanes have not settled', async () => {
    const count = await inLaneRoom({ destinations: BOTH }, (scenario) => {
      scenario.portal.sends(DEALS)
      scenario.portal.sends()
      return scenario.rules.countUnsettled()
    })
    expect(count).toBe(2)
  })

  it('leaves out what each lane has settled, or does not get', async () => {
    const counts = await inLaneRoom({ destinations: BOTH }, (scenario) => {
      scenario.portal.sends()
      scenario.portal.sends(DEALS)
      scenario.book.save({ ...scenario.lane('erp'), cursor: 2 })
      const whileCrmWaits = scenario.rules.countUnsettled()
      scenario.book.save({ ...scenario.lane('crm'), cursor: 2 })
      return [whileCrmWaits, scenario.rules.countUnsettled()]
    })
    expect(counts).toEqual([1, 0])
  })

  it('leaves out removed lanes, and is 0 without any other', async () => {
    const count = await inLaneRoom({}, (scenario) => {
      scenario.portal.sends()
      scenario.book.save(remove(scenario.lane()))
      return scenario.rules.countUnsettled()
    })
    expect(count).toBe(0)
  })
})
