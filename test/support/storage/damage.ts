/** Damages the stored install of a scenario's portal, as no program of the relay would write it. */
import { env } from 'cloudflare:workers'
import { DRAIN_CRON } from '../../../src/edge/cron.ts'
import type { RelayScenario } from '../scenarios/relay-scenario.ts'
import worker from '../worker/worker.ts'

/** Rows that no version can read: one is cut off, one is no object, one has members of other shapes. */
export const DAMAGED_INSTALLS = [
  '{"generation":',
  '[]',
  '{"hashes":{"a":1},"application":7}',
] as const

/**
 * Puts a text in the place of the install's row, and ends the object. A function gets the former text;
 * `alsoDo` may damage more.
 */
export async function damageInstall(
  scenario: RelayScenario,
  damaged: string | ((row: string) => string),
  alsoDo: (storage: DurableObjectStorage) => unknown = () => {},
): Promise<string> {
  // What an object still does in the background could write the row once more.
  await scenario.relay.restarts()
  const text = await scenario.inside(async ({ storage }) => {
    const [row] = storage.sql.exec('SELECT install FROM install').toArray()
    const before = String(row?.['install'])
    const after = typeof damaged === 'string' ? damaged : damaged(before)
    storage.sql.exec('UPDATE install SET install = ?', after)
    await alsoDo(storage)
    return after
  })
  await scenario.evict()
  return text
}

/** The rows that were set aside, the first one first. */
export function damagedRowsOf(scenario: RelayScenario): Promise<unknown[]> {
  return scenario.inside(({ storage }) =>
    storage.sql.exec('SELECT part, id, content FROM damaged_rows ORDER BY position').toArray(),
  )
}

/** The cron trigger that drains the spill. */
export async function drainTrigger(): Promise<void> {
  const controller = { cron: DRAIN_CRON, scheduledTime: Date.now(), noRetry: () => {} }
  await worker.scheduled?.(controller, { ...env })
}
