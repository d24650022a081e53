/** Which lanes the configuration asks for, which events each of them gets, and why not the others. */
import { describe, expect, it } from 'vitest'
import { canReplay } from '../../../src/core/lanes/filters/filter-reason.ts'
import { remove } from '../../../src/core/lanes/state/lane-status.ts'
import { aLane } from '../../support/builders/a-lane.ts'
import { inLaneRoom, type LaneRoomScenario } from '../../support/scenarios/lane-room-scenario.ts'
import { machine, type Entry } from '../../support/builders/entries.ts'

const DEALS = { name: 'ONCRMDEALADD', field: null }
/** The text of an event that is too large to be read as a whole where its outline suffices. */
const LONG = 'x'.repeat(5000)
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

  it('hold the users and the conditions of a destination that has some', async () => {
    const filter = { users: ['!512'], when: ['data.ID = 7'] }
    expect(await planOf(machine('erp', filter))).toMatchObject(filter)
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
      const stood = {
        from: 1,
        events: ['onCrmLead*'],
        fields: ['UF_LEAD'],
        users: ['!512'],
        when: ['data.ID = 7'],
        silent: null,
      }
      scenario.book.save({ ...scenario.lane(), epochs: [{ ...stood, skipsUnchanged: true }] })
      return scenario.rules.plans()?.[0]
    })
    expect(plan).toMatchObject({
      events: ['onCrmLead*'],
      fields: ['UF_LEAD'],
      users: ['!512'],
      when: ['data.ID = 7'],
      skipsUnchanged: true,
    })
  })

  it.each([{ users: ['anna'] }, { when: ['data.ID > 7'] }])(
    'let the events wait of a destination with the wrong filter %j',
    async (wrong) => {
      expect(await planOf(machine('erp', wrong))).toMatchObject({ problem: 'misconfigured' })
    },
  )
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
    ['does not get by its user', machine('erp', { users: ['!1'] }), 'user'],
    ['does not get by a condition', machine('erp', { when: ['subject.id = 7'] }), 'condition'],
  ])('says of an event that a destination %s', async (_name, entry, reason) => {
    const found = await inLaneRoom({ destinations: [entry] }, (scenario) => {
      scenario.portal.sends()
      return scenario.rules.filteredBy(scenario.lane(), scenario.entry(1))
    })
    expect(found?.reason ?? null).toBe(reason)
  })

  it.each([
    ['data.FIELDS.ID = 27', null],
    ['subject.id = 27', null],
    ['data.FIELDS.ID = 28', 'data.FIELDS.ID = 28'],
  ])('decides %s by the data that the outline of a large event has lost', async (when, unmet) => {
    const destinations = [machine('erp', { events: ['onCrmDeal*'], when: [when] })]
    const found = await inLaneRoom({ destinations }, (scenario) => {
      const data = { FIELDS: { ID: '27', COMMENTS: LONG } }
      scenario.portal.sends({ ...DEALS, data })
      const [outline] = scenario.log.outlinesAfter(0, 9)
      return outline && [outline.event.data, scenario.rules.filteredBy(scenario.lane(), outline)]
    })
    const filtered = unmet === null ? null : { reason: 'condition', condition: unmet }
    expect(found).toEqual([null, filtered])
  })

  it('decides by a large quarantined event, as a replay would send it, what may be replayed', async () => {
    const destinations = [machine('erp', { events: ['onCrmDeal*'], when: ['subject.id = 27'] })]
    const found = await inLaneRoom({ destinations }, (scenario) => {
      const quarantined = 'unknown_event_name' as const
      for (const id of ['27', '28']) {
        const data = { FIELDS: { ID: id, COMMENTS: LONG } }
        const sent = { name: 'UNKNOWN', sentName: 'onCrmDealAdd', field: null, quarantined }
        scenario.portal.sends({ ...sent, data })
      }
      return scenario.log
        .outlinesAfter(0, 9)
        .map((outline) => canReplay(scenario.lane(), outline, scenario.rules))
    })
    expect(found).toEqual([true, false])
  })

  it('reads a large event for no filter that does not ask for its data', async () => {
    const destinations = [machine('erp', { events: ['onCrmLead*'], when: ['data.ID = 7'] })]
    await inLaneRoom({ destinations }, (scenario) => {
      scenario.portal.sends({ ...DEALS, data: LONG })
      const outlines = scenario.log.outlinesAfter(0, 9)
      scenario.log.entry = () => expect.unreachable()
      expect(
        outlines.map((outline) => scenario.rules.filteredBy(scenario.lane(), outline)),
      ).toEqual([{ reason: 'event' }])
    })
  })

  it('matches by the filter of the epoch, not by the one of today', async () => {
    const found = await inLaneRoom({}, (scenario) => {
      scenario.portal.sends(DEALS)
      const former = { events: ['onCrmLead*'], fields: [] }
      return [
        scenario.rules.match(former, scenario.entry(1)),
        scenario.rules.match(former, scenario.entry(1)),
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

  it('passes no event that waits for its enrichment', async () => {
    const cursor = await inLaneRoom({ destinations: CHOOSY }, (scenario) => {
      for (let count = 0; count < 3; count += 1) scenario.portal.sends()
      scenario.rules.skipFiltered(2)
      return scenario.lane().cursor
    })
    expect(cursor).toBe(2)
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
