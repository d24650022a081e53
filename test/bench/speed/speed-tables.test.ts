import { describe, expect, it } from 'vitest'
import { INSERT, CONSTANT, FETCHING } from '../../../bench/contenders/workers.ts'
import {
  compareDelivering,
  formatDelays,
  formatDelivering,
  formatLosses,
  formatReceiving,
} from '../../../bench/speed/speed-tables.ts'

const base = { kind: INSERT, portals: 1 }
const other = { kind: CONSTANT, portals: 1 }

function rounds(...rates: readonly number[]) {
  return rates.map((accepted) => ({ accepted, finished: accepted / 2, cpuMs: 0.25 }))
}

const results = new Map([
  [base, rounds(100, 200, 400)],
  [other, rounds(300, 200, 800)],
])

describe('formatReceiving()', () => {
  it('shows the median of the ratios of each round, and not the ratio of the medians', () => {
    const lines = formatReceiving(results, () => base).split('\n')
    expect(lines[2]).toMatch(
      /one insert, 1 portal .* 200 \| 100–400 \| +1\.00 \| 1\.00–1\.00 \| +0\.25/,
    )
    expect(lines[3]).toMatch(/constant answer, 1 portal .* 300 \| 200–800 \| +2\.00 \| 1\.00–3\.00/)
  })

  it('shows no ratio where there is no base', () => {
    expect(formatReceiving(results, () => undefined).split('\n')[3]).toMatch(
      /200–800 \| +\| +\| +0\.25/,
    )
  })
})

describe('formatDelivering()', () => {
  it('counts up to the last delivery', () => {
    expect(formatDelivering(results, () => base).split('\n')[2]).toMatch(/ 100 \| +50–200/)
  })
})

describe('compareDelivering()', () => {
  it('tells the median of the ratios of each round, with their range', () => {
    expect(compareDelivering(results, other, base)).toBe(
      'constant answer, 1 portal: 2.00 × (1.00–3.00) the events of bare Worker, one insert, 1 portal',
    )
  })
})

describe('formatDelays() and formatLosses()', () => {
  const contender = { kind: FETCHING, portals: 100 }

  it('name the contender and its figures', () => {
    const delays = formatDelays(new Map([[contender, { p50: 1.25, p99: 30, events: 400 }]]))
    expect(delays.split('\n')[2]).toMatch(/three requests, 100 portals \| +1\.3 \| +30\.0 \| +400/)
    const losses = formatLosses(new Map([[contender, { acknowledged: 900, lost: 3, repeated: 1 }]]))
    expect(losses.split('\n')[2]).toMatch(/100 portals \| +900 \| +3 \| +1 \|/)
  })
})
