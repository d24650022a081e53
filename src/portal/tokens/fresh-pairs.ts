/**
 * Keeps the pair that a refresh has brought although the request that caused it came to nothing: the
 * refresh token presented is dead, and when it was the stored one, the portal would be lost with it.
 */
import type { TokenPair } from '../../bitrix24/servers/oauth.ts'
import type { InstallRequest, PresentedCredentials } from '../../bitrix24/wire/request.ts'
import type { FreshPairs } from '../../bitrix24/installs/verify-install.ts'
import { equalInConstantTime } from '../../core/safety/constant-time.ts'
import { clampTs } from '../../core/access/lifecycle.ts'
import type { PortalState } from '../state.ts'
import type { PortalConfig, World } from '../settings.ts'
import { issuedAt, openPair, pairOf, renewedPair, sealPair, type PairField } from './pairs.ts'

/** What keeping needs from the object around it. */
export interface KeepFreshDeps {
  readonly memberId: string
  readonly state: PortalState
  readonly config: Pick<PortalConfig, 'sealer'>
  readonly world: Pick<World, 'now'>
}

/** Stores fresh pairs in the place of the stored ones that they were refreshed from. */
export async function keepFresh(
  request: InstallRequest,
  { freshPair, freshSystemPair }: FreshPairs,
  deps: KeepFreshDeps,
): Promise<void> {
  const renewed: [PresentedCredentials | null, TokenPair | null][] = [
    [request.credentials, freshPair],
    [request.systemUser, freshSystemPair],
  ]
  for (const [presented, fresh] of renewed) {
    if (presented === null || fresh === null) continue
    await replaceStored('tokens', { presented, fresh }, deps)
    await replaceStored('systemTokens', { presented, fresh }, deps)
  }
}

async function replaceStored(
  field: PairField,
  { presented, fresh }: { presented: PresentedCredentials; fresh: TokenPair },
  { memberId, state, config, world }: KeepFreshDeps,
): Promise<void> {
  const known = state.install().application?.[field] ?? null
  if (known === null || presented.refreshToken === null) return
  const stored = await openPair(config.sealer, known, { memberId, field })
  const refreshToken = stored.ok ? stored.value.refreshToken : null
  if (refreshToken === null || !equalInConstantTime(refreshToken, presented.refreshToken)) return
  const pair = pairOf(presented, fresh)
  const sealed = await sealPair(config.sealer, pair, { memberId, field })
  const now = world.now()
  const issued = issuedAt(pair.expiresAt, { ts: clampTs(null, now), now })
  // Uninstalled or renewed meanwhile: the pair is not the stored one any more.
  if (sealed === null || state.install().application?.[field] !== known) return
  state.changeInstall((install) =>
    install.application === null
      ? install
      : {
          ...install,
          application: {
            ...install.application,
            ...renewedPair(field, sealed, issued),
          },
          kvDirty: true,
        },
  )
}
