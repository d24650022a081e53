/**
 * Installs a portal. An installation comes in one of two ways: as the request of a caller, or as a pending
 * install that the alarm looks at again each minute. Both end in the same decision.
 */
import { verifyInstall, type VerifiedInstall } from '../../bitrix24/installs/verify-install.ts'
import { refreshTokens } from '../../bitrix24/servers/oauth.ts'
import type { RestErrorKind } from '../../bitrix24/servers/rest-error.ts'
import type { InstallRequest } from '../../bitrix24/wire/request.ts'
import { isKnownPortal } from '../../core/access/installs/install.ts'
import { clampTs, isLateInstall } from '../../core/access/installs/lifecycle.ts'
import type { PendingInstall } from '../../core/access/installs/pending-row.ts'
import { LeakyBucket } from '../../core/pace/leaky-bucket.ts'
import type { PortalConfig } from '../settings.ts'
import type { World } from '../world.ts'
import type { PortalState } from '../state/portal-state.ts'
import { pairOf } from '../tokens/pairs.ts'
import type { InstallAnswer, InstallCheck, InstallDecision } from './decision.ts'
import type { PendingInstalls } from './pending.ts'

/** The time that one call of Bitrix24 may take while a caller waits for the installation, in milliseconds. */
export const INSTALL_CALL_TIMEOUT_MS = 5000

/**
 * The most installations of one portal that are checked at once, and in a minute. One over this budget waits like an
 * installation that the OAuth server has not answered.
 */
export const CHECKS_PER_MINUTE = 20

const BUDGET = { ratePerSecond: CHECKS_PER_MINUTE / 60, size: CHECKS_PER_MINUTE } as const
const OVER_BUDGET = { kind: 'unanswered', reason: 'oauth_server_unanswered' } as const

/** The dependencies of the installer. */
export interface InstallerDeps {
  readonly memberId: string
  readonly state: Pick<PortalState, 'install'>
  readonly config: Pick<PortalConfig, 'policy' | 'oauthUrls' | 'applications'>
  readonly world: Pick<World, 'fetch' | 'now'>
  readonly pending: PendingInstalls
  readonly decision: InstallDecision
}

/** The origin and the terms of an installation. An edge of the former version does not tell them. */
export interface InstallOrigin {
  /** The network of the caller, under which pending installs are counted. */
  readonly network?: string | null
  /** Whether the edge has used up its budget, so that no OAuth server is to be asked about it now. */
  readonly isOverBudget?: boolean
}

/** The check of a pending install. */
interface PendingCheck extends InstallCheck {
  readonly again: PendingInstall
}

/** The installations of one portal. */
export class Installer {
  readonly #deps: InstallerDeps
  /** Two budgets, so that a flood of installations does not keep the pending ones from their turn. */
  readonly #installBudget = new LeakyBucket(BUDGET)
  readonly #lookBudget = new LeakyBucket(BUDGET)
  #looked = 0
  #isLooking = false

  constructor(deps: InstallerDeps) {
    this.#deps = deps
  }

  /** Decides about the installation that a caller has sent. */
  async install(
    request: InstallRequest,
    { network = null, isOverBudget = false }: InstallOrigin = {},
  ): Promise<InstallAnswer> {
    const { state, world, decision } = this.#deps
    const now = world.now()
    const ts = installTs(request, now)
    // Only a portal with the application shows the page, even when an uninstall came a moment ago. The method
    // app.info proves it.
    const latest = request.cause === 'page' ? clampTs(null, now) : ts
    if (isLateInstall(state.install(), latest)) return decision.refuse('late')
    const { generation } = state.install()
    // A pending install of a known portal takes no new row. A stranger could invent portals without limit.
    if (isOverBudget && !isKnownPortal(state.install())) return { kind: 'busy' }
    const mayAsk = !isOverBudget && this.#mayAsk(this.#installBudget)
    const verdict = mayAsk ? await verifyInstall(request, this.#verifyDeps()) : OVER_BUDGET
    return decision.decide(request, verdict, { ts, generation, network, again: null })
  }

  /** Looks at the pending installs again, as many as the budget allows, in turn; called by the alarm. */
  async checkPending(): Promise<void> {
    const { generation } = this.#deps.state.install()
    const due = this.#deps.pending.due()
    // A silent OAuth server can make one look last longer than the pause until the next one.
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      await this.#look(due, generation)
    } finally {
      this.#isLooking = false
    }
  }

  async #look(due: readonly PendingInstall[], generation: number): Promise<void> {
    const first = due.length === 0 ? 0 : this.#looked % due.length
    for (const pending of [...due.slice(first), ...due.slice(0, first)]) {
      if (!this.#mayAsk(this.#lookBudget)) return
      this.#looked += 1
      await this.#lookAgain(pending, generation)
    }
  }

  #mayAsk(budget: LeakyBucket): boolean {
    const now = this.#deps.world.now()
    if (budget.waitMs(now) > 0) return false
    budget.take(now)
    return true
  }

  async #lookAgain(pending: PendingInstall, generation: number): Promise<void> {
    const again = await this.#deps.pending.renew(pending)
    if (again === null) return
    const check = { ts: again.ts, generation, network: again.network, again }
    const content = await this.#deps.pending.open(again)
    // A key that is missing or wrong may come back: the install stays until its time is over.
    if (content === 'unreadable' || !this.#isUndecided(check)) return
    if (content === 'damaged') return this.#deps.pending.end(again)
    if (content.verified === null) await this.#askAgain(content.request, check)
    else await this.#tryConfigured(content.request, content.verified, check)
  }

  /** The OAuth server or the portal had not answered: the whole question is asked again. */
  async #askAgain(request: InstallRequest, check: PendingCheck): Promise<void> {
    const { pending, decision } = this.#deps
    const verdict = await verifyInstall(request, this.#verifyDeps())
    if (!this.#isUndecided(check)) return
    const answer = await decision.decide(request, verdict, check)
    if (answer.kind !== 'pending' && !decision.isOver(check)) pending.end(check.again)
  }

  /**
   * The application of the install was not configured before. The install is trusted when the application is
   * configured now and a refresh with its secret succeeds. This is the only place that redeems a refresh token
   * which somebody has presented: an OAuth server has confirmed the access token beside it before.
   */
  async #tryConfigured(
    request: InstallRequest,
    verified: VerifiedInstall,
    check: PendingCheck,
  ): Promise<void> {
    const { memberId, config, pending, decision } = this.#deps
    const { clientId, oauthUrl } = verified
    const clientSecret = config.applications.get(clientId)
    const { refreshToken } = request.credentials
    if (clientSecret === undefined) return
    if (refreshToken === null) return pending.end(check.again)
    if (decision.isOfAnother(verified)) {
      decision.refuseOther(verified)
      return pending.end(check.again)
    }
    const refreshed = await refreshTokens(
      { oauthUrl, clientId, clientSecret, refreshToken },
      { ...this.#verifyDeps(), now: this.#deps.world.now() },
    )
    if (!this.#isUndecided(check)) return
    if (refreshed.ok) {
      const { value: fresh } = refreshed
      const credentials = { ...request.credentials, ...pairOf(request.credentials, fresh) }
      // The presented refresh token need not belong to the presented access token.
      if (fresh.memberId !== memberId) decision.refuse('member_mismatch')
      else if (fresh.userId !== null && fresh.userId !== verified.userId)
        decision.refuse('user_mismatch')
      else await decision.accept({ ...request, credentials }, verified, check)
      if (!decision.isOver(check)) pending.end(check.again)
    } else if (isHopeless(refreshed.error.kind)) {
      pending.end(check.again)
    }
  }

  /** Whether the install is pending still, and no uninstall has come. */
  #isUndecided(check: PendingCheck): boolean {
    return this.#deps.pending.has(check.again) && !this.#deps.decision.isOver(check)
  }

  #verifyDeps(): Parameters<typeof verifyInstall>[1] {
    const { policy, oauthUrls, applications } = this.#deps.config
    const { fetch } = this.#deps.world
    return { fetch, policy, oauthUrls, applications, timeoutMs: INSTALL_CALL_TIMEOUT_MS }
  }
}

/**
 * The time of an installation. A frame page carries none, so it counts as sent a minute ago: that is in the
 * past by the clock of every portal.
 */
function installTs(request: InstallRequest, now: number): number {
  const PAGE_SKEW_S = 60
  return request.cause === 'page' ? clampTs(null, now) - PAGE_SKEW_S : clampTs(request.ts, now)
}

/**
 * Whether a refresh has failed for good, so that waiting does not help. A refused client secret is not such
 * a failure: the operator has mistyped it, and the install waits for the right one.
 */
function isHopeless(kind: RestErrorKind): boolean {
  switch (kind) {
    case 'expired':
    case 'dead_token':
    case 'uninstalled':
    case 'portal_deleted':
      return true
    case 'suspended':
    case 'no_rights':
    case 'no_scope':
    case 'method_confirmation':
    case 'rate_limited':
    case 'not_found':
    case 'refused':
    case 'unreachable':
      return false
  }
}
