/**
 * The requests that were acknowledged and then refused by their portal's object, for example because a token
 * was missing in the configuration while they were drained. An operator sees them with their reason, and
 * hands them over again when the reason is gone. Trust is asked again, as of their time of receipt.
 */
import { describeError } from '../../core/safety/redact.ts'
import type { RefusedRecord } from '../../storage/spill-store.ts'
import type { DrainDeps } from './drain.ts'
import { takeSpilled } from './take-spilled.ts'
import { decodeSpilled } from './spilled-request.ts'

/** The most requests that one replay hands over; the operator calls again for the rest. */
const MAX_REPLAYED = 300

/** The numbers of one replay. */
export interface RefusedReplay {
  /** Taken by the object now. */
  readonly replayed: number
  /** Refused again. */
  readonly refused: number
  /** Not handed over: the object failed, or there were too many. */
  readonly left: number
}

/** Hands the refused requests of a portal over again, in the order of receipt. */
export async function replayRefused(deps: DrainDeps, memberId: string): Promise<RefusedReplay> {
  const counts = { replayed: 0, refused: 0, left: 0 }
  let goesOn = true
  for await (const records of deps.spill.store.refusedPages(memberId)) {
    for (const record of records) {
      const seen = counts.replayed + counts.refused
      const outcome = goesOn && seen < MAX_REPLAYED ? await replayOne(deps, record) : 'left'
      if (outcome === 'left') goesOn = false
      counts[outcome] += 1
    }
  }
  const { replayed, refused, left } = counts
  if (replayed + refused + left > 0)
    deps.logLine('info', 'refused_replayed', { memberId, ...counts })
  return counts
}

async function replayOne(
  { clientOf, spill, logLine }: DrainDeps,
  record: RefusedRecord,
): Promise<keyof RefusedReplay> {
  const { memberId } = record
  try {
    const value = await spill.store.load(record)
    if (value === null) return 'replayed'
    const decoded = await decodeSpilled(value, { memberId, sealer: spill.sealer })
    if (!decoded.ok) return 'refused'
    const answer = await takeSpilled(clientOf(memberId), decoded.value)
    if (answer.kind === 'refused') return 'refused'
    if (answer.kind === 'waits') {
      logLine('warn', 'spill_kept', { memberId, error: answer.reason })
      return 'left'
    }
    await spill.store.remove(record)
    return 'replayed'
  } catch (error) {
    logLine('warn', 'spill_kept', { memberId, error: describeError(error) })
    return 'left'
  }
}
