/** Counts what an uninstall with CLEAN=1 takes away from receivers. */
import type { Deliverer } from './rules.ts'
import type { LaneBook } from './book.ts'
import type { LogStore } from '../log/log-store.ts'

const READ_BATCH = 500

/** The events that at least one lane was meant to get and has not settled. */
export function countWaiting(deps: {
  readonly log: LogStore
  readonly lanes: LaneBook
  readonly deliverer: Pick<Deliverer, 'filteredBy'>
}): number {
  const lanes = deps.lanes.all().filter(({ status }) => status !== 'removed')
  let after = Math.min(...lanes.map(({ cursor }) => cursor))
  let count = 0
  for (;;) {
    const entries = Number.isFinite(after) ? deps.log.after(after, READ_BATCH) : []
    const last = entries.at(-1)
    if (last === undefined) return count
    count += entries.filter((entry) =>
      lanes.some(
        (lane) => entry.sequence > lane.cursor && deps.deliverer.filteredBy(lane, entry) === null,
      ),
    ).length
    after = last.sequence
  }
}
