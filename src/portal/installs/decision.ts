/**
 * Decides about one installation and writes the decision. A result that was awaited (from the OAuth server,
 * the portal, the sealer) is written only while the generation is the one that the check began with: an
 * uninstall that comes meanwhile ends it.
 */
import type { InstallVerdict, VerifiedInstall } from '../../bitrix24/installs/verify-install.ts'
import type { InstallRequest } from '../../bitrix24/wire/request.ts'
import { hasNoPair } from '../../core/access/access.ts'
import { countRefusal, isKnownPortal } from '../../core/access/installs/install.ts'
import type { InstallRefusal } from '../../core/access/installs/install-refusal.ts'
import {
  isOwner,
  mayGiveToken,
  recordInstall,
  type ConfirmedInstall,
} from '../../core/access/installs/lifecycle.ts'
import type { PendingInstall, PendingKind } from '../../core/access/installs/pending-row.ts'
import { hashToken } from '../../storage/token-hash.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'
import type { PortalState } from '../state/portal-state.ts'
import { issuedAt, pairOf, type OpenedPair, type Pairs } from '../tokens/pairs.ts'
import type { PendingContent } from './pending-content.ts'
import type { PendingInstalls } from './pending.ts'

/** The answer to an installation. `domain` is the verified one; null when none was verified. */
export type InstallAnswer =
  | {
      readonly kind: 'installed'
      readonly domain: string
      readonly finished: boolean
      /**
       * Whether the user was an owner before this installation was recorded. An owner may see the portal's
       * state.
       */
      readonly isOwner: boolean
    }
  | { readonly kind: 'pending'; readonly domain: string | null }
  | { readonly kind: 'refused'; readonly reason: InstallRefusal }
  /** The budget of questions is used up and the portal is not known, so nothing is kept of the installation. */
  | { readonly kind: 'busy' }

/** One check of an installation. */
export interface InstallCheck {
  /** Bitrix24's time of the installation, in unix seconds. */
  readonly ts: number
  /** The generation of the install when the check began. */
  readonly generation: number
  /** The network that the install came from; null when that is not known. */
  readonly network: string | null
  /** The pending install that is looked at again; null for a request that has just come. */
  readonly again: PendingInstall | null
}

/** The dependencies of the decisions. */
export interface InstallDecisionDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install' | 'changeInstall'>
  readonly config: Pick<PortalConfig, 'applications'>
  readonly world: Pick<World, 'now' | 'logLine'>
  readonly pairs: Pairs
  readonly pending: PendingInstalls
}

/** The decisions about the installations of one portal. */
export class InstallDecision {
  readonly #deps: InstallDecisionDeps

  constructor(deps: InstallDecisionDeps) {
    this.#deps = deps
  }

  /** Decides by the word of OAuth server and portal. An installation that nobody proves stores nothing. */
  async decide(
    request: InstallRequest,
    verdict: InstallVerdict,
    check: InstallCheck,
  ): Promise<InstallAnswer> {
    const { state, world } = this.#deps
    if (this.isOver(check)) return this.refuse('late')
    if (verdict.kind === 'refused') return this.refuse(verdict.reason)
    if (verdict.kind === 'unanswered') {
      return this.#wait('unanswered', { request, verified: null }, check)
    }
    const verified = verdict.install
    const hash = await this.#hashOf(request)
    const isAllowed = mayGiveToken(state.install(), { ...verified, hash }, world.now())
    if (!isAllowed) return this.refuse('not_administrator')
    return verdict.kind === 'unknown_application'
      ? this.#wait('unknown_application', { request, verified }, check)
      : this.accept(request, verified, check)
  }

  /** Records an installation that is proved. */
  async accept(
    request: InstallRequest,
    verified: VerifiedInstall,
    check: InstallCheck,
  ): Promise<InstallAnswer> {
    const { memberId, state, world, pending } = this.#deps
    const confirmed = await this.#confirm(request, verified, check)
    if (this.isOver(check)) return this.refuse('late')
    if (this.isOfAnother(verified)) return this.refuseOther(verified)
    const { domain, installed: finished } = verified
    const isByOwner = isOwner(state.install().application, verified)
    state.changeInstall((install) => recordInstall(install, confirmed, world.now()))
    // The visit of an ordinary user does not end a pending install.
    if (isByOwner) pending.endOlder({ ts: check.ts, tokenHash: confirmed.hash })
    world.logLine('info', 'installed', { memberId, domain, cause: request.cause })
    return { kind: 'installed', domain, finished, isOwner: isByOwner }
  }

  /** Refuses an installation; at a known portal it is counted for the operator. */
  refuse(reason: InstallRefusal): InstallAnswer {
    const { memberId, state, world } = this.#deps
    world.logLine('warn', 'install_refused', { memberId, reason })
    if (isKnownPortal(state.install())) {
      state.changeInstall((install) => countRefusal(install, reason, world.now()))
    }
    return { kind: 'refused', reason }
  }

  /** Whether another configured application speaks for the portal: one row holds one application. */
  isOfAnother({ clientId }: Pick<VerifiedInstall, 'clientId'>): boolean {
    const { state, config } = this.#deps
    const known = state.install().application?.clientId ?? clientId
    return known !== clientId && config.applications.has(known)
  }

  /** Refuses a second application, and notes it beside the first one. */
  refuseOther({ clientId }: Pick<VerifiedInstall, 'clientId'>): InstallAnswer {
    const { state, world } = this.#deps
    const otherApplication = { clientId, at: world.now() }
    state.changeInstall((install) => ({ ...install, otherApplication }))
    return this.refuse('another_application')
  }

  /** Whether an uninstall has come since the check began. */
  isOver({ generation }: InstallCheck): boolean {
    return this.#deps.state.install().generation !== generation
  }

  async #wait(
    kind: PendingKind,
    content: PendingContent,
    check: InstallCheck,
  ): Promise<InstallAnswer> {
    const { memberId, world, pending } = this.#deps
    const isOver = () => this.isOver(check)
    const added = await pending.add(content, { ...check, kind, isOver })
    if (!added.ok) return this.refuse(added.error)
    const domain = content.verified?.domain ?? null
    if (added.value === 'stored') {
      world.logLine('warn', 'install_pending', { memberId, domain, reason: kind })
    }
    return { kind: 'pending', domain }
  }

  /** The hash of the application token that a request presents; null when it presents none. */
  async #hashOf({ applicationToken }: InstallRequest): Promise<string | null> {
    return applicationToken === null ? null : hashToken(this.#deps.memberId, applicationToken)
  }

  /**
   * Whether a pair is worse than the recorded one: it dies within the hour, since it has no refresh token, and
   * the recorded one of the same application is good.
   */
  #isWorse({ refreshToken }: OpenedPair, { clientId }: VerifiedInstall): boolean {
    const { state, pairs } = this.#deps
    const { application, access } = state.install()
    if (refreshToken !== null || application?.clientId !== clientId) return false
    if (hasNoPair(access)) return false
    return pairs.usable('administration').some(({ field }) => field === 'tokens')
  }

  /** Seals the pairs and hashes the token, so that the installation can be recorded. */
  async #confirm(
    request: InstallRequest,
    verified: VerifiedInstall,
    { ts }: InstallCheck,
  ): Promise<ConfirmedInstall> {
    const { world, pairs, state } = this.#deps
    const { credentials, systemUser } = request
    const now = world.now()
    // Another address than the recorded one counts only when the portal has answered there.
    const { domain, clientEndpoint } = verified.isReached
      ? verified
      : (state.install().application ?? verified)
    const pair = pairOf(credentials, null)
    const system = systemUser === null ? null : pairOf(systemUser, null)
    return {
      hash: await this.#hashOf(request),
      ts,
      source: request.cause === 'page' ? 'page' : 'event',
      isUpdate: request.cause === 'update',
      application: {
        clientId: verified.clientId,
        domain,
        clientEndpoint,
        oauthUrl: verified.oauthUrl,
        systemUserId: verified.systemUserId,
        applicationStatus: verified.status === '' ? null : verified.status,
        scope: verified.scope === '' ? null : verified.scope,
        finished: verified.installed,
        tokens: this.#isWorse(pair, verified) ? null : await pairs.seal('tokens', pair),
        tokensIssuedAt: issuedAt(pair.expiresAt, { ts, now }),
        systemTokens: system === null ? null : await pairs.seal('systemTokens', system),
        systemTokensIssuedAt: system === null ? 0 : issuedAt(system.expiresAt, { ts, now }),
      },
      userId: verified.userId,
      isAdmin: verified.isAdmin,
      handlerUrl: request.handlerUrl ?? null,
    }
  }
}
