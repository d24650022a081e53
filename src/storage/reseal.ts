/** Seals stored texts again after a rotation of the token keys, so that the former key can be retired. */
import type { SealContext, Sealer } from './seal.ts'

/** The text sealed under the newest key; the same text when it is so already, or when it cannot be opened. */
export async function reseal(
  sealer: Sealer,
  sealed: string,
  context: SealContext,
): Promise<string> {
  if (!sealer.isStale(sealed)) return sealed
  const opened = await sealer.open(sealed, context)
  if (!opened.ok) return sealed
  const again = await sealer.seal(opened.value, context)
  return again.ok ? again.value : sealed
}
