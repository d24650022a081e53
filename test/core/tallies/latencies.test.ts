/** Latencies fall between fixed bounds, and a count never shrinks. */
import { expect, it } from 'vitest'
import { addLatencies, NO_LATENCIES } from '../../../src/core/tallies/latencies.ts'

const BOUNDS = [10, 20, 30]

it('addLatencies() counts each at the first bound that it does not exceed, and those beyond all', () => {
  const counted = addLatencies(NO_LATENCIES, [0, 10, 11, 30, 31, 99], BOUNDS)
  expect(counted).toEqual({ counts: [2, 1, 1, 2], sumMs: 181 })
  expect(addLatencies(counted, [20], BOUNDS)).toEqual({ counts: [2, 2, 1, 2], sumMs: 201 })
})

it('addLatencies() keeps no zeros at the end, and changes nothing for nothing', () => {
  expect(addLatencies(NO_LATENCIES, [12], BOUNDS)).toEqual({ counts: [0, 1], sumMs: 12 })
  expect(addLatencies(NO_LATENCIES, [], BOUNDS)).toEqual(NO_LATENCIES)
})

it('addLatencies() takes the latency of a clock that was set back for none', () => {
  expect(addLatencies(NO_LATENCIES, [-5000], BOUNDS)).toEqual({ counts: [1], sumMs: 0 })
})
