/**
 * The digest under way and its halves. A batch that the receiver refuses is halved: the front half becomes the
 * digest under way, and the other one waits behind it as it is. A half of one event is no digest, so
 * `singlyUpTo` lets it go alone.
 */
import type { LaneState } from './lane-state.ts'

/** The members of a lane that say which events go out together. */
export type DigestParts = Pick<LaneState, 'digest' | 'halves' | 'singlyUpTo'>

/** The parts when the events up to a sequence are settled: the rest of the digest under way, else the next half. */
export function partsBehind(lane: DigestParts, settled: number): DigestParts {
  const { digest, halves, singlyUpTo } = lane
  const rest = digest?.filter((sequence) => sequence > settled) ?? []
  if (rest.length > 0) return startingWith([rest, ...halves], singlyUpTo)
  // Events in front of the halves go out singly first.
  if (settled < singlyUpTo) return { digest: null, halves, singlyUpTo }
  return startingWith(
    halves.map((half) => half.filter((sequence) => sequence > settled)),
    singlyUpTo,
  )
}

/** The parts when the digest under way falls into halves, the larger one in front. */
export function halveDigest({ digest, halves, singlyUpTo }: DigestParts): DigestParts {
  if (digest === null) return { digest, halves, singlyUpTo }
  const middle = Math.ceil(digest.length / 2)
  return startingWith([digest.slice(0, middle), digest.slice(middle), ...halves], singlyUpTo)
}

/** The part that a sequence goes out in; null when it is in none. */
export function partWith(
  { digest, halves }: DigestParts,
  sequence: number,
): readonly number[] | null {
  return [digest ?? [], ...halves].find((part) => part.includes(sequence)) ?? null
}

/** The last sequence of which it is decided with which others it goes out; 0 for none. */
export function partsUpTo({ digest, halves, singlyUpTo }: DigestParts): number {
  return Math.max(singlyUpTo, digest?.at(-1) ?? 0, halves.at(-1)?.at(-1) ?? 0)
}

function startingWith(parts: readonly (readonly number[])[], singlyUpTo: number): DigestParts {
  const [first = [], ...halves] = parts.filter((part) => part.length > 0)
  if (first.length > 1) return { digest: first, halves, singlyUpTo }
  return { digest: null, halves, singlyUpTo: Math.max(singlyUpTo, first[0] ?? 0) }
}
