/**
 * Installs and uninstalls a portal. Whatever is awaited (OAuth server, portal, sealing) is written only
 * if the generation is still the one that the work started from.
 */
import { refreshTokens } from '../../bitrix24/servers/oauth.ts'
import type { RestErrorKind } from '../../bitrix24/servers/rest-error.ts'
import type { InstallRequest } from '../../bitrix24/wire/request.ts'
import { mayTakeApplicationToken } from '../../bitrix24/installs/application-token.ts'
import {
  verifyInstall,
  type FreshPairs,
  type InstallVerdict,
  type VerifiedInstall,
} from '../../bitrix24/installs/verify-install.ts'
import { countRefusal } from '../../core/access/install.ts'
import { clampTs, isLateInstall, isOwner, recordInstall } from '../../core/access/lifecycle.ts'
import type { InstallRefusal } from '../../core/access/install-refusal.ts'
import type { PendingRow, PendingInstall } from '../../core/access/pending-row.ts'
import { hashToken } from '../../storage/token-hash.ts'
import { keepFresh } from '../tokens/fresh-pairs.ts'
import type { PortalState } from '../state.ts'
import type { PortalConfig, World } from '../settings.ts'
import { issuedAt, pairOf, sealPair, withFresh } from '../tokens/pairs.ts'
import { PendingInstalls, type PendingContent } from './pending.ts'

/** How long one call to Bitrix24 may take while an installation waits. */
export const INSTALL_CALL_TIMEOUT_MS = 5000

/** What became of an installation. `domain` is verified; null where nothing is. */
export type InstallAnswer =
  | {
      readonly kind: 'installed'
      readonly domain: string
      readonly finished: boolean
      /** Whether the user may see the portal's state: as recorded before this request. */
      readonly isOwner: boolean
    }
  | { readonly kind: 'pending'; readonly domain: string | null }
  | { readonly kind: 'refused'; readonly reason: InstallRefusal }

/** What the installer needs from the object around it. */
export interface InstallerDeps {
  readonly memberId: string
  readonly state: PortalState
  readonly config: PortalConfig
  readonly world: World
}

/**
 * Failures of a refresh that no waiting mends. A wrong secret is not among them: it is the operator's
 * typing error, and the install goes on waiting for the right one.
 */
const ENDS_WAITING: ReadonlySet<RestErrorKind> = new Set([
  'expired',
  'dead_token',
  'uninstalled',
  'portal_deleted',
])

/** What an answer may be written for: nothing, once an uninstall has raised the generation. */
interface Attempt {
  readonly ts: number
  readonly generation: number
  /** The waiting install that is looked at again; null for a request of a caller. */
  readonly again: PendingInstall | null
}

/** An attempt of the alarm. */
interface Again {
  readonly again: PendingInstall
}

/** The installations of one portal. */
export class Installer {
  readonly #deps: InstallerDeps
  readonly #room: PendingInstalls

  constructor(deps: InstallerDeps) {
    this.#deps = deps
    this.#room = new PendingInstalls(deps)
  }

  /** Decides about an installation and writes what follows; stores nothing for an unproven one. */
  async install(request: InstallRequest): Promise<InstallAnswer> {
    const now = this.#deps.world.now()
    const ts = installTs(request, now)
    // A page is drawn by a portal that lives now: app.info proves it, whatever ended a moment ago.
    const latest = request.cause === 'page' ? clampTs(null, now) : ts
    if (isLateInstall(this.#deps.state.install(), latest)) return this.#refuse('late')
    const { generation } = this.#deps.state.install()
    const verdict = await verifyInstall(request, this.#verifyDeps())
    return this.#decide(request, verdict, { ts, generation, again: null })
  }

  /** When the installs that wait are looked at again, in unix milliseconds; null when none waits. */
  dueAt(): number | null {
    return this.#deps.state.pending()?.nextCheckAt ?? null
  }

  /** Looks at every install that waits again; called by the alarm. */
  async checkPending(): Promise<void> {
    const { generation } = this.#deps.state.install()
    for (const waiting of this.#room.due()) await this.#checkAgain(waiting, generation)
  }

  async #checkAgain(waiting: PendingInstall, generation: number): Promise<void> {
    const again = await this.#room.renew(waiting)
    if (again === null) return
    const held = await this.#room.open(again)
    // A missing key may come back: the row stays until its time is over.
    if (held === 'unknown_key' || !this.#stillWaits(again, generation)) return
    if (held === 'damaged') return this.#room.end(again)
    const attempt = { ts: again.ts, generation, again }
    if (held.verified === null) await this.#askAgain(held.request, attempt)
    else await this.#tryConfigured(held.request, held.verified, attempt)
  }

  #verifyDeps(): Parameters<typeof verifyInstall>[1] {
    const { policy, oauthUrls, applications } = this.#deps.config
    const { fetch, now } = this.#deps.world
    return {
      fetch,
      policy,
      oauthUrls,
      applications,
      now: now(),
      timeoutMs: INSTALL_CALL_TIMEOUT_MS,
    }
  }

  async #decide(
    request: InstallRequest,
    verdict: InstallVerdict,
    attempt: Attempt,
  ): Promise<InstallAnswer> {
    await keepFresh(request, freshOf(verdict), this.#deps)
    if (this.#isOver(attempt)) return this.#refuse('late')
    if (verdict.kind === 'refused') return this.#refuse(verdict.reason)
    if (verdict.kind === 'unanswered') {
      const held = { request: withFresh(request, verdict), verified: null }
      return this.#wait('unanswered', held, attempt)
    }
    const held = { request: withFresh(request, verdict.install), verified: verdict.install }
    if (!(await this.#mayInstall(request, verdict.install))) {
      return this.#refuse('not_administrator')
    }
    return verdict.kind === 'unknown_application'
      ? this.#wait('unknown_application', held, attempt)
      : this.#accept(held.request, verdict.install, attempt)
  }

  async #mayInstall(request: InstallRequest, verified: VerifiedInstall): Promise<boolean> {
    const { memberId } = this.#deps
    const { application, hashes } = this.#deps.state.install()
    const { userId, isAdmin } = verified
    const now = this.#deps.world.now()
    const alive = hashes.filter(({ until }) => until === null || until > now)
    return mayTakeApplicationToken({
      known: alive.map(({ hash }) => hash),
      presented:
        request.applicationToken === null
          ? ''
          : await hashToken(memberId, request.applicationToken),
      userId,
      isAdmin,
      installerUserId: application?.installerUserId ?? null,
      systemUserId: application?.systemUserId ?? null,
    })
  }

  async #accept(
    request: InstallRequest,
    verified: VerifiedInstall,
    attempt: Attempt,
  ): Promise<InstallAnswer> {
    const { memberId, config, world } = this.#deps
    const { ts } = attempt
    const pair = pairOf(request.credentials, null)
    const system = request.systemUser === null ? null : pairOf(request.systemUser, null)
    const hash =
      request.applicationToken === null ? null : await hashToken(memberId, request.applicationToken)
    const tokens = await sealPair(config.sealer, pair, { memberId, field: 'tokens' })
    const systemTokens =
      system === null
        ? null
        : await sealPair(config.sealer, system, { memberId, field: 'systemTokens' })
    if (this.#isOver(attempt)) return this.#refuse('late')
    if (this.#isOfAnother(verified)) return this.#refuse('another_application')
    const application = {
      clientId: verified.clientId,
      domain: verified.domain,
      clientEndpoint: verified.clientEndpoint,
      oauthUrl: verified.oauthUrl,
      systemUserId: verified.systemUserId,
      applicationStatus: verified.status === '' ? null : verified.status,
      scope: verified.scope === '' ? null : verified.scope,
      finished: verified.installed,
      tokens,
      tokensIssuedAt: issuedAt(pair.expiresAt, { ts, now: world.now() }),
      systemTokens,
      systemTokensIssuedAt:
        system === null ? 0 : issuedAt(system.expiresAt, { ts, now: world.now() }),
    }
    const { userId, isAdmin } = verified
    const mayChange = isOwner(this.#deps.state.install().application, verified)
    this.#deps.state.changeInstall((install) =>
      recordInstall(
        install,
        {
          hash,
          ts,
          source: request.cause === 'page' ? 'page' : 'event',
          application,
          userId,
          isAdmin,
          handlerUrl: request.handlerUrl ?? null,
        },
        world.now(),
      ),
    )
    // A visit of an ordinary user says nothing about a newer token that still waits.
    if (mayChange) this.#room.endOlder({ ts, tokenHash: hash })
    world.log('info', 'installed', { memberId, domain: verified.domain, cause: request.cause })
    const { domain, installed: finished } = verified
    return { kind: 'installed', domain, finished, isOwner: mayChange }
  }

  async #wait(
    kind: PendingRow['kind'],
    held: PendingContent,
    attempt: Attempt,
  ): Promise<InstallAnswer> {
    const { memberId, world } = this.#deps
    const { ts, again } = attempt
    const isOver = () => this.#isOver(attempt)
    const waits = await this.#room.take(kind, held, { ts, again, isOver })
    if (!waits.ok) return this.#refuse(waits.error)
    const domain = held.verified?.domain ?? null
    if (waits.value === 'stored') {
      world.log('warn', 'install_pending', { memberId, domain, reason: kind })
    }
    return { kind: 'pending', domain }
  }

  /** The OAuth server had not answered: the whole question is asked again. */
  async #askAgain(request: InstallRequest, attempt: Attempt & Again): Promise<void> {
    const { again, generation } = attempt
    const verdict = await verifyInstall(request, this.#verifyDeps())
    if (!this.#stillWaits(again, generation)) return
    const answer = await this.#decide(request, verdict, attempt)
    if (answer.kind !== 'pending' && !this.#isOver(attempt)) this.#room.end(again)
  }

  /** Trusted when the application has been configured and a refresh with its secret has succeeded. */
  async #tryConfigured(
    request: InstallRequest,
    verified: VerifiedInstall,
    attempt: Attempt & Again,
  ): Promise<void> {
    const { clientId, oauthUrl } = verified
    const { again, generation } = attempt
    const clientSecret = this.#deps.config.applications.get(clientId)
    const { refreshToken } = request.credentials
    if (clientSecret === undefined) return
    if (refreshToken === null) return this.#room.end(again)
    const refreshed = await refreshTokens(
      { oauthUrl, clientId, clientSecret, refreshToken },
      this.#verifyDeps(),
    )
    if (!this.#stillWaits(again, generation)) return
    if (refreshed.ok) {
      const isSamePortal = refreshed.value.memberId === this.#deps.memberId
      const fresh = withFresh(request, { freshPair: refreshed.value, freshSystemPair: null })
      if (isSamePortal) await this.#accept(fresh, verified, attempt)
      else this.#refuse('member_mismatch')
      if (!this.#isOver(attempt)) this.#room.end(again)
    } else if (ENDS_WAITING.has(refreshed.error.kind)) {
      this.#room.end(again)
    }
  }

  #stillWaits(waiting: PendingInstall, generation: number): boolean {
    return this.#room.holds(waiting) && this.#deps.state.install().generation === generation
  }

  /** One row holds one application: a second one would end the tokens of the first a day later. */
  #isOfAnother({ clientId }: VerifiedInstall): boolean {
    const known = this.#deps.state.install().application?.clientId ?? clientId
    return known !== clientId && this.#deps.config.applications.has(known)
  }

  #isOver({ generation }: Attempt): boolean {
    return this.#deps.state.install().generation !== generation
  }

  #refuse(reason: InstallRefusal): InstallAnswer {
    const { memberId, world } = this.#deps
    world.log('warn', 'install_refused', { memberId, reason })
    const { application, webhooks, uninstallTs } = this.#deps.state.install()
    if (application !== null || webhooks.length > 0 || uninstallTs !== null) {
      this.#deps.state.changeInstall((install) => countRefusal(install, reason, world.now()))
    }
    return { kind: 'refused', reason }
  }
}

/** A frame page carries no time: it was drawn by a live portal, a little before now by any clock. */
function installTs(request: InstallRequest, now: number): number {
  const PAGE_SKEW_S = 60
  return request.cause === 'page' ? clampTs(null, now) - PAGE_SKEW_S : clampTs(request.ts, now)
}

function freshOf(verdict: InstallVerdict): FreshPairs {
  if (verdict.kind === 'unanswered') return verdict
  const none = { freshPair: null, freshSystemPair: null }
  return verdict.kind === 'refused' ? (verdict.fresh ?? none) : verdict.install
}
