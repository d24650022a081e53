/** Lanes follow the configuration, in the caller's transaction or in one of their own. */
import { describe, expect, it } from 'vitest'
import { inLaneRoom } from '../../support/lane-room-scenario.ts'
import { machine } from '../../support/portal-scenario.ts'

const TWO = { destinations: [machine('erp'), machine('crm')] }

describe('LaneMatcher', () => {
  it('matches in a transaction of its own, which is stored', async () => {
    const names = await inLaneRoom(TWO, (room) => {
      room.book.load()
      return room.book.all().map(({ destination }) => destination)
    })
    expect(names).toEqual(['erp', 'crm'])
  })

  it('lets a new lane begin behind the head of the log', async () => {
    const cursor = await inLaneRoom({}, (room) => {
      room.append()
      room.append()
      room.book.clear()
      room.matcher.adopt()
      room.matcher.matchNow()
      return room.lane().cursor
    })
    expect(cursor).toBe(2)
  })

  it('changes memory only when the caller says that its transaction has returned', async () => {
    const found = await inLaneRoom({}, (room) => {
      room.book.clear()
      room.matcher.adopt()
      room.matcher.match()
      const before = room.book.all().length
      room.matcher.adopt()
      return [before, room.book.all().length]
    })
    expect(found).toEqual([0, 1])
  })

  it('forgets lanes whose transaction was rolled back', async () => {
    const count = await inLaneRoom({}, (room) => {
      room.book.clear()
      room.matcher.adopt()
      room.matcher.match()
      room.matcher.abandon()
      room.matcher.adopt()
      return room.book.all().length
    })
    expect(count).toBe(0)
  })
})
