/**
 * The two pairs of an install: the installer's and that of the application's system user. A pair is replaced
 * by one that was issued later, never by an older one. Pure; pairs appear only sealed.
 */

/** What an install holds of its two pairs. */
export interface Pairs {
  /** The installer's pair, sealed; null when it could not be sealed. */
  readonly tokens: string | null
  /** Unix seconds; a pair is never replaced by an older one. */
  readonly tokensIssuedAt: number
  /** The system user's pair, sealed. */
  readonly systemTokens: string | null
  /** Unix seconds; 0 while there is none. */
  readonly systemTokensIssuedAt: number
  /** The application's system user; null while it has none. */
  readonly systemUserId: number | null
}

/** A new pair may end whatever was wrong with the access. */
export function isNewPair(former: Pairs | null, { tokens, systemTokens }: Pairs): boolean {
  return tokens !== (former?.tokens ?? null) || systemTokens !== (former?.systemTokens ?? null)
}

/**
 * The pairs after an installation has brought some. `mayChange`: whoever sent it may replace what is recorded;
 * `isLost`: the recorded ones are dead, and worth nothing however new they are.
 */
export function recordPairs(
  former: Pairs | null,
  brought: Pairs,
  { mayChange, isLost }: { readonly mayChange: boolean; readonly isLost: boolean },
): Pairs {
  if (former === null) return onlyPairs(brought)
  const isNewer = isLost || brought.tokensIssuedAt >= former.tokensIssuedAt
  // A pair that could not be sealed is no reason to forget one that a returning key may open.
  const pair = mayChange && isNewer && brought.tokens !== null ? brought : former
  const { tokens, tokensIssuedAt } = pair
  return { tokens, tokensIssuedAt, ...recordSystemPair(former, brought, { mayChange, isLost }) }
}

function recordSystemPair(
  former: Pairs,
  brought: Pairs,
  { mayChange, isLost }: { readonly mayChange: boolean; readonly isLost: boolean },
): Pick<Pairs, 'systemTokens' | 'systemTokensIssuedAt' | 'systemUserId'> {
  const isOlder =
    brought.systemTokens !== null && brought.systemTokensIssuedAt < former.systemTokensIssuedAt
  const mayReplace = mayChange && (isLost || !isOlder)
  const systemUserId = (mayReplace ? brought.systemUserId : null) ?? former.systemUserId
  if (mayReplace && brought.systemTokens !== null) {
    const { systemTokens, systemTokensIssuedAt } = brought
    return { systemTokens, systemTokensIssuedAt, systemUserId }
  }
  // Another user's pair is of no use any more.
  if (systemUserId !== former.systemUserId) {
    return { systemTokens: null, systemTokensIssuedAt: 0, systemUserId }
  }
  const { systemTokens, systemTokensIssuedAt } = former
  return { systemTokens, systemTokensIssuedAt, systemUserId }
}

function onlyPairs({
  tokens,
  tokensIssuedAt,
  systemTokens,
  systemTokensIssuedAt,
  systemUserId,
}: Pairs): Pairs {
  return { tokens, tokensIssuedAt, systemTokens, systemTokensIssuedAt, systemUserId }
}
