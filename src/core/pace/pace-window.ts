/**
 * The limit of a receiver as pace windows. Several windows may hold at once: Teams, for example, takes 4
 * messages a second and 100 an hour (docs/receivers.md).
 */

/** At most `count` messages in any `ms` milliseconds, wherever that stretch of time begins. */
export interface PaceWindow {
  /** Messages; a whole number of at least 1. */
  readonly count: number
  /** Length of the stretch, in milliseconds; at least 1. */
  readonly ms: number
}

/** @throws RangeError when a window would let nothing through */
export function checkPaceWindows(windows: readonly PaceWindow[]): void {
  const isSound = windows.every(
    ({ count, ms }) => Number.isInteger(count) && count >= 1 && Number.isFinite(ms) && ms >= 1,
  )
  if (!isSound) throw new RangeError('Cannot pace messages as a window must let one through')
}

/** The grants that a window may still count at a time, oldest first. */
export function countedGrants(
  grants: readonly number[],
  { windows, now }: { readonly windows: readonly PaceWindow[]; readonly now: number },
): readonly number[] {
  const longestMs = Math.max(0, ...windows.map(({ ms }) => ms))
  const largest = Math.max(0, ...windows.map(({ count }) => count))
  const counted = grants.filter((at) => at > now - longestMs)
  return counted.slice(Math.max(0, counted.length - largest))
}

/** The turn for which a slot is searched. */
export interface SlotTerms {
  readonly windows: readonly PaceWindow[]
  /** Unix milliseconds: no slot before this time. */
  readonly from: number
  /** The number of others that go first, each at the first time that it can. */
  readonly ahead: number
}

/** The first time that all windows allow after these grants, in unix milliseconds. */
export function computeSlot(
  grants: readonly number[],
  { windows, from, ahead }: SlotTerms,
): number {
  const taken = [...grants]
  let at = from
  for (let position = 0; position <= ahead; position += 1) {
    const allowed = windows.map(({ count, ms }) => (taken.at(-count) ?? -Infinity) + ms)
    at = Math.ceil(Math.max(at, ...allowed))
    taken.push(at)
  }
  return at
}
