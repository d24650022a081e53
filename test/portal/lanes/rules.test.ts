/** Which events each lane gets, why not the others, and where that moves a lane. */
import { MAX_SEQUENCE } from '../../../src/core/log/max-sequence.ts'
import { describe, expect, it } from 'vitest'
import { canReplay } from '../../../src/core/lanes/filters/filter-reason.ts'
import { remove } from '../../../src/core/lanes/state/lane-status.ts'
import { inLaneRoom, type LaneRoomScenario } from '../../support/scenarios/lane-room-scenario.ts'
import { aLane } from '../../support/builders/a-lane.ts'
import { machine } from '../../support/builders/entries.ts'

const DEALS = { name: 'ONCRMDEALADD', field: null }
/** The text of an event that is too large to be read as a whole where its outline suffices. */
const LONG = 'x'.repeat(5000)

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

describe('LaneRules.frontOf()', () => {
  it('is the first event behind the cursor that the lane gets, and none where it gets nothing', async () => {
    const destinations = [machine('erp', { events: ['onCrmDeal*'] })]
    const fronts = await inLaneRoom({ destinations }, (scenario) => {
      scenario.portal.sends()
      scenario.portal.sends()
      const before = scenario.rules.frontOf({ ...scenario.lane(), cursor: 0 })
      scenario.portal.sends(DEALS)
      const lane = { ...scenario.lane(), cursor: 0 }
      return [before, scenario.rules.frontOf(lane), scenario.rules.frontOf({ ...lane, cursor: 3 })]
    })
    expect(fronts.map((entry) => entry?.sequence ?? null)).toEqual([null, 3, null])
  })
})

describe('LaneRules.skipFiltered()', () => {
  const CHOOSY = [machine('erp', { events: ['onCrmDeal*'] })]

  function cursorAfter(prepare: (scenario: LaneRoomScenario) => void): Promise<[number, number]> {
    return inLaneRoom({ destinations: CHOOSY }, (scenario) => {
      prepare(scenario)
      scenario.rules.skipFiltered(MAX_SEQUENCE)
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
        scenario.book.save(aLane({ ...scenario.lane(), gathering: { underWay: [1, 2] } }))
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
      return scenario.rules.countUnsettled(2)
    })
    expect(count).toBe(2)
  })

  it('leaves out what each lane has settled, or does not get', async () => {
    const counts = await inLaneRoom({ destinations: BOTH }, (scenario) => {
      scenario.portal.sends()
      scenario.portal.sends(DEALS)
      scenario.book.save({ ...scenario.lane('erp'), cursor: 2 })
      const whileCrmWaits = scenario.rules.countUnsettled(2)
      scenario.book.save({ ...scenario.lane('crm'), cursor: 2 })
      return [whileCrmWaits, scenario.rules.countUnsettled(2)]
    })
    expect(counts).toEqual([1, 0])
  })

  it('leaves out removed lanes, and is 0 without any other', async () => {
    const count = await inLaneRoom({}, (scenario) => {
      scenario.portal.sends()
      scenario.book.save(remove(scenario.lane()))
      return scenario.rules.countUnsettled(2)
    })
    expect(count).toBe(0)
  })
})
