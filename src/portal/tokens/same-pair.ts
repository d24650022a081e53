/** Tells whether a stored pair is still the same, though a rotation of keys may have sealed it anew. */
import type { Sealer } from '../../storage/seal.ts'
import { openPair, type PairField } from './pairs.ts'

/**
 * Answers a question that can be asked again right before a write: whether what `current` gives is still
 * the pair with that refresh token.
 */
export async function watchPair(
  current: () => string | null,
  refreshToken: string,
  { sealer, ...context }: { sealer: Sealer; memberId: string; field: PairField },
): Promise<() => boolean> {
  for (;;) {
    const sealed = current()
    if (sealed === null) return () => false
    const opened = await openPair(sealer, sealed, context)
    if (!opened.ok || opened.value.refreshToken !== refreshToken) return () => false
    if (current() === sealed) return () => current() === sealed
  }
}
