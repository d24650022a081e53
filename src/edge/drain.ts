/**
 * Drains the spill: each spilled request goes to its portal's object, in the order of receipt. The cron
 * trigger does so for all portals, and an uninstall for its own portal. The portals take turns, so that none
 * waits until another one with many requests is done.
 */
import { describeError } from '../core/safety/redact.ts'
import type { LineWriter } from '../log.ts'
import type { SpillRecord } from '../storage/spill-store.ts'
import { takeSpilled } from './take-spilled.ts'
import type { SpillDeps } from './intake-deps.ts'
import type { PortalLookup } from './portal-client.ts'
import { decodeSpilled } from './spilled-request.ts'

/** The dependencies of the drain. */
export interface DrainDeps {
  readonly portals: PortalLookup
  readonly spill: SpillDeps
  readonly log: LineWriter
  /** Unix milliseconds. */
  readonly now: () => number
}

/** How many portals are drained at a time: one that is slow takes one of these places. */
const PORTALS_AT_A_TIME = 20

/** How many requests of one portal are drained before the others have their turn. */
export const SHARE = 10

/**
 * The most requests of one run. The platform limits the calls of one run (docs/cloudflare.md, "Free plan");
 * what is left has its turn five minutes later.
 */
export const MAX_DRAINED = 3000

/** The most requests that one run looks at, so that they fit into memory. */
const MAX_LISTED = 100_000

/**
 * Drains the requests of one portal, or of all. When a portal fails, its other requests stay for the next
 * run, so that their order is kept. A request that cannot be read stays as well, and the readable ones behind
 * it do not wait.
 */
export async function drainSpill(
  deps: DrainDeps,
  memberId: string | null = null,
): Promise<{ drained: number; left: number }> {
  const turns = await listWaiting(deps, memberId)
  const seen = { drained: 0, left: 0 }
  let drawn = 0
  async function drainInTurn(): Promise<void> {
    for (let waiting = turns.shift(); waiting !== undefined; waiting = turns.shift()) {
      const share = waiting.splice(0, Math.max(0, Math.min(SHARE, MAX_DRAINED - drawn)))
      drawn += share.length
      const { drained, left, failed } = await drainShare(deps, share)
      seen.drained += drained
      seen.left += left
      if (failed || share.length === 0) seen.left += waiting.length
      else if (waiting.length > 0) turns.push(waiting)
    }
  }
  await Promise.all(Array.from({ length: PORTALS_AT_A_TIME }, drainInTurn))
  if (seen.drained + seen.left > 0) deps.log('info', 'spill_drained', seen)
  return seen
}

/** The waiting requests, portal by portal, in the order of receipt. */
async function listWaiting(
  { spill }: DrainDeps,
  memberId: string | null,
): Promise<SpillRecord[][]> {
  const byPortal = new Map<string, SpillRecord[]>()
  let listed = 0
  for await (const records of spill.store.pages(memberId)) {
    for (const record of records) {
      const waiting = byPortal.get(record.memberId) ?? []
      waiting.push(record)
      byPortal.set(record.memberId, waiting)
    }
    listed += records.length
    if (listed >= MAX_LISTED) break
  }
  return [...byPortal.values()]
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
  { portals, spill, log, now }: DrainDeps,
  record: SpillRecord,
): Promise<'drained' | 'unreadable' | 'failed'> {
  const { memberId, receipt } = record
  try {
    const value = await spill.store.load(record)
    if (value === null) return 'drained'
    const decoded = await decodeSpilled(value, { memberId, sealer: spill.sealer })
    if (!decoded.ok) {
      log('error', 'spill_unreadable', { memberId, receipt })
      return 'unreadable'
    }
    const answer = await takeSpilled(portals(memberId), decoded.value)
    if (answer.kind === 'refused') {
      const { reason } = answer
      log('warn', 'spill_refused', { memberId, receipt, reason })
      await spill.store.refuse(record, value, { ...answer.facts, reason, refusedAt: now() })
      return 'drained'
    }
    if (answer.kind === 'dropped') {
      log('warn', 'spill_dropped', { memberId, receipt, reason: answer.reason })
    }
    await spill.store.remove(record)
    return 'drained'
  } catch (error) {
    log('warn', 'spill_kept', { memberId, error: describeError(error) })
    return 'failed'
  }
}
