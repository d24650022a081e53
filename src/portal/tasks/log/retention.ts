/**
 * The end of old events. Whole segments of the log are dropped where they can be, and single rows where a portal has
 * so few events that they stand in the open segment still.
 */
import { DAY_MS } from '../../../core/durations.ts'
import { planRetention, RETENTION_PAGE } from '../../../core/lanes/retention.ts'
import { isFull, segmentGraceMs } from '../../../core/log/segments.ts'
import type { Segment } from '../../log/rows/segment-rows.ts'
import { isFullError } from '../../../storage/database.ts'
import type { PortalParts } from '../../parts.ts'
import { dropPage, dropSegment, type DropParts } from './drop-events.ts'

/** About so many rows one visit deletes at most. */
const MAX_DELETED = 100_000

/** The parts that retention concerns. */
export type RetentionParts = DropParts & Pick<PortalParts, 'config'>

/** Drops the events that are older than the retention, and returns how many they were. */
export async function dropOld(parts: RetentionParts): Promise<number> {
  let events = 0
  for (let oldest = wholeOld(parts, 0); oldest !== null; oldest = wholeOld(parts, 0)) {
    events += await dropSegment(parts, oldest, 'old')
  }
  for (let deleted = 0; deleted < MAX_DELETED;) {
    const count = deletePage(parts)
    deleted += count
    if (count === 0) break
    events += count
    await parts.world.sleep(0)
  }
  return events
}

/** Closes the open segment when it covers enough time or enough bytes. A full object closes it later. */
export async function closeFullSegment(
  parts: Omit<RetentionParts, 'log' | 'fates' | 'book' | 'rules'>,
): Promise<void> {
  const { config, world, segments, state } = parts
  const head = state.head()
  if (!isFull(segments.openState(), { ...config, now: world.now() })) return
  try {
    segments.close(head)
  } catch (error) {
    if (!isFullError(error)) throw error
  }
}

/** Drops the bulletins that are older than the retention. They are few, so that they need no plan. */
export function dropBulletins({
  bulletins,
  config,
  world,
}: Pick<PortalParts, 'bulletins' | 'config' | 'world'>): void {
  bulletins.dropOlder(world.now() - config.retentionDays * DAY_MS)
}

/** The oldest segment, when it is closed and all its events may go within a time; else null. */
function wholeOld(
  { segments, book, config, world }: RetentionParts,
  withinMs: number,
): Segment | null {
  const [oldest] = segments.all()
  if (oldest === undefined || oldest.last === null || oldest.youngestAt === null) return null
  const end = { sequence: oldest.last, receivedAt: oldest.youngestAt }
  const terms = { now: world.now() + withinMs, retentionDays: config.retentionDays }
  return planRetention([end], book.settledUpTo(), terms) === null ? null : oldest
}

/** Deletes the rows of one page, and returns how many they were. */
function deletePage(parts: RetentionParts): number {
  const { log, book, config, world } = parts
  const { retentionDays } = config
  // A segment that may soon go as a whole is left alone: its rows would cost as much as if they were written.
  if (wholeOld(parts, segmentGraceMs(retentionDays)) !== null) return 0
  const terms = { now: world.now(), retentionDays }
  // On most days nothing is old. The oldest event alone tells that, so one row is read.
  if (planRetention(log.oldest(1), book.settledUpTo(), terms) === null) return 0
  const plan = planRetention(log.oldest(RETENTION_PAGE), book.settledUpTo(), terms)
  return plan === null ? 0 : dropPage(parts, plan, 'old')
}
