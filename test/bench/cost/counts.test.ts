import { describe, expect, it } from 'vitest'
import { addCounts, noCounts, subtractCounts } from '../../../bench/cost/counts.ts'

const some = { ...noCounts(), rowsRead: 7, alarms: 2 }
const more = { ...noCounts(), rowsRead: 5, kvReads: 1 }

describe('subtractCounts()', () => {
  it('subtracts member by member and changes neither', () => {
    expect(subtractCounts(some, more)).toEqual({
      ...noCounts(),
      rowsRead: 2,
      alarms: 2,
      kvReads: -1,
    })
    expect(some.rowsRead).toBe(7)
  })
})

describe('addCounts()', () => {
  it('adds member by member', () => {
    expect(addCounts(some, more)).toEqual({ ...noCounts(), rowsRead: 12, alarms: 2, kvReads: 1 })
  })
})
