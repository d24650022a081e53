/** The walk of a lane whose machine gets batches: counts, refusals, crashes, deployments. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS } from '../../../src/core/durations.ts'
import type { DigestRule } from '../../../src/core/lanes/plan-digest.ts'
import type { DeliveryOutcome } from '../../../src/core/lanes/state/outcome.ts'
import {
  Crash,
  aLaneScenario,
  type LaneScenario,
  type LaneScenarioOptions,
} from '../../support/scenarios/lane-scenario.ts'
import {
  DELIVERED,
  REJECTED,
  aPlan,
  gone,
  oneTo,
  unreachable,
} from '../../support/builders/a-lane.ts'
import { NOW } from '../../support/time.ts'

const ROOMY = { bytes: 1_000_000, sizeOf: () => 1000 }
const BATCH: DigestRule = { waitMs: 0, max: 100, room: ROOMY }

function aBatchLane(options: LaneScenarioOptions = {}): LaneScenario {
  return aLaneScenario({ reader: 'machine', digestRule: BATCH, ...options })
}

/** Refuses whatever holds one of these events. */
function refusing(scenario: LaneScenario, ...poison: readonly number[]): void {
  scenario.answer = (_entry, _context, entries) =>
    entries.some(({ sequence }) => poison.includes(sequence)) ? REJECTED : DELIVERED
}

describe('a lane with batches', () => {
  test('needs one request for a hundred events that wait, and one row before and after it', async () => {
    const scenario = aBatchLane({ events: 100, answerMs: 100 })
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(100)])
    expect(scenario.now).toBe(NOW + 100)
    expect(
      scenario.saves.map(({ cursor, gathering }) => [cursor, gathering.underWay?.length]),
    ).toEqual([[0, 100]])
    expect([scenario.digests, scenario.fates.size]).toEqual([[], 0])
  })

  test('needs a hundredth of the requests and of the time that single sends need', async () => {
    const together = aBatchLane({ events: 1000, answerMs: 100 })
    const alone = aBatchLane({ events: 1000, answerMs: 100, digestRule: null })
    for (const scenario of [together, alone]) await scenario.time.passesUntilQuiet()
    expect([together.sends.length, together.now - NOW]).toEqual([10, 1000])
    expect([alone.sends.length, alone.now - NOW]).toEqual([1000, 100_000])
    // One row for each batch: it holds the outcome of the one before.
    expect([together.saves.length, alone.saves.length]).toEqual([10, 99])
    expect(together.received).toEqual(alone.received)
  })

  test('sends one waiting event alone, and together what has come meanwhile', async () => {
    const scenario = aBatchLane({ events: 1 })
    scenario.during(1, () => scenario.portal.sendsMany(3))
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([[1], [2, 3, 4]])
  })

  test('holds no more bytes than a body may have, and sends a larger event alone', async () => {
    const sizes = [400, 400, 300, 2000, 100]
    const room = {
      bytes: 1000,
      sizeOf: ({ sequence }: { sequence: number }) => sizes[sequence - 1] ?? 0,
    }
    const scenario = aBatchLane({ events: 5, digestRule: { ...BATCH, room } })
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([[1, 2], [3], [4], [5]])
  })

  test('waits for more when it is told to, at most so long', async () => {
    const scenario = aBatchLane({ events: 2, digestRule: { ...BATCH, waitMs: 5000, max: 4 } })
    await scenario.walk()
    expect(scenario.sends).toEqual([])
    scenario.now += 1000
    scenario.portal.sends()
    await scenario.time.passesUntilQuiet()
    expect([scenario.told, scenario.now]).toEqual([[[1, 2, 3]], NOW + 5000])
    scenario.portal.sendsMany(4)
    await scenario.walk()
    expect(scenario.told.at(-1)).toEqual([4, 5, 6, 7])
  })

  test('keeps the pace of its receiver from batch to batch', async () => {
    const scenario = aBatchLane({ events: 250, minIntervalMs: 1000 })
    await scenario.time.passesUntilQuiet()
    expect(scenario.told.map(({ length }) => length)).toEqual([100, 100, 50])
    expect(scenario.waits).toEqual([1, 1])
  })

  test('tells of each batch the event before it, also over one that was set aside', async () => {
    const scenario = aBatchLane({ events: 6, digestRule: { ...BATCH, max: 3 } })
    refusing(scenario, 4)
    await scenario.time.passesUntilQuiet()
    expect(
      scenario.sends.map(({ sequence, previousSequence }) => [sequence, previousSequence]),
    ).toEqual([
      [1, null],
      [4, 3],
      [4, 3],
      [4, 3],
      [5, 4],
      [6, 5],
    ])
  })

  test('sends a replay of its events one by one, with the same event before each', async () => {
    const scenario = aBatchLane({ events: 3 })
    await scenario.time.passesUntilQuiet()
    scenario.operator.replays({})
    await scenario.time.passesUntilQuiet()
    expect(scenario.mixed).toEqual(['1', 'r1', 'r2', 'r3'])
    expect(scenario.sends.map(({ previousSequence }) => previousSequence)).toEqual([
      null,
      null,
      1,
      2,
    ])
  })
})

describe('a batch that the receiver refuses', () => {
  test('is halved until the refused event is alone, and only that one is parked', async () => {
    const scenario = aBatchLane({ events: 8 })
    refusing(scenario, 6)
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(8), [1, 2, 3, 4], [5, 6, 7, 8], [5, 6], [5], [6], [7, 8]])
    expect(scenario.parked).toEqual([6])
    expect(scenario.received).toEqual([1, 2, 3, 4, 5, 7, 8])
  })

  test('of a hundred needs some twenty requests to find one event', async () => {
    for (const poison of [1, 37, 64, 100]) {
      const scenario = aBatchLane({ events: 100 })
      refusing(scenario, poison)
      await scenario.time.passesUntilQuiet()
      expect(scenario.parked).toEqual([poison])
      expect(scenario.sends.length).toBeLessThanOrEqual(16)
    }
  })

  test('disables the lane only after twenty events that were refused alone', async () => {
    const scenario = aBatchLane({ events: 100 })
    scenario.answer = () => REJECTED
    await scenario.walk()
    expect(scenario.lane).toMatchObject({
      status: 'disabled',
      disabledReason: 'rejects_everything',
    })
    expect(scenario.parked).toEqual(oneTo(20))
  })

  test('never disables the lane of a receiver that refuses every batch and takes each event', async () => {
    const scenario = aBatchLane({ events: 100 })
    scenario.answer = (_entry, _context, { length }) => (length > 1 ? REJECTED : DELIVERED)
    await scenario.time.passesUntilQuiet()
    expect(scenario.lane).toMatchObject({ status: 'active', cursor: 100 })
    expect([scenario.received, scenario.parked]).toEqual([oneTo(100), []])
  })

  test('waits in its halves while the receiver cannot be reached, and takes no later event in', async () => {
    const scenario = aBatchLane({ events: 4 })
    const script = [REJECTED, unreachable(), unreachable()]
    scenario.answer = () => script.shift() ?? DELIVERED
    scenario.during(1, () => scenario.portal.sendsMany(3))
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(4), [1, 2], [1, 2], [1, 2], [3, 4], [5, 6, 7]])
  })

  test('is halved after its last attempt as well, when a server answers with errors', async () => {
    const scenario = aBatchLane({ events: 4, retryMs: MINUTE_MS })
    scenario.answer = (_entry, _context, entries) =>
      entries.some(({ sequence }) => sequence === 3) ? unreachable() : DELIVERED
    await scenario.time.passesUntilQuiet()
    expect(scenario.parked).toEqual([3])
    expect(scenario.received).toEqual([1, 2, 4])
  })
})

describe('G3 at least once: a batch', () => {
  test('comes again as it was after a crash that follows it', async () => {
    const scenario = aBatchLane({ events: 50 })
    await scenario.time.passesUntilQuiet()
    scenario.relay.restarts()
    scenario.portal.sendsMany(5)
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(50), oneTo(50), [51, 52, 53, 54, 55]])
  })

  test('holds at most ten events that went out alone before a crash', async () => {
    const scenario = aBatchLane()
    for (let count = 0; count < 13; count += 1) {
      scenario.portal.sends()
      await scenario.walk()
    }
    scenario.relay.restarts()
    scenario.portal.sends()
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([...oneTo(13).map((sequence) => [sequence]), [11, 12, 13, 14]])
  })

  test('counts in what storage does not know with each of its events', async () => {
    const scenario = aBatchLane({ events: 7 })
    await scenario.walk()
    for (let count = 0; count < 4; count += 1) {
      scenario.portal.sends()
      await scenario.walk()
    }
    // The batch was stored when it was decided; the outcomes follow when the eleventh event would be unsaved.
    expect(scenario.saves.map(({ cursor }) => cursor)).toEqual([0, 10])
  })

  test('after the crash of a halved one the halves come again, and nothing else', async () => {
    const scenario = aBatchLane({ events: 8 })
    refusing(scenario, 6)
    scenario.onAnswer = ({ sequence }) => {
      if (sequence === 5) throw new Crash()
    }
    await scenario.walk()
    scenario.onAnswer = () => {}
    scenario.portal.sendsMany(3)
    await scenario.time.passesUntilQuiet()
    expect(scenario.told.slice(3)).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [5, 6],
      [5],
      [6],
      [7, 8],
      [9, 10, 11],
    ])
    expect(scenario.parked).toEqual([6])
  })
})

describe('a batch over changed settings', () => {
  const failed = { 1: [unreachable()] }

  /** A lane that meets other settings where another one has left it. */
  function under(digestRule: DigestRule | null, scenario: LaneScenario): LaneScenario {
    const next = aBatchLane({ events: scenario.head, lane: scenario.lane, digestRule })
    next.now = NOW + HOUR_MS
    return next
  }

  test('keeps the filter for all of its halves', async () => {
    const scenario = aBatchLane({ events: 4 })
    const script: DeliveryOutcome[] = [REJECTED]
    scenario.answer = () => script.shift() ?? DELIVERED
    scenario.during(1, () => scenario.operator.pauses())
    await scenario.walk()
    expect(scenario.lane).toMatchObject({ gathering: { underWay: [1, 2], halves: [[3, 4]] } })
    scenario.relay.deploys(aPlan({ events: ['onCrmDeal*'] }))
    scenario.operator.resumes()
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(4), [1, 2], [3, 4]])
  })

  test('falls apart into single events when the destination has no batches any more', async () => {
    const scenario = aBatchLane({ events: 5, outcomes: failed })
    await scenario.walk({ budgetMs: 1 })
    const single = under(null, scenario)
    await single.time.passesUntilQuiet()
    expect(single.told).toEqual(oneTo(5).map((sequence) => [sequence]))
  })

  test('falls apart when fewer events are allowed, and is not put together anew', async () => {
    const scenario = aBatchLane({ events: 10, outcomes: failed })
    await scenario.walk({ budgetMs: 1 })
    const smaller = under({ ...BATCH, max: 4 }, scenario)
    smaller.portal.sendsMany(3)
    await smaller.time.passesUntilQuiet()
    expect(smaller.told).toEqual([
      [1, 2, 3],
      [4, 5],
      [6, 7, 8],
      [9, 10],
      [11, 12, 13],
    ])
  })

  test('is one message when people read it now', async () => {
    const scenario = aBatchLane({ events: 5, outcomes: failed })
    await scenario.walk({ budgetMs: 1 })
    const chat = under({ waitMs: null, max: 50 }, scenario)
    await chat.time.passesUntilQuiet()
    expect(chat.told).toEqual([oneTo(5)])
  })

  test('stays as it is while its lane is paused or disabled', async () => {
    const scenario = aBatchLane({ events: 5, outcomes: { 1: [gone({ probe: true })] } })
    await scenario.walk()
    scenario.operator.pauses()
    scenario.portal.sendsMany(3)
    await scenario.time.passesUntilQuiet()
    scenario.operator.resumes()
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(5), oneTo(5), [6, 7, 8]])
  })
})

describe('an operator', () => {
  test('who parks all of it but one event sends that one alone', async () => {
    const scenario = aBatchLane({ events: 3, outcomes: { 1: [unreachable()] } })
    await scenario.walk({ budgetMs: 1 })
    scenario.operator.parks(1)
    scenario.operator.parks(2)
    scenario.portal.sendsMany(3)
    await scenario.time.passesUntilQuiet()
    expect(scenario.told).toEqual([oneTo(3), [3], [4, 5, 6]])
  })
})

describe('G2 order and G5 nothing lost', () => {
  test('hold for every mixture of refused events: each is parked, and no other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 15 }),
        fc.constantFrom(2, 3, 7, 100),
        async (events, poison, max) => {
          const scenario = aBatchLane({ events, digestRule: { ...BATCH, max } })
          refusing(scenario, ...poison)
          await scenario.time.passesUntilQuiet()
          scenario.operator.resumes()
          await scenario.time.passesUntilQuiet()
          const refused = poison.filter((sequence) => sequence <= events)
          expect(scenario.parked.toSorted((a, b) => a - b)).toEqual(
            refused.toSorted((a, b) => a - b),
          )
          expect(scenario.received).toEqual(oneTo(events).filter((one) => !refused.includes(one)))
        },
      ),
      { numRuns: 200 },
    )
  })
})
