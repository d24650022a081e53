/** Token pairs as they are sealed: one small JSON text a pair, bound to its portal and field. */
import * as v from 'valibot'
import type { TokenPair } from '../../bitrix24/servers/oauth.ts'
import type { InstallRequest } from '../../bitrix24/wire/request.ts'
import type { FreshPairs } from '../../bitrix24/installs/verify-install.ts'
import type { InstallPairs } from '../../core/access/install-pairs.ts'
import { clampTs } from '../../core/access/lifecycle.ts'
import { ok, type Result } from '../../core/result.ts'
import type { Sealer } from '../../storage/seal.ts'

const StoredPairSchema = v.object({
  accessToken: v.string(),
  refreshToken: v.nullable(v.string()),
  /** Unix seconds. */
  expiresAt: v.nullable(v.number()),
  userId: v.nullable(v.number()),
})

/** A token pair of one user; lives only in memory and sealed. */
export type StoredPair = v.InferOutput<typeof StoredPairSchema>

/** Where a pair is sealed for. */
export type PairField = 'tokens' | 'systemTokens'

/** The pair as a caller presented it, or the fresh one that replaced it on the way. */
export function pairOf(presented: StoredPair, fresh: TokenPair | null): StoredPair {
  const { accessToken, refreshToken, expiresAt } = fresh ?? presented
  return { accessToken, refreshToken, expiresAt, userId: fresh?.userId ?? presented.userId }
}

/**
 * When a pair was issued, in unix seconds. Its end is a claim: one of the far future must not keep every
 * later pair out.
 */
export function issuedAt(
  expiresAt: number | null,
  { ts, now }: { readonly ts: number; readonly now: number },
): number {
  const TOKEN_LIFE_S = 3600
  return expiresAt === null ? ts : clampTs(expiresAt - TOKEN_LIFE_S, now)
}

/** Seals a pair; null when there is no key to seal it with. */
export async function sealPair(
  sealer: Sealer,
  pair: StoredPair,
  context: { memberId: string; field: PairField },
): Promise<string | null> {
  const sealed = await sealer.seal(JSON.stringify(pair), context)
  return sealed.ok ? sealed.value : null
}

/** Opens a pair. `unknown_key` and `damaged` both mean that it is lost for us. */
export async function openPair(
  sealer: Sealer,
  sealed: string,
  context: { memberId: string; field: PairField },
): Promise<Result<StoredPair, 'unknown_key' | 'damaged'>> {
  const opened = await sealer.open(sealed, context)
  if (!opened.ok) return opened
  return ok(v.parse(StoredPairSchema, JSON.parse(opened.value)))
}

/** What an install records of a pair that was renewed; `issued` in unix seconds. */
export function renewedPair(
  field: PairField,
  sealed: string,
  issued: number,
): Partial<InstallPairs> {
  return field === 'tokens'
    ? { tokens: sealed, tokensIssuedAt: issued }
    : { systemTokens: sealed, systemTokensIssuedAt: issued }
}

/** Puts pairs that a refresh has brought in the place of the dead ones. */
export function withFresh(request: InstallRequest, fresh: FreshPairs): InstallRequest {
  const { freshPair, freshSystemPair } = fresh
  const { credentials, systemUser } = request
  return {
    ...request,
    credentials:
      freshPair === null ? credentials : { ...credentials, ...pairOf(credentials, freshPair) },
    systemUser:
      systemUser === null || freshSystemPair === null
        ? systemUser
        : { ...systemUser, ...pairOf(systemUser, freshSystemPair) },
  }
}
