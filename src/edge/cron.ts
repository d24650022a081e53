/** Scheduled work. One trigger drains the spill every five minutes, the other one begins the daily upkeep. */
import { describeError } from '../core/safety/redact.ts'
import type { InstallStore } from '../storage/install-store.ts'
import { drainSpill, type DrainDeps } from './drain.ts'

/** The trigger of the daily upkeep, as in wrangler.toml. */
export const DAILY_CRON = '17 3 * * *'

/** The trigger that drains the spill, as in wrangler.toml. */
export const DRAIN_CRON = '*/5 * * * *'

/** How many portals do their upkeep at a time. */
const PORTALS_AT_A_TIME = 20

/** The dependencies of scheduled work. */
export interface CronDeps extends DrainDeps {
  readonly installs: InstallStore
}

/**
 * Does the work of a trigger. An unknown trigger does everything, so a changed wrangler.toml loses no work.
 */
export async function runCron(cron: string, deps: CronDeps): Promise<void> {
  if (cron !== DAILY_CRON) await drainSpill(deps)
  if (cron !== DRAIN_CRON) await keepPortalsUp(deps)
}

/** Lets the object of every known portal do its daily upkeep. A portal that fails stops no other. */
async function keepPortalsUp({ installs, portals, log }: CronDeps): Promise<void> {
  let visited = 0
  let failed = 0
  for await (const memberIds of installs.memberIdPages()) {
    for (let start = 0; start < memberIds.length; start += PORTALS_AT_A_TIME) {
      const group = memberIds.slice(start, start + PORTALS_AT_A_TIME)
      const visits = await Promise.allSettled(group.map((memberId) => portals(memberId).touch()))
      visited += visits.length
      for (const [index, visit] of visits.entries()) {
        if (visit.status === 'fulfilled') continue
        failed += 1
        const memberId = group[index] ?? null
        log('error', 'visit_failed', { memberId, error: describeError(visit.reason) })
      }
    }
  }
  log('info', 'portals_visited', { visited, failed })
}
