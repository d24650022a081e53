/**
 * The tokens that spoke for a portal once and do so no more, kept as hashes with the time of their end. An
 * event may have waited in the spill while its token ended. It was acknowledged, so it is trusted as of its
 * time of receipt. These hashes prove nothing that is received now. Pure.
 */
import { DAY_MS, SECOND_MS } from '../durations.ts'
import { equalInConstantTime } from '../safety/constant-time.ts'
import type { InstallState } from './installs/install.ts'
import { trustsToken } from './token-hashes.ts'

/**
 * The time for which an ended token is remembered, in milliseconds: a request may wait 30 days in the spill, and 30
 * more days after it was refused.
 */
const ENDED_TOKEN_MS = 60 * DAY_MS

/** The most ended tokens that are remembered; the one that ended first leaves. */
const MAX_ENDED_TOKENS = 32

/**
 * The changed install with the tokens that this change has ended, `endedAt` in unix milliseconds. Every
 * change of an install goes through here, so that no way of ending a token is forgotten.
 */
export function keepEndedTokens(
  before: InstallState,
  after: InstallState,
  endedAt: number,
): InstallState {
  const left = new Set(tokensOf(after).map(({ hash }) => hash))
  const ended = tokensOf(before)
    .filter(({ hash }) => !left.has(hash))
    .map(({ hash, until }) => ({ hash, endedAt: Math.min(until ?? endedAt, endedAt) }))
  if (ended.length === 0) return after
  const again = new Set(ended.map(({ hash }) => hash))
  const former = after.endedTokens.filter(
    (known) => !again.has(known.hash) && known.endedAt > endedAt - ENDED_TOKEN_MS,
  )
  const endedTokens = [...former, ...ended].toSorted((a, b) => a.endedAt - b.endedAt)
  return { ...after, endedTokens: endedTokens.slice(-MAX_ENDED_TOKENS) }
}

/** Whether a token, by its hash, spoke for the portal at that time (unix milliseconds). */
export function trustedToken(
  install: Pick<InstallState, 'hashes' | 'endedTokens'>,
  hash: string,
  at: number,
): boolean {
  const isEnded = install.endedTokens.map(
    (known) => equalInConstantTime(known.hash, hash) && known.endedAt > at,
  )
  return isEnded.includes(true) || trustsToken(install, hash, at)
}

/**
 * The longest time between the two tries of the edge, in milliseconds. An uninstall that comes again within this time
 * after it ended the installation is the second try.
 */
const REPEATED_WITHIN_MS = 2 * SECOND_MS

/**
 * Whether an uninstall is the one that was recorded last, sent again because its first answer was lost. Then the
 * token of the uninstall has ended after its receipt, within the two tries of the edge. An edge of the former version
 * does not tell the time of receipt. Then a `ts` that is not later than the recorded one is enough.
 */
export function isRepeatedUninstall(
  install: Pick<InstallState, 'hashes' | 'endedTokens' | 'uninstallTs'>,
  { hash, ts, receivedAt }: { hash: string; ts: number; receivedAt: number | null },
): boolean {
  const { hashes, endedTokens, uninstallTs } = install
  if (uninstallTs === null || hashes.length > 0) return false
  const isSame = endedTokens.map(
    (known) =>
      equalInConstantTime(known.hash, hash) &&
      (receivedAt === null ? ts <= uninstallTs : isWithinTries(known.endedAt - receivedAt)),
  )
  return isSame.includes(true)
}

function isWithinTries(ms: number): boolean {
  return ms >= 0 && ms <= REPEATED_WITHIN_MS
}

function tokensOf({ hashes, webhooks }: InstallState): { hash: string; until: number | null }[] {
  return [
    ...hashes.map(({ hash, until }) => ({ hash, until })),
    ...webhooks.map(({ hash }) => ({ hash, until: null })),
  ]
}
