/** Which pair is tried first for what. */
import type { PairField } from './pairs.ts'

/** Background work prefers the system user; handlers belong to whoever binds them, so to a person. */
export const ORDER = {
  background: ['systemTokens', 'tokens'],
  administration: ['tokens', 'systemTokens'],
} as const satisfies Record<string, readonly PairField[]>

/** What a call is for. */
export type CallPurpose = keyof typeof ORDER
