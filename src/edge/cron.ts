/** Scheduled work. One trigger drains the spill every five minutes, the other one begins the daily upkeep. */
import { describeError } from '../core/safety/redact.ts'
import type { DirectoryRemote } from '../objects/directory.ts'
import type { InstallStore } from '../storage/install-store.ts'
import { withTimeout } from '../storage/with-timeout.ts'
import { drainSpill, type DrainDeps } from './spill/drain.ts'

/** The trigger of the daily upkeep, as in wrangler.toml. */
export const DAILY_CRON = '17 3 * * *'

/** The trigger that drains the spill, as in wrangler.toml. */
export const DRAIN_CRON = '*/5 * * * *'

/** How many portals do their upkeep at a time. */
const PORTALS_AT_A_TIME = 20

/** How long the visit of one portal may take, in milliseconds; its object goes on by itself. */
export const VISIT_MS = 30_000

/** The dependencies of scheduled work. */
export interface CronDeps extends DrainDeps {
  readonly installs: InstallStore
  readonly directory: Pick<DirectoryRemote, 'listPortals'>
}

/**
 * Does the work of a trigger. An unknown trigger does everything, so a changed wrangler.toml loses no work.
 */
export async function runCron(cron: string, deps: CronDeps): Promise<void> {
  try {
    if (cron !== DAILY_CRON) await drainSpill(deps)
  } finally {
    // A KV that cannot be listed ends the drain, and nothing else.
    if (cron !== DRAIN_CRON) await keepPortalsUp(deps)
  }
}

/**
 * Lets the object of every known portal do its daily upkeep, some at a time. A portal that fails or hangs
 * takes one of these places for a while, and stops no other.
 */
async function keepPortalsUp(deps: CronDeps): Promise<void> {
  const { portals, log } = deps
  const seen = { visited: 0, failed: 0 }
  const coming = knownPortals(deps)
  async function visitInTurn(): Promise<void> {
    for await (const memberId of coming) {
      seen.visited += 1
      try {
        await withTimeout(portals(memberId).touch(), VISIT_MS)
      } catch (error) {
        seen.failed += 1
        log('error', 'visit_failed', { memberId, error: describeError(error) })
      }
    }
  }
  await Promise.all(Array.from({ length: PORTALS_AT_A_TIME }, visitInTurn))
  log('info', 'portals_visited', seen)
}

/**
 * Yields every portal that KV or the directory knows, each once. Neither of the two is needed: an emptied
 * namespace, or a directory that does not answer, must not end the visits.
 */
async function* knownPortals({ installs, directory, log }: CronDeps): AsyncGenerator<string, void> {
  const known = new Set<string>()
  for (const list of [() => installs.memberIdPages(), () => listedPages(directory)]) {
    try {
      for await (const page of list()) {
        for (const memberId of page) {
          if (known.has(memberId)) continue
          known.add(memberId)
          yield memberId
        }
      }
    } catch (error) {
      log('error', 'portals_unlisted', { error: describeError(error) })
    }
  }
}

async function* listedPages(
  directory: CronDeps['directory'],
): AsyncGenerator<readonly string[], void> {
  let after = ''
  for (;;) {
    const page = await directory.listPortals(after)
    const last = page.at(-1)
    if (last === undefined) return
    yield page
    after = last
  }
}
