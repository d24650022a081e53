/** The filters of a lane, each with the sequence from which on it decided. */
import type { Epoch, LaneState } from './lane-state.ts'

/** Changes of a lane's filter that are remembered; more would need a log of configurations. */
export const MAX_EPOCHS = 50

/** A lane whose next epoch has the plan's filter; the same lane when that one decides already. */
export function matchEpoch(lane: LaneState, plan: Omit<Epoch, 'from'>): LaneState {
  const last = lane.epochs.at(-1)
  const next = epochOf(plan, lane.cursor + 1)
  if (last !== undefined && sameFilter(last, next)) return lane
  const earlier = lane.epochs.filter((epoch) => epoch.from < next.from)
  return { ...lane, epochs: [...earlier, next].slice(-MAX_EPOCHS) }
}

function sameFilter(a: Epoch, b: Epoch): boolean {
  if (a.silent !== b.silent || a.skipsUnchanged !== b.skipsUnchanged) return false
  return sameList(a.events, b.events) && sameList(a.fields, b.fields)
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}

/** The epoch that a plan's filter begins. */
export function epochOf(plan: Omit<Epoch, 'from'>, from: number): Epoch {
  const { events, fields, silent, skipsUnchanged } = plan
  return { from, events, fields, silent, skipsUnchanged }
}

/** The epoch that decided a sequence; null for events older than the lane. */
export function epochAt(lane: LaneState, sequence: number): Epoch | null {
  return lane.epochs.findLast((epoch) => epoch.from <= sequence) ?? null
}

/**
 * A lane that has passed everything up to `sequence`, which was sent while `decided` stood: a filter that
 * began during the attempt decides from the next event on.
 */
export function keepDecision(lane: LaneState, sequence: number, decided: Epoch): LaneState {
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
