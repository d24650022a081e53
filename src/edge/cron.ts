/** Scheduled work: the spill is drained every five minutes, every known portal is visited once a day. */
import { describeError } from '../core/safety/redact.ts'
import { log } from '../log.ts'
import { drainSpill, type DrainDeps } from './spill.ts'
import type { InstallStore } from '../storage/install-store.ts'

/** The trigger that visits every portal, as in wrangler.toml. */
export const DAILY_CRON = '17 3 * * *'

/** The trigger that drains the spill, as in wrangler.toml. */
export const DRAIN_CRON = '*/5 * * * *'

/** How many portals are visited at a time. */
const VISITS_AT_A_TIME = 20

/** What scheduled work needs. */
export interface CronDeps extends DrainDeps {
  readonly installs: InstallStore
}

/** Does what the trigger stands for; an unknown trigger does everything. */
export async function runCron(cron: string, deps: CronDeps): Promise<void> {
  if (cron !== DAILY_CRON) await drainSpill(deps)
  if (cron !== DRAIN_CRON) await visitPortals(deps)
}

async function visitPortals(deps: CronDeps): Promise<void> {
  let visited = 0
  let failed = 0
  for await (const memberIds of deps.installs.memberIdPages()) {
    for (let start = 0; start < memberIds.length; start += VISITS_AT_A_TIME) {
      const group = memberIds.slice(start, start + VISITS_AT_A_TIME)
      const visits = await Promise.allSettled(group.map((id) => deps.portals(id).touch()))
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
