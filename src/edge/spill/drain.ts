/**
 * Drains the spill: each spilled request goes to its portal's object, in the order of receipt. The cron
 * trigger does so for all portals, and an uninstall for its own portal. The portals take turns, so that none
 * waits until another one with many requests is done.
 */
import { MINUTE_MS } from '../../core/durations.ts'
import { describeError } from '../../core/safety/redact.ts'
import type { LineWriter } from '../../log.ts'
import type { SpillRecord } from '../../storage/spill-store.ts'
import { takeSpilled } from './take-spilled.ts'
import type { SpillDeps } from '../intake-deps.ts'
import type { PortalLookup } from '../portal-client.ts'
import { decodeSpilled } from './spilled-request.ts'

/** The dependencies of the drain. */
export interface DrainDeps {
  readonly clientOf: PortalLookup
  readonly spill: SpillDeps
  readonly logLine: LineWriter
  /** Unix milliseconds. */
  readonly now: () => number
}

/** The number of portals that are drained at a time: one that is slow takes one of these places. */
const PORTALS_AT_A_TIME = 20

/** The most requests of one portal that are drained before the others have their turn. */
export const SHARE = 10

/**
 * The most requests of one run. The platform limits the calls of one run (docs/cloudflare.md, "Free plan");
 * what is left has its turn five minutes later.
 */
export const MAX_DRAINED = 3000

/** The most requests that one run remembers, so that they fit into memory. */
const MAX_REMEMBERED = 100_000

/**
 * The time between two drains of the cron, in milliseconds. The turns of the portals move on by one step in this
 * time.
 */
const RUN_MS = 5 * MINUTE_MS

/** The step between the first portals of two runs. It is a prime, so that all portals come first in their turn. */
const STRIDE = 7919

/**
 * Drains the requests of one portal, or of all. When a portal fails, its other requests stay for the next
 * run, so that their order is kept. A request that cannot be read stays as well, and the readable ones behind
 * it do not wait.
 */
export async function drainSpill(
  deps: DrainDeps,
  memberId: string | null = null,
): Promise<{ drained: number; left: number }> {
  const { waiting: listed, left: unlisted } = await listWaiting(deps, memberId)
  const turns = orderTurns(listed, deps.now())
  const size = shareAmong(turns.length)
  const seen = { drained: 0, left: unlisted }
  let drawn = 0
  async function drainInTurn(): Promise<void> {
    for (let waiting = turns.shift(); waiting !== undefined; waiting = turns.shift()) {
      const share = waiting.splice(0, Math.max(0, Math.min(size, MAX_DRAINED - drawn)))
      drawn += share.length
      const { drained, left, failed } = await drainShare(deps, share)
      seen.drained += drained
      seen.left += left
      if (failed || share.length === 0) seen.left += waiting.length
      else if (waiting.length > 0) turns.push(waiting)
    }
  }
  await Promise.all(Array.from({ length: PORTALS_AT_A_TIME }, drainInTurn))
  if (seen.drained + seen.left > 0) deps.logLine('info', 'spill_drained', seen)
  return seen
}

/** The number of requests of one portal that are drained at a turn, so that each of so many has one in this run. */
function shareAmong(portals: number): number {
  return Math.max(1, Math.min(SHARE, Math.floor(MAX_DRAINED / Math.max(1, portals))))
}

/**
 * The portals in the order of their turns. Each run begins with another one, since the platform may end a run
 * before all had theirs.
 */
function orderTurns<T>(portals: readonly T[], now: number): T[] {
  const first = (Math.floor(now / RUN_MS) * STRIDE) % Math.max(1, portals.length)
  return [...portals.slice(first), ...portals.slice(0, first)]
}

/**
 * The waiting requests, portal by portal, in the order of receipt. Of one portal no more are remembered than one
 * run may drain; `left` counts the others.
 */
async function listWaiting(
  { spill }: DrainDeps,
  memberId: string | null,
): Promise<{ waiting: SpillRecord[][]; left: number }> {
  const byPortal = new Map<string, SpillRecord[]>()
  let remembered = 0
  let left = 0
  for await (const records of spill.store.pages(memberId)) {
    for (const record of records) {
      const waiting = byPortal.get(record.memberId) ?? []
      byPortal.set(record.memberId, waiting)
      if (waiting.length >= MAX_DRAINED) {
        left += 1
      } else {
        waiting.push(record)
        remembered += 1
      }
    }
    if (remembered >= MAX_REMEMBERED) break
  }
  return { waiting: [...byPortal.values()], left }
}

async function drainShare(
  deps: DrainDeps,
  share: readonly SpillRecord[],
): Promise<{ drained: number; left: number; failed: boolean }> {
  let drained = 0
  let left = 0
  for (const [index, record] of share.entries()) {
    const outcome = await drainRecord(deps, record)
    if (outcome === 'failed') return { drained, left: left + share.length - index, failed: true }
    if (outcome === 'drained') drained += 1
    else left += 1
  }
  return { drained, left, failed: false }
}

async function drainRecord(
  { clientOf, spill, logLine, now }: DrainDeps,
  record: SpillRecord,
): Promise<'drained' | 'unreadable' | 'failed'> {
  const { memberId, receipt } = record
  try {
    const value = await spill.store.load(record)
    if (value === null) return 'drained'
    const decoded = await decodeSpilled(value, { memberId, sealer: spill.sealer })
    if (!decoded.ok) {
      logLine('error', 'spill_unreadable', { memberId, receipt })
      return 'unreadable'
    }
    const answer = await takeSpilled(clientOf(memberId), decoded.value)
    if (answer.kind === 'waits') {
      logLine('warn', 'spill_kept', { memberId, error: answer.reason })
      return 'failed'
    }
    if (answer.kind === 'refused') {
      const { reason } = answer
      logLine('warn', 'spill_refused', { memberId, receipt, reason })
      await spill.store.refuse(record, value, { ...answer.facts, reason, refusedAt: now() })
      return 'drained'
    }
    if (answer.kind === 'dropped') {
      logLine('warn', 'spill_dropped', { memberId, receipt, reason: answer.reason })
    }
    await spill.store.remove(record)
    return 'drained'
  } catch (error) {
    logLine('warn', 'spill_kept', { memberId, error: describeError(error) })
    return 'failed'
  }
}
