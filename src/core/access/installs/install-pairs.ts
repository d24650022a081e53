/**
 * The two pairs of an install: the installer's pair and the system pair. A pair is replaced by one that was
 * issued later, never by an older one. Pure; pairs appear here only in sealed form.
 */

/** Both pairs, under the names that they are stored by. */
export interface InstallPairs {
  /** The installer's pair, sealed; null when it could not be sealed. */
  readonly tokens: string | null
  /** Unix seconds at which the installer's pair was issued. */
  readonly tokensIssuedAt: number
  /** The system pair, sealed; null while there is none. */
  readonly systemTokens: string | null
  /** Unix seconds at which the system pair was issued; 0 while there is none. */
  readonly systemTokensIssuedAt: number
  /** The application's system user; null while it has none. */
  readonly systemUserId: number | null
}

/** The terms under which the pairs of an installation are recorded. */
interface PairTerms {
  /** Whether the sender may replace what is recorded. */
  readonly mayChange: boolean
  /** Whether the recorded pairs are dead, so that any pair may replace them, however old it is. */
  readonly isLost: boolean
}

/** Whether a pair is another one than before: a new pair may end any trouble with the access. */
export function hasNewPair(
  former: InstallPairs | null,
  { tokens, systemTokens }: InstallPairs,
): boolean {
  return tokens !== (former?.tokens ?? null) || systemTokens !== (former?.systemTokens ?? null)
}

/** The pairs after an installation has brought some. */
export function recordPairs(
  former: InstallPairs | null,
  brought: InstallPairs,
  terms: PairTerms,
): InstallPairs {
  if (former === null) return onlyPairs(brought)
  const isNewer = terms.isLost || brought.tokensIssuedAt >= former.tokensIssuedAt
  // The new pair could not be sealed, since no key is configured. The recorded pair stays: its key may come back and
  // open it.
  const isUsable = brought.tokens !== null
  const { tokens, tokensIssuedAt } = terms.mayChange && isNewer && isUsable ? brought : former
  return { tokens, tokensIssuedAt, ...recordSystemPair(former, brought, terms) }
}

function recordSystemPair(
  former: InstallPairs,
  brought: InstallPairs,
  { mayChange, isLost }: PairTerms,
): Pick<InstallPairs, 'systemTokens' | 'systemTokensIssuedAt' | 'systemUserId'> {
  const isOlder =
    brought.systemTokens !== null && brought.systemTokensIssuedAt < former.systemTokensIssuedAt
  const mayReplace = mayChange && (isLost || !isOlder)
  const systemUserId = (mayReplace ? brought.systemUserId : null) ?? former.systemUserId
  if (mayReplace && brought.systemTokens !== null) {
    const { systemTokens, systemTokensIssuedAt } = brought
    return { systemTokens, systemTokensIssuedAt, systemUserId }
  }
  // The application has another system user now, so the pair of the former system user is of no use.
  if (systemUserId !== former.systemUserId) {
    return { systemTokens: null, systemTokensIssuedAt: 0, systemUserId }
  }
  const { systemTokens, systemTokensIssuedAt } = former
  return { systemTokens, systemTokensIssuedAt, systemUserId }
}

/** Takes only the pairs out of an application, which holds more. */
function onlyPairs({
  tokens,
  tokensIssuedAt,
  systemTokens,
  systemTokensIssuedAt,
  systemUserId,
}: InstallPairs): InstallPairs {
  return { tokens, tokensIssuedAt, systemTokens, systemTokensIssuedAt, systemUserId }
}
