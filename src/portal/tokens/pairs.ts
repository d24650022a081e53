/**
 * The two pairs of one portal: the installer's pair and the system pair. The install holds them sealed; only
 * the memory of the portal's object holds them open. A refresh ends a pair and brings a fresh one in its
 * place. The fresh one must be stored at once: if it were lost, the portal could not be called any more.
 */
import * as v from 'valibot'
import type { TokenPair } from '../../bitrix24/servers/oauth.ts'
import { equalInConstantTime } from '../../core/safety/constant-time.ts'
import { changeApplication } from '../../core/access/installs/install-mirror.ts'
import type { ApplicationInstall, InstallState } from '../../core/access/installs/install.ts'
import type { InstallPairs } from '../../core/access/installs/install-pairs.ts'
import { clampTs } from '../../core/access/installs/lifecycle.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'
import type { PortalState } from '../state/portal-state.ts'

const OpenedPairSchema = v.object({
  accessToken: v.string(),
  refreshToken: v.nullable(v.string()),
  /** Unix seconds. */
  expiresAt: v.nullable(v.number()),
  userId: v.nullable(v.number()),
})

/** A pair in clear. It lives in memory only; its JSON is the text that is sealed. */
export type OpenedPair = v.InferOutput<typeof OpenedPairSchema>

/** The place of a pair in an install: `tokens` is the installer's pair, `systemTokens` the system pair. */
export type PairField = 'tokens' | 'systemTokens'

/** A pair as it was stored when somebody began to work with it. */
export interface StoredPair {
  readonly field: PairField
  readonly sealed: string
  readonly application: ApplicationInstall
}

/**
 * The purpose of a call. Background work prefers the system pair, which does not depend on a person. A
 * binding belongs to the user who made it, so administration prefers the installer's pair.
 */
export type CallPurpose = 'background' | 'administration'

const ORDER: Readonly<Record<CallPurpose, readonly PairField[]>> = {
  background: ['systemTokens', 'tokens'],
  administration: ['tokens', 'systemTokens'],
}

/** The dependencies of the pairs. */
export interface PairsDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install' | 'changeInstall'>
  readonly config: Pick<PortalConfig, 'sealer'>
  readonly world: Pick<World, 'now'>
}

/** A fresh pair, sealed, that waits to be stored. */
export interface Replacement {
  /** Whether the install still holds the pair that the fresh one replaces. To be asked right before the write. */
  isOldStored(): boolean
  /** The members of the application that the write changes. */
  readonly changes: Partial<InstallPairs>
}

/** The pairs of one portal. */
export class Pairs {
  readonly #deps: PairsDeps
  /** Opened pairs by their place: to open one costs the derivation of a key. */
  readonly #opened = new Map<PairField, { readonly sealed: string; readonly pair: OpenedPair }>()
  /** Sealed texts of pairs that were given up. */
  readonly #dead = new Set<string>()

  constructor(deps: PairsDeps) {
    this.#deps = deps
  }

  /** The application whose pairs these are; null when none is installed. */
  application(): ApplicationInstall | null {
    return this.#deps.state.install().application
  }

  /** The pairs that are worth a try, the best one first. */
  usable(purpose: CallPurpose): readonly StoredPair[] {
    const { sealer } = this.#deps.config
    return ORDER[purpose].flatMap((field) => {
      const pair = this.stored(field)
      return pair !== null && !this.#dead.has(pair.sealed) && sealer.canOpen(pair.sealed)
        ? [pair]
        : []
    })
  }

  /** The pair that is stored in this place now; null when there is none. */
  stored(field: PairField): StoredPair | null {
    const application = this.application()
    const sealed = application?.[field] ?? null
    return application === null || sealed === null ? null : { field, sealed, application }
  }

  /** Whether this very pair is stored still. A pair that was sealed again counts as another one. */
  isStored({ field, sealed }: StoredPair): boolean {
    return this.stored(field)?.sealed === sealed
  }

  /** Opens a pair; null when its key is not configured, or it is damaged. */
  async open({ field, sealed }: Pick<StoredPair, 'field' | 'sealed'>): Promise<OpenedPair | null> {
    const known = this.#opened.get(field)
    if (known?.sealed === sealed) return known.pair
    const { memberId, config } = this.#deps
    const opened = await config.sealer.open(sealed, { memberId, field })
    if (!opened.ok) return null
    const pair = v.parse(OpenedPairSchema, JSON.parse(opened.value))
    this.#opened.set(field, { sealed, pair })
    return pair
  }

  /** Seals a pair; null when there is no key to seal it with. */
  async seal(field: PairField, pair: OpenedPair): Promise<string | null> {
    const { memberId, config } = this.#deps
    const sealed = await config.sealer.seal(JSON.stringify(pair), { memberId, field })
    return sealed.ok ? sealed.value : null
  }

  /** Gives a pair up in this life of the object: it is dead, or no configured key opens it. */
  giveUp({ sealed }: StoredPair): void {
    this.#dead.add(sealed)
  }

  /**
   * Seals a fresh pair for the place of the one with the refresh token `spent`. Null when there is no key.
   * The stored pair may be sealed again meanwhile, by a rotation of the keys, and is the same pair still.
   */
  async prepare(
    field: PairField,
    { spent, fresh }: { readonly spent: string; readonly fresh: OpenedPair },
  ): Promise<Replacement | null> {
    const sealed = await this.seal(field, fresh)
    if (sealed === null) return null
    const now = this.#deps.world.now()
    const issued = issuedAt(fresh.expiresAt, { ts: clampTs(null, now), now })
    const changes =
      field === 'tokens'
        ? { tokens: sealed, tokensIssuedAt: issued }
        : { systemTokens: sealed, systemTokensIssuedAt: issued }
    return { isOldStored: await this.#watch(field, spent), changes }
  }

  /** Changes the recorded application, and other parts of the install in the same write. */
  change(changes: Partial<ApplicationInstall>, beside: Partial<InstallState> = {}): void {
    this.#deps.state.changeInstall((install) =>
      install.application === null
        ? install
        : changeApplication({ ...install, ...beside }, changes),
    )
  }

  /** Makes a function that tells, each time it is called, whether the pair with this refresh token is still stored. */
  async #watch(field: PairField, refreshToken: string): Promise<() => boolean> {
    for (;;) {
      const pair = this.stored(field)
      const opened = pair === null ? null : await this.open(pair)
      if (pair === null || opened === null || opened.refreshToken === null) return () => false
      if (!equalInConstantTime(opened.refreshToken, refreshToken)) return () => false
      // The pair may have been sealed again while it was opened. Then it has to be opened once more.
      if (this.isStored(pair)) return () => this.isStored(pair)
    }
  }
}

/** The pair that a caller has presented, or the fresh pair that has taken its place on the way. */
export function pairOf(presented: OpenedPair, fresh: TokenPair | null): OpenedPair {
  const { accessToken, refreshToken, expiresAt } = fresh ?? presented
  return { accessToken, refreshToken, expiresAt, userId: fresh?.userId ?? presented.userId }
}

/**
 * The time at which a pair was issued, in unix seconds. The end of a presented pair is only a claim: if one of the
 * far future were believed, no later pair would ever take its place.
 */
export function issuedAt(
  expiresAt: number | null,
  { ts, now }: { readonly ts: number; readonly now: number },
): number {
  const TOKEN_LIFE_S = 3600
  return expiresAt === null ? ts : clampTs(expiresAt - TOKEN_LIFE_S, now)
}
