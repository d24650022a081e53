/** A tally that was damaged, or that another version has written, is read as far as it goes. */
import { expect, it } from 'vitest'
import * as v from 'valibot'
import { NO_EDGE_TALLY } from '../../../src/core/tallies/edge-tally.ts'
import {
  CountsSchema,
  EdgeTallySchema,
  LatenciesSchema,
} from '../../../src/core/tallies/tally-schemas.ts'

it('EdgeTallySchema takes what an edge has counted, and what it can of a damaged tally', () => {
  const tally = { refused: { untrusted: 1 }, spilled: 2, acknowledged: { counts: [3], sumMs: 4 } }
  expect(v.parse(EdgeTallySchema, tally)).toEqual(tally)
  const damaged = { refused: { untrusted: 'many' }, spilled: null, acknowledged: 7 }
  expect(v.parse(EdgeTallySchema, damaged)).toEqual({ ...NO_EDGE_TALLY, refused: { untrusted: 0 } })
  expect(v.is(EdgeTallySchema, 'a tally')).toBe(false)
})

it('CountsSchema and LatenciesSchema count no number that is none', () => {
  expect(v.parse(CountsSchema, [])).toEqual({})
  expect(v.parse(LatenciesSchema, { counts: [1, 'x'], sumMs: 'y' })).toEqual({
    counts: [1, 0],
    sumMs: 0,
  })
})
