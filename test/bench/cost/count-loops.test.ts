/**
 * What each loop of events costs, in units that are billed: `npm run bench -- cost` makes dollars of them. A
 * number that grows makes events dearer. A number that shrinks is written down here, so that it stays small.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { countLoops } from '../../../bench/cost/count-loops.ts'
import { noCounts, type Counts, type LoopCounts } from '../../../bench/cost/counts.ts'
import { LOOP_NAMES, type LoopName } from '../../../bench/cost/loops.ts'

/** Units of one loop: everything that is not named is zero. */
type Expected = Readonly<Record<'told' | 'kept', Partial<Counts>>>

const EXPECTED: Readonly<Record<LoopName, Expected>> = {
  'sparse thin': {
    told: {
      workerRequests: 225,
      objectRequests: 226,
      alarms: 4,
      awakeMs: 68_345,
      coldStarts: -1,
      rowsRead: 754,
      rowsWritten: 458,
      alarmsSet: 9,
    },
    kept: {
      alarms: 4,
      awakeMs: 625,
      coldStarts: 4,
      rowsRead: 2796,
      rowsWritten: 16,
      alarmsSet: 6,
      rowsDropped: 226,
    },
  },
  'sparse enriched': {
    told: {
      workerRequests: 225,
      objectRequests: 226,
      alarms: 5,
      awakeMs: 103_675,
      rowsRead: 2760,
      rowsWritten: 716,
      alarmsSet: 11,
    },
    kept: {
      alarms: 2,
      awakeMs: 165,
      coldStarts: 2,
      rowsRead: 2776,
      rowsWritten: 12,
      alarmsSet: 3,
      rowsDropped: 226,
    },
  },
  'minutes apart thin': {
    told: {
      workerRequests: 10,
      objectRequests: 11,
      alarms: 7,
      awakeMs: 2485,
      coldStarts: 17,
      rowsRead: 501,
      rowsWritten: 25,
      alarmsSet: 7,
    },
    kept: {
      alarms: 4,
      awakeMs: 620,
      coldStarts: 4,
      rowsRead: -1712,
      rowsWritten: 8,
      alarmsSet: 6,
      rowsDropped: 10,
    },
  },
  'minutes apart enriched': {
    told: {
      workerRequests: 10,
      objectRequests: 11,
      alarms: 8,
      awakeMs: 4490,
      coldStarts: 18,
      rowsRead: 745,
      rowsWritten: 37,
      alarmsSet: 8,
    },
    kept: {
      alarms: 2,
      awakeMs: 165,
      coldStarts: 2,
      rowsRead: -1755,
      rowsWritten: 5,
      alarmsSet: 3,
      rowsDropped: 10,
    },
  },
  'burst thin': {
    told: {
      workerRequests: 100,
      objectRequests: 107,
      alarms: 1,
      awakeMs: 30_040,
      coldStarts: 1,
      rowsRead: 619,
      rowsWritten: 113,
      alarmsSet: 2,
    },
    kept: {
      alarms: 2,
      awakeMs: 315,
      coldStarts: 2,
      rowsRead: 2683,
      rowsWritten: 12,
      alarmsSet: 3,
      rowsDropped: 101,
    },
  },
  'burst enriched': {
    told: {
      workerRequests: 100,
      objectRequests: 107,
      alarms: 2,
      awakeMs: 30_650,
      coldStarts: 2,
      rowsRead: 1356,
      rowsWritten: 230,
      alarmsSet: 4,
    },
    kept: {
      alarms: 2,
      awakeMs: 315,
      coldStarts: 2,
      rowsRead: 2828,
      rowsWritten: 13,
      alarmsSet: 3,
      rowsDropped: 101,
    },
  },
}

/** Longer than any machine needs. */
const PATIENCE_MS = 600_000

let counted: ReadonlyMap<LoopName, LoopCounts> = new Map()

beforeAll(async () => {
  counted = await countLoops()
}, PATIENCE_MS)

describe('countLoops()', () => {
  it.each(LOOP_NAMES)('%s: counts what its events cost, and their retention', (name) => {
    const { told, kept } = EXPECTED[name]
    expect(counted.get(name)).toEqual({
      told: { ...noCounts(), ...told },
      kept: { ...noCounts(), ...kept },
    })
  })

  it('counts a request of the Worker for each event, and at least one row for it', () => {
    for (const { told } of counted.values()) {
      // In a burst the object calls itself before each 41st request to the outside.
      expect(told.objectRequests).toBeLessThanOrEqual(told.workerRequests * 1.1)
      expect(told.rowsWritten).toBeGreaterThanOrEqual(told.workerRequests)
    }
  })
})
