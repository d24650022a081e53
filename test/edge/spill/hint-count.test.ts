import { expect, it } from 'vitest'
import { HintCount } from '../../../src/edge/spill/hint-count.ts'

it('counts 60 hints a minute for each portal', () => {
  const count = new HintCount()
  const taken = Array.from({ length: 61 }, () => count.take('a', 1000))
  expect(taken.filter(Boolean)).toHaveLength(60)
  expect(count.take('b', 1000)).toBe(true)
  expect(count.take('a', 61_001)).toBe(true)
})
