/** What a page of the lane book remembers while storage does not know it. Refusals as receivers see them: book.refusals.test.ts. */
import { describe, expect, it } from 'vitest'
import { machine } from '../../../support/builders/entries.ts'
import { inLaneRoom } from '../../../support/scenarios/lane-room-scenario.ts'

const OUTCOME = {
  fates: [{ sequence: 1, state: 'delivered', at: 7, attempts: 2, reason: null, status: 200 }],
} as const

describe('a send that only memory knows', () => {
  it('is stored with the lanes that are matched, and counts as unsaved no more', async () => {
    const unsaved = await inLaneRoom({}, (scenario) => {
      const { book } = scenario
      const page = book.page('erp')
      page.saveSoon(scenario.lane(), 1)
      const before = page.unsavedEvents()
      book.matchNow({ plans: null, head: 0 })
      return [before, page.unsavedEvents()]
    })
    expect(unsaved).toEqual([1, 0])
  })
})

describe('an outcome that storage refuses', () => {
  it('is kept in memory, and is stored with the next thing that storage takes', async () => {
    const found = await inLaneRoom({}, (scenario) => {
      const { book, fates } = scenario
      const page = book.page('erp')
      scenario.isFull = true
      expect(() => page.saveOutcome({ ...page.lane(), cursor: 1 }, OUTCOME)).toThrow('disk is full')
      expect(() => page.catchUp()).toThrow('disk is full')
      const refused = [book.hasUnstoredOutcome('erp'), page.lane().cursor, fates.find('erp', 1)]
      scenario.isFull = false
      page.catchUp()
      return [refused, [book.hasUnstoredOutcome('erp'), page.lane().cursor, fates.find('erp', 1)]]
    })
    expect(found).toEqual([
      [true, 1, null],
      [false, 1, expect.objectContaining({ sequence: 1, state: 'delivered', attempts: 2 })],
    ])
  })

  it('is written before what is new, so the new fate of an event stands', async () => {
    const found = await inLaneRoom({}, (scenario) => {
      const { book, fates } = scenario
      const page = book.page('erp')
      scenario.isFull = true
      const parked = {
        sequence: 1,
        state: 'parked',
        at: 6,
        attempts: 1,
        reason: 'http_422',
      } as const
      const refused = { fates: [{ ...parked, status: 422 }] }
      expect(() => page.saveOutcome(page.lane(), refused)).toThrow('disk is full')
      scenario.isFull = false
      page.saveOutcome(page.lane(), OUTCOME)
      return [fates.find('erp', 1)?.state, fates.countParked('erp')]
    })
    expect(found).toEqual(['delivered', 0])
  })

  it('of one lane is none of another', async () => {
    const found = await inLaneRoom(
      { destinations: [machine('erp'), machine('crm')] },
      (scenario) => {
        const { book } = scenario
        scenario.isFull = true
        expect(() => book.page('erp').saveOutcome(scenario.lane(), OUTCOME)).toThrow('disk is full')
        return [book.hasUnstoredOutcome('erp'), book.hasUnstoredOutcome('crm')]
      },
    )
    expect(found).toEqual([true, false])
  })
})

it('a page of a lane that does not exist says so', async () => {
  await inLaneRoom({}, ({ book }) => {
    expect(() => book.page('nobody').lane()).toThrow('Cannot walk lane nobody')
  })
})
