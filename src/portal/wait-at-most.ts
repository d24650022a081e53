/**
 * A bounded wait for work that goes on by itself. A wait that is over is no failure: it answers false, where
 * `withTimeout` of `src/storage` rejects.
 */
import type { World } from './world.ts'

/**
 * Waits until work has ended, and no longer than `ms`; false when it goes on. Rejects when the work fails in that
 * time. A later failure reaches the caller, who keeps the work alive.
 */
export async function waitAtMost(
  work: Promise<unknown>,
  ms: number,
  { sleep }: Pick<World, 'sleep'>,
): Promise<boolean> {
  const ends = new AbortController()
  const over = work.then(() => true)
  over.catch(() => undefined)
  try {
    return await Promise.race([over, sleep(ms, ends.signal).then(() => false)])
  } finally {
    // The sleep keeps the object awake, so it ends with the work.
    ends.abort()
  }
}
