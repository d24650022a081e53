/** The work that portals' objects do in the background, so that a test can wait until nothing is left of it. */
import { until } from '../until.ts'

const underWay = new Set<Promise<unknown>>()

/** Notes what an object does in the background from now on. */
export function watchBackground(ctx: DurableObjectState): void {
  const keepAlive = ctx.waitUntil.bind(ctx)
  ctx.waitUntil = (work) => {
    underWay.add(work)
    const end = () => void underWay.delete(work)
    work.then(end, end)
    keepAlive(work)
  }
}

/** Waits until no object does anything in the background. */
export function backgroundEnds(): Promise<void> {
  return until(() => underWay.size === 0)
}

/** Forgets what was under way: the objects of a test end with it. */
export function forgetBackground(): void {
  underWay.clear()
}
