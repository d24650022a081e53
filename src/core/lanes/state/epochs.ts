/**
 * The filters of a lane. Each filter decided from one sequence on, and that decision stays: events that were
 * left out do not come back when the filter changes.
 */
import { partsUpTo } from './gathering.ts'
import type { Epoch, LaneState } from './lane-state.ts'

/** The most changes of its filter that a lane remembers. */
export const MAX_EPOCHS = 50

/** The epoch that decided a sequence; null for events older than the lane. */
export function epochAt(lane: LaneState, sequence: number): Epoch | null {
  return lane.epochs.findLast((epoch) => epoch.from <= sequence) ?? null
}

/** The epoch that begins with a filter at a sequence. */
export function epochOf(filter: Omit<Epoch, 'from'>, from: number): Epoch {
  return { from, ...filterOf(filter) }
}

/** The members of an epoch that make up its filter. */
export function filterOf(filter: Omit<Epoch, 'from'>): Omit<Epoch, 'from'> {
  const { events, fields, users, when, silent, skipsUnchanged } = filter
  return {
    events,
    fields,
    ...(users !== undefined && { users }),
    ...(when !== undefined && { when }),
    silent,
    skipsUnchanged,
  }
}

/**
 * A lane whose last epoch has this filter: the same lane when it is so already, else one with a new epoch.
 * The filters that stood keep what they have decided, which reaches up to `decidedUpTo`: at least to the
 * cursor and to the end of the digest under way and its halves. A filter that may decide only from a sequence on
 * (`from`) begins there at the earliest.
 */
export function matchEpoch(
  lane: LaneState,
  {
    filter,
    decidedUpTo,
  }: {
    readonly filter: Omit<Epoch, 'from'> & { readonly from?: number }
    readonly decidedUpTo: () => number
  },
): LaneState {
  const last = lane.epochs.at(-1)
  if (last !== undefined && isSameFilter(last, filter)) return lane
  const decided = Math.max(lane.cursor, partsUpTo(lane.gathering), decidedUpTo())
  const next = epochOf(filter, Math.max(decided + 1, filter.from ?? 0))
  // The last epoch is replaced when it has decided no event yet.
  const earlier = lane.epochs.filter((epoch) => epoch.from < next.from)
  return { ...lane, epochs: [...earlier, next].slice(-MAX_EPOCHS) }
}

function isSameFilter(a: Epoch, b: Omit<Epoch, 'from'>): boolean {
  if (a.silent !== b.silent || a.skipsUnchanged !== b.skipsUnchanged) return false
  return (
    isSameList(a.events, b.events) &&
    isSameList(a.fields, b.fields) &&
    isSameList(a.users, b.users) &&
    isSameList(a.when, b.when)
  )
}

function isSameList(a: readonly string[] = [], b: readonly string[] = []): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}

/**
 * Keeps the decision about events that have been sent. Event 7 was sent while the epoch `decided` stood, and
 * the configuration changed during the attempt: the new filter begins after the cursor, which was 6 then. Now
 * that 7 is passed, the new filter decides from 8 on.
 */
export function keepEpoch(
  lane: LaneState,
  { upTo: sequence, decided }: { readonly upTo: number; readonly decided: Epoch },
): LaneState {
  if (epochAt(lane, sequence) === decided) return lane
  const earlier = lane.epochs.filter((epoch) => epoch.from < decided.from)
  const begun = lane.epochs.findLast(
    (epoch) => epoch !== decided && epoch.from >= decided.from && epoch.from <= sequence,
  )
  const later = lane.epochs.filter((epoch) => epoch.from > sequence)
  const moved =
    begun === undefined || later[0]?.from === sequence + 1 ? [] : [{ ...begun, from: sequence + 1 }]
  return { ...lane, epochs: [...earlier, decided, ...moved, ...later] }
}
