/**
 * The mirror of an install: the part of it that KV holds beside the copy, so that the edge knows the portal's callers.
 * A change of this part sets the dirty flag, and the flag stays until KV has the change. Pure.
 */
import type { TokenHash } from '../token-hashes.ts'
import type { ApplicationInstall, InstallState } from './install.ts'

/** The part of an install that KV holds, so that the edge knows the portal's callers. */
export interface InstallMirror {
  readonly generation: number
  readonly hashes: TokenHash[]
  readonly tokens: string | null
  readonly systemTokens: string | null
  readonly domain: string | null
}

/** The part of an install that KV has to hold. */
export function mirrorOf({
  generation,
  hashes,
  webhooks,
  application,
}: InstallState): InstallMirror {
  return {
    generation,
    hashes: [
      ...hashes.map(({ hash, until }) => ({ hash, until })),
      ...webhooks.map(({ hash }) => ({ hash, until: null })),
    ],
    tokens: application?.tokens ?? null,
    systemTokens: application?.systemTokens ?? null,
    domain: application?.domain ?? null,
  }
}

/** The changed install with its dirty flag: set when KV has to hold something else than before. */
export function setDirtyFlag(before: InstallState, after: InstallState): InstallState {
  const isOther = JSON.stringify(mirrorOf(before)) !== JSON.stringify(mirrorOf(after))
  return { ...after, kvDirty: before.kvDirty || isOther }
}

/** Changes the recorded application; the same install when none is recorded. */
export function changeApplication(
  state: InstallState,
  changes: Partial<ApplicationInstall>,
): InstallState {
  if (state.application === null) return state
  return setDirtyFlag(state, { ...state, application: { ...state.application, ...changes } })
}
