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
      objectRequests: 224,
      alarms: 4,
      awakeMs: 293_345,
      coldStarts: -1,
      rowsRead: 3185,
      rowsWritten: 463,
      alarmsSet: 14,
      kvReads: 1,
    },
    kept: {
      objectRequests: 2,
      alarms: 4,
      awakeMs: 625,
      coldStarts: 4,
      rowsRead: 74_088,
      rowsWritten: 238,
      alarmsSet: 10,
    },
  },
  'sparse enriched': {
    told: {
      workerRequests: 225,
      objectRequests: 224,
      alarms: 5,
      awakeMs: 675_175,
      rowsRead: 4739,
      rowsWritten: 916,
      alarmsSet: 16,
      kvReads: 1,
    },
    kept: {
      objectRequests: 2,
      alarms: 2,
      awakeMs: 165,
      coldStarts: 2,
      rowsRead: 72_731,
      rowsWritten: 232,
      alarmsSet: 5,
    },
  },
  'minutes apart thin': {
    told: {
      workerRequests: 10,
      objectRequests: 8,
      alarms: 6,
      awakeMs: 12_480,
      coldStarts: 16,
      rowsRead: 36_110,
      rowsWritten: 48,
      alarmsSet: 30,
      kvReads: 10,
    },
    kept: {
      objectRequests: 2,
      alarms: 4,
      awakeMs: 625,
      coldStarts: 4,
      rowsRead: 9507,
      rowsWritten: 23,
      alarmsSet: 10,
    },
  },
  'minutes apart enriched': {
    told: {
      workerRequests: 10,
      objectRequests: 8,
      alarms: 8,
      awakeMs: 29_890,
      coldStarts: 18,
      rowsRead: 41_045,
      rowsWritten: 65,
      alarmsSet: 26,
      kvReads: 10,
    },
    kept: {
      objectRequests: 2,
      alarms: 2,
      awakeMs: 165,
      coldStarts: 2,
      rowsRead: 4602,
      rowsWritten: 17,
      alarmsSet: 5,
    },
  },
  'burst thin': {
    told: {
      workerRequests: 100,
      objectRequests: 100,
      alarms: 1,
      awakeMs: 30_110,
      coldStarts: 1,
      rowsRead: 1413,
      rowsWritten: 129,
      alarmsSet: 4,
      kvReads: 1,
    },
    kept: {
      objectRequests: 1,
      alarms: 2,
      awakeMs: 315,
      coldStarts: 2,
      rowsRead: 49_273,
      rowsWritten: 107,
      alarmsSet: 5,
    },
  },
  'burst enriched': {
    told: {
      workerRequests: 100,
      objectRequests: 100,
      alarms: 2,
      awakeMs: 30_720,
      coldStarts: 2,
      rowsRead: 2468,
      rowsWritten: 332,
      alarmsSet: 6,
      kvReads: 1,
    },
    kept: {
      objectRequests: 1,
      alarms: 2,
      awakeMs: 315,
      coldStarts: 2,
      rowsRead: 48_637,
      rowsWritten: 107,
      alarmsSet: 5,
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
      expect(told.objectRequests).toBeLessThanOrEqual(told.workerRequests)
      expect(told.rowsWritten).toBeGreaterThanOrEqual(told.workerRequests)
    }
  })
})
