/**
 * The proof of robots' hints: the hash of the one secret that stands in the portal's robot address, and those that
 * stood in it before. Pure.
 */
import { MINUTE_MS } from '../durations.ts'
import type { PaceWindow } from '../pace/pace-window.ts'
import { equalInConstantTime } from '../safety/constant-time.ts'
import type { EndedToken } from './installs/install.ts'

/** The number of hints of one portal that are taken. */
export const HINT_WINDOW: PaceWindow = { count: 60, ms: MINUTE_MS }

/** The most former secrets that are remembered; the one that ended first leaves. */
const MAX_FORMER = 8

/** The hashes that a portal keeps of its robot address. */
export interface RobotProofs {
  /** The hash of the present secret; null when the address was removed. */
  readonly hash: string | null
  /** The time at which the address was made, in unix milliseconds; null without one. */
  readonly since: number | null
  /**
   * The former secrets with their ends. A hint that was acknowledged may wait in the spill while its address is
   * replaced, so it is judged by the secrets of its time of receipt.
   */
  readonly former: readonly EndedToken[]
}

/** A portal that never had a robot address. */
export const NO_PROOFS: RobotProofs = { hash: null, since: null, former: [] }

/** The proofs with another secret, or with none; the present one ends at `now` (unix milliseconds). */
export function replaceSecret(proofs: RobotProofs, hash: string | null, now: number): RobotProofs {
  const ended = proofs.hash === null ? [] : [{ hash: proofs.hash, endedAt: now }]
  return {
    hash,
    since: hash === null ? null : now,
    former: [...proofs.former, ...ended].slice(-MAX_FORMER),
  }
}

/** Whether a hash proves a hint now, or, with `asOf` (unix milliseconds), did so at that time. */
export function provesHint(proofs: RobotProofs, hash: string, asOf: number | null): boolean {
  const isPresent = proofs.hash !== null && equalInConstantTime(proofs.hash, hash)
  if (asOf === null) return isPresent
  const ended = proofs.former.map(
    (known) => equalInConstantTime(known.hash, hash) && known.endedAt > asOf,
  )
  return isPresent || ended.includes(true)
}
