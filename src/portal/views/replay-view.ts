/** The events that a replay would send, for the operator who has to confirm it. */
import { ok, type Result } from '../../core/result.ts'
import type { ReplayView } from '../../core/views/event-views.ts'
import type { LaneControl, LaneFault, ReplayWish } from '../lanes/control.ts'
import type { LogStore } from '../log/log-store.ts'
import { oneEventView, type EventViewParts } from './event-views.ts'

/** The most events that are shown; the number says how many there are. */
const MAX_SHOWN = 50

/** Everything that the view reads. */
export interface ReplayViewParts extends EventViewParts {
  readonly log: EventViewParts['log'] & Pick<LogStore, 'entry'>
  readonly control: Pick<LaneControl, 'list'>
  readonly bulletinControl: Pick<LaneControl, 'replay'>
}

/**
 * The view of a replay that nobody has asked for yet. The parked bulletins, which go with all that is parked, are
 * counted only.
 */
export function replayView(
  parts: ReplayViewParts,
  destination: string,
  wish: ReplayWish,
): Result<ReplayView, LaneFault> {
  const listed = parts.control.list(destination, wish, { limit: MAX_SHOWN })
  if (!listed.ok) return listed
  const { count, sequences } = listed.value
  // One by one: parked events may be far apart, and a page reads the fates of everything between them.
  const events = sequences.map((sequence) => oneEventView(parts, sequence))
  const bulletins =
    wish.kind === 'parked'
      ? parts.bulletinControl.replay(destination, wish, { dryRun: true })
      : ok(0)
  const all = count + (bulletins.ok ? bulletins.value : 0)
  return ok({ count: all, events: events.filter((view) => view !== null) })
}
