/**
 * The access trouble of a portal, as its install remembers it. Without this memory every event of a portal
 * whose plan has ended would cost a call in vain, and every event of one whose pairs are dead a refresh.
 */
import type { RestError } from '../../bitrix24/servers/rest-error.ts'
import {
  accessOf,
  hasNoPair,
  isBlocked,
  isFinalTrouble,
  type AccessState,
  type AccessTrouble,
} from '../../core/access/access.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'
import type { PortalState } from '../state/portal-state.ts'
import type { Pairs, StoredPair } from './pairs.ts'

/** The dependencies of the troubles. */
export interface AccessTroublesDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install' | 'changeInstall'>
  readonly config: Pick<PortalConfig, 'sealer' | 'applications' | 'oauthUrls'>
  readonly world: Pick<World, 'now' | 'logLine'>
  readonly pairs: Pairs
}

/** The access trouble of one portal. */
export class AccessTroubles {
  readonly #deps: AccessTroublesDeps

  constructor(deps: AccessTroublesDeps) {
    this.#deps = deps
  }

  /** The trouble of the portal, whether the portal may be asked again or not; null when there is none. */
  current(): AccessState | null {
    return accessOf(this.#deps.state.install(), this.#deps.config)
  }

  /** The trouble that keeps the relay from asking now; null when it may ask. */
  block(): AccessState | null {
    const { pairs, world } = this.#deps
    const access = this.current()
    if (access === null || !isBlocked(access, world.now())) return null
    // A deployment may have brought the right key back. No call is needed to find out: opening the pair tells it.
    const isTried =
      access.trouble !== 'tokens_unreadable' || pairs.usable('background').length === 0
    return isTried ? access : null
  }

  /** Whether a pair can be opened with the configured keys, and has not been refused for good. */
  pairState(): 'valid' | 'lost' | 'none' {
    const { application, access } = this.#deps.state.install()
    if (application === null) return 'none'
    if (access !== null && (isFinalTrouble(access.trouble) || hasNoPair(access))) return 'lost'
    const { sealer } = this.#deps.config
    const sealed = [application.tokens, application.systemTokens]
    return sealed.some((pair) => pair !== null && sealer.canOpen(pair)) ? 'valid' : 'lost'
  }

  /**
   * Remembers what a failure of a pair means for the portal: `trouble`, or null when it means nothing. The
   * pair may have been replaced while the call was under way; then its failure says nothing any more.
   */
  remember(pair: StoredPair, { code }: RestError, trouble: AccessTrouble | null): void {
    const { memberId, state, world, pairs } = this.#deps
    if (trouble === null || !pairs.isStored(pair)) return
    if (trouble === 'tokens_lost' || trouble === 'tokens_unreadable') {
      pairs.giveUp(pair)
      const isOther = pairs.usable('background').length > 0
      // A pair that cannot be opened stays where it is: its key may come back.
      if (isOther && trouble === 'tokens_unreadable') return
      if (isOther) return this.#leaveToTheOther(pair)
    }
    const known = state.install().access
    const access = { trouble, code, at: world.now() }
    if (known?.trouble !== trouble) {
      world.logLine('warn', 'access_trouble', { memberId, trouble, code })
    } else if (!isBlocked(access, world.now())) {
      // This trouble keeps no call back, so each call meets it again. A later time would tell nothing new, and
      // would cost a write.
      return
    }
    state.changeInstall((install) => ({ ...install, access }))
  }

  /** Forgets the trouble: a call has succeeded. */
  clear(): void {
    const { state } = this.#deps
    if (state.install().access === null) return
    state.changeInstall((install) => ({ ...install, access: null }))
  }

  /** Forgets a trouble that may have ended by itself, because an operator wants to know. */
  tryAgain(): void {
    const { access } = this.#deps.state.install()
    if (access !== null && !isFinalTrouble(access.trouble)) this.clear()
  }

  /**
   * One pair is dead, and the other one may be good, so the portal is in no trouble. Background work would try
   * the system pair first: after a restart a dead one would cost a refresh in vain, so it goes.
   */
  #leaveToTheOther({ field }: StoredPair): void {
    if (field === 'systemTokens') this.#deps.pairs.change({ systemTokens: null }, { access: null })
  }
}
