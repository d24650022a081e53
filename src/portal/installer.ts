/**
 * Installs and uninstalls a portal. Whatever is awaited (OAuth server, portal, sealing) is written only
 * if the generation is still the one that the work started from.
 */
import * as v from 'valibot'
import { refreshTokens } from '../bitrix24/oauth.ts'
import type { RestErrorKind } from '../bitrix24/rest-error.ts'
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
  isOwner,
  maySupersede,
  takeInstall,
  type PendingInstall,
} from '../core/install.ts'
import { hashToken } from '../storage/token-hash.ts'
import type { PortalState } from './portal-state.ts'
import type { PortalSettings } from './settings.ts'
import { pairOf, reseal, sealPair, withFresh } from './vault.ts'

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

/** What a pending row holds, sealed. */
interface SealedRequest {
  readonly request: InstallRequest
  /** What the OAuth server confirmed; null while it has not answered. */
  readonly verified: VerifiedInstall | null
}

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
    const { generation } = this.#deps.state.install()
    const verdict = await verifyInstall(request, this.#verifyDeps())
    return this.#decide(request, verdict, { ts, generation, again: null })
  }

  /** Looks at the pending install again; called by the alarm. */
  async checkPending(): Promise<void> {
    const { memberId, state, settings } = this.#deps
    const due = state.pending()
    const now = settings.now()
    if (due === null || due.nextCheckAt > now) return
    if (due.expiresAt <= now) return state.changePending(null)
    const { generation } = state.install()
    const sealed = await reseal(settings.sealer, due.sealed, { memberId, field: 'pending' })
    if (!this.#stillWaits(due, generation)) return
    const again = { ...due, sealed, nextCheckAt: now + PENDING_CHECK_MS }
    state.changePending(again)
    const held = await this.#openPending(again)
    // A missing key may come back: the row stays until its time is over.
    if (held === 'unknown_key' || !this.#stillWaits(again, generation)) return
    if (held === 'damaged') return state.changePending(null)
    const attempt = { ts: again.ts, generation, again }
    if (held.verified === null) await this.#askAgain(held.request, attempt)
    else await this.#tryConfigured(held.request, held.verified, attempt)
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
    attempt: Attempt,
  ): Promise<InstallAnswer> {
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
    attempt: Attempt,
  ): Promise<InstallAnswer> {
    const { memberId, settings } = this.#deps
    const { ts } = attempt
    const pair = pairOf(request.credentials, null)
    const system = request.systemUser === null ? null : pairOf(request.systemUser, null)
    const hash =
      request.applicationToken === null ? null : await hashToken(memberId, request.applicationToken)
    const tokens = await sealPair(settings.sealer, pair, { memberId, field: 'tokens' })
    const systemTokens =
      system === null
        ? null
        : await sealPair(settings.sealer, system, { memberId, field: 'systemTokens' })
    if (this.#isOver(attempt)) return this.#refuse('late')
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
      tokensIssuedAt: issuedAt(pair.expiresAt, { ts, now: settings.now() }),
      systemTokens,
    }
    const { userId, isAdmin } = verified
    const mayChange = isOwner(this.#deps.state.install().application, verified)
    this.#deps.state.changeInstall((install) =>
      takeInstall(
        install,
        { hash, ts, application, userId, isAdmin, handlerUrl: request.handlerUrl ?? null },
        settings.now(),
      ),
    )
    const pending = this.#deps.state.pending()
    // A visit of an ordinary user says nothing about a newer token that still waits.
    if (pending !== null && mayChange && pending.ts <= ts) this.#deps.state.changePending(null)
    settings.log('info', 'installed', { memberId, domain: verified.domain, cause: request.cause })
    return { kind: 'installed', domain: verified.domain, finished: verified.installed }
  }

  async #wait(
    kind: PendingInstall['kind'],
    held: SealedRequest,
    attempt: Attempt,
  ): Promise<InstallAnswer> {
    const { memberId, settings } = this.#deps
    const { ts } = attempt
    const context = { memberId, field: 'pending' }
    const sealed = await settings.sealer.seal(JSON.stringify(held), context)
    if (this.#isOver(attempt)) return this.#refuse('late')
    if (!sealed.ok) return this.#refuse('no_key')
    const now = settings.now()
    const earlier = this.#deps.state.pending()
    const domain = held.verified?.domain ?? null
    const hasToken = held.request.applicationToken !== null
    const isOwnRow = earlier?.sealed === attempt.again?.sealed
    if (earlier !== null && !isOwnRow && !maySupersede(earlier, { kind, hasToken })) {
      return { kind: 'pending', domain }
    }
    const since = earlier?.kind === kind && earlier.ts === ts ? earlier.since : now
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

  async #openPending(pending: PendingInstall): Promise<SealedRequest | 'unknown_key' | 'damaged'> {
    const { memberId, settings } = this.#deps
    const opened = await settings.sealer.open(pending.sealed, { memberId, field: 'pending' })
    if (!opened.ok) return opened.error
    const parsed = v.safeParse(SealedRequestSchema, JSON.parse(opened.value))
    // Sound: the text was sealed by `#wait`, and AES-GCM proves that nobody else wrote it.
    return parsed.success ? (parsed.output as unknown as SealedRequest) : 'damaged'
  }

  /** The OAuth server had not answered: the whole question is asked again. */
  async #askAgain(request: InstallRequest, attempt: Attempt & Again): Promise<void> {
    const { again, generation } = attempt
    const verdict = await verifyInstall(request, this.#verifyDeps())
    if (!this.#stillWaits(again, generation)) return
    const answer = await this.#decide(request, verdict, attempt)
    if (answer.kind !== 'pending') this.#endWaiting(again, generation)
  }

  /** Trusted when the application has been configured and a refresh with its secret has succeeded. */
  async #tryConfigured(
    request: InstallRequest,
    verified: VerifiedInstall,
    attempt: Attempt & Again,
  ): Promise<void> {
    const { clientId, oauthUrl } = verified
    const { again, generation } = attempt
    const clientSecret = this.#deps.settings.applications.get(clientId)
    const { refreshToken } = request.credentials
    if (clientSecret === undefined) return
    if (refreshToken === null) return this.#deps.state.changePending(null)
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
      this.#endWaiting(again, generation)
    } else if (ENDS_WAITING.has(refreshed.error.kind)) {
      this.#deps.state.changePending(null)
    }
  }

  #stillWaits(pending: PendingInstall, generation: number): boolean {
    const same = this.#deps.state.pending()?.sealed === pending.sealed
    return same && this.#deps.state.install().generation === generation
  }

  #endWaiting(pending: PendingInstall, generation: number): void {
    if (this.#stillWaits(pending, generation)) this.#deps.state.changePending(null)
  }

  #isOver({ generation }: Attempt): boolean {
    return this.#deps.state.install().generation !== generation
  }

  #refuse(reason: string): InstallAnswer {
    const { memberId, settings } = this.#deps
    settings.log('warn', 'install_refused', { memberId, reason })
    const { application, webhooks, uninstallTs } = this.#deps.state.install()
    if (application !== null || webhooks.length > 0 || uninstallTs !== null) {
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

/** `expires` is a claim: one of the far future must not keep every later pair out. */
function issuedAt(expiresAt: number | null, { ts, now }: { ts: number; now: number }): number {
  const TOKEN_LIFE_S = 3600
  return expiresAt === null ? ts : clampTs(expiresAt - TOKEN_LIFE_S, now)
}
