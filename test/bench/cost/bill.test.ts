import { describe, expect, it } from 'vitest'
import { computeBill } from '../../../bench/cost/bill.ts'
import { noCounts, type Counts } from '../../../bench/cost/counts.ts'

function bill(told: Partial<Counts>, kept: Partial<Counts> = {}) {
  return computeBill({ told: { ...noCounts(), ...told }, kept: { ...noCounts(), ...kept } }, 10)
}

describe('computeBill()', () => {
  it('bills one row written for each event with a dollar for a million events', () => {
    expect(bill({ rowsWritten: 10 })).toMatchObject({ rowsWritten: 1, total: 1 })
  })

  it('adds what the retention writes later', () => {
    expect(bill({ rowsWritten: 10 }, { rowsWritten: 10 }).rowsWritten).toBe(2)
  })

  it('bills an alarm like a call of the object', () => {
    expect(bill({ objectRequests: 10 }).requests).toBeCloseTo(0.15)
    expect(bill({ alarms: 10 }).requests).toBeCloseTo(0.15)
  })

  it('bills a request of the Worker with its CPU time', () => {
    expect(bill({ workerRequests: 10 }).requests).toBeCloseTo(0.32)
  })

  it('bills a second awake for each event with 128 MB for its length', () => {
    expect(bill({ awakeMs: 10_000 }).duration).toBeCloseTo(1.6)
  })

  it('bills a thousand rows read like one row written', () => {
    expect(bill({ rowsRead: 10_000 }).rowsRead).toBeCloseTo(1)
  })

  it('bills a write of KV ten times as high as a read', () => {
    expect(bill({ kvReads: 10 }).kv).toBeCloseTo(0.5)
    expect(bill({ kvWrites: 10 }).kv).toBeCloseTo(5)
    expect(bill({ kvDeletes: 10, kvLists: 10 }).kv).toBeCloseTo(10)
  })

  it('bills the rows of a dropped table in the second total only', () => {
    expect(bill({ rowsWritten: 10 }, { rowsDropped: 10 })).toMatchObject({
      total: 1,
      totalWithDrops: 2,
    })
  })
})
