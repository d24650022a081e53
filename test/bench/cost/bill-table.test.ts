import { describe, expect, it } from 'vitest'
import { formatBills, formatCounts } from '../../../bench/cost/bill-table.ts'
import { noCounts } from '../../../bench/cost/counts.ts'
import { LOOPS } from '../../../bench/cost/loops.ts'

const { events } = LOOPS['burst thin']
const told = { ...noCounts(), rowsWritten: events * 2, awakeMs: events * 1000 }
const kept = { ...noCounts(), rowsWritten: events, rowsDropped: events }
const counted = new Map([['burst thin', { told, kept }]] as const)

describe('formatBills()', () => {
  it('shows dollars for a million events, and the total with dropped rows beside the total', () => {
    const line = formatBills(counted).split('\n').at(-1)
    expect(line).toMatch(/burst thin .*\$1\.60 .*\$3\.00 .*\$4\.60 .*\$5\.60 \|$/)
  })
})

describe('formatCounts()', () => {
  it('shows units for one event', () => {
    const line = formatCounts(counted).split('\n').at(-1)
    expect(line).toMatch(/burst thin .*1\.00 .*3\.00 .*1\.00/)
  })
})
