/**
 * Scheduled work. One trigger drains the spill every five minutes, the other one begins the daily upkeep. Ten thousand
 * portals are too many for one run, so the first trigger goes on with the upkeep,
 * and with the orders of an operator for all portals.
 */
import { describeError } from '../core/safety/redact.ts'
import type { DirectoryRemote } from '../objects/directory.ts'
import type { InstallStore } from '../storage/install-store.ts'
import { withTimeout } from '../storage/with-timeout.ts'
import { goOnWithOrders } from './orders.ts'
import { drainSpill, type DrainDeps } from './spill/drain.ts'

/** The trigger of the daily upkeep, as in wrangler.toml. */
export const DAILY_CRON = '17 3 * * *'

/** The trigger that drains the spill, as in wrangler.toml. */
export const DRAIN_CRON = '*/5 * * * *'

/**
 * The most portals that one run visits. The free plan allows 1,000 calls of objects and of KV in one run, and 10 ms of
 * CPU; the runs of the drain, every five minutes, visit the other portals.
 */
export const MAX_VISITS = 200

/** The number of portals of which the directory is told at a time. */
const NOTED_AT_A_TIME = 1000

/** The number of portals that do their upkeep at a time. */
const PORTALS_AT_A_TIME = 20

/** The time that the visit of one portal may take, in milliseconds; its object goes on by itself. */
export const VISIT_MS = 30_000

/** The dependencies of scheduled work. */
export interface CronDeps extends DrainDeps {
  readonly installStore: InstallStore
  readonly directory: Pick<
    DirectoryRemote,
    'notePortals' | 'beginRound' | 'nextVisits' | 'beginOrder' | 'nextOrdered'
  >
}

/**
 * Does the work of a trigger. An unknown trigger does everything, so a changed wrangler.toml loses no work. The daily
 * trigger begins a round of visits, and each run visits some portals of it.
 */
export async function runCron(cron: string, deps: CronDeps): Promise<void> {
  try {
    if (cron !== DAILY_CRON) await drainSpill(deps)
  } finally {
    // A KV that cannot be listed ends the drain, and nothing else.
    if (cron === DRAIN_CRON) await goOnVisiting(deps)
    else await beginVisiting(deps)
    if (cron !== DAILY_CRON) await goOnWithOrders(deps)
  }
}

/**
 * Begins the round of a day with everything that KV or the directory knows. Neither of the two is needed: an emptied
 * namespace must not end the visits, and while the directory does not answer, portals are visited as KV lists them.
 */
async function beginVisiting(deps: CronDeps): Promise<void> {
  const { installStore, directory, logLine } = deps
  const unlisted = (error: unknown): void =>
    logLine('error', 'portals_unlisted', { error: describeError(error) })
  const known: string[] = []
  try {
    for await (const page of installStore.memberIdPages()) known.push(...page)
  } catch (error) {
    unlisted(error)
  }
  let visits: readonly string[]
  try {
    for (let from = 0; from < known.length; from += NOTED_AT_A_TIME) {
      await directory.notePortals(known.slice(from, from + NOTED_AT_A_TIME))
    }
    await directory.beginRound()
    visits = await directory.nextVisits(MAX_VISITS)
  } catch (error) {
    unlisted(error)
    visits = known.slice(0, MAX_VISITS)
  }
  await visit(deps, visits)
}

/** Visits the next portals of the round, if one is under way. */
async function goOnVisiting(deps: CronDeps): Promise<void> {
  let visits: readonly string[] = []
  try {
    visits = await deps.directory.nextVisits(MAX_VISITS)
  } catch (error) {
    deps.logLine('error', 'portals_unlisted', { error: describeError(error) })
  }
  if (visits.length > 0) await visit(deps, visits)
}

/**
 * Lets the objects of portals do their daily upkeep, some at a time. A portal that fails or hangs takes one of these
 * places for a while, and stops no other.
 */
async function visit({ clientOf, logLine }: CronDeps, memberIds: readonly string[]): Promise<void> {
  const seen = { visited: 0, failed: 0 }
  const coming = memberIds.values()
  async function visitInTurn(): Promise<void> {
    for (const memberId of coming) {
      seen.visited += 1
      try {
        await withTimeout(clientOf(memberId).touch(), VISIT_MS)
      } catch (error) {
        seen.failed += 1
        logLine('error', 'visit_failed', { memberId, error: describeError(error) })
      }
    }
  }
  await Promise.all(Array.from({ length: PORTALS_AT_A_TIME }, visitInTurn))
  logLine('info', 'portals_visited', seen)
}
