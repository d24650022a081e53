/**
 * Drains the spill: each spilled request goes to its portal's object, in the order of receipt. The cron
 * trigger does so for all portals, and an uninstall for its own portal.
 */
import { describeError } from '../core/safety/redact.ts'
import type { LineWriter } from '../log.ts'
import type { SpillRecord } from '../storage/spill-store.ts'
import type { SpillDeps } from './intake-deps.ts'
import type { PortalClient, PortalLookup } from './portal-client.ts'
import { decodeSpilled, type SpilledRequest } from './spilled-request.ts'

/** The dependencies of the drain. */
export interface DrainDeps {
  readonly portals: PortalLookup
  readonly spill: SpillDeps
  readonly log: LineWriter
}

/**
 * Drains the requests of one portal, or of all. When a portal fails, its other requests stay for the next
 * run, so that their order is kept. A request that cannot be read stays as well, and the readable ones behind
 * it do not wait.
 */
export async function drainSpill(
  deps: DrainDeps,
  memberId: string | null = null,
): Promise<{ drained: number; left: number }> {
  const failed = new Set<string>()
  let drained = 0
  let left = 0
  for await (const records of deps.spill.store.pages(memberId)) {
    for (const record of records) {
      const outcome = failed.has(record.memberId) ? 'failed' : await drainRecord(deps, record)
      if (outcome === 'failed') failed.add(record.memberId)
      if (outcome === 'drained') drained += 1
      else left += 1
    }
  }
  if (drained + left > 0) deps.log('info', 'spill_drained', { drained, left })
  return { drained, left }
}

async function drainRecord(
  { portals, spill, log }: DrainDeps,
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
    const isTaken = await takeSpilled(portals(memberId), decoded.value)
    if (!isTaken) log('warn', 'spill_refused', { memberId, receipt })
    await spill.store.remove(record)
    return 'drained'
  } catch (error) {
    log('warn', 'spill_kept', { memberId, error: describeError(error) })
    return 'failed'
  }
}

/**
 * False when the portal's object refuses: the portal was uninstalled meanwhile, or it does not trust the
 * install.
 */
async function takeSpilled(portal: PortalClient, spilled: SpilledRequest): Promise<boolean> {
  switch (spilled.kind) {
    case 'append': {
      const answer = await portal.append({ ...spilled.request, drained: true })
      return answer.kind === 'stored'
    }
    case 'install': {
      const answer = await portal.install(spilled.request)
      return answer.kind !== 'refused'
    }
    case 'uninstall': {
      const answer = await portal.uninstall(spilled.call)
      return answer.kind === 'accepted'
    }
  }
}
