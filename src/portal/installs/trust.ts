/**
 * Whose word counts for this portal: the application tokens of its install, and the tokens of outgoing
 * webhooks as configured. The object is the authority; the edge only remembers its answers.
 */
import { dropOtherWebhooks, recordWebhook } from '../../core/access/install.ts'
import { trustsToken } from '../../core/access/token-hashes.ts'
import {
  judgeWebhook,
  webhookRule,
  type OutgoingWebhook,
} from '../../core/access/outgoing-webhook.ts'
import { sha256Hex } from '../../core/safety/sha256.ts'
import { hashToken } from '../../storage/token-hash.ts'
import type { PortalState } from '../state.ts'
import type { DirectoryClient, PortalConfig, World } from '../settings.ts'

/** What trust needs from the object around it. */
export interface TrustDeps {
  readonly memberId: string
  readonly state: PortalState
  readonly config: Pick<PortalConfig, 'webhooks'>
  readonly world: Pick<World, 'now'>
  readonly directory: DirectoryClient
}

/** The trust decisions of one portal. */
export class Trust {
  readonly #deps: TrustDeps
  #webhooks: Map<string, OutgoingWebhook> | null = null

  constructor(deps: TrustDeps) {
    this.#deps = deps
  }

  /** Whether the hash speaks for the portal; synchronous, so that a transaction can ask again. */
  trusts(tokenHash: string): boolean {
    if (trustsToken(this.#deps.state.install(), tokenHash, this.#deps.world.now())) return true
    const webhook = this.#webhooks?.get(tokenHash)
    // The first use is noted by `admit`, and the tables come into being with that note.
    if (webhook === undefined || !this.#isNoted(webhook, tokenHash)) return false
    return this.#judge(webhook, tokenHash) === 'yes'
  }

  /**
   * Asks what only time can answer: hashes of configured tokens, and the pin of a domain. Afterwards
   * `trusts` knows. Stores something only for a token that may speak.
   */
  async admit(tokenHash: string): Promise<boolean> {
    if (trustsToken(this.#deps.state.install(), tokenHash, this.#deps.world.now())) return true
    const webhook = (await this.#hashes()).get(tokenHash)
    if (webhook === undefined) return false
    const judged = this.#judge(webhook, tokenHash)
    if (judged === 'no' || this.#isNoted(webhook, tokenHash)) return judged === 'yes'
    if (judged === 'pin_needed' && !(await this.#pin(webhook))) return false
    // The pin was awaited: another token may have spoken for the portal meanwhile.
    if (this.#judge(webhook, tokenHash) === 'no') return false
    const since = this.#deps.world.now()
    this.#deps.state.changeInstall((install) =>
      recordWebhook(install, { hash: tokenHash, portal: webhook.portal, since }),
    )
    return true
  }

  /** Whether a hash belongs to the application (and not to an outgoing webhook). */
  isApplicationToken(tokenHash: string): boolean {
    return trustsToken(this.#deps.state.install(), tokenHash, this.#deps.world.now())
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
    if (judged === 'no' || webhookRule(webhook.portal) !== 'domain') return judged
    // A pin never changes, so the note of the first use is as good as the directory's answer.
    if (this.#isNoted(webhook, tokenHash)) return 'yes'
    // A verified domain does not make the pin needless: the token speaks for one portal, and another
    // one without an install could still take it.
    return this.#isNamedOtherwise(webhook.portal) ? 'no' : 'pin_needed'
  }

  #isNoted({ portal }: OutgoingWebhook, tokenHash: string): boolean {
    const { webhooks } = this.#deps.state.install()
    return webhooks.some((known) => known.hash === tokenHash && known.portal === portal)
  }

  /**
   * Whether the portal is known as another one than that domain: whoever has the token of one domain
   * could write any member_id beside it, and so let the events of a stranger pass for his own.
   */
  #isNamedOtherwise(domain: string): boolean {
    const { memberId, state, config } = this.#deps
    if (config.webhooks.some(({ portal }) => portal === memberId)) return true
    const names = state.install().webhooks.filter(({ portal }) => portal !== domain)
    return names.some(({ portal }) => webhookRule(portal) !== 'any')
  }

  /** Two portals that show the same token are told apart by one object that answers in order. */
  async #pin({ portal, token }: OutgoingWebhook): Promise<boolean> {
    const { memberId, directory } = this.#deps
    const tokenId = await sha256Hex(`pin|${portal}|${token}`)
    return (await directory.pin(tokenId, memberId)) === memberId
  }

  /** The configured tokens, hashed for this portal; once per object, since both never change in it. */
  async #hashes(): Promise<Map<string, OutgoingWebhook>> {
    if (this.#webhooks !== null) return this.#webhooks
    const { memberId, config, state } = this.#deps
    const hashes = await hashWebhooks(memberId, config.webhooks)
    this.#webhooks = hashes
    forgetWebhooks(state, new Set(hashes.keys()))
    return hashes
  }
}

/** Hashes the tokens of outgoing webhooks as one portal would present them. */
export async function hashWebhooks(
  memberId: string,
  webhooks: readonly OutgoingWebhook[],
): Promise<Map<string, OutgoingWebhook>> {
  const hashes = new Map<string, OutgoingWebhook>()
  for (const webhook of webhooks) hashes.set(await hashToken(memberId, webhook.token), webhook)
  return hashes
}

/** Forgets the webhooks that are configured no more, so that KV does not go on to admit them. */
export function forgetWebhooks(state: PortalState, configured: ReadonlySet<string>): void {
  if (dropOtherWebhooks(state.install(), configured) === state.install()) return
  state.changeInstall((install) => dropOtherWebhooks(install, configured))
}
