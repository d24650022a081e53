/** Lanes follow the configuration, in the caller's transaction or in one of their own. */
import { NOW } from '../../support/time.ts'
import { describe, expect, it } from 'vitest'
import { inLaneRoom } from '../../support/scenarios/lane-room-scenario.ts'
import { machine } from '../../support/builders/entries.ts'

const TWO = { destinations: [machine('erp'), machine('crm')] }

describe('LaneMatcher', () => {
  it('matches in a transaction of its own, which is stored', async () => {
    const names = await inLaneRoom(TWO, (scenario) => {
      scenario.book.load()
      return scenario.book.all().map(({ destination }) => destination)
    })
    expect(names).toEqual(['erp', 'crm'])
  })

  it('lets a new lane begin behind the head of the log', async () => {
    const cursor = await inLaneRoom({}, (scenario) => {
      scenario.portal.sends()
      scenario.portal.sends()
      scenario.book.clear({ since: NOW, from: 0 })
      scenario.matcher.adopt()
      scenario.matcher.matchNow()
      return scenario.lane().cursor
    })
    expect(cursor).toBe(2)
  })

  it('changes memory only when the caller says that its transaction has returned', async () => {
    const found = await inLaneRoom({}, (scenario) => {
      scenario.book.clear({ since: NOW, from: 0 })
      scenario.matcher.adopt()
      scenario.matcher.match()
      const before = scenario.book.all().length
      scenario.matcher.adopt()
      return [before, scenario.book.all().length]
    })
    expect(found).toEqual([0, 1])
  })

  it('forgets lanes whose transaction was rolled back', async () => {
    const count = await inLaneRoom({}, (scenario) => {
      scenario.book.clear({ since: NOW, from: 0 })
      scenario.matcher.adopt()
      scenario.matcher.match()
      scenario.matcher.abandon()
      scenario.matcher.adopt()
      return scenario.book.all().length
    })
    expect(count).toBe(0)
  })

  it('leaves the lanes as they stood while storage refuses, and follows when it does not', async () => {
    const found = await inLaneRoom(TWO, (scenario) => {
      scenario.book.clear({ since: NOW, from: 0 })
      scenario.matcher.adopt()
      scenario.isFull = true
      scenario.matcher.follow()
      const refused = [scenario.book.all().length, scenario.matcher.hasUnstoredMatch()]
      scenario.isFull = false
      scenario.matcher.follow()
      const followed = [scenario.book.all().length, scenario.matcher.hasUnstoredMatch()]
      return { refused, followed, reported: scenario.reported }
    })
    expect(found).toEqual({
      refused: [0, true],
      followed: [2, false],
      reported: ['background_failed'],
    })
  })
})
