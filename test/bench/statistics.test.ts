import { describe, expect, it } from 'vitest'
import { median, quantile, ratiosOf, spreadOf } from '../../bench/statistics.ts'

describe('median()', () => {
  it('is the value in the middle, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5)
  })

  it('is the mean of the two in the middle of an even number', () => {
    expect(median([4, 1, 2, 100])).toBe(3)
  })

  it('is no number for no values', () => {
    expect(median([])).toBeNaN()
  })
})

describe('quantile()', () => {
  it('is the value below which a share of them lies', () => {
    const values = Array.from({ length: 100 }, (_, index) => index)
    expect(quantile(values, 0.5)).toBe(50)
    expect(quantile(values, 0.99)).toBe(99)
    expect(quantile(values, 1)).toBe(99)
  })
})

describe('spreadOf()', () => {
  it('tells the middle and both ends', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 })
  })
})

describe('ratiosOf()', () => {
  it('compares round with round, and not the medians', () => {
    expect(ratiosOf([10, 40], [5, 10])).toEqual([2, 4])
  })

  it('refuses rounds of two lengths', () => {
    expect(() => ratiosOf([1], [1, 2])).toThrow(RangeError)
  })
})
