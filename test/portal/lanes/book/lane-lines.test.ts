/** The operator's log hears once of a lane that is disabled and of each event that is parked, whatever storage does. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ExactFate } from '../../../../src/core/lanes/state/fate.ts'
import { disable, enable, pause } from '../../../../src/core/lanes/state/lane-status.ts'
import type { LineWriter } from '../../../../src/log.ts'
import { LaneLines } from '../../../../src/portal/lanes/book/lane-lines.ts'
import { aLane } from '../../../support/builders/a-lane.ts'
import { machine } from '../../../support/builders/entries.ts'
import { MEMBER_ID } from '../../../support/identity.ts'
import { inLaneRoom } from '../../../support/scenarios/lane-room-scenario.ts'
import { PortalScenario } from '../../../support/scenarios/portal-scenario.ts'
import { NOW } from '../../../support/time.ts'
import { until } from '../../../support/until.ts'

function parkedFate(sequence: number): ExactFate {
  return { sequence, state: 'parked', reason: 'http_422', status: 422, at: NOW, attempts: 1 }
}

const DISABLED = {
  line: 'lane_disabled',
  memberId: MEMBER_ID,
  destination: 'erp',
  reason: 'gone',
  delivers: 'events',
}

function parkedLine(sequence: number) {
  const why = { reason: 'http_422', status: 422, attempts: 1 }
  return { line: 'event_parked', memberId: MEMBER_ID, destination: 'erp', sequence, ...why }
}

describe('the book of the lanes', () => {
  it('tells a lane that is disabled, once, and again when it was well in between', () =>
    inLaneRoom({}, ({ book, matcher, lines }) => {
      matcher.follow()
      const [lane = aLane()] = book.all()
      const gone = disable(lane, { reason: 'gone', probeAt: null })
      book.save(gone)
      book.save({ ...gone, probeAt: NOW })
      book.put({ ...gone, attempts: 3 })
      expect(lines).toEqual([DISABLED])
      book.save(enable(gone))
      book.save(pause(gone))
      book.save(gone)
      expect(lines).toEqual([DISABLED, DISABLED])
    }))

  it('tells a lane whose destination is wrong, and says nothing of it to the next start', () =>
    inLaneRoom({ destinations: [machine('erp', { url: 'nonsense' })] }, (room) => {
      room.matcher.follow()
      room.book.load()
      room.matcher.follow()
      expect(room.lines).toEqual([{ ...DISABLED, reason: 'misconfigured' }])
    }))

  it('tells each event that is parked when storage has taken that, and why the last one was', () =>
    inLaneRoom({}, (room) => {
      room.matcher.follow()
      room.portal.sends()
      const page = room.book.page('erp')
      const delivered: ExactFate = { ...parkedFate(1), state: 'delivered', reason: null }
      page.saveOutcome(page.lane(), { fates: [delivered, parkedFate(1)] })
      expect(room.lines).toEqual([parkedLine(1)])
      expect(room.book.lastParkReason('erp')).toBe('http_422')
      expect(room.book.lastParkReason('crm')).toBeNull()
      room.isFull = true
      expect(() => page.saveOutcome(page.lane(), { fates: [parkedFate(2)] })).toThrow(/full/i)
      expect(room.lines).toHaveLength(1)
      room.isFull = false
      page.saveOutcome(page.lane(), { fates: [parkedFate(3)] })
      expect(room.lines.slice(1)).toEqual([parkedLine(2), parkedLine(3)])
    }))
})

describe('the lines', () => {
  it('of bulletins name their numbers', () => {
    const lines: unknown[] = []
    const logLine: LineWriter = (_level, line, fields = {}) => void lines.push({ line, ...fields })
    const own = new LaneLines({ memberId: 'm', delivers: 'bulletins', world: { logLine } })
    own.followFates('ops', [parkedFate(7)])
    own.followLane(null, disable(aLane(), { reason: 'gone', probeAt: null }))
    expect(lines).toMatchObject([
      { line: 'bulletin_parked', destination: 'ops', sequence: 7 },
      { line: 'lane_disabled', delivers: 'bulletins' },
    ])
  })
})

describe('a real portal', () => {
  let scenario: PortalScenario

  beforeEach(() => {
    scenario = new PortalScenario()
  })

  afterEach(() => scenario.close())

  it('writes a line for a parked event, and one for a lane that is disabled, and none after a restart', async () => {
    await scenario.portal.becomesKnown()
    scenario.receiver('erp').answers(422)
    await scenario.relay.passesOn()
    scenario.receiver('erp').answers(410)
    await scenario.portal.sends()
    const lines = () => scenario.logged.filter((line) => /^(lane|event)_(dis|par)/.test(line))
    await until(() => lines().length === 2)
    await scenario.relay.restarts()
    await scenario.time.passesUntilQuiet()
    expect(lines()).toEqual(['event_parked', 'lane_disabled'])
  })
})
