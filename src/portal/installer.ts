/**
 * Installs and uninstalls a portal. Whatever is awaited (OAuth server, portal, sealing) is written only
 * if the generation is still the one that the work started from.
 */
import * as v from 'valibot'
import { refreshTokens } from '../bitrix24/oauth.ts'
import type { InstallRequest } from '../bitrix24/request.ts'
import {
  mayTakeApplicationToken,
  verifyInstall,
  type InstallVerdict,
  type VerifiedInstall,
} from '../bitrix24/verify-install.ts'
import {
  PENDING_CHECK_MS,
  PENDING_MS,
  clampTs,
  countRefusal,
  isLateInstall,
  takeInstall,
  type PendingInstall,
} from '../core/install.ts'
import { hashToken } from '../storage/token-hash.ts'
import type { PortalState } from './portal-state.ts'
import type { PortalSettings } from './settings.ts'
import { pairOf, sealPair } from './vault.ts'

/** How long one call to Bitrix24 may take while an installation waits. */
export const INSTALL_CALL_TIMEOUT_MS = 5000

/** What became of an installation. `domain` is verified; null where nothing is. */
export type InstallAnswer =
  | { readonly kind: 'installed'; readonly domain: string; readonly finished: boolean }
  | { readonly kind: 'pending'; readonly domain: string | null }
  | { readonly kind: 'refused'; readonly reason: string }

/** What the installer needs from the object around it. */
export interface InstallerDeps {
  readonly memberId: string
  readonly state: PortalState
  readonly settings: PortalSettings
}

/** What a pending row holds, sealed. */
interface SealedRequest {
  readonly request: InstallRequest
  /** What the OAuth server confirmed; null while it has not answered. */
  readonly verified: VerifiedInstall | null
}

const SealedRequestSchema = v.looseObject({ request: v.looseObject({}), verified: v.any() })

/** The installations of one portal. */
export class Installer {
  readonly #deps: InstallerDeps

  constructor(deps: InstallerDeps) {
    this.#deps = deps
  }

  /** Decides about an installation and writes what follows; stores nothing for an unproven one. */
  async install(request: InstallRequest): Promise<InstallAnswer> {
    const { settings } = this.#deps
    const ts = installTs(request, settings.now())
    if (isLateInstall(this.#deps.state.install(), ts)) return this.#refuse('late')
    const generation = this.#deps.state.install().generation
    const verdict = await verifyInstall(request, this.#verifyDeps())
    if (this.#deps.state.install().generation !== generation) return this.#refuse('late')
    return this.#decide(request, verdict, ts)
  }

  /** Looks at the pending install again; called by the alarm. */
  async checkPending(): Promise<void> {
    const pending = this.#deps.state.pending()
    const now = this.#deps.settings.now()
    if (pending === null || pending.nextCheckAt > now) return
    if (pending.expiresAt <= now) return this.#deps.state.changePending(null)
    this.#deps.state.changePending({ ...pending, nextCheckAt: now + PENDING_CHECK_MS })
    const held = await this.#openPending(pending)
    if (held === null) return this.#deps.state.changePending(null)
    if (held.verified === null) await this.#askAgain(held.request, pending)
    else await this.#tryConfigured(held.request, held.verified, pending)
  }

  #verifyDeps(): Parameters<typeof verifyInstall>[1] {
    const { fetch, policy, oauthUrls, applications, now } = this.#deps.settings
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
    ts: number,
  ): Promise<InstallAnswer> {
    if (verdict.kind === 'refused') return this.#refuse(verdict.reason)
    if (verdict.kind === 'unanswered') {
      return this.#wait('unanswered', { request: withFresh(request, verdict), verified: null }, ts)
    }
    const held = { request: withFresh(request, verdict.install), verified: verdict.install }
    if (!(await this.#mayInstall(request, verdict.install)))
      return this.#refuse('not_administrator')
    if (verdict.kind === 'unknown_application') return this.#wait('unknown_application', held, ts)
    return this.#accept(held.request, verdict.install, ts)
  }

  async #mayInstall(request: InstallRequest, verified: VerifiedInstall): Promise<boolean> {
    const { memberId } = this.#deps
    const { application, hashes } = this.#deps.state.install()
    const { userId, isAdmin } = verified
    const now = this.#deps.settings.now()
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
    ts: number,
  ): Promise<InstallAnswer> {
    const { memberId, settings } = this.#deps
    const { generation } = this.#deps.state.install()
    const pair = pairOf(request.credentials, null)
    const system = request.systemUser === null ? null : pairOf(request.systemUser, null)
    const hash =
      request.applicationToken === null ? null : await hashToken(memberId, request.applicationToken)
    const tokens = await sealPair(settings.sealer, pair, { memberId, field: 'tokens' })
    const systemTokens =
      system === null
        ? null
        : await sealPair(settings.sealer, system, { memberId, field: 'systemTokens' })
    if (this.#deps.state.install().generation !== generation) return this.#refuse('late')
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
      tokensIssuedAt: issuedAt(pair.expiresAt, ts),
      systemTokens,
    }
    const { userId, isAdmin } = verified
    this.#deps.state.changeInstall((install) =>
      takeInstall(
        install,
        { hash, ts, application, userId, isAdmin, handlerUrl: request.handlerUrl ?? null },
        settings.now(),
      ),
    )
    if (this.#deps.state.pending() !== null) this.#deps.state.changePending(null)
    settings.log('info', 'installed', { memberId, domain: verified.domain, cause: request.cause })
    return { kind: 'installed', domain: verified.domain, finished: verified.installed }
  }

  async #wait(
    kind: PendingInstall['kind'],
    held: SealedRequest,
    ts: number,
  ): Promise<InstallAnswer> {
    const { memberId, settings } = this.#deps
    const { generation } = this.#deps.state.install()
    const context = { memberId, field: 'pending' }
    const sealed = await settings.sealer.seal(JSON.stringify(held), context)
    if (this.#deps.state.install().generation !== generation) return this.#refuse('late')
    if (!sealed.ok) return this.#refuse('no_key')
    const now = settings.now()
    const earlier = this.#deps.state.pending()
    const since = earlier?.kind === kind && earlier.ts === ts ? earlier.since : now
    const domain = held.verified?.domain ?? null
    this.#deps.state.changePending({
      kind,
      sealed: sealed.value,
      ts,
      since,
      expiresAt: since + PENDING_MS[kind],
      nextCheckAt: now + PENDING_CHECK_MS,
      clientId: held.verified?.clientId ?? null,
      domain,
    })
    settings.log('warn', 'install_pending', { memberId, domain, reason: kind })
    return { kind: 'pending', domain }
  }

  async #openPending(pending: PendingInstall): Promise<SealedRequest | null> {
    const { memberId, settings } = this.#deps
    const opened = await settings.sealer.open(pending.sealed, { memberId, field: 'pending' })
    if (!opened.ok) return null
    const parsed = v.safeParse(SealedRequestSchema, JSON.parse(opened.value))
    // Sound: the text was sealed by `#wait`, and AES-GCM proves that nobody else wrote it.
    return parsed.success ? (parsed.output as unknown as SealedRequest) : null
  }

  /** The OAuth server had not answered: the whole question is asked again. */
  async #askAgain(request: InstallRequest, pending: PendingInstall): Promise<void> {
    const { generation } = this.#deps.state.install()
    const verdict = await verifyInstall(request, this.#verifyDeps())
    if (!this.#stillWaits(pending, generation)) return
    if (verdict.kind === 'unanswered') {
      await this.#wait(
        'unanswered',
        { request: withFresh(request, verdict), verified: null },
        pending.ts,
      )
      return
    }
    const answer = await this.#decide(request, verdict, pending.ts)
    if (answer.kind === 'refused') this.#deps.state.changePending(null)
  }

  /** Trusted when the application has been configured and a refresh with its secret has succeeded. */
  async #tryConfigured(
    request: InstallRequest,
    verified: VerifiedInstall,
    pending: PendingInstall,
  ): Promise<void> {
    const { clientId, oauthUrl } = verified
    const clientSecret = this.#deps.settings.applications.get(clientId)
    const { refreshToken } = request.credentials
    if (clientSecret === undefined) return
    if (refreshToken === null) return this.#deps.state.changePending(null)
    const { generation } = this.#deps.state.install()
    const refreshed = await refreshTokens(
      { oauthUrl, clientId, clientSecret, refreshToken },
      this.#verifyDeps(),
    )
    if (!this.#stillWaits(pending, generation)) return
    if (refreshed.ok) {
      const fresh = withFresh(request, { freshPair: refreshed.value, freshSystemPair: null })
      await this.#accept(fresh, verified, pending.ts)
      return
    }
    const passing =
      refreshed.error.kind === 'unreachable' || refreshed.error.kind === 'rate_limited'
    // A wrong secret is the operator's typing error: the install goes on waiting for the right one.
    if (!passing && refreshed.error.kind !== 'refused') this.#deps.state.changePending(null)
  }

  #stillWaits(pending: PendingInstall, generation: number): boolean {
    const same = this.#deps.state.pending()?.sealed === pending.sealed
    return same && this.#deps.state.install().generation === generation
  }

  #refuse(reason: string): InstallAnswer {
    const { memberId, settings } = this.#deps
    settings.log('warn', 'install_refused', { memberId, reason })
    const isKnown = this.#deps.state.install().application !== null
    if (isKnown) {
      this.#deps.state.changeInstall((install) => countRefusal(install, reason, settings.now()))
    }
    return { kind: 'refused', reason }
  }
}

/** A frame page carries no time: it was drawn by a live portal, a little before now by any clock. */
function installTs(request: InstallRequest, now: number): number {
  const PAGE_SKEW_S = 60
  return request.cause === 'page' ? clampTs(null, now) - PAGE_SKEW_S : clampTs(request.ts, now)
}

function issuedAt(expiresAt: number | null, ts: number): number {
  const TOKEN_LIFE_S = 3600
  return expiresAt === null ? ts : expiresAt - TOKEN_LIFE_S
}

/** Puts pairs that a refresh has brought in the place of the dead ones. */
function withFresh(
  request: InstallRequest,
  fresh: Pick<VerifiedInstall, 'freshPair' | 'freshSystemPair'>,
): InstallRequest {
  const { freshPair, freshSystemPair } = fresh
  const { credentials, systemUser } = request
  return {
    ...request,
    credentials:
      freshPair === null ? credentials : { ...credentials, ...pairOf(credentials, freshPair) },
    systemUser:
      systemUser === null || freshSystemPair === null
        ? systemUser
        : { ...systemUser, ...pairOf(systemUser, freshSystemPair) },
  }
}
