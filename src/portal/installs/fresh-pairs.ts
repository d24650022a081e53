/**
 * The fresh pairs that the check of an installation has brought. An expired token of the sender is refreshed
 * on the way, and the pair that was presented is dead from then on, whatever becomes of the installation.
 */
import type { TokenPair } from '../../bitrix24/servers/oauth.ts'
import type { FreshPairs, InstallVerdict } from '../../bitrix24/installs/verify-install.ts'
import type { InstallRequest, PresentedCredentials } from '../../bitrix24/wire/request.ts'
import { pairOf, type Pairs } from '../tokens/pairs.ts'

const NONE: FreshPairs = { freshPair: null, freshSystemPair: null }

/** The fresh pairs of a verdict. */
export function freshOf(verdict: InstallVerdict): FreshPairs {
  switch (verdict.kind) {
    case 'unanswered':
      return verdict
    case 'refused':
      return verdict.fresh ?? NONE
    case 'confirmed':
    case 'unknown_application':
      return verdict.install
  }
}

/** The request with its fresh pairs in the place of the dead ones. */
export function withFresh(request: InstallRequest, fresh: FreshPairs): InstallRequest {
  const { freshPair, freshSystemPair } = fresh
  const { credentials, systemUser } = request
  return {
    ...request,
    credentials: renew(credentials, freshPair),
    systemUser: systemUser === null ? null : renew(systemUser, freshSystemPair),
  }
}

/**
 * Stores the fresh pairs of a request whose pairs are the recorded ones. The installation itself may be
 * refused, but the recorded pair is dead now: without this the portal could not be called any more.
 */
export async function keepFresh(
  { credentials, systemUser }: InstallRequest,
  { freshPair, freshSystemPair }: FreshPairs,
  pairs: Pairs,
): Promise<void> {
  const refreshed: [PresentedCredentials | null, TokenPair | null][] = [
    [credentials, freshPair],
    [systemUser, freshSystemPair],
  ]
  for (const [presented, fresh] of refreshed) {
    const spent = presented?.refreshToken ?? null
    if (presented === null || spent === null || fresh === null) continue
    await pairs.replace(spent, pairOf(presented, fresh))
  }
}

function renew(presented: PresentedCredentials, fresh: TokenPair | null): PresentedCredentials {
  return fresh === null ? presented : { ...presented, ...pairOf(presented, fresh) }
}
