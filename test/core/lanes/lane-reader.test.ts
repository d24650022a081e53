/** What a lane finds in the log, and how much of the log it reads for it. */
import { describe, expect, it } from 'vitest'
import {
  nextBatch,
  nextReplayed,
  previousMeant,
  readWaiting,
} from '../../../src/core/lanes/lane-reader.ts'
import type { LogEntry } from '../../../src/core/log/event.ts'
import {
  ONLY_FIELDS,
  UNWANTED,
  aJob,
  anEntry,
  anEpoch,
  laneWorld,
  oneTo,
  type LaneWorld,
} from '../../support/lane-scenario.ts'
import { NOW } from '../../support/time.ts'

const CHOOSY = { epochs: [anEpoch({ events: ONLY_FIELDS })] }

function sequences(entries: readonly LogEntry[] | null): number[] | null {
  return entries === null ? null : entries.map(({ sequence }) => sequence)
}

/** A lane that gets the last of `count` events only. */
function onlyTheLast(count: number): LaneWorld {
  const world = laneWorld({ lane: CHOOSY })
  for (const sequence of oneTo(count)) world.append(sequence === count ? {} : UNWANTED)
  return world
}

describe('nextBatch()', () => {
  it('is the front alone', () => {
    expect(sequences(nextBatch(laneWorld({ events: 3 }).ports()))).toEqual([1])
  })

  it('is nothing when nothing waits', () => {
    expect(nextBatch(laneWorld({}).ports())).toBeNull()
  })

  it('passes what the destination does not get, once for all of it', () => {
    const world = onlyTheLast(30)
    expect(sequences(nextBatch(world.ports()))).toEqual([30])
    expect(world.lane).toMatchObject({ cursor: 29, lastMeant: null })
    // The first entry alone, then pages of 20.
    expect(world.reads).toBe(3)
  })

  it('passes everything when the destination gets none of it', () => {
    const world = laneWorld({ lane: CHOOSY })
    for (let count = 0; count < 5; count += 1) world.append(UNWANTED)
    expect(nextBatch(world.ports())).toBeNull()
    expect(world.lane.cursor).toBe(5)
  })

  it('leaves the lane as it is when its front is the next event', () => {
    const world = laneWorld({ events: 2 })
    const before = world.lane
    nextBatch(world.ports())
    expect(world.lane).toBe(before)
  })

  it('is the digest under way, without what retention has dropped of it', () => {
    const digest = { waitMs: null, max: 50 }
    const world = laneWorld({ events: 4, digest, lane: { digest: [1, 2, 4] } })
    world.log.shift()
    expect(sequences(nextBatch(world.ports()))).toEqual([2, 4])
  })

  it('is the front when nothing is left of the digest under way', () => {
    const digest = { waitMs: null, max: 50 }
    const world = laneWorld({ events: 4, digest, lane: { cursor: 2, digest: [1, 2] } })
    world.log.splice(0, 2)
    expect(sequences(nextBatch(world.ports()))).toEqual([3])
  })

  it('is the front alone when machines read what people read before', () => {
    const world = laneWorld({ events: 2, reader: 'machine', lane: { digest: [1, 2] } })
    expect(sequences(nextBatch(world.ports()))).toEqual([1])
    expect(world.lane.digest).toBeNull()
  })
})

describe('readWaiting()', () => {
  const rule = { waitMs: null, max: 50 }

  function waiting(world: LaneWorld, wanted = rule): number[] | null {
    return sequences(readWaiting(world.ports(), { front: anEntry(), rule: wanted }))
  }

  it.each([
    [10, [1]],
    [11, oneTo(11)],
  ])('of %i events looks behind the front only when the lane is behind', (events, expected) => {
    const world = laneWorld({ events })
    expect(waiting(world)).toEqual(expected)
    expect(world.reads).toBe(events > 10 ? 1 : 0)
  })

  it('looks behind the front while the lane is calm', () => {
    expect(waiting(laneWorld({ events: 3, lane: { digestedAt: NOW } }))).toEqual([1, 2, 3])
  })

  it('looks behind the front when the destination gathers', () => {
    const gathering = { waitMs: 1000, max: 50 }
    const read = readWaiting(laneWorld({ events: 3 }).ports(), {
      front: anEntry(),
      rule: gathering,
    })
    expect(sequences(read)).toEqual([1, 2, 3])
  })

  it('holds no more than one message may hold, and reads no page more for it', () => {
    const world = laneWorld({ events: 60 })
    expect(waiting(world, { waitMs: null, max: 21 })).toEqual(oneTo(21))
    expect(world.reads).toBe(1)
  })

  it('leaves out what the destination does not get, and looks through 500 events at most', () => {
    const world = laneWorld({ lane: CHOOSY })
    for (const sequence of oneTo(700)) {
      world.append([1, 400, 501, 502].includes(sequence) ? {} : UNWANTED)
    }
    expect(waiting(world)).toEqual([1, 400, 501])
    expect(world.reads).toBe(25)
  })
})

describe('previousMeant()', () => {
  it('is the nearest event before that the destination gets', () => {
    const world = laneWorld({ lane: CHOOSY })
    world.append()
    for (let count = 0; count < 30; count += 1) world.append(UNWANTED)
    expect(previousMeant(world.ports(), 32)).toBe(1)
  })

  it('is the last one before the floor when the log holds none', () => {
    const world = laneWorld({ events: 2, lane: { meantBeforeFloor: 7 } })
    expect(previousMeant(world.ports(), 1)).toBe(7)
  })
})

describe('nextReplayed()', () => {
  it('is nothing without a job', () => {
    expect(nextReplayed(laneWorld({ events: 2 }).ports())).toBeNull()
  })

  it('is the next event of the job that the destination gets', () => {
    const world = onlyTheLast(30)
    const job = aJob({ next: 2, to: 30 })
    world.lane = { ...world.lane, cursor: 30, replays: [job] }
    expect(nextReplayed(world.ports())).toMatchObject({ entry: { sequence: 30 }, job })
  })

  it('goes to the next job when one finds nothing more, and removes it', () => {
    const world = onlyTheLast(30)
    const second = aJob({ next: 30, to: 30 })
    world.lane = { ...world.lane, cursor: 30, replays: [aJob({ to: 29 }), second] }
    expect(nextReplayed(world.ports())).toMatchObject({ entry: { sequence: 30 }, job: second })
    expect(world.lane.replays).toEqual([second])
  })

  it('of a job for parked events passes those whose entry is gone', () => {
    const world = laneWorld({ events: 3 })
    world.park(1)
    world.park(2)
    world.log.shift()
    world.lane = { ...world.lane, replays: [aJob({ parkedOnly: true })] }
    expect(nextReplayed(world.ports())).toMatchObject({ entry: { sequence: 2 } })
  })
})
