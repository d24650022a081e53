/** The forms of tallies in rows and requests. A number that cannot be read counts as none. */
import * as v from 'valibot'
import { NO_LATENCIES } from './latencies.ts'

const AnyNumber = v.fallback(v.number(), 0)

/** Numbers by a word. */
export const CountsSchema = v.fallback(v.record(v.string(), AnyNumber), () => ({}))

/** Latencies by the bounds of their kind. */
export const LatenciesSchema = v.object({ counts: v.array(AnyNumber), sumMs: AnyNumber })

/** The tally of an edge. */
export const EdgeTallySchema = v.object({
  refused: CountsSchema,
  spilled: AnyNumber,
  acknowledged: v.fallback(LatenciesSchema, () => structuredClone({ ...NO_LATENCIES })),
})
