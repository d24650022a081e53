/** What a lane finds in the log, and how much of the log it reads for it. */
import { describe, expect, it } from 'vitest'
import {
  MAX_PASSED,
  nextEntries,
  nextReplayed,
  readWaiting,
} from '../../../src/core/lanes/lane-reader.ts'
import { CALM_MS, type DigestRule } from '../../../src/core/lanes/plan-digest.ts'
import type { LogEntry } from '../../../src/core/log/event.ts'
import {
  ONLY_FIELDS,
  UNWANTED,
  aJob,
  anEntry,
  anEpoch,
  oneTo,
} from '../../support/builders/a-lane.ts'
import { aLaneScenario, type LaneScenario } from '../../support/scenarios/lane-scenario.ts'
import { NOW } from '../../support/time.ts'

const CHOOSY = { epochs: [anEpoch({ events: ONLY_FIELDS })] }

function sequences(entries: readonly LogEntry[] | null): number[] | null {
  return entries === null ? null : entries.map(({ sequence }) => sequence)
}

/** A lane that gets the last of `count` events only. */
function onlyTheLast(count: number): LaneScenario {
  const scenario = aLaneScenario({ lane: CHOOSY })
  for (const sequence of oneTo(count)) scenario.portal.sends(sequence === count ? {} : UNWANTED)
  return scenario
}

describe('nextEntries()', () => {
  it('is the front alone', () => {
    expect(sequences(nextEntries(aLaneScenario({ events: 3 }).ports()))).toEqual([1])
  })

  it('is nothing when nothing waits', () => {
    expect(nextEntries(aLaneScenario({}).ports())).toBeNull()
  })

  it('passes some hundred events at most at a time', async () => {
    const scenario = onlyTheLast(2 * MAX_PASSED + 100)
    expect(nextEntries(scenario.ports())).toBeNull()
    expect(scenario.lane.cursor).toBe(MAX_PASSED)
    // The walk goes on where it stopped, and others have their turn between.
    await scenario.walk()
    expect(scenario.lane).toMatchObject({ cursor: 2 * MAX_PASSED + 100, attempts: 0 })
  })

  it('reads an event whole only where the destination gets it', () => {
    const scenario = onlyTheLast(30)
    const ports = scenario.ports()
    const whole: number[] = []
    const log = {
      ...ports.log,
      after: (sequence: number, limit: number) => {
        const found = ports.log.after(sequence, limit)
        whole.push(...found.map((entry) => entry.sequence))
        return found
      },
      entry: (sequence: number) => {
        whole.push(sequence)
        return ports.log.entry(sequence)
      },
    }
    nextEntries({ ...ports, log })
    expect(whole).toEqual([1, 30])
  })

  it('passes what the destination does not get, once for all of it', () => {
    const scenario = onlyTheLast(30)
    expect(sequences(nextEntries(scenario.ports()))).toEqual([30])
    expect(scenario.lane).toMatchObject({ cursor: 29, lastMeant: null })
    // The first entry alone, then pages of 20.
    expect(scenario.reads).toBe(3)
  })

  it('passes everything when the destination gets none of it', () => {
    const scenario = aLaneScenario({ lane: CHOOSY })
    for (let count = 0; count < 5; count += 1) scenario.portal.sends(UNWANTED)
    expect(nextEntries(scenario.ports())).toBeNull()
    expect(scenario.lane.cursor).toBe(5)
  })

  it('leaves the lane as it is when its front is the next event', () => {
    const scenario = aLaneScenario({ events: 2 })
    const before = scenario.lane
    nextEntries(scenario.ports())
    expect(scenario.lane).toBe(before)
  })

  it('is the digest under way, without what retention has dropped of it', () => {
    const digestRule = { waitMs: null, max: 50 }
    const scenario = aLaneScenario({
      events: 4,
      digestRule,
      lane: { gathering: { underWay: [1, 2, 4] } },
    })
    scenario.log.shift()
    expect(sequences(nextEntries(scenario.ports()))).toEqual([2, 4])
  })

  it('is the front when nothing is left of the digest under way', () => {
    const digestRule = { waitMs: null, max: 50 }
    const scenario = aLaneScenario({
      events: 4,
      digestRule,
      lane: { cursor: 2, gathering: { underWay: [1, 2] } },
    })
    scenario.log.splice(0, 2)
    expect(sequences(nextEntries(scenario.ports()))).toEqual([3])
  })

  it('is the front alone when machines read what people read before', () => {
    const scenario = aLaneScenario({
      events: 2,
      reader: 'machine',
      lane: { gathering: { underWay: [1, 2] } },
    })
    expect(sequences(nextEntries(scenario.ports()))).toEqual([1])
    expect(scenario.lane).toMatchObject({
      gathering: { underWay: null, halves: [[2]], singlyUpTo: 1 },
    })
  })

  it('is a part of the digest under way when the settings allow fewer events now', () => {
    const lane = { gathering: { underWay: oneTo(10) } }
    const digestRule = { waitMs: 0, max: 4 }
    const scenario = aLaneScenario({ events: 20, lane, digestRule })
    expect(sequences(nextEntries(scenario.ports()))).toEqual([1, 2, 3])
    expect(scenario.lane).toMatchObject({
      gathering: { underWay: [1, 2, 3], halves: [[4, 5], oneTo(10).slice(5)] },
    })
    expect(scenario.saves).toEqual([])
  })
})

describe('readWaiting()', () => {
  const rule = { waitMs: null, max: 50 }

  function waiting(scenario: LaneScenario, wanted: DigestRule = rule): number[] | null {
    return sequences(readWaiting(scenario.ports(), { front: anEntry(), rule: wanted }))
  }

  it.each([
    [10, [1]],
    [11, oneTo(11)],
  ])('of %i events looks behind the front only when the lane is behind', (events, expected) => {
    const scenario = aLaneScenario({ events })
    expect(waiting(scenario)).toEqual(expected)
    expect(scenario.reads).toBe(events > 10 ? 1 : 0)
  })

  it('looks behind the front while the lane is calm', () => {
    expect(
      waiting(aLaneScenario({ events: 3, lane: { gathering: { lastDigestAt: NOW } } })),
    ).toEqual([1, 2, 3])
  })

  it('looks no longer behind a front that came when the calm was over', () => {
    const scenario = aLaneScenario({
      events: 3,
      lane: { gathering: { lastDigestAt: NOW - CALM_MS } },
    })
    expect(waiting(scenario)).toEqual([1])
    expect(scenario.reads).toBe(0)
  })

  it('looks behind the front when the destination gathers', () => {
    const gathering = { waitMs: 1000, max: 50 }
    const scenario = aLaneScenario({ events: 3 })
    scenario.now += 1000
    expect(waiting(scenario, gathering)).toEqual([1, 2, 3])
  })

  it('reads nothing while it gathers, as long as no message can be full', () => {
    const scenario = aLaneScenario({ events: 3 })
    expect(waiting(scenario, { waitMs: 1000, max: 4 })).toEqual([1])
    expect(scenario.reads).toBe(0)
    expect(waiting(scenario, { waitMs: 1000, max: 3 })).toEqual([1, 2, 3])
  })

  it('reads nothing when nothing stands behind the front', () => {
    const scenario = aLaneScenario({ events: 1 })
    expect(waiting(scenario, { waitMs: 0, max: 100 })).toEqual([1])
    expect(scenario.reads).toBe(0)
  })

  it.each([
    [29, [1, 2]],
    [30, [1, 2, 3]],
    [5, [1]],
  ])('puts into a batch of %i bytes what has room in it: %j', (bytes, expected) => {
    const batch = { waitMs: 0, max: 100, room: { bytes, sizeOf: () => 10 } }
    expect(waiting(aLaneScenario({ events: 3 }), batch)).toEqual(expected)
  })

  it('measures only what the destination gets', () => {
    const scenario = aLaneScenario({ lane: CHOOSY })
    for (const event of [{}, UNWANTED, {}]) scenario.portal.sends(event)
    const measured: number[] = []
    const sizeOf = ({ sequence }: LogEntry) => measured.push(sequence)
    waiting(scenario, { waitMs: 0, max: 100, room: { bytes: 1000, sizeOf } })
    expect(measured).toEqual([1, 3])
  })

  it('holds no more than one message may hold, and reads no page more for it', () => {
    const scenario = aLaneScenario({ events: 60 })
    expect(waiting(scenario, { waitMs: null, max: 21 })).toEqual(oneTo(21))
    expect(scenario.reads).toBe(1)
  })

  it('leaves out what the destination does not get, and looks through 500 events at most', () => {
    const scenario = aLaneScenario({ lane: CHOOSY })
    for (const sequence of oneTo(700)) {
      scenario.portal.sends([1, 400, 501, 502].includes(sequence) ? {} : UNWANTED)
    }
    expect(waiting(scenario)).toEqual([1, 400, 501])
    expect(scenario.reads).toBe(25)
  })
})

describe('nextReplayed()', () => {
  it('is nothing without a job', () => {
    expect(nextReplayed(aLaneScenario({ events: 2 }).ports())).toBeNull()
  })

  it('is the next event of the job that the destination gets', () => {
    const scenario = onlyTheLast(30)
    const job = aJob({ next: 2, to: 30 })
    scenario.lane = { ...scenario.lane, cursor: 30, replays: [job] }
    expect(nextReplayed(scenario.ports())).toMatchObject({
      entry: { sequence: 30 },
      job: { ...job, next: 30 },
    })
    // What it has passed is not read again while the lane waits for its turn.
    expect(scenario.lane.replays).toEqual([{ ...job, next: 30 }])
  })

  it('passes some hundred events at most at a time', async () => {
    const count = 2 * MAX_PASSED + 100
    const scenario = onlyTheLast(count)
    scenario.lane = { ...scenario.lane, cursor: count, replays: [aJob({ to: count })] }
    expect(nextReplayed(scenario.ports())).toBe('further')
    expect(scenario.lane.replays).toMatchObject([{ next: MAX_PASSED + 1 }])
    await scenario.walk()
    expect(scenario.mixed).toEqual([`r${count}`])
  })

  it('keeps the wait of an event that is tried again behind others that the destination does not get', () => {
    const scenario = onlyTheLast(30)
    const job = aJob({ next: 2, to: 30, attempts: 1, retryAt: NOW + 5 })
    scenario.lane = { ...scenario.lane, cursor: 30, replays: [job] }
    expect(nextReplayed(scenario.ports())).toMatchObject({ entry: { sequence: 30 }, job })
  })

  it('goes to the next job when one finds nothing more, and removes it', () => {
    const scenario = onlyTheLast(30)
    const second = aJob({ next: 30, to: 30 })
    scenario.lane = { ...scenario.lane, cursor: 30, replays: [aJob({ to: 29 }), second] }
    expect(nextReplayed(scenario.ports())).toMatchObject({ entry: { sequence: 30 }, job: second })
    expect(scenario.lane.replays).toEqual([second])
  })

  it('of a job for parked events passes those whose entry is gone', () => {
    const scenario = aLaneScenario({ events: 3 })
    scenario.operator.parks(1)
    scenario.operator.parks(2)
    scenario.log.shift()
    scenario.lane = { ...scenario.lane, replays: [aJob({ parkedOnly: true })] }
    expect(nextReplayed(scenario.ports())).toMatchObject({ entry: { sequence: 2 } })
  })
})
