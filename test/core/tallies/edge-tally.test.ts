/** The numbers of isolates come together. */
import { expect, it } from 'vitest'
import { addEdgeTally, NO_EDGE_TALLY } from '../../../src/core/tallies/edge-tally.ts'

it('addEdgeTally() adds refusals by their reason, spilled requests and latencies', () => {
  const one = { refused: { untrusted: 1 }, spilled: 1, acknowledged: { counts: [2], sumMs: 6 } }
  const other = {
    refused: { malformed_body: 2 },
    spilled: 0,
    acknowledged: { counts: [], sumMs: 0 },
  }
  expect(addEdgeTally(one, other)).toEqual({
    refused: { untrusted: 1, malformed_body: 2 },
    spilled: 1,
    acknowledged: { counts: [2], sumMs: 6 },
  })
  expect(addEdgeTally(NO_EDGE_TALLY, one)).toEqual(one)
})
