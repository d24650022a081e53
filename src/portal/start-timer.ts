/**
 * The timers of a portal's object. A timer keeps the object awake, and each second of that is billed
 * (docs/cloudflare.md, "Object lifetime"), so a timer ends as soon as nobody needs it.
 */
import type { World } from './world.ts'

/** The work of a timer, and its time. */
export interface TimerPlan {
  /** Milliseconds until the work. */
  readonly ms: number
  readonly work: () => void
  /** Called with a promise that ends with the timer, and rejects with what the work throws. */
  readonly keepAlive: (timer: Promise<void>) => void
}

/** Starts a timer; the answer cancels it. */
export function startTimer(
  world: Pick<World, 'sleep'>,
  { ms, work, keepAlive }: TimerPlan,
): () => void {
  const ends = new AbortController()
  keepAlive(
    world.sleep(ms, ends.signal).then(() => {
      if (!ends.signal.aborted) work()
    }),
  )
  return () => ends.abort()
}
