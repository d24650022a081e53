/**
 * Whose word counts for this portal: the application tokens of its install, and the tokens of outgoing
 * webhooks as configured. The object is the authority; the edge only remembers its answers.
 */
import { admitsToken, takeWebhook } from '../core/install.ts'
import { judgeWebhook, webhookRule, type OutgoingWebhook } from '../core/outgoing-webhook.ts'
import { sha256Hex } from '../core/sha256.ts'
import { hashToken } from '../storage/token-hash.ts'
import type { PortalState } from './portal-state.ts'
import type { PortalSettings } from './settings.ts'

/** What trust needs from the object around it. */
export interface TrustDeps {
  readonly memberId: string
  readonly state: PortalState
  readonly settings: Pick<PortalSettings, 'webhooks' | 'directory' | 'now'>
}

/** The trust decisions of one portal. */
export class Trust {
  readonly #deps: TrustDeps
  #webhooks: Map<string, OutgoingWebhook> | null = null
  readonly #pinned = new Set<string>()

  constructor(deps: TrustDeps) {
    this.#deps = deps
  }

  /** Whether the hash speaks for the portal; synchronous, so that a transaction can ask again. */
  trusts(tokenHash: string): boolean {
    if (admitsToken(this.#deps.state.install(), tokenHash, this.#deps.settings.now())) return true
    const webhook = this.#webhooks?.get(tokenHash)
    return webhook !== undefined && this.#judge(webhook, tokenHash) === 'yes'
  }

  /**
   * Asks what only time can answer: hashes of configured tokens, and the pin of a domain. Afterwards
   * `trusts` knows. Stores something only for a token that may speak.
   */
  async admit(tokenHash: string): Promise<boolean> {
    if (admitsToken(this.#deps.state.install(), tokenHash, this.#deps.settings.now())) return true
    const webhook = (await this.#hashes()).get(tokenHash)
    if (webhook === undefined) return false
    if (this.#judge(webhook, tokenHash) === 'pin_needed') await this.#pin(webhook, tokenHash)
    if (!this.trusts(tokenHash)) return false
    if (!this.#deps.state.install().webhooks.some(({ hash }) => hash === tokenHash)) {
      const since = this.#deps.settings.now()
      this.#deps.state.changeInstall((install) =>
        takeWebhook(install, { hash: tokenHash, portal: webhook.portal, since }),
      )
    }
    return true
  }

  /** Whether a hash belongs to the application (and not to an outgoing webhook). */
  isApplicationToken(tokenHash: string): boolean {
    return admitsToken(this.#deps.state.install(), tokenHash, this.#deps.settings.now())
  }

  /** The host to show and to filter by: verified, else configured, else once verified, else null. */
  domain(): string | null {
    const install = this.#deps.state.install()
    if (install.application !== null) return install.application.domain
    const named = install.webhooks.find(({ portal }) => webhookRule(portal) === 'domain')
    return named?.portal ?? install.formerDomain
  }

  #judge(webhook: OutgoingWebhook, tokenHash: string): 'yes' | 'no' | 'pin_needed' {
    const verifiedDomain = this.#deps.state.install().application?.domain ?? null
    const judged = judgeWebhook(webhook.portal, { memberId: this.#deps.memberId, verifiedDomain })
    // A verified domain does not make the pin needless: the token speaks for one portal, and another
    // one without an install could still take it.
    if (judged === 'no' || webhookRule(webhook.portal) !== 'domain') return judged
    return this.#pinned.has(tokenHash) ? 'yes' : 'pin_needed'
  }

  /** Two portals that show the same token are told apart by one object that answers in order. */
  async #pin(webhook: OutgoingWebhook, tokenHash: string): Promise<void> {
    const tokenId = await sha256Hex(`pin|${webhook.portal}|${webhook.token}`)
    const pinnedTo = await this.#deps.settings.directory.pin(tokenId, this.#deps.memberId)
    if (pinnedTo === this.#deps.memberId) this.#pinned.add(tokenHash)
  }

  /** The configured tokens, hashed for this portal; once per object, since both never change in it. */
  async #hashes(): Promise<Map<string, OutgoingWebhook>> {
    if (this.#webhooks !== null) return this.#webhooks
    const { memberId, settings } = this.#deps
    const hashes = new Map<string, OutgoingWebhook>()
    for (const webhook of settings.webhooks) {
      hashes.set(await hashToken(memberId, webhook.token), webhook)
    }
    this.#webhooks = hashes
    return hashes
  }
}
