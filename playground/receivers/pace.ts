/** The two ways in which receivers hold a sender back: windows that fill up, and slots that come back. */

/** The most requests in a time. */
export interface PaceLimit {
  readonly requests: number
  readonly ms: number
}

/** Makes a taker of places in every window: it answers how long to wait first, in milliseconds, or 0. */
export function createWindows(limits: readonly PaceLimit[], clock: () => number): () => number {
  const longestMs = Math.max(...limits.map(({ ms }) => ms))
  let taken: readonly number[] = []
  return () => {
    const now = clock()
    taken = taken.filter((at) => at > now - longestMs)
    const waits = limits.map(({ requests, ms }) => {
      const nth = taken.at(-requests)
      return nth === undefined ? 0 : nth + ms - now
    })
    const waitMs = Math.max(0, ...waits)
    if (waitMs === 0) taken = [...taken, now]
    return waitMs
  }
}

/** Makes a taker of slots, of which `burst` are there at first and `perSecond` come back; false when none is left. */
export function createSlots(
  { burst, perSecond }: { burst: number; perSecond: number },
  clock: () => number,
): () => boolean {
  let slots = burst
  let refilledAt = clock()
  return () => {
    const now = clock()
    slots = Math.min(burst, slots + ((now - refilledAt) / 1000) * perSecond)
    refilledAt = now
    if (slots < 1) return false
    slots -= 1
    return true
  }
}
