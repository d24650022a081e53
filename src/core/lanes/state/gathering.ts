/**
 * The gathering of a lane: which of its events go out together as one digest. A batch that the receiver refuses is
 * halved: the front half becomes the digest under way, and the other one waits behind it as it is. A half of one event
 * is no digest, so `singlyUpTo` lets it go alone.
 */

/** Everything that a lane remembers of the events that go out together. */
export interface Gathering {
  /** The sequences of the digest under way, oldest first, written before it is sent; null for none. */
  readonly underWay: readonly number[] | null
  /** The parts of a halved digest that follow the one under way, oldest first; each goes out as it is. */
  readonly halves: readonly (readonly number[])[]
  /** Events up to this sequence go out one by one, since a digest that held them fell apart. */
  readonly singlyUpTo: number
  /** The time at which the last digest was delivered, in unix milliseconds; null before the first. */
  readonly lastDigestAt: number | null
  /** Until when the front waits for others to be told with it; null when it does not. Known to memory only. */
  readonly until: number | null
}

/** The gathering of a lane that has sent no digest. */
export const NO_GATHERING: Gathering = {
  underWay: null,
  halves: [],
  singlyUpTo: 0,
  lastDigestAt: null,
  until: null,
}

/** The gathering when the events up to a sequence are settled: the rest of the digest under way, else the next half. */
export function gatheringBehind(gathering: Gathering, settled: number): Gathering {
  const { underWay, halves, singlyUpTo } = gathering
  const rest = underWay?.filter((sequence) => sequence > settled) ?? []
  if (rest.length > 0) return startingWith(gathering, [rest, ...halves])
  // Events in front of the halves go out singly first.
  if (settled < singlyUpTo) return { ...gathering, underWay: null }
  return startingWith(
    gathering,
    halves.map((half) => half.filter((sequence) => sequence > settled)),
  )
}

/** The gathering when the digest under way falls into halves, the larger one in front. */
export function halveDigest(gathering: Gathering): Gathering {
  const { underWay, halves } = gathering
  if (underWay === null) return gathering
  const middle = Math.ceil(underWay.length / 2)
  return startingWith(gathering, [underWay.slice(0, middle), underWay.slice(middle), ...halves])
}

/**
 * The gathering when the events up to a sequence go out one by one: their digest fell apart, and nothing of it is left.
 */
export function splitParts(gathering: Gathering, upTo: number): Gathering {
  return { ...gathering, underWay: null, singlyUpTo: upTo }
}

/** The part that a sequence goes out in; null when it is in none. */
export function partWith(
  { underWay, halves }: Gathering,
  sequence: number,
): readonly number[] | null {
  return [underWay ?? [], ...halves].find((part) => part.includes(sequence)) ?? null
}

/** The last sequence of which it is decided with which others it goes out; 0 for none. */
export function partsUpTo({ underWay, halves, singlyUpTo }: Gathering): number {
  return Math.max(singlyUpTo, underWay?.at(-1) ?? 0, halves.at(-1)?.at(-1) ?? 0)
}

/** Whether events wait of which it is decided that they go out together. */
export function hasParts({ underWay, halves }: Gathering): boolean {
  return underWay !== null || halves.length > 0
}

/** The gathering of a lane whose front does not wait, or has to be decided about anew. */
export function withoutWait(gathering: Gathering): Gathering {
  return gathering.until === null ? gathering : { ...gathering, until: null }
}

function startingWith(gathering: Gathering, parts: readonly (readonly number[])[]): Gathering {
  const [first = [], ...halves] = parts.filter((part) => part.length > 0)
  if (first.length > 1) return { ...gathering, underWay: first, halves }
  const singlyUpTo = Math.max(gathering.singlyUpTo, first[0] ?? 0)
  return { ...gathering, underWay: null, halves, singlyUpTo }
}
