/** A bounded wait for work that goes on by itself. */
import type { World } from './settings.ts'

/** A wait is cut into steps, so that nothing goes on waiting long after the work has ended. */
const STEP_MS = 10

/**
 * Waits until work has ended, and no longer than `ms`; false when it goes on. Rejects when the work fails in that
 * time. Later the failure is that of the caller, who keeps the work alive.
 */
export async function waitWithTimeout(
  work: Promise<unknown>,
  ms: number,
  { sleep }: Pick<World, 'sleep'>,
): Promise<boolean> {
  const over = work.then(() => true)
  over.catch(() => undefined)
  for (let waited = 0; waited < ms; waited += STEP_MS) {
    const step = sleep(STEP_MS).then(() => false)
    if (await Promise.race([over, step])) return true
  }
  return false
}
