/** Counts what an uninstall with CLEAN=1 takes away from receivers. */
import type { Deliverer } from './rules.ts'
import { entriesAfter } from '../../core/log/entries.ts'
import type { LaneBook } from './book.ts'
import type { LogStore } from '../log/log-store.ts'

/** The events that at least one lane was meant to get and has not settled. */
export function countWaiting(deps: {
  readonly log: LogStore
  readonly lanes: LaneBook
  readonly deliverer: Pick<Deliverer, 'filteredBy'>
}): number {
  const lanes = deps.lanes.all().filter(({ status }) => status !== 'removed')
  const after = Math.min(...lanes.map(({ cursor }) => cursor))
  if (lanes.length === 0) return 0
  let count = 0
  for (const entry of entriesAfter(deps.log, after, { page: 500 })) {
    const isOpen = lanes.some(
      (lane) => entry.sequence > lane.cursor && deps.deliverer.filteredBy(lane, entry) === null,
    )
    if (isOpen) count += 1
  }
  return count
}
